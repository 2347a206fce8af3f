# ---
# jupyter:
#   course:
#     misconception: Gradients are scaled by max_norm over their norm first, which is 0 / 0 where all are 0.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "What does your function do when all gradients are 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [3, 3]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.div_(norm).mul_(norm.clamp(max=max_norm))
    return norm
