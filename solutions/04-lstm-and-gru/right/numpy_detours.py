# ---
# jupyter:
#   course:
#     way: "NumPy computes the gradients, and a heap finds the errors; classes with __call__."
# ---

# %% task="backward"
import numpy as np


def gru_backward(x, h, W_ih, W_hh, b, d_new):
    x, h, W_ih, W_hh, b, d = (value.detach().numpy() for value in (x, h, W_ih, W_hh, b, d_new))
    size = h.shape[1]
    inputs = x @ W_ih.T + b
    r, z = (
        1 / (1 + np.exp(-(inputs[:, rows] + h @ W_hh[rows].T)))
        for rows in (slice(0, size), slice(size, 2 * size))
    )
    n = np.tanh(inputs[:, 2 * size :] + (r * h) @ W_hh[2 * size :].T)
    e_n = d * (1 - z) * (1 - n**2)
    e_shown = e_n @ W_hh[2 * size :]
    e = np.concatenate([e_shown * h * r * (1 - r), d * (h - n) * z * (1 - z), e_n], axis=1)
    d_h = d * z + e_shown * r + e[:, : 2 * size] @ W_hh[: 2 * size]
    d_W_hh = np.vstack([e[:, : 2 * size].T @ h, e_n.T @ (r * h)])
    return tuple(torch.from_numpy(value) for value in (e @ W_ih, d_h, e.T @ x, d_W_hh, e.sum(axis=0)))


# %% task="fit"
class Words:
    """A word and its four neighbours on either side, read by a network without recurrence."""

    def __init__(self, train, tags):
        counts = Counter(word for words, _ in train for word in words)
        self.number = {word: k for k, word in enumerate((w for w in counts if counts[w] > 1), 2)}
        self.net = nn.Sequential(
            nn.Embedding(len(self.number) + 2, 32),
            nn.Flatten(),
            nn.Linear(9 * 32, 96),
            nn.ReLU(),
            nn.Linear(96, tags),
        )

    def windows(self, words):
        row = torch.tensor([0] * 4 + [self.number.get(word, 1) for word in words] + [0] * 4)
        return row.unfold(0, 9, 1)

    def __call__(self, sentences):
        with torch.no_grad():
            return [self.net(self.windows(words)) for words in sentences]


def fit_tagger(train, valid, tags, seed):
    torch.manual_seed(seed)
    tagger = Words(train, tags)
    x = torch.cat([tagger.windows(words) for words, _ in train])
    y = torch.tensor([number for _, numbers in train for number in numbers])
    optimizer = torch.optim.Adam(tagger.net.parameters(), 3e-3)
    for _ in range(5):
        for chosen in torch.randperm(len(y)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(tagger.net(x[chosen]), y[chosen]).backward()
            optimizer.step()
    return tagger


# %% task="errors"
import heapq


def surest_errors(sentences, logits, tags, count):
    heap = []
    for k, (words, numbers) in enumerate(sentences):
        scores = logits[k].detach().numpy()
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        for t, word in enumerate(words):
            said = int(scores[t].argmax())
            if said != numbers[t]:
                chance = float(powers[t, said] / powers[t].sum())
                heapq.heappush(heap, (-chance, k, t, word, tags[numbers[t]], tags[said]))
    first = [heapq.heappop(heap) for _ in range(min(count, len(heap)))]
    return [(*row, -chance) for chance, *row in first]
