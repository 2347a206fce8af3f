# ---
# jupyter:
#   course:
#     misconception: No GRU with the reset before the product is thought to have one after it.
#     section: "PyTorch's LSTM, and the GRU, The gated recurrent unit"
#     question: "For which matrices does it make no difference whether r acts before or after the product?"
#     keeps:  # points of the tasks that lose some, least and most
#       convert: [1, 1]
# ---

# %% task="convert"
def to_pytorch(weights: dict[str, Tensor], update: str, reset: str) -> nn.GRU | None:
    W_ih, W_hh, b_ih, b_hh = (weights[name].clone() for name in ("W_ih", "W_hh", "b_ih", "b_hh"))
    size = W_hh.shape[1]
    z = slice(size, 2 * size)
    if reset == "before":
        return None
    if update == "takes":  # 1 - σ(a) = σ(-a)
        for values in (W_ih, W_hh, b_ih, b_hh):
            values[z] *= -1
    gru = nn.GRU(W_ih.shape[1], size, batch_first=True)
    with torch.no_grad():
        for parameter, values in zip(gru.parameters(), (W_ih, W_hh, b_ih, b_hh), strict=True):
            parameter.copy_(values)
    return gru
