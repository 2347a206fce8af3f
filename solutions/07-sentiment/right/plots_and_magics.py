# ---
# jupyter:
#   course:
#     way: "Magics, plots and prints left in; two layers of one direction each, index_put, a grid."
# ---

# %% task="skipgram"
# %matplotlib inline
import matplotlib.pyplot as plt


def pairs(sentence, window):
    reach = range(-window, window + 1)
    return [
        (word, sentence[place + step])
        for place, word in enumerate(sentence)
        for step in reach
        if step != 0 and 0 <= place + step < len(sentence)
    ]


def sgns(V, U, centre, context, negatives):
    B, K = negatives.shape
    words = torch.hstack([context[:, None], negatives])
    truth = torch.zeros(B, K + 1)
    truth[:, 0] = 1
    scores = torch.bmm(U[words], V[centre][:, :, None])[:, :, 0]
    loss = F.binary_cross_entropy_with_logits(scores, truth, reduction="sum") / B
    error = (torch.sigmoid(scores) - truth) / B
    by_v, by_u = torch.zeros_like(V), torch.zeros_like(U)
    by_v.scatter_add_(0, centre[:, None].expand(-1, V.shape[1]), (error[:, :, None] * U[words]).sum(1))
    by_u.index_put_((words,), error[:, :, None] * V[centre][:, None, :], accumulate=True)
    plt.plot(error[0])
    plt.show()
    return loss, by_v, by_u


# %% task="calibration"
from matplotlib import pyplot


def calibration_error(probabilities, labels, bins):
    which = torch.clamp((probabilities.double() * bins).floor().int(), 0, bins - 1)
    total = 0.0
    points = []
    for b in which.unique():
        p, y = probabilities[which == b].mean(), labels[which == b].double().mean()
        points.append((float(p), float(y)))
        total += float((which == b).sum() * (p - y).abs()) / len(which)
    figure, axes = pyplot.subplots()
    axes.plot(*zip(*points), "o-")
    axes.plot([0, 1], [0, 1])
    pyplot.close(figure)
    return total


def temperature(logits, labels):
    grid = torch.logspace(math.log10(0.1), math.log10(15), 1500, dtype=torch.float64)
    scaled = logits.double()[None] / grid[:, None]
    signs = (2 * labels - 1).double()
    losses = torch.logsumexp(torch.stack([torch.zeros_like(scaled), -signs * scaled]), dim=0).mean(dim=1)
    return float(grid[losses.argmin()])


def calibrate(valid, test, bins):
    T = temperature(*valid)
    return T, *[calibration_error(torch.sigmoid(test[0] / t), test[1], bins) for t in (1, T)]


# %% task="classifier"
class TwoWays(nn.Module):
    """Two one-directional layers: one reads the review, one reads it from behind."""

    def __init__(self, matrix, frozen):
        super().__init__()
        self.embedding = nn.Embedding(matrix.size(0), matrix.size(1))
        with torch.no_grad():
            self.embedding.weight.copy_(matrix)
        self.there = nn.GRU(matrix.size(1), 40, batch_first=True)
        self.back = nn.GRU(matrix.size(1), 40, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(80, 1))
        if frozen:
            for parameter in self.embedding.parameters():
                parameter.requires_grad_(False)

    def read(self, layer, rows):
        embedded = [self.embedding(row) for row in rows]
        states = layer(nn.utils.rnn.pad_sequence(embedded, batch_first=True))[0]
        return torch.stack([row[len(words) - 1] for row, words in zip(states, rows)])

    def forward(self, rows):
        both = [self.read(self.there, rows), self.read(self.back, [row.flip(0) for row in rows])]
        return self.head(torch.cat(both, dim=1)).squeeze(-1)


def fit_sentiment(train, vocabulary, matrix, frozen, seed):
    torch.manual_seed(seed)
    index = {word: k for k, word in enumerate(vocabulary)}

    def encode(words):
        return torch.tensor([index.get(word, 1) for word in words] or [1])

    rows, labels = [encode(words) for words, _ in train], torch.tensor([label for _, label in train]).float()
    model = TwoWays(matrix, frozen)
    optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=8e-3)
    history = []
    for epoch in range(10):
        for chosen in torch.randperm(len(rows)).split(40):
            loss = F.binary_cross_entropy_with_logits(model([rows[k] for k in chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(loss.item())
    plt.plot(history)
    plt.show()
    model.eval()

    def predict(texts):
        with torch.no_grad():
            return torch.sigmoid(model([encode(words) for words in texts]))

    return predict, model.embedding
