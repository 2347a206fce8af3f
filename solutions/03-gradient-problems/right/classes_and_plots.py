# ---
# jupyter:
#   course:
#     way: Classes that are called, functions within functions, magics, and a plot left in.
# ---

# %% task="jacobian"
# %matplotlib inline


class Step:
    def __init__(self, W_xh, W_hh, b, keep):
        self.W_xh, self.W_hh, self.b, self.keep = W_xh, W_hh, b, keep

    def candidate(self, x, h):
        return torch.addmm(torch.addmm(self.b, x, self.W_xh.mT), h, self.W_hh.mT).tanh()

    def jacobian(self, x, h):
        new = self.candidate(x, h)
        J = torch.mul((1 - new) * (1 + new), 1 - self.keep).unsqueeze(2).mul(self.W_hh.unsqueeze(0))
        J.diagonal(dim1=1, dim2=2).add_(self.keep)
        return J


def step_jacobian(x, h_prev, W_xh, W_hh, b, keep):
    return Step(W_xh, W_hh, b, keep).jacobian(x, h_prev)


# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    identity = torch.eye(W_hh.shape[0], dtype=torch.float64)
    states, W = states.double(), W_hh.double()

    def back(t):
        """dh_T/dh_t, t from 1."""
        if t == len(states):
            return identity
        new = (states[t] - keep * states[t - 1]) / (1 - keep)
        return back(t + 1) @ (keep * identity + (1 - keep) * (1 - new**2)[:, None] * W)

    def largest(matrix):
        return torch.linalg.eigvalsh(matrix.T @ matrix)[-1].sqrt()

    norms = [largest(back(t)) for t in range(1, len(states) + 1)]
    c = keep + (1 - keep) * largest(W)
    return torch.stack(norms), torch.stack([c ** (len(states) - t) for t in range(1, len(states) + 1)])


# %% task="clip"
class Clipper:
    def __init__(self, max_norm):
        self.max_norm = max_norm

    def __call__(self, parameters):
        squares = [torch.sum(p.grad * p.grad) for p in parameters if p.grad is not None]
        norm = torch.stack(squares).sum() ** 0.5
        if norm.item() > self.max_norm:
            with torch.no_grad():
                for p in filter(lambda p: p.grad is not None, parameters):
                    p.grad.div_(norm).mul_(self.max_norm)
        return norm


def clip_by_norm(parameters, max_norm):
    return Clipper(max_norm)(parameters)


# %% task="orthogonal"
def orthogonal(A):
    U, S, V = torch.linalg.svd(A.double(), full_matrices=False)
    Q, R = torch.linalg.qr(U @ torch.diag(S) @ V)
    flip = [1.0 if R[k, k] > 0 else -1.0 for k in range(R.shape[0])]
    return Q @ torch.diag(torch.tensor(flip, dtype=Q.dtype))


# %% task="identity"
@torch.no_grad()
def identity_start(rnn, scale):
    for layer in rnn.all_weights:
        _, weight_hh, *biases = layer
        weight_hh.zero_().fill_diagonal_(scale)
        for bias in biases:
            bias.mul_(0)
    return rnn


# %% task="diagnosis"
import matplotlib.pyplot as plt

plt.semilogy(training_run(**RUNS["K"])[1])
plt.title("run K")


class Doctor:
    def __init__(self):
        self.signs = {
            "exploding": lambda run: not run[0].isfinite().all() or run[0].max() > 10 * run[0].median() + 90,
            "saturated": lambda run: run[2].mean() < 0.5,
            "truncated": lambda run: bool((run[1] == 0.0).any()),
            "vanishing": lambda run: run[1][0] / run[1][-1] < 1e-4,
            "healthy": lambda run: True,
        }

    def __call__(self, *run):
        return next(word for word, fits in self.signs.items() if fits(run))


def diagnose(gradient_norms, state_gradients, slopes):
    return Doctor()(gradient_norms, state_gradients, slopes)


# %% task="mended"
import matplotlib.pyplot as plt


class Reader(nn.Module):
    def __init__(self, rnn, head):
        super().__init__()
        self.rnn, self.head = rnn, head
        nn.init.orthogonal_(rnn.weight_hh_l0)
        nn.init.zeros_(rnn.bias_hh_l0)

    def forward(self, letters):
        return self.head(self.rnn(F.one_hot(letters, 6).float())[0].select(1, -1))


def train_reader(rnn, head, x, y):
    reader = Reader(rnn, head)
    optimizer = torch.optim.SGD(reader.parameters(), lr=0.1)
    curve = []
    for k in range(0, len(x), 32):
        optimizer.zero_grad()
        loss = F.cross_entropy(reader(x[k : k + 32]), y[k : k + 32])
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        curve.append(loss.item())
    plt.figure()
    plt.plot(curve)
    return reader
