# ---
# jupyter:
#   course:
#     misconception: "The last word of each sentence, its end, does not count."
#     section: "Encoder and decoder, The loss, averaged over tokens"
#     question: "Where does the decoder learn when to stop?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
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
    real = torch.arange(targets.shape[1]) < (lengths - 1).unsqueeze(1)
    return F.cross_entropy(logits[real], targets[real])
