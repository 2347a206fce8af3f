# ---
# jupyter:
#   course:
#     misconception: The gates are told apart along the batch, not along the units.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [0, 0]
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    sums = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = sums.chunk(4, dim=0)
    c_new = torch.sigmoid(f) * c[: len(i)] + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c_new), c_new
