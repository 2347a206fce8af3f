# ---
# jupyter:
#   course:
#     misconception: The slope is taken at the state before the step.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "What goes into the tanh of this step?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    return keep * torch.eye(len(b)) + (1 - keep) * torch.diag_embed(1 - h_prev**2) @ W_hh
