# ---
# jupyter:
#   course:
#     misconception: >-
#       The last column of the padded rows is cut off, which takes the end from the longest sentences alone:
#       the shorter ones read it.
#     section: "Encoder and decoder, Start, end, and shifted targets"
#     question: "Does the end symbol stand in any row of what your decoder reads?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [2, 2]
# ---

# %% task="loss"
def shifted(sentences: list[list[int]], bos: int, eos: int, filler: int) -> tuple[Tensor, Tensor, Tensor]:
    """What the decoder reads, what it should say (both (batch, steps)), and the lengths (batch,)."""
    lengths = torch.tensor([len(sentence) + 1 for sentence in sentences])
    tokens = torch.full((len(sentences), int(lengths.max())), filler, dtype=torch.int64)
    targets = tokens.clone()
    for i, sentence in enumerate(sentences):
        tokens[i, : len(sentence) + 2] = torch.tensor([bos, *sentence, eos])[: tokens.shape[1]]
        targets[i, : len(sentence) + 1] = torch.tensor([*sentence, eos])
    return tokens, targets, lengths


def token_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """The mean cross-entropy of all words that are no padding."""
    real = torch.arange(targets.shape[1]) < lengths.unsqueeze(1)
    return F.cross_entropy(logits[real], targets[real])
