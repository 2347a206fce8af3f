# ---
# jupyter:
#   course:
#     misconception: "The layer of the chapter is differentiated; what the state keeps is left out."
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Which part of the old state goes straight into the new one?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    new = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return (1 - keep) * (1 - new**2).unsqueeze(-1) * W_hh
