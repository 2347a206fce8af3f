# ---
# jupyter:
#   course:
#     misconception: "The consequence is named: after an explosion the units lie where they are saturated."
#     section: "Cliffs, and clipping, A unit on the edge"
#     question: "Which came first: that the gradients grew, or that the units lay at their ends?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if slopes.mean() < 0.3:
        return "saturated"
    if not (gradient_norms < 100).all():
        return "exploding"
    if (state_gradients == 0).any():
        return "truncated"
    return "vanishing" if state_gradients[0] < 1e-5 * state_gradients[-1] else "healthy"
