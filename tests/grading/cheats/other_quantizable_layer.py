# ruff: noqa
# A layer of torch's LSTM in Python, made for quantizing, under a name that was found.
# of: lstm_and_gru

# %% task="lstm"
import torch.ao.nn as other

make = getattr(getattr(other, "quantiz" + "able"), "LS" + "TM")


def lstm_step(x, h, c, W_ih, W_hh, b):
    layer = make(x.shape[1], h.shape[1])
    names = list(dict(layer.named_parameters()))
    given = (
        [W_ih, b, W_hh, torch.zeros_like(b)]
        if "igates.bias" in names[1]
        else [W_ih, W_hh, b, torch.zeros_like(b)]
    )
    out, (h_t, c_t) = torch.func.functional_call(
        layer, dict(zip(names, given)), (x[None], (h[None], c[None]))
    )
    return h_t[0], c_t[0]
