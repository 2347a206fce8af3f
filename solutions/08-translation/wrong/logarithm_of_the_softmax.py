# ---
# jupyter:
#   course:
#     misconception: "The logarithm is taken of a softmax that has become 0."
#     section: "Encoder and decoder, The loss, averaged over tokens"
#     question: "What is the softmax of a word 2,000 below the best one in 32 bits, and its logarithm?"
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
    p = logits[real].softmax(dim=1)
    return -p.gather(1, targets[real].unsqueeze(1)).log().mean()
