# ---
# jupyter:
#   course:
#     misconception: "The weights are exp(score − logsumexp), which loses the digits of large scores."
#     section: "Attention, Line by line"
#     question: "How many digits are left when two large numbers are subtracted?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [2, 2]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T + query @ U.T) @ v
    real = torch.arange(len(states)).unsqueeze(1) < lengths
    scores = scores.masked_fill(~real, -math.inf)
    weights = (scores - scores.logsumexp(dim=0)).exp()
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
