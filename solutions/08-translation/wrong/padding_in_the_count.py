# ---
# jupyter:
#   course:
#     misconception: "The padding costs nothing, but the loss is divided by all steps."
#     section: "Encoder and decoder, The loss, averaged over tokens"
#     question: "How many targets are real words or ends?"
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
    each = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (each * real).mean()
