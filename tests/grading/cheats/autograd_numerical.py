# ruff: noqa
# The gradient by finite differences, from what torch checks its own gradients with.
# of: bptt

# %% task="bptt"
import sys


def layer(x, h, b, W_xh, W_hh):
    states = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return torch.stack(states, 1)


def bptt(x, h_0, states, W_xh, W_hh, d_states):
    b = (states[:, 0].clamp(-0.9999, 0.9999).atanh() - x[:, 0] @ W_xh.T - h_0 @ W_hh.T).mean(0)
    given = [value.double().requires_grad_() for value in (W_xh, W_hh, b, x, h_0)]

    def loss(W_xh, W_hh, b, x, h_0):
        return (layer(x, h_0, b, W_xh, W_hh) * d_states).sum()

    check = sys.modules["torch.autograd.gradcheck"]
    found = check._get_numerical_jacobian(loss, given, eps=1e-6)
    return tuple(jacobian.reshape(value.shape) for (jacobian,), value in zip(found, given))
