# ---
# jupyter:
#   course:
#     misconception: "The formula is left to the function that may not be called."
#     section: "The network and its training, The loss wants logits"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [0, 0]
# ---

# %% task="loss"
def bce(logits: Tensor, labels: Tensor, pos_weight: float) -> tuple[Tensor, Tensor]:
    """The mean binary cross-entropy of a batch, and its gradient with respect to the logits."""
    logits = logits.detach().requires_grad_()
    weight = torch.tensor(pos_weight)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels, pos_weight=weight)
    return loss, torch.autograd.grad(loss, logits)[0]
