# ---
# jupyter:
#   course:
#     misconception: >-
#       At the start of a sentence the slice of the words on the left begins at a negative place, which
#       counts from the end.
#     section: "Where word vectors come from, Guessing: skip-gram with negative sampling"
#     question: "With a window of 2, what does your code find on the left of the second word?"
#     keeps:  # points of the tasks that lose some, least and most
#       skipgram: [3, 3]
# ---

# %% task="skipgram"
def pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    """The pairs (centre, context) of a sentence."""
    found = []
    for i, centre in enumerate(sentence):
        for context in sentence[i - window : i] + sentence[i + 1 : i + 1 + window]:
            found.append((centre, context))
    return found


def sgns(
    V: Tensor, U: Tensor, centre: Tensor, context: Tensor, negatives: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of skip-gram with negative sampling, and its gradients by V and U."""
    B = len(centre)
    v, u, n = V[centre], U[context], U[negatives]
    high = (u * v).sum(dim=1)
    low = (n * v.unsqueeze(1)).sum(dim=2)
    loss = -(F.logsigmoid(high) + F.logsigmoid(-low).sum(dim=1)).mean()
    d_high = -torch.sigmoid(-high).unsqueeze(1) / B
    d_low = torch.sigmoid(low).unsqueeze(2) / B
    gradient_V, gradient_U = torch.zeros_like(V), torch.zeros_like(U)
    gradient_V.index_add_(0, centre, d_high * u + (d_low * n).sum(dim=1))
    gradient_U.index_add_(0, context, d_high * v)
    gradient_U.index_add_(0, negatives.flatten(), (d_low * v.unsqueeze(1)).flatten(0, 1))
    return loss, gradient_V, gradient_U
