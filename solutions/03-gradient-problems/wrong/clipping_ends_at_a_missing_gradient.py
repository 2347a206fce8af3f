# ---
# jupyter:
#   course:
#     misconception: "What follows a parameter without a gradient is left out."
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Which parameters count when the first of three has no gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [3, 3]
# ---

# %% task="clip"
def clip_by_norm(parameters: list[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients to a joint length of at most max_norm; the length before."""
    gradients = []
    for p in parameters:
        if p.grad is None:
            break
        gradients.append(p.grad)
    total = torch.zeros(())
    for g in gradients:
        total = total + g.detach().pow(2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
