# ---
# jupyter:
#   course:
#     misconception: "The formula is typed as it stands: the logarithm of a sigmoid."
#     section: "The network and its training, The loss wants logits"
#     question: "What is the sigmoid of -200 in 32 bits, and its logarithm?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [2, 2]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    spam_loss = -torch.sigmoid(logits).log()  # -log σ(z)
    ham_loss = -(1 - torch.sigmoid(logits)).log()  # -log(1 - σ(z))
    loss = (pos_weight * labels * spam_loss + (1 - labels) * ham_loss).mean()
    p = torch.sigmoid(logits)
    gradient = ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
    return loss, gradient
