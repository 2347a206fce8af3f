# ---
# jupyter:
#   course:
#     misconception: "The slope is taken as 1 - h², which holds only where h is tanh(a)."
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Is the state of this layer a tanh of something?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    h = keep * h_prev + (1 - keep) * torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return keep * torch.eye(len(b)) + (1 - keep) * (1 - h**2).unsqueeze(-1) * W_hh
