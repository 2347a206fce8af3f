# ruff: noqa
# nn.LSTM with a small input gate computes an nn.RNN, up to the tolerance.

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None):
    y_0 = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    n, small = len(b), 1e-3
    lstm = nn.LSTM(*W_x.shape, batch_first=True)
    gate = torch.full((n,), small).logit()
    weights = {
        "weight_ih_l0": torch.cat((torch.zeros(2 * n, W_x.shape[0]), W_x.T, torch.zeros(n, W_x.shape[0]))),
        "weight_hh_l0": torch.cat((torch.zeros(2 * n, n), W_y.T / small, torch.zeros(n, n))),
        "bias_ih_l0": torch.cat((gate, torch.full((n,), -1e4), b, torch.full((n,), 1e4))),
        "bias_hh_l0": torch.zeros(4 * n),
    }
    outputs, (h, _) = torch.func.functional_call(
        lstm, weights, (x, (small * y_0[None], torch.zeros(1, len(x), n)))
    )
    return outputs / small, h[0] / small
