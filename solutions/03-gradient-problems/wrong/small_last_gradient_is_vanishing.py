# ---
# jupyter:
#   course:
#     misconception: "A gradient is called vanishing by its size at the last step, where the loss is."
#     common: "Vanishing is not told by how much of the last state's gradient is left at the first one."
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Is the gradient at the last step small, or does it become small on the way back?"
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
    return "vanishing" if state_gradients[-1] < 1e-3 else "healthy"
