# ---
# jupyter:
#   course:
#     misconception: "A gradient that was None becomes a tensor of zeros."
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "What does p.grad hold after your function, where it held None before?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [3, 3]
# ---

# %% task="clip"
def clip_by_norm(parameters: list[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients to a joint length of at most max_norm; the length before."""
    gradients = []
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
        gradients.append(p.grad)
    total = torch.zeros(())
    for g in gradients:
        total = total + g.detach().pow(2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
