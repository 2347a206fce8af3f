# ---
# jupyter:
#   course:
#     way: Sums over all steps at once by einsum; perplexity by cross_entropy with ignore_index.
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    logits = torch.einsum("nth,vh->ntv", states, U) + b_2
    y_hat = torch.softmax(logits, dim=-1)
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    delta = y_hat.scatter_add(2, targets[..., None], -torch.ones_like(y_hat[..., :1])) / (
        logits.shape[0] * logits.shape[1]
    )
    return (
        loss,
        torch.einsum("ntv,vh->nth", delta, U),
        torch.einsum("ntv,nth->vh", delta, states),
        torch.einsum("ntv->v", delta),
    )


# %% task="bptt"
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    before = torch.cat((h_0[:, None], states[:, :-1]), dim=1)
    deltas, future = [], 0.0
    for t in range(states.shape[1] - 1, -1, -1):
        delta = (1 - states[:, t].square()) * (d_states[:, t] + future)
        future = delta @ W_hh
        deltas.insert(0, delta)
    delta = torch.stack(deltas, dim=1)
    return (
        torch.einsum("nth,nti->hi", delta, x),
        torch.einsum("nth,ntk->hk", delta, before),
        delta.sum(dim=(0, 1)),
        torch.einsum("nth,hi->nti", delta, W_xh),
        future,
    )


# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    starts = range(0, x.shape[1], cut)
    first_states = [h_0 if start == 0 else states[:, start - 1] for start in starts]
    pieces = zip(x.split(cut, 1), first_states, states.split(cut, 1), d_states.split(cut, 1))
    gradients = [bptt(x_p, h_p, s_p, W_xh, W_hh, d_p)[:3] for x_p, h_p, s_p, d_p in pieces]
    return tuple(sum(parts) for parts in zip(*gradients))


# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = (len(tokens) - 1) // batch_size
    rows = tokens.unfold(0, width + 1, width)[:batch_size]
    return [
        (rows[:, a : min(a + seq_length, width)], rows[:, a + 1 : min(a + seq_length, width) + 1])
        for a in range(0, width, seq_length)
    ]


# %% task="epoch"
def train_epoch(model, optimizer, batches):
    losses, state = [], None
    for inputs, targets in batches:
        model.zero_grad()
        logits, state = model(inputs, None if state is None else state.detach())
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
        (loss / targets.numel()).backward()
        optimizer.step()
        losses.append((loss.item(), targets.numel()))
    return sum(loss for loss, _ in losses) / sum(number for _, number in losses)


# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=padding).exp().item()
