# ---
# jupyter:
#   course:
#     misconception: "The names are sorted by length, and the answers stay in that order."
#     section: "Training, and what is learnt, The program"
#     question: "To which name does your first answer belong?"
#     keeps:  # points of the tasks that lose some, least and most
#       reader: [0, 0]
# ---

# %% task="reader"
class NameGRU(nn.Module):
    def __init__(self, n_letters, n_languages):
        super().__init__()
        self.emb = nn.Embedding(n_letters, 32, padding_idx=0)
        self.gru = nn.GRU(32, 64, bidirectional=True)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(128, n_languages)

    def forward(self, packed_tokens):
        data = self.drop(self.emb(packed_tokens.data))
        packed = nn.utils.rnn.PackedSequence(data, packed_tokens.batch_sizes)
        _, h = self.gru(packed)
        return self.out(self.drop(torch.cat((h[0], h[1]), dim=1)))


def fit_reader(train: list[tuple[str, int]], valid: list[tuple[str, int]], languages: int, seed: int):
    """Train on ``train``; the function from a list of names to a list of languages."""
    torch.manual_seed(seed)
    alphabet = sorted(set("".join(name for name, _ in train)))
    stoi = {c: i + 2 for i, c in enumerate(alphabet)}

    def encode(name):
        return torch.tensor([stoi.get(c, 1) for c in name] or [1])

    def collate(items):
        # pack_sequence wants the longest first
        items = sorted(items, key=lambda item: len(item[0]), reverse=True)
        packed = nn.utils.rnn.pack_sequence([encode(name) for name, _ in items])
        return packed, torch.tensor([label for _, label in items])

    model = NameGRU(len(alphabet) + 2, languages)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    loader = DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate)
    for epoch in range(10):
        model.train()
        for packed, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(packed), labels).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    model.eval()

    @torch.no_grad()
    def predict(names: list[str]) -> list[int]:
        if len(names) == 0:
            return []
        packed, _ = collate([(name, 0) for name in names])
        return model(packed).argmax(dim=1).tolist()

    return predict
