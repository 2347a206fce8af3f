# ---
# jupyter:
#   course:
#     misconception: Only the gradient of the last update is looked at.
#     common: "An explosion at an earlier update goes unnoticed."
#     section: "Gradient problems, Where it goes wrong"
#     question: "What happened in the updates before the last one?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [2, 2]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not gradient_norms[-1] <= 1000:
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if state_gradients[0] < state_gradients[-1] / 1000 else "healthy"
