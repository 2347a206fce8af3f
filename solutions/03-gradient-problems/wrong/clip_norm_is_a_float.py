# ---
# jupyter:
#   course:
#     misconception: "The norm is returned as a Python number; a tensor is asked for."
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Of which type is what you return?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [2, 2]
# ---

# %% task="clip"
def clip_by_norm(parameters: list[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients to a joint length of at most max_norm; the length before."""
    gradients = []
    for p in parameters:
        if p.grad is None:
            continue
        gradients.append(p.grad)
    total = torch.zeros(())
    for g in gradients:
        total = total + g.detach().pow(2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm.item()
