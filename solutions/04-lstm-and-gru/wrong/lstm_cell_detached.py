# ---
# jupyter:
#   course:
#     misconception: The old cell is detached, so that the constant error flow is cut.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [3, 3]
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    sums = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = sums.chunk(4, dim=1)
    c_new = torch.sigmoid(f) * c.detach() + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c_new), c_new
