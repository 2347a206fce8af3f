# ---
# jupyter:
#   course:
#     misconception: The two biases are added beforehand, as an LSTM may do.
#     keeps:  # points of the tasks that lose some, least and most
#       gru: [1, 1]
# ---

# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    x_r, x_z, x_n = (x @ W_ih.T + b_ih + b_hh).chunk(3, dim=1)
    h_r, h_z, h_n = (h @ W_hh.T).chunk(3, dim=1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h
