# ---
# jupyter:
#   course:
#     misconception: "The mask is the number -1e9, and some scores are below."
#     section: "Attention, Masks before the softmax"
#     question: "What if the score of a real word is below the number that you give the padding?"
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
    weights = scores.masked_fill(~real, -1e9).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
