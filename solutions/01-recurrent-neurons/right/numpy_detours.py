# ---
# jupyter:
#   course:
#     way: "NumPy wherever no gradient is needed; a linear layer of the last changes, by least squares."
# ---

# %% task="remainder"
import numpy as np


def remainder_weights():
    sums = np.array([1, 1, -2], dtype=np.float32)
    W_h = np.repeat(sums[:, None], 3, axis=1)
    thresholds = -np.arange(3, dtype=np.float32) - 0.25
    return tuple(map(torch.from_numpy, (np.ones((1, 3), np.float32), W_h, thresholds, sums)))


# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    series = prefix.numpy().copy()
    with torch.no_grad():
        for _ in range(steps):
            change = head(rnn(torch.from_numpy(series))[0])[:, -1:].numpy()
            series = np.concatenate([series, series[:, -1:] + change], axis=1)
    return torch.from_numpy(series[:, prefix.shape[1] :])


# %% task="fit"
def fit_forecaster(train, seed):
    def last_changes(series):
        changes = np.diff(series, axis=1, prepend=series[:, :1])
        padded = np.pad(changes, ((0, 0), (5, 0)))
        return np.stack([padded[:, 5 - k : padded.shape[1] - k] for k in range(6)], axis=2)

    lines = train.numpy().astype(float)
    x = last_changes(lines)[:, 6:-1].reshape(-1, 6)
    weights = np.linalg.lstsq(x, np.diff(lines, axis=1)[:, 6:].ravel())[0]
    return lambda series: series + torch.tensor(last_changes(series.numpy()) @ weights).float()


# %% task="errors"
def error_table(series, predictions, edges):
    x, said = series.numpy().astype(float), predictions.numpy().astype(float)
    row = np.digitize(np.abs(x[:, 1:-1] - x[:, :-2]), edges).ravel()
    table = np.zeros((len(edges) + 1, 3))
    table[:, 0] = np.bincount(row, minlength=len(table))
    for column, guess in ((1, said), (2, x)):
        squares = ((guess[:, 1:-1] - x[:, 2:]) ** 2).ravel()
        table[:, column] = np.bincount(row, squares, len(table)) / np.maximum(table[:, 0], 1)
    table[:, 1:] **= 0.5
    return torch.from_numpy(table)


def worst_points(series, predictions, count):
    errors = predictions.numpy()[:, :-1] - series.numpy()[:, 1:]
    order = np.argsort(-np.abs(errors), axis=None)[:count]
    return [(int(i), int(t) + 1, float(errors[i, t])) for i, t in zip(*np.unravel_index(order, errors.shape))]
