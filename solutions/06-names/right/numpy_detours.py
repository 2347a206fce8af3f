# ---
# jupyter:
#   course:
#     way: "Through NumPy and back, in double precision."
# ---

# %% task="scores"
import numpy as np


def class_scores(matrix):
    counts = matrix.numpy().astype(float)
    tp = np.diag(counts)
    with np.errstate(all="ignore"):
        p, r = np.nan_to_num(tp / counts.sum(axis=0)), np.nan_to_num(tp / counts.sum(axis=1))
        f1 = np.nan_to_num(2 * p * r / (p + r))
    return torch.from_numpy(np.stack([p, r, f1], axis=-1))


def averages(matrix):
    f1 = class_scores(matrix)[:, 2].numpy()
    counts = matrix.numpy()
    return np.trace(counts) / counts.sum(), f1.mean(), np.average(f1, weights=counts.sum(axis=1))


def largest_errors(matrix, languages, count):
    counts = matrix.numpy().copy()
    np.fill_diagonal(counts, 0)
    places = np.argsort(-counts, axis=None, kind="stable")[:count]
    pairs = [np.unravel_index(place, counts.shape) for place in places]
    return [(languages[i], languages[j], int(counts[i, j])) for i, j in pairs if counts[i, j]]


# %% task="loss"
def cross_entropy(logits, targets):
    import numpy as np

    z, y = logits.numpy().astype(np.float64), targets.numpy()
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    one_hot = np.eye(z.shape[1])[y]
    return torch.tensor(-(one_hot * log_p).sum() / len(y)), torch.from_numpy(
        (np.exp(log_p) - one_hot) / len(y)
    )
