# ---
# jupyter:
#   course:
#     misconception: "The largest logit of the whole batch is subtracted from all rows."
#     section: "From letters to probabilities, log-sum-exp"
#     question: "What becomes of a name whose logits are all far below those of another name?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [3, 3]
# ---

# %% task="loss"
def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of a batch, and its gradient by the logits."""
    below = logits - logits.max()
    sums = below.exp().sum(dim=1, keepdim=True)
    rows = torch.arange(len(targets))
    log_probabilities = below - sums.log()
    gradient = log_probabilities.exp()
    gradient[rows, targets] -= 1
    return -log_probabilities[rows, targets].mean(), gradient / len(targets)
