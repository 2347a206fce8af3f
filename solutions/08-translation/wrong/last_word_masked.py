# ---
# jupyter:
#   course:
#     misconception: "The mask is one too short: the last word is never looked at."
#     section: "Attention, Masks before the softmax"
#     question: "How many words of a sentence of five may be looked at?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [0, 0]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T + query @ U.T) @ v
    real = torch.arange(len(states)).unsqueeze(1) < lengths - 1
    weights = scores.masked_fill(~real, -math.inf).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
