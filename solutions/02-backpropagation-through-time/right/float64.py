# ---
# jupyter:
#   course:
#     way: Everything in double precision, with a warning on the way, and the batches as lists.
# ---

# %% task="output"
import warnings


def output_layer(states, U, b_2, targets):
    warnings.warn("computing in double precision", stacklevel=2)
    states, U, b_2 = states.double(), U.double(), b_2.double()
    delta = torch.softmax(states @ U.mT + b_2, dim=-1)
    rows, columns = torch.meshgrid(*map(torch.arange, targets.shape), indexing="ij")
    loss = -delta[rows, columns, targets].log().mean()
    delta[rows, columns, targets] -= 1
    delta /= targets.numel()
    return loss, delta @ U, delta.flatten(0, 1).T @ states.flatten(0, 1), delta.flatten(0, 1).sum(0)


# %% task="bptt"
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    x, h_0, states, W_xh, W_hh, d_states = (
        value.double() for value in (x, h_0, states, W_xh, W_hh, d_states)
    )
    slope = 1 - states**2
    deltas = [slope[:, -1] * d_states[:, -1]]
    for t in range(x.shape[1] - 2, -1, -1):
        deltas.append(slope[:, t] * (d_states[:, t] + deltas[-1] @ W_hh))
    delta = torch.stack(deltas[::-1], dim=1)
    flat = delta.flatten(0, 1)
    before = torch.cat((h_0.unsqueeze(1), states[:, :-1]), dim=1)
    return (
        flat.T @ x.flatten(0, 1),
        flat.T @ before.flatten(0, 1),
        flat.sum(0),
        delta @ W_xh,
        delta[:, 0] @ W_hh,
    )


# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    total = None
    for start in range(0, x.shape[1], cut):
        piece = slice(start, start + cut)
        first = states[:, start - 1] if start else h_0
        part = bptt(x[:, piece], first, states[:, piece], W_xh, W_hh, d_states[:, piece])
        total = part if total is None else [a + b for a, b in zip(total[:3], part[:3])]
    return tuple(total[:3])


# %% task="epoch"
def train_epoch(model, optimizer, batches):
    state = None
    total = torch.zeros((), dtype=torch.float64)
    count = 0
    for inputs, targets in batches:
        if state is not None:
            state = state.detach().clone()
        logits, state = model(inputs, state)
        real = targets.flatten() != -100
        losses = F.cross_entropy(logits.flatten(0, 1)[real], targets.flatten()[real], reduction="none")
        optimizer.zero_grad(set_to_none=False)
        losses.mean().backward()
        optimizer.step()
        total += losses.detach().double().sum()
        count += losses.numel()
    return (total / count).item()


# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    logits = logits.double()
    losses = logits.logsumexp(-1) - logits.gather(-1, targets[..., None])[..., 0]
    mask = (targets != padding).double()
    return float(((losses * mask).sum() / mask.sum()).exp())
