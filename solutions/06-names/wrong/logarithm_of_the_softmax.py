# ---
# jupyter:
#   course:
#     misconception: "The logarithm is taken of a softmax that has become 0."
#     section: "From letters to probabilities, log-sum-exp"
#     question: "What is the softmax of a logit that lies 200 below the largest, and its logarithm?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [3, 3]
# ---

# %% task="loss"
def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of a batch, and its gradient by the logits."""
    rows = torch.arange(len(targets))
    log_probabilities = logits.softmax(dim=1).log()
    gradient = log_probabilities.exp()
    gradient[rows, targets] -= 1
    return -log_probabilities[rows, targets].mean(), gradient / len(targets)
