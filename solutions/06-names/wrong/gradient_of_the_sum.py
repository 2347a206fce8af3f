# ---
# jupyter:
#   course:
#     misconception: "The loss is a mean, but the gradient is that of the sum."
#     section: "From letters to probabilities, From scores to probabilities"
#     question: "What does doubling a batch do to the mean loss, and what to your gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 2]
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
    return -log_probabilities[rows, targets].mean(), gradient
