# ---
# jupyter:
#   course:
#     misconception: The error of n is that of the new state, without 1 - z.
#     section: "What flows back, The backward pass by hand"
#     question: "Which share of n goes into the new state?"
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
    n = torch.tanh(in_n + (r * h) @ W_n.T)
    # of the sums inside the activations
    d_n = d_new * (1 - n**2)
    d_z = d_new * (h - n) * z * (1 - z)
    d_reset = d_n @ W_n  # of r * h
    d_r = d_reset * h * r * (1 - r)
    d_sums = torch.cat([d_r, d_z, d_n], dim=1)
    d_h = d_new * z + d_reset * r + d_z @ W_z + d_r @ W_r
    d_W_hh = torch.cat([d_r.T @ h, d_z.T @ h, d_n.T @ (r * h)])
    return d_sums @ W_ih, d_h, d_sums.T @ x, d_W_hh, d_sums.sum(dim=0)
