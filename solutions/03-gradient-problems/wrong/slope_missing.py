# ---
# jupyter:
#   course:
#     misconception: The Jacobian of the step is taken to be W_hh alone; the activation has no part in it.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "What does a unit send back that lies at the end of its tanh?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    return (keep * torch.eye(len(b)) + (1 - keep) * W_hh).expand(len(x), *W_hh.shape)
