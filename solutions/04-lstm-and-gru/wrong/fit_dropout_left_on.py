# ---
# jupyter:
#   course:
#     misconception: >-
#       The tagger still drops out units when it is asked for its logits, as it did in training.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Do you get the same logits when you ask twice for the same sentence?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_tagger(train: list, valid: list, tags: int, seed: int):
    """Train on ``train``; the function from a list of sentences to a list of logits (words, tags)."""
    torch.manual_seed(seed)
    counts = Counter(word for words, _ in train for word in words)
    vocabulary = {word: k + 2 for k, word in enumerate(w for w, count in counts.items() if count > 1)}
    unknown = 1  # 0 is padding

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(len(vocabulary) + 2, 48)
            self.lstm = nn.LSTM(48, 48, batch_first=True, bidirectional=True)
            self.head = nn.Linear(96, tags)
            self.dropout = nn.Dropout(0.3)

        def forward(self, tokens, lengths):
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
            )
            outputs, _ = nn.utils.rnn.pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
            return self.head(self.dropout(outputs))

    def numbers(sentences):
        rows = [torch.tensor([vocabulary.get(word, unknown) for word in words]) for words in sentences]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])

    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    rng = random.Random(seed)
    order = list(train)
    for _ in range(6):
        rng.shuffle(order)
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            tokens, lengths = numbers([words for words, _ in part])
            wanted = nn.utils.rnn.pad_sequence(
                [torch.tensor(given) for _, given in part], batch_first=True, padding_value=-100
            )
            loss = nn.functional.cross_entropy(net(tokens, lengths).flatten(0, 1), wanted.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def predict(sentences):
        if not sentences:
            return []
        tokens, lengths = numbers(sentences)
        with torch.no_grad():
            logits = net(tokens, lengths)
        return [row[:length] for row, length in zip(logits, lengths.tolist())]

    return predict
