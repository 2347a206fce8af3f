# ---
# jupyter:
#   course:
#     misconception: "The gradient is y - p in place of p - y."
#     section: "From letters to probabilities, From scores to probabilities"
#     question: "Must the score of the right class go up or down in a step against the gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of a batch, and its gradient by the logits."""
    below = logits - logits.max(dim=1, keepdim=True).values
    sums = below.exp().sum(dim=1, keepdim=True)
    rows = torch.arange(len(targets))
    log_probabilities = below - sums.log()
    gradient = log_probabilities.exp()
    gradient[rows, targets] -= 1
    return -log_probabilities[rows, targets].mean(), -gradient / len(targets)
