# ---
# jupyter:
#   course:
#     misconception: Each parameter is clipped by itself, with a norm of its own.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "How many norms does the task speak of: one a parameter, or one in all?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [1, 1]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_(min(1.0, float(max_norm / g.norm())))
    return norm
