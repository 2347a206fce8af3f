# ---
# jupyter:
#   course:
#     misconception: The slope multiplies the columns of W_hh instead of the rows.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Does a slope belong to the unit that sends, or to the unit that receives?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    new = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return keep * torch.eye(len(b)) + (1 - keep) * W_hh * (1 - new**2).unsqueeze(1)
