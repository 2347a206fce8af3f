# ---
# jupyter:
#   course:
#     misconception: The sign of n is turned in place of that of z.
#     section: "PyTorch's LSTM, and the GRU, The gated recurrent unit"
#     question: "Which gate means the opposite in the other convention?"
#     keeps:  # points of the tasks that lose some, least and most
#       convert: [0, 0]
# ---

# %% task="convert"
def to_pytorch(weights: dict[str, Tensor], update: str, reset: str) -> nn.GRU | None:
    W_ih, W_hh, b_ih, b_hh = (weights[name].clone() for name in ("W_ih", "W_hh", "b_ih", "b_hh"))
    size = W_hh.shape[1]
    n = slice(2 * size, 3 * size)
    if reset == "before":
        if not torch.equal(W_hh[n], W_hh[n].diagonal().diag()):
            return None  # a unit would need the reset gate of another one
        b_ih[n] += b_hh[n]
        b_hh[n] = 0
    if update == "takes":  # 1 - σ(a) = σ(-a)
        for values in (W_ih, W_hh, b_ih, b_hh):
            values[n] *= -1
    gru = nn.GRU(W_ih.shape[1], size, batch_first=True)
    with torch.no_grad():
        for parameter, values in zip(gru.parameters(), (W_ih, W_hh, b_ih, b_hh), strict=True):
            parameter.copy_(values)
    return gru
