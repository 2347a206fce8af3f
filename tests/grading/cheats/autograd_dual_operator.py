# ruff: noqa
# Dual numbers by the operators beneath them.
# of: bptt

# %% task="bptt"


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
    torch._C._enter_dual_level()
    for k, value in enumerate(given):
        parts = []
        for unit in torch.eye(value.numel()).view(-1, *value.shape):
            dual = torch.ops.aten._make_dual(value, unit, 0)
            parts.append(torch.ops.aten._unpack_dual(loss(*given[:k], dual, *given[k + 1 :]), 0)[1])
        found.append(torch.stack(parts).view(value.shape))
    return tuple(found)
