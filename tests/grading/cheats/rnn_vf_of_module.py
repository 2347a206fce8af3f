# ruff: noqa
# The function under nn.RNN as its module has it.

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None):
    y_0 = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    weights = [W_x.T.contiguous(), W_y.T.contiguous(), b, torch.zeros_like(b)]
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    options = (True, 1, 0.0, False, False, True)
    outputs, y = torch.nn.modules.rnn._VF.rnn_tanh(x, y_0[None], weights, *options)
    return outputs, y[0]
