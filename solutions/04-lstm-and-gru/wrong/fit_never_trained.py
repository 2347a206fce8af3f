# ---
# jupyter:
#   course:
#     misconception: The tagger is never trained.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Are the weights after the training other ones than before?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_tagger(train: list, valid: list, tags: int, seed: int):
    torch.manual_seed(seed)
    counts = Counter(word for words, _ in train for word in words)
    often = [word for word, count in counts.items() if count > 1]
    number = {word: k for k, word in enumerate(often, start=1)}  # 0 is for all other words
    embedding = nn.Embedding(len(number) + 1, 32)
    lstm = nn.LSTM(32, 48, batch_first=True, bidirectional=True)
    head = nn.Linear(96, tags)

    def logits(sentences):
        rows = [torch.tensor([number.get(word, 0) for word in sentence]) for sentence in sentences]
        vectors = [embedding(row) for row in rows]
        packed = nn.utils.rnn.pack_sequence(vectors, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)
        return [head(part[: len(row)]) for part, row in zip(states, rows, strict=True)]

    optimizer = torch.optim.Adam([*embedding.parameters(), *lstm.parameters(), *head.parameters()], 5e-3)
    for _ in range(0):
        for chosen in torch.randperm(len(train)).split(32):
            batch = [train[k] for k in chosen.tolist()]
            targets = torch.tensor([tag for _, numbers in batch for tag in numbers])
            loss = nn.functional.cross_entropy(torch.cat(logits([words for words, _ in batch])), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def predict(sentences):
        return logits(sentences) if sentences else []

    return predict
