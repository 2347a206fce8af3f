# ---
# jupyter:
#   course:
#     misconception: "Vanishing is told by the length of the whole gradient, which the last steps make up."
#     common: "Vanishing is not told by how much of the last state's gradient is left at the first one."
#     section: "A product of Jacobians, What the weights feel"
#     question: "Which steps does the length of the whole gradient come from?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not (gradient_norms < 100).all():
        return "exploding"
    if slopes.mean() < 0.3:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if gradient_norms[-1] < 1e-3 else "healthy"
