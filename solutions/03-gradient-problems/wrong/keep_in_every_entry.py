# ---
# jupyter:
#   course:
#     misconception: "keep is added to every entry of the matrix, not to its diagonal."
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "By which other unit is a unit reached straight, without the weights?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    new = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return keep + (1 - keep) * (1 - new**2).unsqueeze(-1) * W_hh
