# ---
# jupyter:
#   course:
#     misconception: >-
#       The mean goes over all scores, so that loss and gradient are divided by 1 + K as well as by B.
#     section: "Where word vectors come from, Guessing: skip-gram with negative sampling"
#     question: "By what number does the formula divide, and by what does your mean?"
#     keeps:  # points of the tasks that lose some, least and most
#       skipgram: [1, 1]
# ---

# %% task="skipgram"
def pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    """The pairs (centre, context) of a sentence."""
    found = []
    for i, centre in enumerate(sentence):
        for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
            if j != i:
                found.append((centre, sentence[j]))
    return found


def sgns(
    V: Tensor, U: Tensor, centre: Tensor, context: Tensor, negatives: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of skip-gram with negative sampling, and its gradients by V and U."""
    B = len(centre)
    v, u, n = V[centre], U[context], U[negatives]
    high = (u * v).sum(dim=1)
    low = (n * v.unsqueeze(1)).sum(dim=2)
    loss = -(F.logsigmoid(high) + F.logsigmoid(-low).sum(dim=1)).sum() / (B * (1 + negatives.shape[1]))
    d_high = -torch.sigmoid(-high).unsqueeze(1) / (B * (1 + negatives.shape[1]))
    d_low = torch.sigmoid(low).unsqueeze(2) / (B * (1 + negatives.shape[1]))
    gradient_V, gradient_U = torch.zeros_like(V), torch.zeros_like(U)
    gradient_V.index_add_(0, centre, d_high * u + (d_low * n).sum(dim=1))
    gradient_U.index_add_(0, context, d_high * v)
    gradient_U.index_add_(0, negatives.flatten(), (d_low * v.unsqueeze(1)).flatten(0, 1))
    return loss, gradient_V, gradient_U
