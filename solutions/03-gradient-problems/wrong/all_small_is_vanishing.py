# ---
# jupyter:
#   course:
#     misconception: A gradient that is cut to 0 is called vanishing, since 0 is small.
#     section: "Gradient problems, Where it goes wrong"
#     question: "Are the gradients small at the first steps alone, or are all of them exactly 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not gradient_norms.isfinite().all() or (gradient_norms > 1000).any():
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if state_gradients[0] < state_gradients[-1] / 1000:
        return "vanishing"
    return "truncated" if (state_gradients == 0).any() else "healthy"
