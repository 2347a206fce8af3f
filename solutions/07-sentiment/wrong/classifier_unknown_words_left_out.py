# ---
# jupyter:
#   course:
#     misconception: "Words that are not in the vocabulary are left out; they should be read as <unk>."
#     section: "Using word vectors, Frozen, fine-tuned, or from nothing"
#     question: "How many steps does your GRU make on a review of five words, one of them unknown?"
#     keeps:  # points of the tasks that lose some, least and most
#       classifier: [1, 1]
# ---

# %% task="classifier"
class Reader(nn.Module):
    def __init__(self, matrix: Tensor, frozen: bool):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=0)
        self.dropout = nn.Dropout(0.2)
        self.gru = nn.GRU(matrix.shape[1], 32, batch_first=True, bidirectional=True)
        self.head = nn.Linear(64, 1)

    def forward(self, tokens, lengths):
        embedded = self.embedding(tokens)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.head(self.dropout(torch.cat([h[0], h[1]], dim=1))).squeeze(1)


def fit_sentiment(
    train: list[tuple[list[str], int]], vocabulary: list[str], matrix: Tensor, frozen: bool, seed: int
):
    """Train on ``train``; the function from reviews to probabilities, and the embedding."""
    torch.manual_seed(seed)
    index = {word: k for k, word in enumerate(vocabulary)}

    def batch(some):
        rows = [[index[word] for word in words if word in index] or [1] for words in some]
        lengths = torch.tensor([len(row) for row in rows])
        tokens = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
        for i, row in enumerate(rows):
            tokens[i, : len(row)] = torch.tensor(row)
        return tokens, lengths

    model = Reader(matrix, frozen)
    epochs = 16
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=5e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1 - k / epochs)
    model.train()
    for _ in range(epochs):
        for places in torch.randperm(len(train)).split(32):
            some = [train[k] for k in places.tolist()]
            labels = torch.tensor([float(label) for _, label in some])
            loss = F.binary_cross_entropy_with_logits(model(*batch([words for words, _ in some])), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        schedule.step()
    model.eval()

    def predict(some: list[list[str]]) -> Tensor:
        if not some:
            return torch.zeros(0)
        with torch.no_grad():
            return torch.sigmoid(model(*batch(some)))

    return predict, model.embedding
