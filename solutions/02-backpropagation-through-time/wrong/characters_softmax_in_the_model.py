# ---
# jupyter:
#   course:
#     misconception: "The model gives probabilities, and the loss takes the softmax of them once more."
#     section: "A language model that writes, Training"
#     question: "What does F.cross_entropy expect of the model: probabilities, or logits?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
def fit_characters(train: str, symbols: str, seed: int):
    """Train on ``train``; the function or module (inputs, state) → (logits, state)."""
    torch.manual_seed(seed)

    class CharacterModel(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.embedding = nn.Embedding(n, 48)
            self.rnn = nn.RNN(48, 128, batch_first=True)
            self.head = nn.Linear(128, n)

        def forward(self, inputs, state=None):
            outputs, state = self.rnn(self.embedding(inputs), state)
            return torch.softmax(self.head(outputs), dim=-1), state

    number = {symbol: k for k, symbol in enumerate(symbols)}
    text = torch.tensor([number[character] for character in train])
    rows, piece, epochs = 32, 50, 8
    width = (len(text) - 1) // rows
    inputs = text[: rows * width].view(rows, width)
    targets = text[1 : rows * width + 1].view(rows, width)
    model = CharacterModel(len(symbols))
    optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
    starts = range(0, width, piece)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(starts))
    for _ in range(epochs):
        state = None
        for start in starts:
            logits, state = model(inputs[:, start : start + piece], state)
            state = state.detach()
            loss = F.cross_entropy(logits.flatten(0, 1), targets[:, start : start + piece].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model
