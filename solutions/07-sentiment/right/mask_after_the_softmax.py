# ---
# jupyter:
#   course:
#     way: "The mask comes after the softmax, with renormalising; LBFGS; a class for the network."
# ---

# %% task="pooling"
def last_states(states, lengths):
    forward, backward = states.chunk(2, dim=-1)
    at = (lengths - 1).view(-1, 1, 1).expand(-1, 1, forward.size(-1))
    return torch.cat((forward.gather(1, at).squeeze(1), backward.select(1, 0)), dim=-1)


def mean_and_max(states, mask):
    real = mask[..., None].expand_as(states)
    mean = torch.where(real, states, 0.0).sum(1) / mask.sum(1, keepdim=True).clamp_min(1)
    top = torch.where(real, states, torch.finfo(states.dtype).min).max(dim=1).values
    return mean, torch.where(mask.any(1, keepdim=True), top, torch.zeros_like(top))


def attention(states, mask, W, b, v):
    scores = F.linear(torch.tanh(F.linear(states, W, b)), v[None]).squeeze(-1)
    alpha = F.softmax(scores, dim=-1) * mask
    alpha = alpha / alpha.sum(dim=-1, keepdim=True).clamp(min=1e-20)
    return alpha, torch.bmm(alpha[:, None, :], states)[:, 0]


# %% task="calibration"
import itertools


def calibration_error(probabilities, labels, bins):
    edges = torch.linspace(0, 1, bins + 1)
    error = torch.zeros(())
    for low, high in itertools.pairwise(edges):
        inside = (probabilities >= low) & ((probabilities < high) | (high == 1))
        if inside.any():
            gap = labels[inside].float().mean() - probabilities[inside].mean()
            error += inside.float().mean() * gap.abs()
    return error.item()


def temperature(logits, labels):
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_t], max_iter=200, line_search_fn="strong_wolfe", tolerance_grad=1e-9)

    def closure():
        optimizer.zero_grad()
        loss = nn.BCEWithLogitsLoss()(logits.double() / log_t.exp(), labels.double())
        loss.backward()
        return loss

    optimizer.step(closure)
    return log_t.exp().item()


def calibrate(valid, test, bins):
    logits, labels = test
    T = temperature(logits=valid[0], labels=valid[1])
    before, after = (calibration_error((logits / t).sigmoid(), labels, bins) for t in (1.0, T))
    return [T, before, after]


# %% task="classifier"
class Sentiment(nn.Module):
    def __init__(self, vocabulary, matrix, frozen):
        super().__init__()
        self.index = {word: k for k, word in enumerate(vocabulary)}
        self.embedding = nn.Embedding(*matrix.shape, padding_idx=0)
        self.embedding.weight.data.copy_(matrix)
        self.embedding.weight.requires_grad = not frozen
        self.lstm = nn.LSTM(matrix.shape[1], 40, bidirectional=True)
        self.score = nn.Linear(80, 1)
        self.out = nn.Linear(80, 1)

    def forward(self, texts):
        lengths = torch.tensor([max(1, len(words)) for words in texts])
        tokens = torch.zeros(int(lengths.max()), len(texts), dtype=torch.long)
        for j, words in enumerate(texts):
            for t, word in enumerate(words or ["<unk>"]):
                tokens[t, j] = self.index.get(word, self.index["<unk>"])
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(tokens), lengths, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0])
        scores = self.score(states).squeeze(2).masked_fill(tokens == 0, -math.inf)
        weights = torch.softmax(scores, dim=0)
        return self.out((weights.unsqueeze(2) * states).sum(dim=0)).view(-1)

    def predict(self, texts):
        self.eval()
        with torch.no_grad():
            return self(texts).sigmoid()


def fit_sentiment(train, vocabulary, matrix, frozen, seed):
    torch.manual_seed(seed)
    model = Sentiment(vocabulary, matrix, frozen)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.01)
    for epoch in range(8):
        model.train()
        order = torch.randperm(len(train)).tolist()
        for start in range(0, len(order), 40):
            batch = [train[k] for k in order[start : start + 40]]
            loss = nn.BCEWithLogitsLoss()(
                model([words for words, _ in batch]), torch.tensor([label for _, label in batch]).float()
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.3f}")
    return model.predict, model.embedding
