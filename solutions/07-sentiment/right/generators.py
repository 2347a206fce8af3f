# ---
# jupyter:
#   course:
#     way: "Generators, an iterator object for the batches, sets and counters, and logsumexp for the weights."
# ---

# %% task="table"
from collections import Counter


def read_vectors(lines, size):
    def entries():
        for line in lines:
            *word, last = line.split(" ")
            numbers = [*word[len(word) - size + 1 :], last]
            yield " ".join(word[: len(word) - size + 1]), torch.tensor([float(x) for x in numbers])

    return dict(entries())


def embedding_matrix(vocabulary, vectors):
    everything = torch.cat(list(vectors.values())).view(len(vectors), -1)

    def rows():
        yield torch.zeros_like(everything[0])
        yield everything.mean(dim=0)
        for word in vocabulary[2:]:
            for form in (word, word.lower()):
                if form in vectors:
                    yield vectors[form]
                    break
            else:
                seeded = torch.Generator().manual_seed(zlib.crc32(word.encode("utf-8")))
                yield torch.randn(everything.shape[1], generator=seeded) * everything.pow(2).mean().sqrt()

    return torch.stack([*rows()])


def coverage(counts, vectors):
    words = set(counts) - {"<pad>", "<unk>"}
    found = {word for word in words if {word, word.lower()} & vectors.keys()}
    total = Counter({word: counts[word] for word in words})
    return len(found) / len(words), sum(total[word] for word in found) / sum(total.values())


# %% task="skipgram"
def pairs(sentence, window):
    def all_pairs():
        for i, centre in enumerate(sentence):
            left = sentence[max(i - window, 0) : i]
            right = sentence[i + 1 : i + 1 + window]
            yield from ((centre, context) for context in left + right)

    return list(all_pairs())


def sgns(V, U, centre, context, negatives):
    batch = centre.numel()
    v = V[centre]
    positive = torch.einsum("bd,bd->b", v, U[context])
    negative = torch.einsum("bd,bkd->bk", v, U[negatives])
    zeros = torch.zeros(())
    loss = torch.logaddexp(-positive, zeros).sum() + torch.logaddexp(negative, zeros).sum()
    p, q = (positive.sigmoid() - 1) / batch, negative.sigmoid() / batch
    # one-hot matrices add up what belongs to one word
    c, o = F.one_hot(centre, len(V)).to(V), F.one_hot(context, len(U)).to(U)
    n = F.one_hot(negatives, len(U)).to(U)
    by_v = c.T @ (p[:, None] * U[context] + torch.einsum("bk,bkd->bd", q, U[negatives]))
    by_u = o.T @ (p[:, None] * v) + torch.einsum("bkw,bk,bd->wd", n, q, v)
    return loss / batch, by_v, by_u


# %% task="pooling"
def last_states(states, lengths):
    n = states.shape[-1] // 2
    forward = (row[length - 1, :n] for row, length in zip(states, lengths.tolist()))
    return torch.hstack((torch.stack(tuple(forward)), states[:, 0, n:]))


def mean_and_max(states, mask):
    real = mask.to(states.dtype)
    mean = torch.einsum("btd,bt->bd", states, real) / real.sum(dim=1).clamp(min=1)[:, None]
    maximum = (states + torch.log(real)[:, :, None]).amax(dim=1)
    return mean, maximum.nan_to_num(neginf=0.0)


def attention(states, mask, W, b, v):
    scores = torch.einsum("m,btm->bt", v, torch.tanh(torch.einsum("mw,btw->btm", W, states) + b))
    scores = torch.where(mask, scores, torch.tensor(-float("inf")))
    weights = torch.exp(scores - torch.logsumexp(scores, dim=1, keepdim=True)).nan_to_num(nan=0.0)
    return weights, torch.einsum("bt,btd->bd", weights, states)


# %% task="classifier"
class Batches:
    """Each pass over it has another order."""

    def __init__(self, items, size):
        self.items, self.size = items, size

    def __iter__(self):
        order = iter(torch.randperm(len(self.items)).tolist())
        while batch := [self.items[k] for _, k in zip(range(self.size), order)]:
            yield zip(*batch)


def fit_sentiment(train, vocabulary, matrix, frozen, seed):
    torch.manual_seed(seed)
    index = dict(zip(vocabulary, range(len(vocabulary))))
    embedding = nn.Embedding(
        len(matrix), matrix.shape[1], padding_idx=0, _weight=matrix.clone(), _freeze=frozen
    )
    gru, head = nn.GRU(matrix.shape[1], 40, bidirectional=True), nn.Linear(80, 1)

    def logits(texts):
        rows = [torch.tensor([index.get(word, 1) for word in words or ("<unk>",)]) for words in texts]
        _, h = gru(nn.utils.rnn.pack_sequence([embedding(row) for row in rows], enforce_sorted=False))
        return head(torch.cat([h[0], h[1]], dim=1))[:, 0]

    parameters = [*gru.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters if frozen else [*parameters, embedding.weight], 0.01)
    for _ in range(9):
        for texts, labels in Batches(train, 40):
            loss = F.binary_cross_entropy_with_logits(logits(texts), torch.tensor(labels).float())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    def predict(texts):
        with torch.inference_mode():
            return torch.tensor([float(torch.sigmoid(logits([words]))) for words in texts])

    return predict, embedding


# %% task="errors"
import collections


def error_table(kinds, labels, answers):
    wrong = collections.Counter(
        kind for kind, label, answer in zip(kinds, labels, answers) if label != answer
    )
    table = ((kind, wrong[kind], total) for kind, total in collections.Counter(kinds).items())
    return sorted(table, key=lambda row: (-(row[1] / row[2]), row[0]))


def diagnosis():
    words = {"C": ["scrumptious", "mesmerising"], "B": ["although", "but"], "D": ["friday", "sequel"]}
    words["A"] = ["never", "not", "nothing"]
    found = {6: ("E", "")}
    for number, (text, _) in ERRORS.items():
        for cause, shown in words.items():
            for word in shown:
                if word in re.findall(r"\w+", text.lower()) and number not in found:
                    found[number] = (cause, word)
    return found
