# ---
# jupyter:
#   course:
#     misconception: "Saturation is told by the gradients, which are as small where the weights are."
#     section: "Activations and starts, Saturating activations"
#     question: "Where do the states of a saturated unit lie?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not (gradient_norms < 100).all():
        return "exploding"
    if (state_gradients == 0).any():
        return "truncated"
    if state_gradients[0] < 1e-5 * state_gradients[-1]:
        return "saturated"
    return "vanishing" if slopes.mean() < 0.3 else "healthy"
