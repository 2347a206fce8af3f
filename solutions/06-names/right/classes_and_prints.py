# ---
# jupyter:
#   course:
#     way: "A predictor object with __call__, a transpose, and prints left in."
# ---

# %% task="letters"
class Network:
    def __init__(self, weights):
        self.w = weights

    def __call__(self, letters, h):
        h = (letters @ self.w["W_xh"].t()).add(h @ self.w["W_hh"].t()).add(self.w["b_h"]).tanh()
        return torch.softmax(h @ self.w["W_hy"].t() + self.w["b_y"], dim=1), h


def letter_by_letter(tokens, lengths, weights):
    network, h = Network(weights), torch.zeros(tokens.size(0), weights["b_h"].numel())
    rows = torch.zeros(tokens.size(1), tokens.size(0), weights["b_y"].numel())
    for t, column in enumerate(tokens.T):
        p, h = network(weights["E"][column], h)
        rows[t, t < lengths] = p[t < lengths]
    rows = rows.transpose(0, 1)
    print(rows.shape)
    return rows, torch.tensor([int(rows[i, n - 1].argmax()) for i, n in enumerate(lengths.tolist())])


# %% task="reader"
class Predictor:
    def __init__(self, languages, train):
        self.index = {c: k + 1 for k, c in enumerate(sorted({c for name, _ in train for c in name}))}
        self.net = nn.ModuleDict(
            {
                "embedding": nn.Embedding(len(self.index) + 1, 24),
                "gru": nn.GRU(24, 64),
                "head": nn.Linear(64, languages),
            }
        )

    def scores(self, names):
        columns = [torch.tensor([self.index.get(c, 0) for c in name]) for name in names]
        padded = nn.utils.rnn.pad_sequence(columns)
        states, _ = self.net["gru"](self.net["embedding"](padded))
        return self.net["head"](states[[len(c) - 1 for c in columns], range(len(columns))])

    def __call__(self, names):
        with torch.no_grad():
            return [int(self.scores([name]).argmax()) for name in names]


def fit_reader(train, valid, languages, seed):
    torch.manual_seed(seed)
    predictor = Predictor(languages, train)
    optimizer = torch.optim.AdamW(predictor.net.parameters(), lr=5e-3)
    for epoch in range(6):
        order = torch.randperm(len(train))
        for chosen in order.split(32):
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(
                predictor.scores([train[i][0] for i in chosen]), torch.tensor([train[i][1] for i in chosen])
            )
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}", loss.item())
    return predictor
