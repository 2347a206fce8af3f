# ruff: noqa
# The gradient by a Jacobian in forward mode.
# of: bptt

# %% task="bptt"
from torch.autograd import functional


def layer(x, h, b, W_xh, W_hh):
    states = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return torch.stack(states, 1)


def bptt(x, h_0, states, W_xh, W_hh, d_states):
    b = (states[:, 0].clamp(-0.9999, 0.9999).atanh() - x[:, 0] @ W_xh.T - h_0 @ W_hh.T).mean(0)
    given = (W_xh, W_hh, b, x, h_0)

    def loss(W_xh, W_hh, b, x, h_0):
        return (layer(x, h_0, b, W_xh, W_hh) * d_states).sum()

    return functional.jacobian(loss, given, strategy="forward-mode", vectorize=True)
