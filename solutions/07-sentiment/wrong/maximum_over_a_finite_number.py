# ---
# jupyter:
#   course:
#     misconception: "The padding gets -1e9 before the maximum, and all words may be below it."
#     section: "From many states to one vector, Padding has no part in it"
#     question: "What is the maximum of a review whose states are all below your number?"
#     keeps:  # points of the tasks that lose some, least and most
#       pooling: [3, 3]
# ---

# %% task="pooling"
def last_states(states: Tensor, lengths: Tensor) -> Tensor:
    """The last states of both directions, (batch, 2 * n)."""
    n = states.shape[2] // 2
    forward = states[torch.arange(len(states)), lengths - 1, :n]
    return torch.cat([forward, states[:, 0, n:]], dim=1)


def mean_and_max(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and maximum over the words, each (batch, width)."""
    words = mask.unsqueeze(2)
    counts = words.sum(dim=1).clamp(min=1)
    mean = (states * words).sum(dim=1) / counts
    maximum = states.masked_fill(~words, -1e9).amax(dim=1)
    return mean, maximum.masked_fill(~words.any(dim=1), 0.0)


def attention(states: Tensor, mask: Tensor, W: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (batch, time), and the states weighted by them, (batch, width)."""
    scores = torch.tanh(states @ W.T + b) @ v
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1).masked_fill(~mask, 0.0)
    return weights, (weights.unsqueeze(1) @ states).squeeze(1)
