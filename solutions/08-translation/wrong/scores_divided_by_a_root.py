# ---
# jupyter:
#   course:
#     misconception: >-
#       The scores are divided by the root of k, which belongs to another attention, so that the weights are
#       too even.
#     section: "Attention, Line by line"
#     question: "What does the formula do between v and the exponential, and what does your code?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [1, 1]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    real = torch.arange(states.shape[0]) < lengths.unsqueeze(1)
    h = states.transpose(0, 1).masked_fill(~real.unsqueeze(2), 0.0)
    scores = torch.tanh(h @ W.T + (query @ U.T).unsqueeze(1)) @ v / math.sqrt(len(v))
    weights = scores.masked_fill(~real, -math.inf).softmax(dim=1)
    context = (weights.unsqueeze(2) * h).sum(dim=1)
    return context, weights
