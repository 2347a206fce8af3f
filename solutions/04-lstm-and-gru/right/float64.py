# ---
# jupyter:
#   course:
#     way: Everything in double precision, with a warning on the way.
# ---

# %% task="lstm"
import warnings


def lstm_step(x, h, c, W_ih, W_hh, b):
    warnings.warn("computing in double precision", stacklevel=2)
    x, h, c, W_ih, W_hh, b = (value.double() for value in (x, h, c, W_ih, W_hh, b))
    i, f, g, o = (torch.cat((x, h), 1) @ torch.cat((W_ih, W_hh), 1).T + b).split(h.shape[1], dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% task="peephole"
def peephole_step(x, h, c, W_ih, W_hh, b, p):
    x, h, c, W_ih, W_hh, b, p = (value.double() for value in (x, h, c, W_ih, W_hh, b, p))
    i, f, g, o = (x @ W_ih.T + h @ W_hh.T + b).chunk(4, dim=1)
    p_i, p_f, p_o = p.chunk(3)
    c_new = torch.sigmoid(f + p_f * c) * c + torch.sigmoid(i + p_i * c) * torch.tanh(g)
    return torch.sigmoid(o + p_o * c_new) * torch.tanh(c_new), c_new


# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    x, h, W_ih, W_hh, b_ih, b_hh = [v.double() for v in (x, h, W_ih, W_hh, b_ih, b_hh)]
    x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
    h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return n - z * n + z * h


# %% task="load"
def load_gates(gates):
    lstm = nn.LSTM(*gates["i"][0].shape, batch_first=True, dtype=torch.float64)
    weights = [torch.cat([gates[gate][k].double() for gate in "ifgo"], dim=-1) for k in range(3)]
    lstm.load_state_dict(
        {
            "weight_ih_l0": weights[0].T,
            "weight_hh_l0": weights[1].T,
            "bias_ih_l0": torch.zeros_like(weights[2]),
            "bias_hh_l0": weights[2],
        }
    )
    return lstm


# %% task="tagger"
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
    logits = logits.double()
    marked = tags.clone()
    for n in range(len(tags)):
        marked[n, lengths[n] :] = -100
    return nn.functional.cross_entropy(logits.transpose(1, 2), marked)
