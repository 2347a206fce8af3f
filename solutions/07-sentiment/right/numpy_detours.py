# ---
# jupyter:
#   course:
#     way: "Through NumPy and back, in double precision: add.at, masked arrays, digitize, Newton's method."
# ---

# %% task="table"
import numpy as np


def read_vectors(lines, size):
    def split(line):
        fields = line.rstrip().split(" ")
        return " ".join(fields[:-size]), torch.from_numpy(np.array(fields[-size:], dtype=np.float32))

    return dict(map(split, lines))


def embedding_matrix(vocabulary, vectors):
    known = np.stack([vector.numpy() for vector in vectors.values()]).astype(np.float64)
    sigma = np.sqrt((known**2).mean())
    matrix = np.zeros((len(vocabulary), known.shape[1]))
    for k, word in enumerate(vocabulary):
        vector = vectors.get(word) if word in vectors else vectors.get(word.lower())
        if k == 1:
            matrix[k] = known.mean(axis=0)
        elif vector is not None:
            matrix[k] = vector.numpy()
        elif k > 1:
            seed = zlib.crc32(bytes(word, "utf-8"))
            matrix[k] = (
                sigma * torch.randn(known.shape[1], generator=torch.Generator().manual_seed(seed)).numpy()
            )
    return torch.from_numpy(matrix).float()


def coverage(counts, vectors):
    words = np.array([word for word in counts if word not in {"<pad>", "<unk>"}])
    amounts = np.array([counts[word] for word in words])
    found = np.array([word in vectors or word.lower() in vectors for word in words])
    return found.mean(), amounts[found].sum() / amounts.sum()


# %% task="skipgram"
def pairs(sentence, window):
    i, j = np.indices((len(sentence), len(sentence)))
    keep = (np.abs(i - j) <= window) & (i != j)
    return [(sentence[a], sentence[b]) for a, b in zip(i[keep], j[keep])]


def sgns(V, U, centre, context, negatives):
    v_table, u_table = V.numpy().astype(float), U.numpy().astype(float)
    c, o, n = centre.numpy(), context.numpy(), negatives.numpy()
    v = v_table[c]
    positive = (v * u_table[o]).sum(axis=1)
    negative = np.einsum("bd,bkd->bk", v, u_table[n])
    loss = (np.logaddexp(0, -positive).sum() + np.logaddexp(0, negative).sum()) / len(c)
    with np.errstate(over="ignore"):
        up = -1 / (1 + np.exp(positive)) / len(c)
        down = 1 / (1 + np.exp(-negative)) / len(c)
    by_v, by_u = np.zeros_like(v_table), np.zeros_like(u_table)
    np.add.at(by_v, c, up[:, None] * u_table[o] + np.einsum("bk,bkd->bd", down, u_table[n]))
    np.add.at(by_u, o, up[:, None] * v)
    np.add.at(by_u, n, down[:, :, None] * v[:, None, :])
    return torch.tensor(loss), torch.from_numpy(by_v), torch.from_numpy(by_u)


# %% task="pooling"
def last_states(states, lengths):
    h = states.numpy()
    n = h.shape[-1] // 2
    return torch.from_numpy(np.hstack([h[np.arange(len(h)), lengths.numpy() - 1][:, :n], h[:, 0, n:]]))


def mean_and_max(states, mask):
    hidden = np.ma.masked_array(states.numpy(), np.broadcast_to(~mask.numpy()[:, :, None], states.shape))
    return torch.from_numpy(hidden.mean(axis=1).filled(0)), torch.from_numpy(hidden.max(axis=1).filled(0))


def attention(states, mask, W, b, v):
    h, real = states.numpy().astype(float), mask.numpy()
    scores = np.tanh(h @ W.numpy().T + b.numpy()) @ v.numpy().astype(float)
    highest = np.where(real, scores, -np.inf).max(axis=1, keepdims=True)
    highest[~real.any(axis=1)] = 0
    e = np.where(real, np.exp(np.where(real, scores - highest, 0)), 0)
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return torch.from_numpy(weights), torch.from_numpy((weights[:, :, None] * h).sum(axis=1))


# %% task="calibration"
def calibration_error(probabilities, labels, bins):
    p, y = probabilities.numpy().astype(float), labels.numpy()
    place = np.digitize(p, np.linspace(0, 1, bins + 1)[1:-1])
    counts = np.bincount(place, minlength=bins)
    gaps = np.bincount(place, weights=y, minlength=bins) - np.bincount(place, weights=p, minlength=bins)
    return float(np.abs(gaps[counts > 0]).sum() / len(p))


def temperature(logits, labels):
    """Newton's method for the factor 1 / T, in which the loss is convex."""
    z, y = logits.numpy().astype(float), labels.numpy()
    factor = 0.0
    for _ in range(100):
        p = 1 / (1 + np.exp(-factor * z))
        factor += ((y - p) * z).sum() / (p * (1 - p) * z * z).sum()
    return float(1 / factor)


def calibrate(valid, test, bins):
    t = temperature(*valid)
    z = test[0].double()
    return (
        t,
        calibration_error(z.sigmoid(), test[1], bins),
        calibration_error((z / t).sigmoid(), test[1], bins),
    )


# %% task="errors"
def error_table(kinds, labels, answers):
    names, place = np.unique(kinds, return_inverse=True)
    wrong = np.bincount(place, weights=np.array(labels) != np.array(answers)).astype(int)
    total = np.bincount(place)
    order = np.argsort(-wrong / total, kind="stable")
    return [(str(names[k]), int(wrong[k]), int(total[k])) for k in order]


def diagnosis():
    rows = [("A", "never"), ("B", "although"), ("C", "scrumptious"), ("D", "friday"), ("A", "not")]
    rows += [("E", ""), ("A", "nothing"), ("D", "sequel"), ("C", "mesmerising"), ("B", "but")]
    return dict(enumerate(rows, 1))
