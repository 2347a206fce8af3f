# ---
# jupyter:
#   course:
#     misconception: "A gradient that is very small, but not 0, is called cut off."
#     section: "Gradient problems, Where it goes wrong"
#     question: "How small is a gradient that is cut off, and how small is one that vanishes?"
#     keeps:  # points of the tasks that lose some, least and most
#       diagnosis: [0, 0]
# ---

# %% task="diagnosis"
def diagnose(gradient_norms: Tensor, state_gradients: Tensor, slopes: Tensor) -> str:
    """What is wrong with a training run, in one word of the table."""
    if not gradient_norms.isfinite().all() or gradient_norms.max() > 100:
        return "exploding"
    if slopes.mean() < 0.25:
        return "saturated"
    if state_gradients[0] < 1e-6:
        return "truncated"
    if state_gradients[0] < 1e-4 * state_gradients[-1]:
        return "vanishing"
    return "healthy"
