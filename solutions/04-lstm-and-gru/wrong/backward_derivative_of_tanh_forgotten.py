# ---
# jupyter:
#   course:
#     misconception: "The error of n is not sent through the tanh."
#     section: "What flows back, The backward pass by hand"
#     question: "How much does n change when its sum changes a little?"
#     keeps:  # points of the tasks that lose some, least and most
#       backward: [0, 0]
# ---

# %% task="backward"
def gru_backward(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor, d_new: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of one step of the GRU of Cho et al.: (d_x, d_h, d_W_ih, d_W_hh, d_b)."""
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    i_r, i_z, i_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r = torch.sigmoid(i_r + h @ W_hr.T)
    z = torch.sigmoid(i_z + h @ W_hz.T)
    n = torch.tanh(i_n + (r * h) @ W_hn.T)

    d_n = d_new * (1 - z)
    d_z = d_new * (h - n) * z * (1 - z)
    d_rh = d_n @ W_hn
    d_r = d_rh * h * r * (1 - r)
    d_sums = torch.cat([d_r, d_z, d_n], dim=1)

    d_x = d_sums @ W_ih
    d_h = d_new * z + d_rh * r + d_r @ W_hr + d_z @ W_hz
    d_W_ih = d_sums.T @ x
    d_W_hh = torch.cat([d_r.T @ h, d_z.T @ h, d_n.T @ (r * h)])
    d_b = d_sums.sum(dim=0)
    return d_x, d_h, d_W_ih, d_W_hh, d_b
