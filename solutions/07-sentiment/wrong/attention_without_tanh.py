# ---
# jupyter:
#   course:
#     misconception: "The scores are computed without the tanh."
#     section: "From many states to one vector, Last, mean, maximum, attention"
#     question: "How large can the score of a word become in the formula, and how large in your code?"
#     keeps:  # points of the tasks that lose some, least and most
#       pooling: [3, 3]
# ---

# %% task="pooling"
def last_states(states: Tensor, lengths: Tensor) -> Tensor:
    """The last states of both directions, (batch, 2 * n)."""
    n = states.shape[2] // 2
    rows = torch.arange(len(states))
    return torch.cat([states[rows, lengths - 1, :n], states[:, 0, n:]], dim=1)


def mean_and_max(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and maximum over the words, each (batch, width)."""
    real = mask.unsqueeze(2)
    count = mask.sum(dim=1, keepdim=True)
    mean = states.masked_fill(~real, 0.0).double().sum(dim=1) / count.clamp(min=1)
    maximum = states.masked_fill(~real, -math.inf).amax(dim=1)
    return mean.to(states.dtype), maximum.masked_fill(count == 0, 0.0)


def attention(states: Tensor, mask: Tensor, W: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (batch, time), and the states weighted by them, (batch, width)."""
    h = states.masked_fill(~mask.unsqueeze(2), 0.0).double()
    scores = (h @ W.double().T + b.double()) @ v.double()
    scores = scores.masked_fill(~mask, -math.inf)
    empty = ~mask.any(dim=1, keepdim=True)
    weights = scores.masked_fill(empty, 0.0).softmax(dim=1).masked_fill(~mask, 0.0)
    pooled = (weights.unsqueeze(2) * h).sum(dim=1)
    return weights.to(states.dtype), pooled.to(states.dtype)
