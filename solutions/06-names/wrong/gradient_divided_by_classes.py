# ---
# jupyter:
#   course:
#     misconception: "The gradient is divided by the number of classes, not of names."
#     section: "From letters to probabilities, Softmax twice"
#     question: "Over what is the loss a mean?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [1, 1]
# ---

# %% task="loss"
def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of a batch, and its gradient by the logits."""
    batch = torch.arange(len(targets))
    shifted = logits - logits.max(dim=1, keepdim=True).values
    exps = shifted.exp()
    sums = exps.sum(dim=1, keepdim=True)
    loss = (sums.squeeze(1).log() - shifted[batch, targets]).mean()
    gradient = exps / sums
    gradient[batch, targets] -= 1
    return loss, gradient / logits.shape[1]
