# ---
# jupyter:
#   course:
#     misconception: The reset gate acts on the state before the product, as in another convention.
#     keeps:  # points of the tasks that lose some, least and most
#       gru: [1, 1]
# ---

# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    W_r, W_z, W_n = W_hh.chunk(3)
    x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
    b_r, b_z, b_n = b_hh.chunk(3)
    r, z = torch.sigmoid(x_r + h @ W_r.T + b_r), torch.sigmoid(x_z + h @ W_z.T + b_z)
    n = torch.tanh(x_n + (r * h) @ W_n.T + b_n)
    return (1 - z) * n + z * h
