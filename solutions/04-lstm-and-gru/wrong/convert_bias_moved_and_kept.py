# ---
# jupyter:
#   course:
#     misconception: "b_hn is added to b_in and also stays where it was, so that it counts twice."
#     section: "PyTorch's LSTM, and the GRU, The gated recurrent unit"
#     question: "How often does each bias stand in the sum of n after the conversion?"
#     keeps:  # points of the tasks that lose some, least and most
#       convert: [1, 1]
# ---

# %% task="convert"
def to_pytorch(weights: dict[str, Tensor], update: str, reset: str) -> nn.GRU | None:
    """An nn.GRU that computes what ``weights`` compute in their convention; None if there is none."""
    W_ih, W_hh = weights["W_ih"].clone(), weights["W_hh"].clone()
    b_ih, b_hh = weights["b_ih"].clone(), weights["b_hh"].clone()
    size = W_hh.shape[1]
    z, n = slice(size, 2 * size), slice(2 * size, 3 * size)
    if reset == "before":
        W_hn = W_hh[n]
        if not torch.equal(W_hn, torch.diag(W_hn.diagonal())):
            return None
        b_ih[n] += b_hh[n]
    if update == "takes":  # 1 - sigmoid(a) = sigmoid(-a)
        for value in (W_ih, W_hh, b_ih, b_hh):
            value[z] = -value[z]
    gru = nn.GRU(W_ih.shape[1], size, batch_first=True, dtype=W_ih.dtype)
    with torch.no_grad():
        gru.weight_ih_l0.copy_(W_ih)
        gru.weight_hh_l0.copy_(W_hh)
        gru.bias_ih_l0.copy_(b_ih)
        gru.bias_hh_l0.copy_(b_hh)
    return gru
