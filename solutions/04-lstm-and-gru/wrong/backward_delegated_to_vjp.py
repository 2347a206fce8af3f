# ---
# jupyter:
#   course:
#     misconception: The gradients are left to torch.func.vjp, which the task forbids.
#     section: "What flows back, The backward pass by hand"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       backward: [0, 0]
# ---

# %% task="backward"
def step(x, h, W_ih, W_hh, b):
    W_r, W_z, W_n = W_hh.chunk(3)
    in_r, in_z, in_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r, z = torch.sigmoid(in_r + h @ W_r.T), torch.sigmoid(in_z + h @ W_z.T)
    n = torch.tanh(in_n + (r * h) @ W_n.T)
    return (1 - z) * n + z * h


def gru_backward(x, h, W_ih, W_hh, b, d_new):
    _, back = torch.func.vjp(step, x, h, W_ih, W_hh, b)
    return back(d_new)
