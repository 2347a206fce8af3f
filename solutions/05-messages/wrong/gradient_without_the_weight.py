# ---
# jupyter:
#   course:
#     misconception: "The gradient is that of the loss without pos_weight."
#     section: "How good is it?, pos_weight moves the threshold"
#     question: "How much steeper is the loss of a spam with the weight 3, and how much is your gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    softplus = nn.functional.softplus
    loss = pos_weight * labels * softplus(-logits) + (1 - labels) * softplus(logits)
    p = torch.sigmoid(logits)
    gradient = p - labels
    return loss.mean(), gradient / len(logits)
