# ---
# jupyter:
#   course:
#     way: "The mask after the softmax, renormalised; einsum; the loss by logsumexp; a beam of tensors."
# ---

# %% task="attention"
def additive_attention(query, states, lengths, W, U, v):
    keys = torch.einsum("km,tbm->tbk", W, states)
    queries = torch.einsum("kn,bn->bk", U, query)
    alpha = torch.softmax(torch.einsum("tbk,k->bt", torch.tanh(keys + queries), v), dim=-1)
    there = (torch.arange(states.size(0))[None, :] < lengths[:, None]).to(alpha.dtype)
    alpha = alpha * there
    alpha = alpha / alpha.sum(dim=-1, keepdim=True)
    return torch.einsum("bt,tbm->bm", alpha, states), alpha


# %% task="decoder"
def first_state(states, lengths, weights):
    time, batch, m = states.shape
    both = states.view(time, batch, 2, m // 2)
    last = (lengths - 1).view(1, -1, 1).expand(1, batch, m // 2)
    h = torch.cat([both[:, :, 0].gather(0, last)[0], both[0, :, 1]], dim=-1)
    return torch.addmm(weights["b_0"], h, weights["W_0"].T).tanh()


def decoder_step(token, state, attend, cell, weights):
    context, alpha = attend(state)
    x = F.embedding(token, weights["E"])
    state = cell(torch.hstack([x, context]), state)
    return F.linear(state, weights["W_out"], weights["b_out"]), state, alpha


def decode(tokens, state, attend, cell, weights, free=False):
    def steps():
        own, before = tokens[:, 0], state
        for given in tokens.unbind(1):
            logits, before, alpha = decoder_step(own if free else given, before, attend, cell, weights)
            own = logits.argmax(-1)
            yield logits, alpha

    logits, alphas = zip(*steps())
    return torch.stack(logits, 1), torch.stack(alphas, 1)


# %% task="loss"
def shifted(sentences, bos, eos, filler):
    def padded(rows):
        return nn.utils.rnn.pad_sequence(
            [torch.tensor(row) for row in rows], batch_first=True, padding_value=filler
        )

    tokens = padded([[bos, *words] for words in sentences])
    targets = padded([[*words, eos] for words in sentences])
    return tokens, targets, torch.tensor([len(words) + 1 for words in sentences])


def token_loss(logits, targets, lengths):
    there = (torch.arange(targets.size(1))[None, :] < lengths[:, None]).float()
    right = logits.gather(2, targets[:, :, None]).squeeze(2)
    each = torch.logsumexp(logits, dim=2) - right
    return (each * there).sum() / there.sum()


# %% task="beam"
def beam_search(step, state, bos, eos, limit, width):
    batch = state.shape[0]
    scores = torch.full((batch, width), -torch.inf)
    scores[:, 0] = 0.0
    history = torch.full((batch, width, limit), eos)
    token = torch.full((batch * width,), bos)
    state = state.repeat_interleave(width, dim=0)
    best = [(-math.inf, []) for _ in range(batch)]
    for length in range(1, limit + 1):
        logits, state = step(token, state)
        V = logits.shape[1]
        totals = scores[:, :, None] + logits.log_softmax(1).view(batch, width, V)
        scores, place = totals.view(batch, -1).topk(width)
        parent, word = place // V, place % V
        history = history.gather(1, parent[:, :, None].expand(-1, -1, limit)).clone()
        history[:, :, length - 1] = word
        done = (word == eos) | (length == limit)
        for i, k in (done & scores.isfinite()).nonzero().tolist():
            words = [w for w in history[i, k, :length].tolist() if w != eos]
            best[i] = max(best[i], (scores[i, k].item() / length, words))
        scores = scores.masked_fill(done, -torch.inf)
        if not scores.isfinite().any():
            break
        state = state[(torch.arange(batch)[:, None] * width + parent).flatten()]
        token = word.flatten()
    return [(words, score) for score, words in best]


# %% task="bleu"
def ngram_counts(hypotheses, references):
    from functools import reduce

    def grams(words, n):
        return Counter(zip(*(words[k:] for k in range(n))))

    pairs = list(zip(hypotheses, references))
    matches = [
        sum(
            (grams(h, n) & reduce(lambda a, b: a | b, (grams(r, n) for r in group))).total()
            for h, group in pairs
        )
        for n in range(1, 5)
    ]
    return matches, [sum(max(0, len(h) - n + 1) for h in hypotheses) for n in range(1, 5)]


def corpus_bleu(hypotheses, references):
    matches, totals = ngram_counts(hypotheses, references)
    if any(m == 0 for m in matches):
        return 0.0
    c = totals[0]
    r = sum(
        min(map(len, group), key=lambda k: (abs(k - len(h)), k)) for h, group in zip(hypotheses, references)
    )
    ratios = torch.tensor(matches, dtype=torch.float64) / torch.tensor(totals, dtype=torch.float64)
    return float(ratios.log().mean().exp()) * min(1.0, math.exp(1 - r / c))
