# ---
# jupyter:
#   course:
#     misconception: "pos_weight multiplies the whole loss, that of ham, too."
#     section: "How good is it?, pos_weight moves the threshold"
#     question: "How often does a ham count in the formula, and how often in your code?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [0, 0]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    softplus = nn.functional.softplus
    loss = pos_weight * (labels * softplus(-logits) + (1 - labels) * softplus(logits))
    p = torch.sigmoid(logits)
    gradient = pos_weight * (p - labels)
    return loss.mean(), gradient / len(logits)
