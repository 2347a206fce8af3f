# ---
# jupyter:
#   course:
#     misconception: "The gradient is the label minus the probability."
#     section: "The network and its training, The loss wants logits"
#     question: "Which way must the gradient point when the probability is too high?"
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
    gradient = (pos_weight * labels * (1 - p) - (1 - labels) * p) / len(logits)
    return loss, gradient
