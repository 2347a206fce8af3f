# ---
# jupyter:
#   course:
#     misconception: "The maximum takes 0 from the padding: the answer depends on the longest review."
#     section: "From many states to one vector, Padding has no part in it"
#     question: "Does a review get another answer beside a longer one?"
#     keeps:  # points of the tasks that lose some, least and most
#       classifier: [1, 1]
# ---

# %% task="classifier"
def fit_sentiment(
    train: list[tuple[list[str], int]], vocabulary: list[str], matrix: Tensor, frozen: bool, seed: int
):
    """Train on ``train``; the function from reviews to probabilities, and the embedding."""
    torch.manual_seed(seed)
    index = {word: k for k, word in enumerate(vocabulary)}
    embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen)
    gru, head = nn.GRU(matrix.shape[1], 32, batch_first=True, bidirectional=True), nn.Linear(64, 1)

    def logits(texts):
        rows = [torch.tensor([index.get(word, 1) for word in words] or [1]) for words in texts]
        lengths = torch.tensor([len(row) for row in rows])
        embedded = embedding(nn.utils.rnn.pad_sequence(rows, batch_first=True))
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True)
        return head(states.amax(dim=1)).squeeze(1)

    trained = [p for part in (embedding, gru, head) for p in part.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, 0.01)
    for _ in range(6):
        for chosen in torch.randperm(len(train)).split(50):
            answers = logits([train[k][0] for k in chosen])
            truth = torch.tensor([float(train[k][1]) for k in chosen])
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(answers, truth).backward()
            optimizer.step()

    @torch.no_grad()
    def predict(texts):
        return torch.sigmoid(logits(texts))

    return predict, embedding
