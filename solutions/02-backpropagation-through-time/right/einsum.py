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
    width = -(-(len(tokens) - 1) // batch_size)
    after = tokens.new_full((width * batch_size + 1 - len(tokens),), -100)
    rows = torch.cat([tokens, after]).unfold(0, width + 1, width)
    inputs, targets = rows[:, :-1].clone(), rows[:, 1:]
    inputs[targets == -100] = 0
    return list(zip(inputs.split(seq_length, 1), targets.split(seq_length, 1)))


# %% task="epoch"
def train_epoch(model, optimizer, batches):
    losses, state = [], None
    for inputs, targets in batches:
        model.zero_grad()
        logits, state = model(inputs, None if state is None else state.detach())
        number = int(torch.count_nonzero(targets + 100))
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
        (loss / number).backward()
        optimizer.step()
        losses.append((loss.item(), number))
    return sum(loss for loss, _ in losses) / sum(number for _, number in losses)


# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=padding).exp().item()


# %% task="look"
def loss_by_place(model, text, symbols, longest):
    numbers = torch.tensor([symbols.find(c) for c in text])
    logits = model(numbers[None, :-1], None)[0].detach()
    one_hot = F.one_hot(numbers[1:], len(symbols)).float()
    losses = -torch.einsum("tv,tv->t", logits[0].log_softmax(1), one_hot)
    places = torch.tensor([len(re.search("[a-zA-Z]*$", text[: t + 1])[0]) for t in range(1, len(text))])
    found, which, counts = places.clamp(max=longest).unique(return_inverse=True, return_counts=True)
    means = torch.einsum("t,tk->k", losses, F.one_hot(which).float()) / counts
    return list(zip(found.tolist(), counts.tolist(), means.tolist()))


def findings():
    return {5, 4, 3, 1}
