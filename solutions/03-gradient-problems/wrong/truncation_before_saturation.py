# ---
# jupyter:
#   course:
#     misconception: "Gradients of 0 are taken for a cut, also where saturated units let nothing through."
#     section: "Cliffs, and clipping, A unit on the edge"
#     question: "Can a gradient be 0 at the first steps although nobody has cut it off?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [2, 2]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not (gradient_norms < 100).all():
        return "exploding"
    if (state_gradients == 0).any():
        return "truncated"
    if slopes.mean() < 0.3:
        return "saturated"
    return "vanishing" if state_gradients[0] < 1e-5 * state_gradients[-1] else "healthy"
