# ---
# jupyter:
#   course:
#     way: Plain loops over examples, units and numbers; Gram and Schmidt by hand.
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    batch, n = h_prev.shape
    J = torch.zeros(batch, n, n)
    for example in range(batch):
        for i in range(n):
            a = b[i] + (W_xh[i] * x[example]).sum() + (W_hh[i] * h_prev[example]).sum()
            for j in range(n):
                J[example, i, j] = (1 - keep) * (1 - torch.tanh(a) ** 2) * W_hh[i, j]
                if i == j:
                    J[example, i, j] += keep
    return J


# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    product = torch.eye(len(W_hh))
    norms = torch.ones(len(states))
    bounds = torch.ones(len(states))
    for t in reversed(range(len(states) - 1)):
        old, new = states[t], states[t + 1]
        slope = 1 - ((new - keep * old) / (1 - keep)) ** 2
        product = keep * product + (1 - keep) * product @ torch.diag(slope) @ W_hh
        norms[t] = torch.linalg.norm(product, ord=2)
        bounds[t] = bounds[t + 1] * (keep + (1 - keep) * torch.linalg.norm(W_hh, ord=2))
    return norms, bounds


# %% task="clip"
def clip_by_norm(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            for number in p.grad.flatten().tolist():
                total += number**2
    norm = total**0.5
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad /= norm / max_norm
    return torch.tensor(norm)


# %% task="orthogonal"
def orthogonal(A):
    columns = []
    for a in A.T:
        for q in columns:
            a = a - (q @ a) * q
        columns.append(a / a.norm())
    return torch.stack(columns, dim=1)


# %% task="identity"
def identity_start(rnn, scale):
    ends = [f"_l{k}{way}" for k in range(rnn.num_layers) for way in ("", "_reverse")[: 1 + rnn.bidirectional]]
    for end in ends:
        weight = getattr(rnn, "weight_hh" + end)
        for i in range(rnn.hidden_size):
            for j in range(rnn.hidden_size):
                weight.data[i, j] = scale if i == j else 0.0
        getattr(rnn, "bias_ih" + end).data.fill_(0)
        getattr(rnn, "bias_hh" + end).data.fill_(0)
    return rnn


# %% task="diagnosis"
import math


def diagnose(gradient_norms, state_gradients, slopes):
    for norm in gradient_norms.tolist():
        if math.isnan(norm) or norm > 1000:
            return "exploding"
    if sum(slopes.tolist()) / len(slopes) < 0.1:
        return "saturated"
    if 0 in state_gradients.tolist():
        return "truncated"
    if float(state_gradients[0]) < 0.001 * float(state_gradients[-1]):
        return "vanishing"
    return "healthy"


# %% task="mended"
def train_reader(rnn, head, x, y):
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.linalg.qr(torch.randn(32, 32))[0])
    parameters = list(rnn.parameters()) + list(head.parameters())
    for start in range(0, len(x), 32):
        letters = torch.zeros(len(x[start : start + 32]), 20, 6)
        letters.scatter_(2, x[start : start + 32, :, None], 1.0)
        output, _ = rnn(letters)
        loss = F.cross_entropy(head(output[:, 19]), y[start : start + 32])
        gradients = torch.autograd.grad(loss, parameters)
        length = 0.0
        for g in gradients:
            length += float((g**2).sum())
        factor = min(1.0, 1.0 / max(length**0.5, 1e-12))
        for p, g in zip(parameters, gradients):
            p.data -= 0.1 * factor * g
