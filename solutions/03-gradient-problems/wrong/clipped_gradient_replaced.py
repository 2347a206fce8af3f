# ---
# jupyter:
#   course:
#     misconception: p.grad gets a new tensor, so that whoever holds the old one sees nothing.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Who still holds the tensor that was in p.grad before?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [2, 2]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for p in parameters:
        if p.grad is not None and norm > max_norm:
            p.grad = p.grad * max_norm / norm
    return norm
