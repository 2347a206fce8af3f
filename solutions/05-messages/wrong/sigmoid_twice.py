# ---
# jupyter:
#   course:
#     misconception: "The logits are turned into probabilities before a loss that does so itself."
#     section: "The network and its training, The loss wants logits"
#     question: "What does the loss itself do with the numbers that it is given?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [0, 0]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    logits = torch.sigmoid(logits)
    spam_loss = nn.functional.softplus(-logits)  # -log σ(z)
    ham_loss = nn.functional.softplus(logits)  # -log(1 - σ(z))
    loss = (pos_weight * labels * spam_loss + (1 - labels) * ham_loss).mean()
    p = torch.sigmoid(logits)
    gradient = ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
    return loss, gradient
