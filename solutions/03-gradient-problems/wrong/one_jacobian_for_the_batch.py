# ---
# jupyter:
#   course:
#     misconception: One matrix is returned for the whole batch, the mean over its examples.
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [0, 0]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b):
    h = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return torch.diag((1 - h**2).mean(0)) @ W_hh
