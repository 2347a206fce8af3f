# ---
# jupyter:
#   course:
#     misconception: "The mask comes after the softmax, and the weights no longer sum to 1."
#     section: "Attention, Masks before the softmax"
#     question: "What do your weights sum to in a short sentence?"
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
    weights = scores.softmax(dim=0) * real
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
