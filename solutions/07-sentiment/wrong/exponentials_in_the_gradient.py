# ---
# jupyter:
#   course:
#     misconception: "The gradient has exp(x) / (1 + exp(x)), which is not a number where exp(x) is infinite."
#     section: "Where word vectors come from, Why the gradient pulls and pushes"
#     question: "What is the exponential of 3,600 in 32 bits, and infinity divided by infinity?"
#     keeps:  # points of the tasks that lose some, least and most
#       skipgram: [2, 2]
# ---

# %% task="skipgram"
def pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    """The pairs (centre, context) of a sentence."""
    return [
        (centre, sentence[j])
        for i, centre in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]


def sgns(
    V: Tensor, U: Tensor, centre: Tensor, context: Tensor, negatives: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of skip-gram with negative sampling, and its gradients by V and U."""
    words = torch.cat([context.unsqueeze(1), negatives], dim=1)
    v, u = V[centre], U[words]
    scores = (u @ v.unsqueeze(2)).squeeze(2)
    signs = torch.full(words.shape, -1.0)
    signs[:, 0] = 1.0
    loss = -F.logsigmoid(signs * scores).sum() / len(centre)
    grown = torch.exp(scores)
    slopes = (grown / (1 + grown) - (signs > 0).float()) / len(centre)
    by_v = (slopes.unsqueeze(1) @ u).squeeze(1)
    by_u = slopes.unsqueeze(2) * v.unsqueeze(1)
    gradient_v = torch.zeros_like(V).index_add(0, centre, by_v)
    gradient_u = torch.zeros_like(U).index_add(0, words.flatten(), by_u.flatten(0, 1))
    return loss, gradient_v, gradient_u
