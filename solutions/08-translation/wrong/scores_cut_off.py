# ---
# jupyter:
#   course:
#     misconception: "The scores are cut off at ±50, so that large ones become alike."
#     section: "Attention, Masks before the softmax"
#     question: "What are the weights of two words with the scores 100 and 200?"
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
    weights = scores.clamp(-50, 50).masked_fill(~real, -math.inf).softmax(dim=0)
    return (weights.unsqueeze(2) * states).sum(dim=0), weights.T
