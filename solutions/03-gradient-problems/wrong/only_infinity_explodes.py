# ---
# jupyter:
#   course:
#     misconception: "Only a gradient that is no finite number is called exploding."
#     common: "An explosion at an earlier update goes unnoticed."
#     section: "Cliffs, and clipping, A unit on the edge"
#     question: "Is a gradient of a million still a healthy one?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [2, 2]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not gradient_norms.isfinite().all():
        return "exploding"
    if slopes.mean() < 0.3:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if state_gradients[0] < 1e-5 * state_gradients[-1] else "healthy"
