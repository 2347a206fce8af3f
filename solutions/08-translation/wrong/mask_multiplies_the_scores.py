# ---
# jupyter:
#   course:
#     misconception: "The scores of the padding are set to 0, whose exponential is 1."
#     section: "Attention, Masks before the softmax"
#     question: "What is the exponential of 0?"
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
    weights = (scores * real).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
