# ---
# jupyter:
#   course:
#     way: One gate at a time, with slices and nn.functional.linear.
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    n = h.shape[1]

    def total(gate):
        rows = slice(gate * n, (gate + 1) * n)
        return nn.functional.linear(x, W_ih[rows], b[rows]) + nn.functional.linear(h, W_hh[rows])

    new_cell = total(1).sigmoid() * c
    new_cell = new_cell + total(0).sigmoid() * total(2).tanh()
    return total(3).sigmoid() * new_cell.tanh(), new_cell


# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    n = h.shape[1]
    gates = torch.sigmoid(x @ W_ih[: 2 * n].T + h @ W_hh[: 2 * n].T + b_ih[: 2 * n] + b_hh[: 2 * n])
    r, z = gates[:, :n], gates[:, n:]
    new = torch.tanh(x @ W_ih[2 * n :].T + b_ih[2 * n :] + r * (h @ W_hh[2 * n :].T + b_hh[2 * n :]))
    return torch.lerp(new, h, z)


# %% task="load"
def load_gates(gates):
    input_size, hidden_size = gates["i"][0].shape
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    for k, gate in enumerate(("i", "f", "g", "o")):
        rows = slice(k * hidden_size, (k + 1) * hidden_size)
        W_x, W_h, b = gates[gate]
        lstm.weight_ih_l0.data[rows] = W_x.T
        lstm.weight_hh_l0.data[rows] = W_h.T
        lstm.bias_ih_l0.data[rows] = b / 2
        lstm.bias_hh_l0.data[rows] = b / 2
    return lstm


# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    """Item by item, each as long as it is."""
    batch, time, _ = x.shape
    every_output, every_h, every_c = [], [], []
    for n in range(batch):
        length = int(lengths[n])
        steps = list(range(length))
        state = None
        found = {}
        for t in steps[::-1] if reverse else steps:
            state = cell(x[n : n + 1, t], state)
            found[t] = state[0]
        row = [found[t] if t in found else torch.zeros(1, cell.hidden_size) for t in range(time)]
        every_output.append(torch.cat(row))
        every_h.append(state[0])
        every_c.append(state[1])
    return torch.stack(every_output), torch.cat(every_h), torch.cat(every_c)


# %% task="tagger"
class BiTagger(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, bidirectional=True)
        self.head = nn.Linear(hidden_size * 2, tags)

    def forward(self, tokens, lengths):
        sentences = [row[:length] for row, length in zip(tokens, lengths.tolist())]
        scores = [self.head(self.lstm(self.embedding(words))[0]) for words in sentences]
        padded = [nn.functional.pad(score, (0, 0, 0, tokens.shape[1] - len(score))) for score in scores]
        return torch.stack(padded)


def tagging_loss(logits, tags, lengths):
    total = 0.0
    for n, length in enumerate(lengths.tolist()):
        total = total - logits[n, :length].log_softmax(-1)[torch.arange(length), tags[n, :length]].sum()
    return total / lengths.sum()
