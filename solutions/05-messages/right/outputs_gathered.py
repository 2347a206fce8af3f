# ---
# jupyter:
#   course:
#     way: States gathered from the outputs of a packed batch; a class; prints left in.
# ---

# %% task="states"
def read_states(lstm, embedded, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(
        embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
    )
    output = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)[0]
    print("outputs", output.shape)
    size = lstm.hidden_size
    forward, backward = output.split(size, dim=2)
    ends = (lengths - 1).view(-1, 1, 1).expand(-1, 1, size)
    last = torch.cat([forward.gather(1, ends).squeeze(1), backward[:, 0]], dim=-1)
    return last, torch.einsum("bth,b->bh", output, 1 / lengths)


# %% task="training"
def causes():
    return dict(zip(range(1, 7), "DFEBAC"))


def train_loop(model, optimizer, train, valid, epochs):
    loss_function = nn.BCEWithLogitsLoss()
    history, best = [], None
    for epoch in range(epochs):
        model.train()
        for tokens, labels in train:
            loss = loss_function(model(tokens), labels)
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
        model.eval()
        total, count = 0.0, 0
        for tokens, labels in valid:
            with torch.no_grad():
                total += loss_function(model(tokens), labels).item() * labels.numel()
            count += labels.numel()
        history.append(total / count)
        print(f"epoch {epoch}: {history[-1]:.4f}")
        if best is None or history[-1] < best[0]:
            best = history[-1], {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best[1])
    return history


# %% task="filter"
class Reader(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.index = {word: i + 1 for i, word in enumerate(words)}
        self.embedding = nn.Embedding(len(words) + 1, 24)
        self.lstm = nn.LSTM(24, 24, batch_first=True, bidirectional=True)
        self.head = nn.Linear(48, 1)

    def forward(self, messages):
        rows = [[self.index.get(w, 0) for w in text.lower().split()] or [0] for text in messages]
        packed = nn.utils.rnn.pack_sequence(
            [self.embedding(torch.tensor(row)) for row in rows], enforce_sorted=False
        )
        return self.head(torch.hstack(tuple(self.lstm(packed)[1][0]))).squeeze(1)


def fit_filter(texts, labels, valid_texts, valid_labels):
    torch.manual_seed(1)
    model = Reader(sorted({word for text in texts for word in text.lower().split()}))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_function = nn.BCEWithLogitsLoss()
    for epoch in range(4):
        order = torch.randperm(len(texts)).tolist()
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            optimizer.zero_grad()
            loss = loss_function(
                model([texts[i] for i in rows]), torch.tensor([labels[i] for i in rows]).float()
            )
            loss.backward()
            optimizer.step()

    def predict(messages):
        with torch.no_grad():
            return model(messages).sigmoid()

    return predict
