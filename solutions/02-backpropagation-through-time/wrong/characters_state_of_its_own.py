# ---
# jupyter:
#   course:
#     misconception: "The model goes on from a state of its own, not from the one that is handed in."
#     section: "A language model that writes, Training"
#     question: "What does your model go on from, when another text was read in between?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
class CharacterModel(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(size, 32), nn.GRU(32, 128, batch_first=True)
        self.head = nn.Linear(128, size)
        self.state = None

    def forward(self, inputs, state=None):
        if state is None:
            self.state = None
        states, last = self.rnn(self.embedding(inputs), self.state)
        self.state = last.detach()
        return self.head(states), self.state


def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
    number = {symbol: k for k, symbol in enumerate(symbols)}
    rows = torch.tensor([number[character] for character in train[:99_968]]).view(32, 3124)
    model = CharacterModel(len(symbols))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(5):
        state = None
        for start in range(0, 3100, 50):
            logits, state = model(rows[:, start : start + 50], state)
            loss = F.cross_entropy(logits.transpose(1, 2), rows[:, start + 1 : start + 51])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model
