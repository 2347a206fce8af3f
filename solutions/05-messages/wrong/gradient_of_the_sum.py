# ---
# jupyter:
#   course:
#     misconception: "The gradient is that of the sum, although the loss is a mean."
#     section: "The network and its training, The loss wants logits"
#     question: "What does doubling a batch do to the mean loss, and what to your gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    spam_loss = nn.functional.softplus(-logits)  # -log σ(z)
    ham_loss = nn.functional.softplus(logits)  # -log(1 - σ(z))
    loss = (pos_weight * labels * spam_loss + (1 - labels) * ham_loss).mean()
    p = torch.sigmoid(logits)
    gradient = (1 - labels) * p - pos_weight * labels * (1 - p)
    return loss, gradient
