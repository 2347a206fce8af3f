# ---
# jupyter:
#   course:
#     misconception: A layer of both directions reads what it has to predict.
#     section: "Predicting the next word, A state instead of the window"
#     question: "Does your prediction at a place change when a later character changes?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
class BothWays(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = nn.Embedding(size, 24)
        self.rnn = nn.GRU(24, 32, batch_first=True, bidirectional=True)
        self.head = nn.Linear(64, size)

    def forward(self, inputs, state):
        states, _ = self.rnn(self.embedding(inputs))
        return self.head(states), torch.zeros(1)


def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
    model = BothWays(len(symbols))
    numbers = torch.tensor([symbols.index(character) for character in train])
    rows = numbers[: len(numbers) // 32 * 32].view(32, -1)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(4):
        for piece in rows.unfold(1, 41, 40).unbind(1):
            logits, _ = model(piece[:, :-1], None)
            loss = F.cross_entropy(logits.transpose(1, 2), piece[:, 1:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model
