# ---
# jupyter:
#   course:
#     misconception: "Every gradient that shrinks on its way back is called vanishing."
#     section: "A product of Jacobians, A bound"
#     question: "By how much does a gradient shrink in a run that learns well?"
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
    return "vanishing" if state_gradients[0] < state_gradients[-1] else "healthy"
