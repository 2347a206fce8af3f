# ---
# jupyter:
#   course:
#     misconception: "The mean of the vectors is classified, whatever the order of the words."
#     section: "Why order matters, The ceiling of every sum"
#     question: "Does your answer change when the words of a review change places?"
#     keeps:  # points of the tasks that lose some, least and most
#       classifier: [0, 0]
# ---

# %% task="classifier"
def fit_sentiment(
    train: list[tuple[list[str], int]], vocabulary: list[str], matrix: Tensor, frozen: bool, seed: int
):
    """Train on ``train``; the function from reviews to probabilities, and the embedding."""
    torch.manual_seed(seed)
    index = {word: k for k, word in enumerate(vocabulary)}
    embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen)
    hidden, head = nn.Linear(matrix.shape[1], 64), nn.Linear(64, 1)

    def logits(texts):
        rows = [torch.tensor([index.get(word, 1) for word in words] or [1]) for words in texts]
        lengths = torch.tensor([len(row) for row in rows])
        embedded = embedding(nn.utils.rnn.pad_sequence(rows, batch_first=True))
        real = torch.arange(embedded.shape[1]) < lengths.unsqueeze(1)
        mean = (embedded * real.unsqueeze(2)).sum(dim=1) / lengths.unsqueeze(1)
        return head(torch.relu(hidden(mean))).squeeze(1)

    trained = [p for part in (embedding, hidden, head) for p in part.parameters() if p.requires_grad]
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
