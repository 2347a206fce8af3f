# ---
# jupyter:
#   course:
#     misconception: "The answer is read in the last column of a padded batch."
#     section: "From text to batches, The bug of the last column"
#     question: "What stands in the last column of the row of a short message?"
#     keeps:  # points of the tasks that lose some, least and most
#       filter: [0, 0]
# ---

# %% task="filter"
def fit_filter(texts: list[str], labels: list[int], valid_texts: list[str], valid_labels: list[int]):
    """Train a filter; return a function from a list of raw messages to their probabilities of spam."""
    torch.manual_seed(0)
    words = sorted({word for text in texts for word in text.lower().split()})
    index = {word: number for number, word in enumerate(words, start=1)}  # 0 is for unknown words
    embedding, head = nn.Embedding(len(index) + 1, 24), nn.Linear(48, 1)
    lstm = nn.LSTM(24, 24, batch_first=True, bidirectional=True)

    def logits(messages: list[str]) -> Tensor:
        tokens = [[index.get(word, 0) for word in text.lower().split()] or [0] for text in messages]
        length = max(map(len, tokens))
        padded = torch.tensor([row + [0] * (length - len(row)) for row in tokens])
        output, _ = lstm(embedding(padded))
        return head(output[:, -1])[:, 0]

    model = nn.ModuleList([embedding, lstm, head])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        for rows in torch.randperm(len(texts)).split(32):
            optimizer.zero_grad()
            answers = logits([texts[row] for row in rows])
            truth = torch.tensor([float(labels[row]) for row in rows])
            nn.functional.binary_cross_entropy_with_logits(answers, truth).backward()
            optimizer.step()

    @torch.no_grad()
    def probabilities(messages: list[str]) -> Tensor:
        return torch.sigmoid(logits(messages))

    return probabilities
