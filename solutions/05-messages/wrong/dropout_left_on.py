# ---
# jupyter:
#   course:
#     misconception: "Dropout goes on when the filter answers."
#     section: "The network and its training, The training loop"
#     question: "Does the filter give the same message the same answer twice?"
#     keeps:  # points of the tasks that lose some, least and most
#       filter: [0, 0]
# ---

# %% task="filter"
def fit_filter(texts: list[str], labels: list[int], valid_texts: list[str], valid_labels: list[int]):
    """Train a filter; return a function from a list of raw messages to their probabilities of spam."""
    words = sorted({word for text in texts for word in text.lower().split()})
    index = {word: number for number, word in enumerate(["<pad>", "<unk>", *words])}
    unknown = index["<unk>"]
    model = nn.Sequential(
        nn.EmbeddingBag(len(index), 32, padding_idx=0), nn.Dropout(0.5), nn.Linear(32, 1), nn.Flatten(0)
    )

    def logits(messages: list[str]) -> Tensor:
        rows = [[index.get(word, unknown) for word in text.lower().split()] or [unknown] for text in messages]
        return model(nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True))

    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(8):
        for rows in torch.randperm(len(texts)).split(32):
            optimizer.zero_grad()
            truth = torch.tensor([float(labels[row]) for row in rows])
            answers = logits([texts[row] for row in rows])
            nn.functional.binary_cross_entropy_with_logits(answers, truth).backward()
            optimizer.step()

    @torch.no_grad()
    def probabilities(messages: list[str]) -> Tensor:
        return torch.sigmoid(logits(messages))

    return probabilities
