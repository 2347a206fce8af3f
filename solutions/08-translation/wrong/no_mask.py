# ---
# jupyter:
#   course:
#     misconception: "The padding takes part in the softmax."
#     section: "Attention, Masks before the softmax"
#     question: "How much weight does the padding get?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [2, 2]
# ---

# %% task="attention"
def additive_attention(
    query: Tensor, states: Tensor, lengths: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """The context (batch, m) and the weights (batch, time)."""
    scores = torch.tanh(states @ W.T + query @ U.T) @ v
    weights = scores.softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
