# ---
# jupyter:
#   course:
#     misconception: "The targets are overwritten in place: -100 at the padding, which cross_entropy ignores."
#     section: "Encoder and decoder, The loss, averaged over tokens"
#     question: "Are the targets of the batch the same after the loss as before?"
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
    real = torch.arange(targets.shape[1]) < lengths.unsqueeze(1)
    targets[~real] = -100
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
