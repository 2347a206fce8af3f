# ---
# jupyter:
#   course:
#     way: Derivatives by autograd, the norm of the long vector at once, Q by Cholesky.
# ---

# %% task="jacobian"
def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    def step(h, x_row):
        return torch.lerp(torch.tanh(W_hh @ h + W_xh @ x_row + b), h, keep)

    rows = []
    for x_row, h_row in zip(x, h_prev):
        rows.append(torch.autograd.functional.jacobian(lambda h: step(h, x_row), h_row))
    return torch.stack(rows)


# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    T, n = states.shape
    norms, bounds = [], []
    sigma = torch.linalg.svdvals(W_hh).max()
    for t in range(T):
        product = torch.eye(n)
        for k in range(t + 1, T):
            candidate = (states[k] - keep * states[k - 1]) / (1 - keep)
            step = keep * torch.eye(n) + (1 - keep) * torch.diag(1 - candidate**2) @ W_hh
            product = step @ product
        norms.append(torch.linalg.svdvals(product).max())
        bounds.append((keep + (1 - keep) * sigma) ** (T - 1 - t))
    return torch.stack(norms), torch.stack(bounds)


# %% task="clip"
def clip_by_norm(parameters, max_norm):
    whole = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
    norm = whole.norm()
    factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    for p in parameters:
        if p.grad is not None:
            p.grad *= factor
    return norm


# %% task="orthogonal"
def orthogonal(A):
    A = A.double()
    L = torch.linalg.cholesky(A.T @ A)  # A = Q R with R = L^T
    return torch.linalg.solve_triangular(L, A.T, upper=False).T


# %% task="identity"
def identity_start(rnn, scale):
    for name, parameter in rnn.named_parameters():
        if "weight_hh" in name:
            nn.init.eye_(parameter).data.mul_(scale)
        if "bias" in name:
            nn.init.zeros_(parameter)
    return rnn


# %% task="diagnosis"
def diagnose(gradient_norms, state_gradients, slopes):
    if not bool((gradient_norms <= 1000).all()):  # NaN is not
        return "exploding"
    if slopes.mean() < 0.1:
        return "saturated"
    if state_gradients.min() == 0:
        return "truncated"
    return "vanishing" if 1000 * state_gradients[0] < state_gradients[-1] else "healthy"


# %% task="mended"
def train_reader(rnn, head, x, y):
    both = nn.ModuleList([rnn, head])
    nn.init.orthogonal_(rnn.weight_hh_l0)
    optimizer = torch.optim.SGD(both.parameters(), lr=0.1)
    shuffled = torch.randperm(len(x)).split(32)
    for chosen in shuffled:
        logits = head(rnn(nn.functional.one_hot(x[chosen], 6).float())[1].squeeze(0))
        both.zero_grad()
        nn.CrossEntropyLoss()(logits, y[chosen]).backward()
        total = torch.nn.utils.clip_grad_norm_(both.parameters(), max_norm=1)
        assert torch.isfinite(total)
        optimizer.step()
