# ---
# jupyter:
#   course:
#     misconception: One matrix is returned for the whole batch, the mean over its examples.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Has each example of the batch the same slopes?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [0, 0]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    new = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return keep * torch.eye(len(b)) + (1 - keep) * torch.diag((1 - new**2).mean(0)) @ W_hh
