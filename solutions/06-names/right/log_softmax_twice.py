# ---
# jupyter:
#   course:
#     way: "log_softmax is applied twice, which changes nothing, and a module of its own reads the names."
# ---

# %% task="next_letter"
def letter_loss(logits, targets, lengths):
    pack = nn.utils.rnn.pack_padded_sequence
    scores = pack(logits, lengths, batch_first=True, enforce_sorted=False).data
    wanted = pack(targets, lengths, batch_first=True, enforce_sorted=False).data
    loss = F.nll_loss(scores.log_softmax(1).log_softmax(1), wanted)
    return loss, scores.argmax(1).eq(wanted).float().mean()


# %% task="broken"
def faults():
    return {k for k in range(1, 11) if k not in (2, 4, 6, 9)}


def train_names(model, batches, epochs, lr):
    model.train()
    parameters = list(model.parameters())
    means = []
    for _ in range(epochs):
        total = 0.0
        for tokens, labels in batches:
            scores = model(tokens).log_softmax(dim=1).log_softmax(dim=1)
            loss = F.nll_loss(scores, labels)
            gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients):
                    if gradient is not None:
                        parameter -= lr * gradient
            total += loss.item()
        means.append(total / len(batches))
    model.eval()
    return means


# %% task="reader"
class Reader(nn.Module):
    def __init__(self, letters, languages):
        super().__init__()
        self.letters = {letter: k for k, letter in enumerate(letters, start=1)}
        self.embedding = nn.Embedding(len(letters) + 1, 32)
        self.lstm = nn.LSTM(32, 48, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(96, languages)

    def forward(self, names):
        rows = [torch.tensor([self.letters.get(letter, 0) for letter in name]) for name in names]
        packed = nn.utils.rnn.pack_sequence([self.embedding(row) for row in rows], enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.head(self.dropout(torch.cat([h[0], h[1]], dim=1))).log_softmax(dim=1)


def fit_reader(train, valid, languages, seed):
    torch.manual_seed(seed)
    model = Reader(sorted(set("".join(name for name, _ in train))), languages)
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for epoch in range(6):
        model.train()
        order = torch.randperm(len(train)).tolist()
        for start in range(0, len(order), 40):
            batch = [train[k] for k in order[start : start + 40]]
            loss = F.cross_entropy(model([name for name, _ in batch]), torch.tensor([k for _, k in batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def predict(names):
        model.eval()
        with torch.no_grad():
            return [int(k) for k in model(names).argmax(1)] if names else []

    return predict
