# ---
# jupyter:
#   course:
#     misconception: The norm is returned as it is after clipping.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Which norm tells the reader of the log that a gradient has exploded?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [3, 3]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_(min(1.0, float(max_norm / norm)))
    return torch.cat([g.flatten() for g in gradients]).norm()
