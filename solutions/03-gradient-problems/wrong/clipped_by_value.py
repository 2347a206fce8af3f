# ---
# jupyter:
#   course:
#     misconception: Each number is cut at the threshold, which is clipping by value.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Does the gradient still point where it did before?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [1, 1]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.clamp_(-max_norm, max_norm)
    return norm
