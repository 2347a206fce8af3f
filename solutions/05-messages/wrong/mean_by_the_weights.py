# ---
# jupyter:
#   course:
#     misconception: "The sum is divided by the sum of the weights."
#     section: "How good is it?, pos_weight moves the threshold"
#     question: "What does the documentation of pos_weight divide by?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    spam_loss = nn.functional.softplus(-logits)  # -log σ(z)
    ham_loss = nn.functional.softplus(logits)  # -log(1 - σ(z))
    loss = (pos_weight * labels * spam_loss + (1 - labels) * ham_loss).sum() / (
        pos_weight * labels + 1 - labels
    ).sum()
    p = torch.sigmoid(logits)
    gradient = ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
    return loss, gradient
