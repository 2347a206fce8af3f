# ---
# jupyter:
#   course:
#     misconception: "The reset gate gets its error as if it acted after the product with W_hn."
#     section: "What flows back, The backward pass by hand"
#     question: "What does r multiply here: h, or the product of h and W_hn?"
#     keeps:  # points of the tasks that lose some, least and most
#       backward: [0, 0]
# ---

# %% task="backward"
def gru_backward(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor, d_new: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of one step of the GRU of Cho et al.: (d_x, d_h, d_W_ih, d_W_hh, d_b)."""
    W_r, W_z, W_n = W_hh.chunk(3)
    s_r, s_z, s_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r, z = (s_r + h @ W_r.T).sigmoid(), (s_z + h @ W_z.T).sigmoid()
    n = (s_n + (r * h) @ W_n.T).tanh()

    error = {}
    error["n"] = d_new * (1 - z) * (1 - n.square())
    error["z"] = d_new * (h - n) * z * (1 - z)
    error["r"] = error["n"] * (h @ W_n.T) * r * (1 - r)
    sums = torch.cat([error[k] for k in "rzn"], dim=1)

    d_h = d_new * z + error["r"] @ W_r + error["z"] @ W_z + (error["n"] @ W_n) * r
    read = {"r": h, "z": h, "n": r * h}
    d_W_hh = torch.cat([torch.einsum("bi,bj->ij", error[k], read[k]) for k in "rzn"])
    return sums @ W_ih, d_h, torch.einsum("bi,bj->ij", sums, x), d_W_hh, sums.sum(0)
