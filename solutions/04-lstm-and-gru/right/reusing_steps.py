# ---
# jupyter:
#   course:
#     way: Later tasks call the functions of earlier ones; the mask multiplies.
# ---

# %% task="lstm"
def gate_sums(x, h, W_ih, W_hh, b):
    return torch.addmm(torch.addmm(b, x, W_ih.t()), h, W_hh.t()).unflatten(1, (4, -1)).unbind(1)


def lstm_step(x, h, c, W_ih, W_hh, b):
    i, f, g, o = gate_sums(x, h, W_ih, W_hh, b)
    new = c.clone()
    new = new.mul(f.sigmoid()).add(i.sigmoid() * g.tanh())
    return [o.sigmoid() * new.tanh(), new]


# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    if reverse:
        x = x.flip(1)
    batch, time, _ = x.shape
    steps = torch.arange(time)
    mask = (steps < lengths[:, None]).float()
    if reverse:
        mask = mask.flip(1)
    state = (torch.zeros(batch, cell.hidden_size), torch.zeros(batch, cell.hidden_size))
    outputs = []
    for t in range(time):
        m = mask[:, t, None]
        new = cell(x[:, t], state)
        state = tuple(m * after + (1 - m) * before for after, before in zip(new, state))
        outputs.append(m * state[0])
    if reverse:
        outputs.reverse()
    return torch.stack(outputs, dim=1), *state


# %% task="tagger"
class BiTagger(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size, padding_idx=None)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, tags)

    def forward(self, tokens, lengths):
        order = lengths.argsort(descending=True)
        x = self.embedding(tokens[order])
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths[order].cpu(), batch_first=True)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        logits = torch.zeros(*tokens.shape, self.head.out_features)
        logits[order, : states.shape[1]] = self.head(states)
        return logits


def tagging_loss(logits, tags, lengths):
    real = (torch.arange(tags.shape[1])[None] < lengths[:, None]).float()
    each = nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), reduction="none")
    return (each * real.flatten()).sum() / real.sum()
