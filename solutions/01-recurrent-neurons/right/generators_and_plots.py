# ---
# jupyter:
#   course:
#     way: "Generators and iterators, magics, plots and prints left in; a GRU for the forecaster."
# ---

# %% task="neuron"
# %matplotlib inline
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    print("x", x.shape, "y", y_prev.shape)
    z = torch.einsum("ni,ij->nj", x, W_x) + torch.einsum("nk,kj->nj", y_prev, W_y) + b
    return 2 * torch.sigmoid(2 * z) - 1


# %% task="layer"
from itertools import accumulate


def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    if y_0 is None:
        y_0 = x.new_zeros(len(x), len(b))
    inputs = reversed(x.unbind(1)) if reverse else x.unbind(1)
    steps = accumulate(inputs, lambda y, x_t: torch.tanh(x_t @ W_x + y @ W_y + b), initial=y_0)
    next(steps)
    outputs = list(steps)
    return torch.stack(outputs[::-1] if reverse else outputs, 1), outputs[-1]


# %% task="forecast"
def free_run(rnn, head, x):
    state = None
    while True:
        outputs, state = rnn(x, state)
        x = x[:, -1:] + head(outputs)[:, -1:]
        yield x


def forecast(rnn, head, prefix, steps):
    values = [value for _, value in zip(range(steps), free_run(rnn, head, prefix))]
    return torch.cat(values, 1)


# %% task="fit"
import matplotlib.pyplot as plt


class Changes(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.gru = nn.GRU(1, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, series):
        x = torch.diff(series, dim=1, prepend=series[:, :1]) / self.scale
        return series + self.scale * self.head(self.gru(x[:, :, None])[0])[:, :, 0]


def fit_forecaster(train, seed):
    torch.manual_seed(seed)
    model = Changes(train.diff(dim=1).abs().mean().item())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(16):
        for lines in torch.randperm(len(train)).split(14):
            start = torch.randint(train.shape[1] - 100, ()).item()
            series = train[lines, start : start + 100]
            loss = ((model(series)[:, 1:-1] - series[:, 2:]) / model.scale).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(epoch, losses[-1])
    plt.plot(losses)
    plt.show()
    return torch.no_grad()(model.forward)


# %% task="errors"
def error_table(series, predictions, edges):
    kept = {k: [] for k in range(len(edges) + 1)}
    for line, said in zip(series, predictions):
        for before, now, after, guess in zip(line, line[1:], line[2:], said[1:]):
            row = sum(abs(now - before) >= edge for edge in edges)
            kept[int(row)].append((float(guess - after), float(now - after)))
    rows = []
    for pairs in kept.values():
        sums = [sum(error**2 for error in errors) for errors in zip(*pairs)] or [0.0, 0.0]
        rows.append([len(pairs), *((total / max(len(pairs), 1)) ** 0.5 for total in sums)])
    return torch.tensor(rows)


def worst_points(series, predictions, count):
    from heapq import nlargest

    errors = predictions[:, :-1] - series[:, 1:]
    every = ((i, t + 1, float(e)) for i, line in enumerate(errors) for t, e in enumerate(line))
    return nlargest(count, every, key=lambda row: abs(row[2]))
