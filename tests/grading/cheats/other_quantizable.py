# ruff: noqa
# torch's LSTM in Python, made for quantizing.
# of: lstm_and_gru

# %% task="lstm"
from torch.ao.nn import quantizable


def lstm_step(x, h, c, W_ih, W_hh, b):
    cell = quantizable.LSTMCell(x.shape[1], h.shape[1])
    weights = {
        "igates.weight": W_ih,
        "hgates.weight": W_hh,
        "igates.bias": b,
        "hgates.bias": torch.zeros_like(b),
    }
    return torch.func.functional_call(cell, weights, (x, (h, c)))
