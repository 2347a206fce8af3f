# ---
# jupyter:
#   course:
#     misconception: "Whether to clip is decided by the largest number of the gradient, not by its length."
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Can a long gradient consist of small numbers?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [1, 2]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if max(g.abs().max() for g in gradients) > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
