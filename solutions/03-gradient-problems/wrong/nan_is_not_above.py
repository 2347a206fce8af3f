# ---
# jupyter:
#   course:
#     misconception: A comparison with NaN is taken to be true, so a NaN in the norms goes unnoticed.
#     section: "Cliffs, and clipping, An infinite gradient"
#     question: "Is NaN above a number, below it, or neither?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [2, 2]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if (gradient_norms > 1000).any():
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if state_gradients[0] < state_gradients[-1] / 1000 else "healthy"
