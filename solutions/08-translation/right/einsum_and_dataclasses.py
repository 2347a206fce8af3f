# ---
# jupyter:
#   course:
#     way: "einsum and pad_sequence, a dataclass for hypotheses, zip for n-grams, running rows alone."
# ---

# %% task="attention"
def additive_attention(query, states, lengths, W, U, v):
    keys = torch.einsum("km,tbm->btk", W, states)
    asked = torch.einsum("kn,bn->bk", U, query)
    scores = torch.einsum("k,btk->bt", v, (keys + asked[:, None]).tanh())
    places = torch.arange(states.size(0)).expand(len(lengths), -1)
    scores = torch.where(places < lengths[:, None], scores, scores.new_tensor(-float("inf")))
    parts = (scores - scores.amax(1, keepdim=True)).exp()
    weights = parts / parts.sum(1, keepdim=True)
    return torch.einsum("bt,tbm->bm", weights, states), weights


# %% task="loss"
from torch.nn.utils.rnn import pad_sequence


def shifted(sentences, bos, eos, filler):
    read = [torch.tensor([bos, *words]) for words in sentences]
    said = [torch.tensor([*words, eos]) for words in sentences]
    tokens, targets = (pad_sequence(rows, batch_first=True, padding_value=filler) for rows in (read, said))
    return tokens, targets, torch.tensor([row.numel() for row in read])


def token_loss(logits, targets, lengths):
    chosen = logits.gather(2, targets.unsqueeze(2)).squeeze(2)
    losses = logits.logsumexp(2) - chosen
    real = torch.arange(targets.size(1))[None] < lengths[:, None]
    return torch.where(real, losses, 0.0).sum() / lengths.sum()


# %% task="greedy"
def greedy(step, state, bos, eos, limit):
    words = {i: [] for i in range(state.shape[0])}
    rows, token = torch.arange(state.shape[0]), torch.full((state.shape[0],), bos)
    while len(rows) and limit:
        logits, state = step(token, state)
        token = logits.topk(1, dim=1).indices[:, 0]
        going = token != eos
        rows, token, state = rows[going], token[going], state[going]
        for i, word in zip(rows.tolist(), token.tolist()):
            words[i].append(word)
        limit -= 1
    return list(words.values())


# %% task="beam"
from dataclasses import dataclass, replace


@dataclass
class Hypothesis:
    words: tuple
    log_p: float
    state: Tensor
    length: int = 0

    @property
    def score(self):
        return self.log_p / self.length


def beam_search(step, state, bos, eos, limit, width):
    def search(start):
        beam, finished = [Hypothesis((), 0.0, start)], []
        while beam:
            continued = []
            for one in beam:
                logits, after = step(torch.tensor([one.words[-1] if one.words else bos]), one.state)
                for word, log_p in enumerate(logits[0].double().log_softmax(0).tolist()):
                    new = replace(one, log_p=one.log_p + log_p, state=after, length=one.length + 1)
                    new.words = (*one.words, word)
                    continued.append(new)
            continued.sort(key=lambda h: h.log_p, reverse=True)
            beam = []
            for one in continued[:width]:
                if one.words[-1] == eos:
                    one.words = one.words[:-1]
                    finished.append(one)
                elif one.length == limit:
                    finished.append(one)
                else:
                    beam.append(one)
        best = max(finished, key=lambda h: h.score)
        return list(best.words), best.score

    return [search(row) for row in state.split(1)]


# %% task="bleu"
def ngrams(words, n):
    return Counter(zip(*(words[k:] for k in range(n))))


def ngram_counts(hypotheses, references):
    matches, totals = [], []
    for n in range(1, 5):
        found = [ngrams(words, n) for words in hypotheses]
        allowed = [{g: max(ngrams(r, n)[g] for r in group) for g in c} for c, group in zip(found, references)]
        matches.append(sum(min(c[g], most[g]) for c, most in zip(found, allowed) for g in c))
        totals.append(sum(sum(c.values()) for c in found))
    return matches, totals


def corpus_bleu(hypotheses, references):
    matches, totals = ngram_counts(hypotheses, references)
    if 0 in matches:
        return 0.0
    lengths = [len(words) for words in hypotheses]
    r = sum(min(map(len, group), key=lambda n: (abs(n - c), n)) for c, group in zip(lengths, references))
    logs = [math.log(m) - math.log(t) for m, t in zip(matches, totals)]
    return math.exp(math.fsum(logs) / 4) * (1.0 if totals[0] >= r else math.exp(1 - r / totals[0]))
