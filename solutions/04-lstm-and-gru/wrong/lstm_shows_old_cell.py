# ---
# jupyter:
#   course:
#     misconception: The output gate shows the cell of the step before.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [1, 1]
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    sums = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = sums.chunk(4, dim=1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c_new
