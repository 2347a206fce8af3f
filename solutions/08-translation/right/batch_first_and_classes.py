# ---
# jupyter:
#   course:
#     way: "Batch-first inside, bmm, classes with __call__, and a greedy search that drops what has ended."
# ---

# %% task="attention"
class Additive:
    def __init__(self, W, U, v):
        self.W, self.U, self.v = W, U, v

    def __call__(self, query, memory, lengths):
        hidden = torch.tanh(memory @ self.W.t() + (query @ self.U.t()).unsqueeze(1))
        scores = (hidden * self.v).sum(-1)
        padding = torch.arange(memory.size(1)).expand_as(scores) >= lengths.unsqueeze(1)
        scores[padding] = float("-inf")
        alpha = F.softmax(scores, dim=1)
        return torch.bmm(alpha.unsqueeze(1), memory).squeeze(1), alpha


def additive_attention(query, states, lengths, W, U, v):
    return Additive(W, U, v)(query, states.permute(1, 0, 2).contiguous(), lengths)


# %% task="decoder"
class Decoder:
    def __init__(self, attend, cell, weights):
        self.attend, self.cell, self.w = attend, cell, weights

    def step(self, token, state):
        context, alpha = self.attend(state)
        state = self.cell(torch.cat((self.w["E"].index_select(0, token), context), -1), state)
        return state.matmul(self.w["W_out"].t()).add(self.w["b_out"]), state, alpha


def first_state(states, lengths, weights):
    forward, backward = states.chunk(2, dim=-1)
    rows = [torch.cat([forward[n - 1, i], backward[0, i]]) for i, n in enumerate(lengths.tolist())]
    return torch.stack([(weights["W_0"] @ row + weights["b_0"]).tanh() for row in rows])


def decoder_step(token, state, attend, cell, weights):
    return Decoder(attend, cell, weights).step(token, state)


def decode(tokens, state, attend, cell, weights, free=False):
    decoder = Decoder(attend, cell, weights)
    batch, steps = tokens.shape
    logits = torch.empty(batch, steps, len(weights["b_out"]))
    alphas = []
    token = tokens[:, 0]
    for t in range(steps):
        scores, state, alpha = decoder.step(token, state)
        logits[:, t] = scores
        alphas.append(alpha.unsqueeze(1))
        if t + 1 < steps:
            token = scores.argmax(1) if free else tokens[:, t + 1]
    return logits, torch.cat(alphas, 1)


# %% task="greedy"
def greedy(step, state, bos, eos, limit):
    words = {i: [] for i in range(state.shape[0])}
    rows, token = torch.arange(state.shape[0]), torch.full((state.shape[0],), bos, dtype=torch.long)
    while len(rows) and limit > 0:
        scores, state = step(token, state)
        token = scores.max(dim=1).indices
        going = token != eos
        rows, token, state = rows[going], token[going], state[going]
        for row, word in zip(rows.tolist(), token.tolist()):
            words[row].append(word)
        limit -= 1
    return list(words.values())


# %% task="translator"
class Mine(nn.Module):
    """Time-first inside, with packed sequences and additive attention."""

    def __init__(self, english, french):
        super().__init__()
        self.english, self.french = english, french
        self.E, self.D = nn.Embedding(len(english) + 2, 64), nn.Embedding(len(french), 64)
        self.encoder = nn.GRU(64, 64, bidirectional=True)
        self.start, self.keys, self.ask = nn.Linear(128, 96), nn.Linear(128, 64), nn.Linear(96, 64)
        self.v = nn.Parameter(torch.randn(64) / 8)
        self.cell, self.head = nn.GRUCell(64 + 128, 96), nn.Linear(96, len(french))

    def read(self, sentences):
        rows = [torch.tensor([self.english.get(w, 1) for w in s.split()]) for s in sentences]
        packed = nn.utils.rnn.pack_sequence([self.E(row) for row in rows], enforce_sorted=False)
        states, last = self.encoder(packed)
        memory, lengths = nn.utils.rnn.pad_packed_sequence(states)
        mask = torch.arange(len(memory))[:, None] >= lengths[None]
        return memory, mask, self.start(torch.cat([last[0], last[1]], 1)).tanh()

    def step(self, token, s, memory, mask):
        scores = (self.keys(memory) + self.ask(s)).tanh() @ self.v
        scores = scores.masked_fill(mask, -torch.inf)
        alpha = scores.softmax(0)
        s = self.cell(torch.cat([self.D(token), (alpha[:, :, None] * memory).sum(0)], 1), s)
        return self.head(s), s, alpha


def fit_translator(train, seed):
    torch.manual_seed(seed)
    english = {w: k for k, w in enumerate(sorted({w for e, _ in train for w in e.split()}), 2)}
    french = ["<pad>", BOS, EOS, *sorted({w for _, f in train for w in f.split()})]
    number = {w: k for k, w in enumerate(french)}
    model = Mine(english, french)
    optimizer = torch.optim.AdamW(model.parameters(), lr=8e-3)
    for epoch in range(5):
        for chosen in torch.randperm(len(train)).split(32):
            pairs = [train[k] for k in chosen]
            memory, mask, s = model.read([e for e, _ in pairs])
            target = nn.utils.rnn.pad_sequence(
                [torch.tensor([1] + [number[w] for w in f.split()] + [2]) for _, f in pairs]
            )
            loss = 0
            for t in range(len(target) - 1):
                z, s, _ = model.step(target[t], s, memory, mask)
                loss = loss + F.cross_entropy(z, target[t + 1], ignore_index=0, reduction="sum")
            loss = loss / (target[1:] > 0).sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(epoch, loss.item())

    def one(sentence):
        with torch.no_grad():
            memory, mask, s = model.read([sentence])
            token, words, rows = torch.tensor([1]), [], []
            while len(words) < 20:
                z, s, alpha = model.step(token, s, memory, mask)
                token = z.argmax(1)
                if token.item() == 2:
                    break
                words.append(french[token.item()])
                rows.append(alpha[:, 0])
        return " ".join(words), torch.stack(rows) if rows else torch.zeros(0, len(sentence.split()))

    return lambda sentences: [one(sentence) for sentence in sentences]
