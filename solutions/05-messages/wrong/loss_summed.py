# ---
# jupyter:
#   course:
#     misconception: "The losses of a batch are added."
#     section: "The network and its training, The loss wants logits"
#     question: "Does your loss grow when the same batch comes twice as large?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    spam_loss = nn.functional.softplus(-logits)  # -log σ(z)
    ham_loss = nn.functional.softplus(logits)  # -log(1 - σ(z))
    loss = (pos_weight * labels * spam_loss + (1 - labels) * ham_loss).sum()
    p = torch.sigmoid(logits)
    gradient = ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
    return loss, gradient
