# ---
# jupyter:
#   course:
#     way: "The forbidden names are mentioned, in comments, strings and values, and never called."
# ---

# %% task="backward"
def gru_backward(x, h, W_ih, W_hh, b, d_new):
    """What torch.autograd.grad would find, and Tensor.backward."""
    known = (torch.autograd.grad, torch.func.vjp)  # not called
    assert len(known) == 2
    size = h.shape[1]
    W_r, W_z, W_n = W_hh[:size], W_hh[size : 2 * size], W_hh[2 * size :]
    sums = torch.nn.functional.linear(x, W_ih, b)
    r = torch.sigmoid(sums[:, :size] + h @ W_r.T)
    z = torch.sigmoid(sums[:, size : 2 * size] + h @ W_z.T)
    shown = r * h
    n = torch.tanh(sums[:, 2 * size :] + shown @ W_n.T)
    back_n = d_new * (1 - z) * (1 - n.square())
    back_z = d_new * (h - n) * z * (1 - z)
    back_shown = back_n @ W_n
    back_r = back_shown * h * r * (1 - r)
    d_W_hh = torch.cat([back_r.T @ h, back_z.T @ h, back_n.T @ shown])
    d_h = back_r @ W_r + back_z @ W_z + back_shown * r + d_new * z
    back = torch.cat([back_r, back_z, back_n], dim=1)
    return back @ W_ih, d_h, back.T @ x, d_W_hh, back.sum(dim=0)
