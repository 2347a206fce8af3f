# ---
# jupyter:
#   course:
#     misconception: The state gradients are read backwards, the first as if it were the last.
#     common: "Vanishing is not told by how much of the last state's gradient is left at the first one."
#     section: "Gradient problems, Where it goes wrong"
#     question: "Which step do the first of the state gradients belong to?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not gradient_norms.isfinite().all() or (gradient_norms > 1000).any():
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if state_gradients[-1] < state_gradients[0] / 1000 else "healthy"
