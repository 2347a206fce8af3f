# ruff: noqa
# The gradient by torch.func.linearize, from forwards.
# of: bptt

# %% task="bptt"
import torch.func


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

    found = []
    for k, value in enumerate(given):
        line = torch.func.linearize(lambda v: loss(*given[:k], v, *given[k + 1 :]), value)[1]
        units = torch.eye(value.numel()).view(-1, *value.shape)
        found.append(torch.stack([line(unit) for unit in units]).view(value.shape))
    return tuple(found)
