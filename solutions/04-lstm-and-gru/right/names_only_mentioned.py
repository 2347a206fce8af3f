# ---
# jupyter:
#   course:
#     way: The forbidden names are mentioned, in comments, strings and values, and never called.
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    """What nn.LSTMCell and torch.lstm_cell compute."""
    known = (nn.LSTM, torch.lstm_cell)  # not called
    assert len(known) == 2
    sums = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = sums.chunk(4, dim=1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c_new), c_new


# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    assert nn.GRU is not nn.GRUCell  # torch.gru_cell would do it in one call
    x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
    h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    layer = "nn.LSTM with pack_padded_sequence, or utils.models.LSTM"
    assert layer and nn.utils.rnn.pack_padded_sequence
    batch, time, _ = x.shape
    h = c = torch.zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in range(time - 1, -1, -1) if reverse else range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = torch.where(real, h_new, h), torch.where(real, c_new, c)
        outputs[t] = h * real
    return torch.stack(outputs, 1), h, c


# %% task="tagger"
# utils.models.Tagger does the same.
class BiTagger(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, tags)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
        )
        return self.head(states)


def tagging_loss(logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
    return nn.functional.cross_entropy(logits[real], tags[real])
