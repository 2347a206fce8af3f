# ---
# jupyter:
#   course:
#     misconception: A gradient that is short is lengthened to the threshold.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "What should become of a gradient that is shorter than the threshold?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [3, 3]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_(max_norm / norm)
    return norm
