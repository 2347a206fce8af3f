# ruff: noqa
# nn.GRU whose gates are held open is an nn.RNN.

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None):
    y_0 = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    n = len(b)
    gru = nn.GRU(*W_x.shape, batch_first=True)
    open_gates = torch.cat((torch.full((n,), 1e4), torch.full((n,), -1e4)))
    weights = {
        "weight_ih_l0": torch.cat((torch.zeros(2 * n, W_x.shape[0]), W_x.T)),
        "weight_hh_l0": torch.cat((torch.zeros(2 * n, n), W_y.T)),
        "bias_ih_l0": torch.cat((open_gates, b)),
        "bias_hh_l0": torch.zeros(3 * n),
    }
    outputs, y = torch.func.functional_call(gru, weights, (x, y_0[None]))
    return outputs, y[0]
