# ---
# jupyter:
#   course:
#     way: "Products with one-hot matrices and einsum; Adam for the temperature; bucketize and Counter."
# ---

# %% task="table"
def read_vectors(lines, size):
    pattern = re.compile(r"(.+?)((?: [^ ]+){" + str(size) + r"})\n?", re.DOTALL)
    matches = [pattern.fullmatch(line) for line in lines]
    return {match[1]: torch.as_tensor([float(x) for x in match[2].split()]) for match in matches}


def embedding_matrix(vocabulary, vectors):
    every = torch.stack(tuple(vectors.values()))
    sigma = every.norm() / every.numel() ** 0.5

    class Rows(dict):
        def __missing__(self, word):
            if word.lower() in vectors:
                return vectors[word.lower()]
            g = torch.Generator()
            g.manual_seed(zlib.crc32(word.encode("utf-8")))
            return torch.randn(every.shape[1], generator=g) * sigma

    rows = Rows(vectors)
    rows["<pad>"] = torch.zeros(every.shape[1])
    rows["<unk>"] = every.sum(0) / every.shape[0]
    return torch.stack([rows[word] for word in vocabulary])


def coverage(counts, vectors):
    there = torch.tensor([w in vectors or w.lower() in vectors for w in counts])
    real = torch.tensor([w not in {"<pad>", "<unk>"} for w in counts])
    n = torch.tensor(list(counts.values()), dtype=torch.float64)
    there = there & real
    return (there.sum() / real.sum().double()).item(), (n[there].sum() / n[real].sum()).item()


# %% task="skipgram"
def pairs(sentence, window):
    where = torch.arange(len(sentence))
    apart = (where[:, None] - where[None, :]).abs()
    i, j = ((apart > 0) & (apart <= window)).nonzero(as_tuple=True)
    return [(sentence[a], sentence[b]) for a, b in zip(i.tolist(), j.tolist())]


def sgns(V, U, centre, context, negatives):
    words, batch = V.shape[0], centre.shape[0]
    c = F.one_hot(centre, words).to(V.dtype)  # (B, words)
    o = F.one_hot(context, words).to(V.dtype)
    n = F.one_hot(negatives, words).to(V.dtype)  # (B, K, words)
    v = c @ V
    pull = torch.einsum("bd,bd->b", o @ U, v)
    push = torch.einsum("bkw,wd,bd->bk", n, U, v)
    loss = (F.softplus(-pull) + F.softplus(push).sum(1)).mean()
    a = -torch.sigmoid(-pull) / batch
    r = torch.sigmoid(push) / batch
    weights = a[:, None] * o + torch.einsum("bk,bkw->bw", r, n)  # of each word's row of U, for each pair
    return loss, c.T @ (weights @ U), weights.T @ v


# %% task="pooling"
def last_states(states, lengths):
    time, n = states.shape[1], states.shape[2] // 2
    last = F.one_hot(lengths - 1, time).to(states.dtype)
    forward = torch.einsum("bt,btn->bn", last, states[..., :n])
    return torch.hstack([forward, states[:, 0, n:]])


def mean_and_max(states, mask):
    weights = mask.to(states.dtype)
    weights = weights / weights.sum(1, keepdim=True).clamp_min(1.0)
    mean = torch.einsum("bt,btw->bw", weights, states)
    low = states.amin(dim=(1, 2), keepdim=True)  # nothing is below it
    top = torch.where(mask[:, :, None], states, low).max(1).values
    return mean, top * mask.any(1)[:, None]


def attention(states, mask, W, b, v):
    scores = torch.einsum("m,btm->bt", v, torch.tanh(torch.einsum("mw,btw->btm", W, states) + b))
    shifted = scores - torch.where(mask, scores, -torch.inf).amax(1, keepdim=True).nan_to_num(neginf=0.0)
    parts = torch.where(mask, torch.exp(torch.where(mask, shifted, 0.0)), 0.0)
    weights = parts / parts.sum(1, keepdim=True).clamp_min(1e-30)
    return weights, torch.einsum("bt,btw->bw", weights, states)


# %% task="calibration"
def calibration_error(probabilities, labels, bins):
    p, y = probabilities.double(), labels.double()
    edges = torch.arange(1, bins, dtype=torch.float64) / bins
    which = F.one_hot(torch.bucketize(p, edges, right=True), bins).double()
    return float(((y - p) @ which).abs().sum() / len(p))


def temperature(logits, labels):
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([log_t], lr=0.05)
    for step in range(600):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(logits.double() / log_t.exp(), labels.double()).backward()
        optimizer.step()
    return log_t.exp().item()


def calibrate(valid, test, bins):
    t = temperature(*valid)
    before, after = (calibration_error((test[0].double() / s).sigmoid(), test[1], bins) for s in (1.0, t))
    return t, before, after


# %% task="errors"
from collections import Counter


def error_table(kinds, labels, answers):
    total = Counter(kinds)
    wrong = Counter(kind for kind, label, answer in zip(kinds, labels, answers) if label != answer)
    rows = [(kind, wrong[kind], total[kind]) for kind in sorted(total)]
    return sorted(rows, key=lambda row: row[1] / row[2], reverse=True)


def diagnosis():
    kinds = dict(zip("ABCDE", ([1, 5, 7], [2, 10], [3, 9], [4, 8], [6])))
    words = ["never", "although", "scrumptious", "friday", "not", "", "nothing", "sequel"]
    words += ["mesmerising", "but"]
    return {n: (kind, words[n - 1]) for kind, rows in kinds.items() for n in rows}
