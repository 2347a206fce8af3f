# ---
# jupyter:
#   course:
#     misconception: Asks for vanishing before truncated, against the order of the table.
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [2, 2]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not gradient_norms.isfinite().all() or (gradient_norms > 1000).any():
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if 0 < state_gradients[0] < state_gradients[-1] / 1000:
        return "vanishing"
    if (state_gradients == 0).any():
        return "truncated"
    return "healthy"
