# ---
# jupyter:
#   course:
#     misconception: Clipping is left to torch, which the task forbids.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [0, 0]
# ---

# %% task="clip"
def clip_by_norm(parameters, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)
