# ---
# jupyter:
#   course:
#     misconception: "The context is the state of the last word, whatever the weights."
#     section: "Attention, Line by line"
#     question: "What changes in the context when the weights do?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [0, 0]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T + query @ U.T) @ v
    real = torch.arange(len(states)).unsqueeze(1) < lengths
    weights = scores.masked_fill(~real, -math.inf).softmax(dim=0)
    return states[lengths - 1, torch.arange(len(query))], weights.T
