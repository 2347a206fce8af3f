# ---
# jupyter:
#   course:
#     way: An iterator object instead of a generator, and a backward pass under inference mode.
# ---

# %% task="output"
@torch.inference_mode()
def output_layer(states, U, b_2, targets):
    logits = states @ U.T + b_2
    log_y_hat = logits - logits.logsumexp(-1, keepdim=True)
    rows = torch.arange(targets.numel())
    loss = -log_y_hat.flatten(0, 1)[rows, targets.flatten()].mean()
    delta = log_y_hat.exp().flatten(0, 1)
    delta[rows, targets.flatten()] -= 1
    delta = (delta / targets.numel()).view_as(log_y_hat)
    return loss, delta @ U, delta.flatten(0, 1).T @ states.flatten(0, 1), delta.sum((0, 1))


# %% task="batches"
class text_batches:
    def __init__(self, tokens, batch_size, seq_length):
        self.width = (len(tokens) + batch_size - 2) // batch_size
        self.inputs = torch.zeros(batch_size * self.width, dtype=tokens.dtype)
        self.targets = torch.full_like(self.inputs, -100)
        self.inputs[: len(tokens) - 1], self.targets[: len(tokens) - 1] = tokens[:-1], tokens[1:]
        self.inputs = self.inputs.reshape(batch_size, self.width)
        self.targets = self.targets.reshape(batch_size, self.width)
        self.seq_length, self.start = seq_length, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.start >= self.width:
            raise StopIteration
        piece = slice(self.start, self.start + self.seq_length)
        self.start += self.seq_length
        return self.inputs[:, piece], self.targets[:, piece]


# %% task="characters"
class Reader:
    """A model with __call__; its state is a tuple."""

    def __init__(self, size):
        self.embedding, self.lstm, self.head = nn.Embedding(size, 32), nn.LSTM(32, 128), nn.Linear(128, size)
        self.parameters = [p for part in (self.embedding, self.lstm, self.head) for p in part.parameters()]

    def __call__(self, inputs, state=None):
        states, state = self.lstm(self.embedding(inputs.T), state)
        return self.head(states).transpose(0, 1), state


def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
    reader = Reader(len(symbols))
    optimizer = torch.optim.AdamW(reader.parameters, lr=0.01)
    numbers = torch.tensor(list(map(symbols.index, train)))
    for epoch in range(5):
        order = torch.randperm(len(numbers) - 61)[: len(numbers) // 2000 * 2000 // 60]
        for starts in order.split(20):
            window = torch.stack([numbers[a : a + 61] for a in starts])
            loss = F.cross_entropy(reader(window[:, :-1])[0].flatten(0, 1), window[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: {loss.item():.3f}")
    return reader
