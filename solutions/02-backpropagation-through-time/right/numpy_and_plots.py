# ---
# jupyter:
#   course:
#     way: "NumPy detours, magics, prints and plots left in; a module of three parts."
# ---

# %% task="bptt"
# %matplotlib inline
import numpy as np


def bptt(x, h_0, states, W_xh, W_hh, d_states):
    x, h_0, states, W_xh, W_hh, d_states = (a.numpy() for a in (x, h_0, states, W_xh, W_hh, d_states))
    h = np.concatenate([h_0[:, None], states], axis=1)
    deltas = np.zeros_like(states)
    back = np.zeros_like(h_0)
    for t in range(states.shape[1])[::-1]:
        deltas[:, t] = (1 - np.square(h[:, t + 1])) * (d_states[:, t] + back)
        back = deltas[:, t] @ W_hh
    found = (
        np.tensordot(deltas, x, ([0, 1], [0, 1])),
        np.tensordot(deltas, h[:, :-1], ([0, 1], [0, 1])),
        deltas.sum((0, 1)),
        deltas @ W_xh,
        back,
    )
    print([part.shape for part in found])
    return tuple(map(torch.from_numpy, found))


# %% task="batches"
import numpy


def text_batches(tokens, batch_size, seq_length):
    text = tokens.numpy()
    width = int(numpy.ceil((len(text) - 1) / batch_size))
    inputs, targets = numpy.zeros(batch_size * width, numpy.int64), numpy.full(batch_size * width, -100)
    inputs[: len(text) - 1] = text[:-1]
    targets[: len(text) - 1] = text[1:]
    borders = list(range(seq_length, width, seq_length))
    both = [numpy.split(part.reshape(batch_size, width), borders, axis=1) for part in (inputs, targets)]
    return [(torch.tensor(a), torch.tensor(b)) for a, b in zip(*both)]


# %% task="characters"
import matplotlib.pyplot as plt


class Characters(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = nn.Embedding(size, 40)
        self.rnn = nn.RNN(40, 128, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(0.05), nn.Linear(128, size))

    def forward(self, inputs, state=None):
        states, state = self.rnn(self.embedding(inputs), state)
        return self.head(states), state


def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
    number = dict(zip(symbols, range(len(symbols))))
    text = torch.tensor([number[c] for c in train])
    model, losses = Characters(len(symbols)), []
    optimizer = torch.optim.RMSprop(model.parameters(), 3e-3)
    for epoch in range(6):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 / (1 + epoch)
        for starts in torch.randperm((len(text) - 1) // 50).mul(50).split(32):
            window = torch.stack([text[a : a + 51] for a in starts.tolist()])
            logits, _ = model(window[:, :-1])
            loss = nn.CrossEntropyLoss()(logits.flatten(0, 1), window[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        print(epoch, losses[-1])
    plt.plot(losses)
    plt.show()
    return model.eval()


# %% task="look"
import numpy as numeric
from matplotlib import pyplot


def loss_by_place(model, text, symbols, longest):
    numbers = numeric.array([symbols.index(c) for c in text])
    with torch.inference_mode():
        logits = model(torch.from_numpy(numbers)[None, :-1], None)[0][0].double().numpy()
    logits = logits - logits.max(axis=1, keepdims=True)
    losses = numeric.log(numeric.exp(logits).sum(axis=1)) - logits[numeric.arange(len(logits)), numbers[1:]]
    places = [0]
    for c in text:
        places.append((places[-1] + 1) * c.isalpha())
    places = numeric.minimum(places[2:], longest)
    rows = [
        (int(p), int((places == p).sum()), float(losses[places == p].mean())) for p in numeric.unique(places)
    ]
    pyplot.bar([row[0] for row in rows], [row[2] for row in rows])
    pyplot.close()
    return rows


def findings():
    print("the first letters are the hard ones")
    return {1, 3, 4, 5}
