# ruff: noqa
# TorchScript differentiates what it has run itself.
# of: bptt

# %% task="bptt"
@torch.jit.script
def by_script(
    x: torch.Tensor,
    h_0: torch.Tensor,
    b: torch.Tensor,
    W_xh: torch.Tensor,
    W_hh: torch.Tensor,
    d: torch.Tensor,
):
    h = h_0
    J = torch.zeros([])
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ W_xh.t() + h @ W_hh.t() + b)
        J = J + (h * d[:, t]).sum()
    return torch.autograd.grad([J], [W_xh, W_hh, b, x, h_0])


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

    leaves = [value.clone().requires_grad_() for value in given]

    W_xh, W_hh, b, x, h_0 = leaves
    for _ in range(3):
        found = by_script(x, h_0, b, W_xh, W_hh, d_states)
    return tuple(found)
