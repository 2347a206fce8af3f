# ---
# jupyter:
#   course:
#     misconception: The gradients are clipped in copies; those of the parameters stay as they are.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "What does the optimizer find in p.grad after your function?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [1, 1]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad.clone() for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_(min(1.0, float(max_norm / norm)))
    return norm
