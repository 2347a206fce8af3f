# ---
# jupyter:
#   course:
#     misconception: "pos_weight is not used."
#     section: "How good is it?, pos_weight moves the threshold"
#     question: "What changes in your loss when pos_weight does?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [0, 0]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    spam_loss = nn.functional.softplus(-logits)  # -log σ(z)
    ham_loss = nn.functional.softplus(logits)  # -log(1 - σ(z))
    loss = (labels * spam_loss + (1 - labels) * ham_loss).mean()
    p = torch.sigmoid(logits)
    gradient = ((1 - labels) * p - labels * (1 - p)) / len(logits)
    return loss, gradient
