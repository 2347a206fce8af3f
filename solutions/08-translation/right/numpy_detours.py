# ---
# jupyter:
#   course:
#     way: "NumPy in the searches and in BLEU, in float64, with a plot left in."
# ---

# %% task="attention"
import numpy as np


def additive_attention(query, states, lengths, W, U, v):
    scores = (
        torch.tanh(F.linear(states.double(), W.double()) + F.linear(query.double(), U.double())) @ v.double()
    )
    for i, n in enumerate(lengths.tolist()):
        scores[n:, i] = torch.finfo(scores.dtype).min
    alpha = torch.softmax(scores, dim=0).transpose(0, 1)
    return torch.matmul(alpha[:, None], states.double().transpose(0, 1))[:, 0], alpha


# %% task="loss"
import matplotlib.pyplot as plt
import numpy as np  # noqa: F811


def shifted(sentences, bos, eos, filler):
    lengths = np.array([len(words) for words in sentences]) + 1
    targets = np.full((len(sentences), lengths.max()), filler)
    for row, words in zip(targets, sentences):
        row[: len(words) + 1] = [*words, eos]
    tokens = np.roll(targets, 1, axis=1)
    tokens[tokens == eos] = filler
    tokens[:, 0] = bos
    return torch.from_numpy(tokens), torch.from_numpy(targets), torch.from_numpy(lengths)


def token_loss(logits, targets, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(logits, lengths, batch_first=True, enforce_sorted=False)
    right = nn.utils.rnn.pack_padded_sequence(targets, lengths, batch_first=True, enforce_sorted=False)
    loss = F.nll_loss(packed.data.log_softmax(-1), right.data)
    plt.plot(lengths)
    plt.close()
    return loss


# %% task="greedy"
import numpy as np  # noqa: F811


def greedy(step, state, bos, eos, limit):
    said = np.full((len(state), limit), eos)
    token = torch.full((len(state),), bos)
    open_ = np.ones(len(state), dtype=bool)
    for k in range(limit):
        logits, state = step(token, state)
        words = logits.numpy().argmax(1)
        open_ &= words != eos
        said[open_, k] = words[open_]
        token = torch.from_numpy(words)
        if not open_.any():
            break
    return [[int(word) for word in row if word != eos] for row in said]


# %% task="beam"
import numpy as np  # noqa: F811


def beam_search(step, state, bos, eos, limit, width):
    def one(own):
        log_p, words, finished = np.zeros(1), [[]], []
        for length in range(1, limit + 1):
            last = torch.tensor([row[-1] if row else bos for row in words])
            logits, own = step(last, own)
            z = logits.double().numpy()
            z = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
            totals = log_p[:, None] + z
            order = np.argsort(-totals, axis=None)[:width]
            parents, said = np.unravel_index(order, totals.shape)
            keep = []
            new = [[*words[parent], int(word)] for parent, word in zip(parents, said)]
            for k, row in enumerate(new):
                if row[-1] == eos or length == limit:
                    score = totals[parents[k], said[k]] / length
                    finished.append((float(score), row[:-1] if row[-1] == eos else row))
                else:
                    keep.append(k)
            if not keep:
                break
            log_p = totals[parents, said][keep]
            words, own = [new[k] for k in keep], own[torch.from_numpy(parents[keep])]
        score, row = max(finished)
        return row, score

    return [one(row[None]) for row in state]


# %% task="bleu"
import numpy as np  # noqa: F811


def ngram_counts(hypotheses, references):
    counts = np.zeros((2, 4), dtype=int)
    for words, group in zip(hypotheses, references):
        for n in range(4):
            grams = [tuple(words[k : k + n + 1]) for k in range(len(words) - n)]
            for gram in set(grams):
                there = [sum(tuple(r[k : k + n + 1]) == gram for k in range(len(r) - n)) for r in group]
                counts[0, n] += min(grams.count(gram), max(there))
            counts[1, n] += len(grams)
    return counts[0].tolist(), counts[1].tolist()


def corpus_bleu(hypotheses, references):
    matches, totals = map(np.array, ngram_counts(hypotheses, references))
    if not matches.all():
        return 0.0
    lengths = [np.array(sorted(map(len, group))) for group in references]
    r = sum(row[np.abs(row - len(words)).argmin()] for words, row in zip(hypotheses, lengths))
    return float(np.exp(np.log(matches / totals).mean() + min(0.0, 1 - r / totals[0])))
