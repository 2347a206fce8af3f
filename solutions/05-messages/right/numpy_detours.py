# ---
# jupyter:
#   course:
#     way: NumPy in float64, lists of Python numbers, a magic and a plot left in.
# ---

# %% task="loss"
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np


def bce(logits, labels, pos_weight):
    z, y = logits.detach().numpy().astype(float), labels.numpy().astype(float)
    plt.hist(z)
    plt.close()
    each = pos_weight * y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)
    p = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
    gradient = (np.where(y == 1, pos_weight, 1.0) * (p - y)) / z.size
    return torch.tensor(each.mean()), torch.from_numpy(gradient)


# %% task="threshold"
def decide(logits, threshold):
    p = 1 / (1 + np.exp(-logits.double().numpy().ravel()))
    return torch.from_numpy((p >= threshold).astype(np.int64))


def threshold_for(probabilities, labels, precision):
    p, y = probabilities.numpy(), labels.numpy()
    best = (float("inf"), 0.0)
    for threshold in np.unique(p)[::-1]:
        called = p >= threshold
        if y[called].mean() >= precision:
            best = (threshold, y[called].sum() / y.sum())
    return best
