# ---
# jupyter:
#   course:
#     misconception: "The mask adds -1e9 to the padding's score, which a score of 1e33 does not feel."
#     section: "Attention, Masks before the softmax"
#     question: "How many digits has a number in 32 bits, and what is 1e33 - 1e9?"
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
    weights = (scores - 1e9 * ~real).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
