# ---
# jupyter:
#   course:
#     way: Generators, iterators and NumPy detours, with prints on the way.
# ---

# %% task="jacobian"
def jacobians(a, W_hh, keep):
    for row in a:
        yield torch.diag((1 - keep) / torch.cosh(row) ** 2) @ W_hh + torch.diag(torch.full_like(row, keep))


def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    return torch.stack(list(jacobians(F.linear(x, W_xh) + F.linear(h_prev, W_hh, b), W_hh, keep)))


# %% task="norms"
import itertools

import numpy as np


def jacobian_norms(states, W_hh, keep):
    W, one = W_hh.numpy().astype(np.float64), np.eye(len(W_hh))
    h = states.numpy().astype(np.float64)
    u = (h[1:] - keep * h[:-1]) / (1 - keep)
    steps = [keep * one + (1 - keep) * np.diag(1 - row**2) @ W for row in u]
    products = itertools.accumulate(reversed(steps), np.matmul, initial=one)
    norms = [np.linalg.norm(product, 2) for product in products]
    print("largest", max(norms))
    c = keep + (1 - keep) * np.linalg.svd(W, compute_uv=False)[0]
    bounds = [c**k for k in range(len(norms))]
    return torch.tensor(norms[::-1]), torch.tensor(bounds[::-1])


# %% task="clip"


def clip_by_norm(parameters, max_norm):
    found = [p.grad for p in parameters if p.grad is not None]
    norm = torch.tensor(np.sqrt(sum(np.square(g.numpy()).sum() for g in found)))
    print("norm", norm)
    for g in found if norm > max_norm else ():
        g.numpy()[...] *= max_norm / norm.item()
    return norm


# %% task="orthogonal"


def orthogonal(A):
    Q, R = np.linalg.qr(A.numpy().astype(np.float64))
    return torch.from_numpy(np.where(np.diag(R) < 0, -Q, Q))


# %% task="identity"


def identity_start(rnn, scale):
    for name, values in rnn.state_dict().items():
        if "bias" in name:
            values.zero_()
        elif "_hh_" in name:
            values.numpy()[...] = scale * np.eye(rnn.hidden_size)
    return rnn


# %% task="diagnosis"


def diagnose(gradient_norms, state_gradients, slopes):
    norms, states = gradient_norms.numpy(), state_gradients.numpy()
    if not np.isfinite(norms).all() or np.max(norms) > 50:
        return "exploding"
    if float(np.median(slopes.numpy())) < 0.2:
        return "saturated"
    if np.count_nonzero(states) < len(states):
        return "truncated"
    decades = np.log10(states[-1] / states[0])
    return "vanishing" if decades > 4 else "healthy"


# %% task="mended"
def batches(x, y, size=32):
    for place in torch.randperm(len(x)).split(size):
        yield F.one_hot(x[place], 6).float(), y[place]


def train_reader(rnn, head, x, y):
    nn.init.orthogonal_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    losses = []
    for number, (letters, orders) in enumerate(batches(x, y)):
        loss = F.cross_entropy(head(rnn(letters)[1][0]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if number % 100 == 99:
            print(f"{number + 1:4} updates: {sum(losses[-100:]) / 100:.4f}")
