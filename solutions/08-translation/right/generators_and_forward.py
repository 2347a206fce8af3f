# ---
# jupyter:
#   course:
#     way: "Recursion and generators; the loss with ignore_index; the given translator, trained otherwise."
# ---

# %% task="loss"
def shifted(sentences, bos, eos, filler):
    lengths = torch.tensor([len(words) for words in sentences]) + 1
    rows = torch.full((len(sentences), int(lengths.max()) + 1), filler)
    for row, words in zip(rows, sentences):
        row[: len(words) + 2] = torch.tensor([bos, *words, eos])
    tokens, targets = rows[:, :-1].clone(), rows[:, 1:].clone()
    tokens[torch.arange(tokens.shape[1]) >= lengths[:, None]] = filler
    return tokens, targets, lengths


def token_loss(logits, targets, lengths):
    padding = torch.arange(targets.shape[1]) >= lengths[:, None]
    y = targets.masked_fill(padding, -100)
    return nn.CrossEntropyLoss()(logits.reshape(-1, logits.shape[2]), y.reshape(-1))


# %% task="decoder"
def first_state(states, lengths, weights):
    half = states.size(2) // 2
    where = F.one_hot(lengths - 1, len(states)).to(states.dtype)
    forward = torch.einsum("bt,tbm->bm", where, states[..., :half])
    return torch.tanh(
        F.linear(torch.cat([forward, states[0, ..., half:]], 1), weights["W_0"], weights["b_0"])
    )


def decoder_step(token, state, attend, cell, weights):
    context, alpha = attend(state)
    x = F.one_hot(token, len(weights["E"])).to(context.dtype) @ weights["E"]
    new = cell(torch.cat([x, context], dim=1), state)
    return torch.einsum("vn,bn->bv", weights["W_out"], new) + weights["b_out"], new, alpha


def decode(tokens, state, attend, cell, weights, free=False):
    def go(i, token, s):
        if i == tokens.shape[1]:
            return [], []
        logits, s, alpha = decoder_step(token, s, attend, cell, weights)
        following = logits.argmax(1) if free else tokens[:, min(i + 1, tokens.shape[1] - 1)]
        rows, places = go(i + 1, following, s)
        return [logits, *rows], [alpha, *places]

    rows, places = go(0, tokens[:, 0], state)
    return torch.stack(rows, dim=1), torch.stack(places, dim=1)


# %% task="greedy"
def greedy(step, state, bos, eos, limit):
    def words_of_all():
        token, s = torch.tensor([bos] * len(state)), state
        while True:
            logits, s = step(token, s)
            token = torch.tensor([int(row.argmax()) for row in logits])
            yield token.tolist()

    ended, said = [False] * len(state), [[] for _ in state]
    for k, words in enumerate(words_of_all(), start=1):
        for i, word in enumerate(words):
            ended[i] = ended[i] or word == eos
            if not ended[i]:
                said[i].append(word)
        if all(ended) or k == limit:
            return said


# %% task="beam"
def beam_search(step, state, bos, eos, limit, width):
    def search(beam, finished, length):
        if not beam:
            return max(finished, key=lambda item: item[1])
        made = []
        for words, log_p, own in beam:
            logits, after = step(torch.tensor([words[-1]]), own)
            steps = logits[0] - logits[0].logsumexp(0)
            made += [([*words, k], log_p + p, after) for k, p in enumerate(steps.tolist())]
        made = sorted(made, key=lambda item: item[1], reverse=True)[:width]
        ended = [item for item in made if item[0][-1] == eos or length == limit]
        finished = finished + [(words, log_p / length) for words, log_p, _ in ended]
        return search(
            [item for item in made if item not in ended] if length < limit else [], finished, length + 1
        )

    answers = []
    for row in state.split(1):
        words, score = search([([bos], 0.0, row)], [], 1)
        answers.append(([word for word in words[1:] if word != eos], score))
    return answers


# %% task="translator"
def fit_translator(train, seed):
    torch.manual_seed(seed)
    english = ["<unk>", *sorted({w for e, _ in train for w in e.split()})]
    french = [BOS, EOS, *sorted({w for _, f in train for w in f.split()})]
    model = Translator(len(english), len(french), width=64, units=64)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.2, total_iters=190)

    def batch_of(sentences):
        lengths = torch.tensor([len(s.split()) for s in sentences])
        rows = torch.zeros(len(sentences), int(lengths.max()), dtype=torch.long)
        for row, s in zip(rows, sentences):
            numbers = [english.index(w) if w in english else 0 for w in s.split()]
            row[: len(numbers)] = torch.tensor(numbers)
        return model.encode(rows, lengths)

    for epoch in range(6):
        for k in torch.randperm(len(train)).split(32):
            pairs = [train[i] for i in k.tolist()]
            state, memory = batch_of([e for e, _ in pairs])
            words = [[french.index(w) for w in f.split()] + [1] for _, f in pairs]
            token, losses = torch.zeros(len(pairs), dtype=torch.long), []
            for t in range(max(map(len, words))):
                logits, state, _ = model.step(token, state, memory)
                right = torch.tensor([row[t] if t < len(row) else -100 for row in words])
                losses.append(F.cross_entropy(logits, right, reduction="sum"))
                token = right.clamp(min=0)
            optimizer.zero_grad()
            (sum(losses) / sum(map(len, words))).backward()
            optimizer.step()
            schedule.step()

    model.eval()

    def translate(sentences):
        answers = []
        for s in sentences:
            state, memory = batch_of([s])
            token, words, rows = torch.tensor([0]), [], []
            for _ in range(len(s.split()) + 8):
                logits, state, alpha = model.step(token, state, memory)
                token = logits.argmax(1)
                if int(token) == 1:
                    break
                words.append(french[int(token)])
                rows.append(alpha[0].detach())
            answers.append((" ".join(words), torch.stack(rows) if rows else torch.zeros(0, len(s.split()))))
        return answers

    return translate
