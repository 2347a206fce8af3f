# ---
# jupyter:
#   course:
#     misconception: The output gate sees the old cell, like the two others.
#     keeps:  # points of the tasks that lose some, least and most
#       peephole: [1, 1]
# ---

# %% task="peephole"
def peephole_step(x, h, c, W_ih, W_hh, b, p):
    i, f, g, o = (x @ W_ih.T + h @ W_hh.T + b).chunk(4, dim=1)
    p_i, p_f, p_o = p.chunk(3)
    c_new = torch.sigmoid(f + p_f * c) * c + torch.sigmoid(i + p_i * c) * torch.tanh(g)
    return torch.sigmoid(o + p_o * c) * torch.tanh(c_new), c_new
