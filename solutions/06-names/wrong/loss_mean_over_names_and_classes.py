# ---
# jupyter:
#   course:
#     misconception: >-
#       The mean goes over all names and classes of a one-hot table, so that the loss is divided by K once
#       more.
#     section: "From letters to probabilities, From scores to probabilities"
#     question: "By how many numbers does your mean divide, and how many names are there?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [2, 2]
# ---

# %% task="loss"
def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of a batch, and its gradient by the logits."""
    batch = torch.arange(len(targets))
    shifted = logits - logits.max(dim=1, keepdim=True).values
    exps = shifted.exp()
    sums = exps.sum(dim=1, keepdim=True)
    one_hot = F.one_hot(targets, logits.shape[1])
    loss = (one_hot * (sums.log() - shifted)).mean()
    gradient = exps / sums
    gradient[batch, targets] -= 1
    return loss, gradient / len(targets)
