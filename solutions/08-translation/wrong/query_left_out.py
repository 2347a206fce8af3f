# ---
# jupyter:
#   course:
#     misconception: "The scores come from the states alone: each step looks at the same words."
#     section: "Attention, Line by line"
#     question: "What changes in the scores when the decoder's state does?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [0, 0]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T) @ v
    real = torch.arange(len(states)).unsqueeze(1) < lengths
    weights = scores.masked_fill(~real, -math.inf).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
