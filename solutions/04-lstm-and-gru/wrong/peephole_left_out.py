# ---
# jupyter:
#   course:
#     misconception: There are no peepholes.
#     keeps:  # points of the tasks that lose some, least and most
#       peephole: [0, 0]
# ---

# %% task="peephole"
def peephole_step(x, h, c, W_ih, W_hh, b, p):
    i, f, g, o = (x @ W_ih.T + h @ W_hh.T + b).chunk(4, dim=1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c_new), c_new
