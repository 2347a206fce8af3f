# ruff: noqa
# A subclass of nn.RNN calls super().forward.

# %% task="layer"
class Mine(nn.RNN):
    def forward(self, *args):
        return super().forward(*args)


def run_layer(x, W_x, W_y, b, y_0=None):
    y_0 = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    weights = [W_x.T.contiguous(), W_y.T.contiguous(), b, torch.zeros_like(b)]
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    options = (True, 1, 0.0, False, False, True)
    rnn = Mine(*W_x.shape, batch_first=True)
    outputs, y = torch.func.functional_call(rnn, dict(zip(names, weights)), (x, y_0[None]))
    return outputs, y[0]
