# ---
# jupyter:
#   course:
#     way: "Later tasks call the functions of earlier ones; the mask multiplies."
# ---

# %% task="backward"
def forward(x, h, W_ih, W_hh, b):
    W_r, W_z, W_n = W_hh.unflatten(0, (3, -1)).unbind(0)
    in_r, in_z, in_n = torch.addmm(b, x, W_ih.t()).unflatten(1, (3, -1)).unbind(1)
    r, z = (in_r + h @ W_r.t()).sigmoid(), (in_z + h @ W_z.t()).sigmoid()
    return r, z, (in_n + (r * h) @ W_n.t()).tanh()


def through(error, value):
    return error * value * (1 - value)


def gru_backward(x, h, W_ih, W_hh, b, d_new):
    r, z, n = forward(x, h, W_ih, W_hh, b)
    W_n = W_hh[-h.shape[1] :]
    error_n = d_new * (1 - z) * (1 - n.pow(2))
    error_of_shown = error_n.mm(W_n)
    gates = torch.cat([through(error_of_shown * h, r), through(d_new * (h - n), z)], dim=1)
    errors = torch.cat([gates, error_n], dim=1)
    d_h = torch.lerp(torch.zeros_like(h), d_new, z) + error_of_shown * r + gates @ W_hh[: gates.shape[1]]
    return [
        errors @ W_ih,
        d_h,
        errors.t() @ x,
        torch.cat([gates.t() @ h, error_n.t() @ (r * h)]),
        errors.sum(0),
    ]


# %% task="fit"
def fit_tagger(train, valid, tags, seed):
    torch.manual_seed(seed)
    counts = Counter(word for words, _ in train for word in words)
    number = {"<pad>": 0, "<unk>": 1}
    for word, count in counts.items():
        if count >= 2:
            number[word] = len(number)
    model = BiTagger(len(number), 40, 50, tags)

    def batch_of(sentences):
        lengths = torch.tensor([len(words) for words in sentences])
        tokens = torch.zeros(len(sentences), int(lengths.max()), dtype=torch.int64)
        for n, words in enumerate(sentences):
            tokens[n, : len(words)] = torch.tensor([number.get(word, 1) for word in words])
        return tokens, lengths

    optimizer = torch.optim.Adam(model.parameters(), lr=0.006)
    order = list(range(len(train)))
    for epoch in range(4):
        random.Random(seed + epoch).shuffle(order)
        for start in range(0, len(order), 32):
            chosen = [train[k] for k in order[start : start + 32]]
            tokens, lengths = batch_of([words for words, _ in chosen])
            rows = [torch.tensor(numbers) for _, numbers in chosen]
            targets = nn.utils.rnn.pad_sequence(rows, batch_first=True)
            loss = tagging_loss(model(tokens, lengths), targets, lengths)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, float(loss))

    def predict(sentences):
        if len(sentences) == 0:
            return []
        with torch.no_grad():
            tokens, lengths = batch_of(sentences)
            return [row[:length] for row, length in zip(model(tokens, lengths), lengths.tolist())]

    return predict
