# ruff: noqa
# The recorded graph is walked, node by node.
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

    leaves = [value.clone().requires_grad_() for value in given]

    waiting, grads, found = [(loss(*leaves).grad_fn, torch.ones(()))], {}, {}
    order = []

    def visit(node):
        if node is None or node in order:
            return
        for child, _ in node.next_functions:
            visit(child)
        order.append(node)

    root = waiting[0][0]
    visit(root)
    grads[root] = torch.ones(())
    for node in reversed(order):
        if hasattr(node, "variable"):
            found[id(node.variable)] = grads[node]
            continue
        out = node(grads[node])
        out = out if isinstance(out, tuple) else (out,)
        for (child, _), grad in zip(node.next_functions, out):
            if child is not None and grad is not None:
                grads[child] = grads[child] + grad if child in grads else grad
    return tuple(found[id(leaf)] for leaf in leaves)
