# ---
# jupyter:
#   course:
#     misconception: The step is that of PyTorch, where the reset gate acts after the product.
#     section: "PyTorch's LSTM, and the GRU, The gated recurrent unit"
#     question: "In this cell, does r act before or after W_hn?"
#     keeps:  # points of the tasks that lose some, least and most
#       backward: [0, 0]
# ---

# %% task="backward"
def gru_backward(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor, d_new: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    W_r, W_z, W_n = W_hh.chunk(3)
    in_r, in_z, in_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r, z = torch.sigmoid(in_r + h @ W_r.T), torch.sigmoid(in_z + h @ W_z.T)
    past = h @ W_n.T
    n = torch.tanh(in_n + r * past)
    # of the sums inside the activations
    d_n = d_new * (1 - z) * (1 - n**2)
    d_z = d_new * (h - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_sums = torch.cat([d_r, d_z, d_n], dim=1)
    d_h = d_new * z + (d_n * r) @ W_n + d_z @ W_z + d_r @ W_r
    d_W_hh = torch.cat([d_r.T @ h, d_z.T @ h, (d_n * r).T @ h])
    return d_sums @ W_ih, d_h, d_sums.T @ x, d_W_hh, d_sums.sum(dim=0)
