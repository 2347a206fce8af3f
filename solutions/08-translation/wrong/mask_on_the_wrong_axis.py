# ---
# jupyter:
#   course:
#     misconception: "A mask of shape (batch, time) is reshaped, not transposed, to (time, batch)."
#     section: "Attention, Masks before the softmax"
#     question: "Does reshaping move a number to the place where its axes were exchanged?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [2, 2]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T + query @ U.T) @ v
    real = (torch.arange(len(states)) < lengths.unsqueeze(1)).reshape(len(states), -1)
    weights = scores.masked_fill(~real, -math.inf).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
