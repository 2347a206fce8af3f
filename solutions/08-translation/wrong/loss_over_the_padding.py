# ---
# jupyter:
#   course:
#     misconception: "The padding counts in the loss."
#     section: "Encoder and decoder, The loss, averaged over tokens"
#     question: "Which targets should cost nothing?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [2, 2]
# ---

# %% task="loss"
def shifted(sentences: list[list[int]], bos: int, eos: int, filler: int) -> tuple[Tensor, Tensor, Tensor]:
    """What the decoder reads, what it should say (both (batch, steps)), and the lengths (batch,)."""
    steps = max(len(words) for words in sentences) + 1
    tokens = [[bos, *words] + [filler] * (steps - 1 - len(words)) for words in sentences]
    targets = [[*words, eos] + [filler] * (steps - 1 - len(words)) for words in sentences]
    lengths = [len(words) + 1 for words in sentences]
    return torch.tensor(tokens), torch.tensor(targets), torch.tensor(lengths)


def token_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """The mean cross-entropy of all words that are no padding."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
