# %% given="imports"
import types

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import Tensor, nn

from utils import checks


# %% task="gradient"
def weigh(x, W):
    ### BEGIN SOLUTION
    return torch.tanh(x @ W)
    ### END SOLUTION


class Counter:
    ### BEGIN SOLUTION
    def __init__(self):
        self.state = None

    def step(self, x, W):
        h = x @ W if self.state is None else torch.tanh(x @ W + self.state)
        self.state = h
        return h

    ### END SOLUTION


# %% test="gradient" checks="first" points=1
x, W = torch.randn(4, 3), torch.randn(3, 2, requires_grad=True)
y = checks.call(weigh, x, W)
(got,) = torch.autograd.grad(y.sum(), W)
(expected,) = torch.autograd.grad(torch.tanh(x @ W).sum(), W)
checks.close("the gradient", got, expected)
y = checks.call(weigh, x, W)
y.sum().backward()
checks.close("W.grad", W.grad, expected)
checks.true(not checks.call(weigh, x, W.detach()).requires_grad, "no gradient without a leaf")
with torch.no_grad():
    checks.true(not checks.call(weigh, x, W).requires_grad, "no gradient under no_grad")

# %% test="gradient" checks="second" points=1
x, W = torch.randn(4, 3).double(), torch.randn(3, 2).double().requires_grad_()
hidden = 2 * W  # no leaf: the gradient goes on through the test's own graph
(g,) = torch.autograd.grad(checks.call(weigh, x, hidden).sum(), W, create_graph=True)
(got,) = torch.autograd.grad(g.pow(2).sum(), W)
(g,) = torch.autograd.grad(torch.tanh(x @ (2 * W)).sum(), W, create_graph=True)
(expected,) = torch.autograd.grad(g.pow(2).sum(), W)
checks.close("the second derivative", got, expected)
checks.true(torch.autograd.gradcheck(weigh, (x, W)), "gradcheck passes")

# %% test="gradient" checks="carried" points=1
# the state that an object keeps between calls carries its graph
counter = Counter()
x, W = torch.randn(4, 3), torch.randn(3, 2, requires_grad=True)
h = torch.zeros(4, 2)
for t in range(3):
    y = counter.step(x, W)
    h = x @ W if t == 0 else torch.tanh(x @ W + h)
checks.close("the gradient through three steps", *(torch.autograd.grad(v.sum(), W)[0] for v in (y, h)))


# %% task="model"
class Net(nn.Module):
    ### BEGIN SOLUTION
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, batch_first=True)
        self.scale = nn.Parameter(torch.ones(hidden_size))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += 1
        return self.rnn(x)[0] * self.scale

    ### END SOLUTION


def layer(input_size, hidden_size):
    ### BEGIN SOLUTION
    made = nn.Linear(input_size, hidden_size)
    made.weight = nn.Parameter(torch.eye(hidden_size, input_size))
    return made
    ### END SOLUTION


def start_with_identity(rnn):
    ### BEGIN SOLUTION
    rnn.weight_hh_l0 = nn.Parameter(torch.eye(rnn.hidden_size))
    nn.init.zeros_(rnn.bias_hh_l0)
    ### END SOLUTION


def train(model, optimizer, batches):
    ### BEGIN SOLUTION
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


# %% test="model" checks="parameters" points=1
net = checks.call(Net, 3, 2)
checks.true(isinstance(net, nn.Module) and not isinstance(net, Tensor), "Net is a module")
checks.true(issubclass(Net, nn.Module), "Net is a class of modules")
checks.shape("the output", net(torch.zeros(4, 5, 3)), (4, 5, 2))
count = sum(p.numel() for p in net.parameters())
checks.true(count == 3 * 2 + 2 * 2 + 2 + 2 + 2, f"{count} parameters")
net.train()
optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
before = {name: p.detach().clone() for name, p in net.named_parameters()}
x = torch.randn(4, 5, 3)
loss = net(x).pow(2).sum()
loss.backward()
checks.true(net.scale.grad is not None and net.rnn.weight_hh_l0.grad is not None, "gradients arrive")
optimizer.step()
checks.true(float(net(x).pow(2).sum()) < float(loss), "a step against the gradient lowers the loss")
checks.close("scale", net.scale, before["scale"] - 1e-4 * net.scale.grad)
with torch.no_grad():
    net.scale.zero_()
checks.true(float(net(x).abs().sum()) == 0, "what the test writes into a parameter counts")
net.load_state_dict(before, strict=False)
checks.close("scale", net.state_dict()["scale"], before["scale"])
checks.true(float(net.seen) == 4, "a buffer counts the calls")

# %% test="model" checks="by_value" points=1
made = checks.call(layer, 3, 2)
checks.true(isinstance(made, nn.Linear), "layer makes an nn.Linear")
checks.close("its output", made(torch.eye(3)) - made.bias, torch.eye(3, 2))
rnn = nn.RNN(3, 2, batch_first=True)
start_with_identity(rnn)
checks.close("weight_hh", rnn.weight_hh_l0, torch.eye(2))
checks.close("bias_hh", rnn.bias_hh_l0, torch.zeros(2))
checks.shape("the output", rnn(torch.zeros(1, 4, 3))[0], (1, 4, 2))

# %% test="model" checks="training" points=1
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
twin = nn.Linear(3, 1)
twin.load_state_dict(model.state_dict())
twin_optimizer = torch.optim.SGD(twin.parameters(), lr=0.05)
data = [(torch.randn(8, 3), torch.randn(8, 1)) for _ in range(5)]
losses = checks.call(train, model, optimizer, data)
for x, y in data:
    twin_optimizer.zero_grad()
    nn.functional.mse_loss(twin(x), y).backward()
    twin_optimizer.step()
checks.close("the weights after training", model.weight, twin.weight)
checks.true(len(losses) == 5, "a loss for each batch")


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 1)

    def forward(self, x):
        return self.inner(x)


model = Plain()
before = model.inner.weight.detach().clone()
checks.call(train, model, torch.optim.SGD(model.parameters(), lr=0.05), iter(data))
checks.true(
    float((model.inner.weight - before).abs().sum()) > 0, "a model of the test's own class is trained"
)


# %% task="plain"
def change(numbers, table, x, array):
    ### BEGIN SOLUTION
    numbers.append([numbers[0]])
    table["new"] = {"deep": (1, 2)}
    x[0] = 7
    array += 1
    return x
    ### END SOLUTION


def shapes():
    ### BEGIN SOLUTION
    return {
        "tuple": (1, "a", None, b"b", 2.5, True, 1 + 2j, 10**30),
        "set": {1, 2},
        "dtype": torch.float64,
        "size": torch.Size([2, 3]),
        "slice": slice(1, None),
        "array": np.arange(6).reshape(2, 3),
        "scalar": np.float32(0.5),
        "half": torch.ones(2, dtype=torch.bfloat16),
        "bool": torch.tensor([True, False]),
        "empty": torch.empty(0, 3),
        "packed": nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]),
    }
    ### END SOLUTION


def fails(kind):
    ### BEGIN SOLUTION
    raise {"value": ValueError, "key": KeyError, "own": type("Own", (LookupError,), {})}[kind]("a reason")
    ### END SOLUTION


def says(text):
    ### BEGIN SOLUTION
    import warnings

    print("said", text)
    warnings.warn("a warning costs nothing", stacklevel=1)
    return text.upper()
    ### END SOLUTION


# %% test="plain" checks="in_place" points=1
numbers, table, x, array = [1], {"old": 0}, torch.zeros(2), np.zeros(2)
result = checks.call_in_place(change, numbers, table, x, array)
checks.true(result is x and x.tolist() == [7, 0], "the tensor is changed, and is the one returned")
checks.true(numbers == [1, [1]], "the list has grown")
checks.true(table == {"old": 0, "new": {"deep": (1, 2)}}, "the dict has grown")
checks.true(array.tolist() == [1, 1], "the array is changed")

# %% test="plain" checks="kinds" points=1
got = checks.call(shapes)
checks.true(got["tuple"] == (1, "a", None, b"b", 2.5, True, 1 + 2j, 10**30), "a tuple of everything")
checks.true(
    got["set"] == {1, 2} and got["dtype"] is torch.float64 and got["slice"] == slice(1, None), "kinds"
)
checks.true(got["size"] == (2, 3) and got["array"].tolist() == [[0, 1, 2], [3, 4, 5]], "arrays")
checks.true(got["scalar"] == 0.5 and got["half"].dtype is torch.bfloat16, "numbers")
checks.true(got["bool"].tolist() == [True, False] and got["empty"].shape == (0, 3), "tensors")
checks.true(got["packed"].batch_sizes.tolist() == [2, 1], "a packed sequence")

# %% test="plain" checks="errors" points=1
for kind, error in (("value", ValueError), ("key", KeyError), ("own", LookupError)):
    try:
        fails(kind)
    except error as raised:
        checks.true("a reason" in str(raised), "the reason comes along")
    else:
        checks.true(False, f"{kind} raises nothing")
checks.true(checks.call(says, "so") == "SO", "a warning costs nothing")


# %% task="random"
def draw(shape, generator=None):
    ### BEGIN SOLUTION
    return torch.randn(shape, generator=generator)
    ### END SOLUTION


def draw_numpy():
    ### BEGIN SOLUTION
    import random

    return float(np.random.rand()), random.random()
    ### END SOLUTION


# %% test="random" checks="seeds" points=1
import random

torch.manual_seed(5)
first = checks.call(draw, (2, 3))
again = checks.call(draw, (2, 3))
torch.manual_seed(5)
checks.close("draws after a seed", first, torch.randn(2, 3))
torch.manual_seed(5)
checks.close("the same seed, the same draws", checks.call(draw, (2, 3)), first)
checks.true(not torch.equal(first, again), "a second draw differs")
seeded = torch.Generator().manual_seed(7)
pair = torch.stack((checks.call(draw, (2,), seeded), checks.call(draw, (2,), generator=seeded)))
same = torch.Generator().manual_seed(7)
checks.close("two draws from a generator", pair, torch.stack([torch.randn(2, generator=same) for _ in "ab"]))
np.random.seed(3), random.seed(3)
numbers = checks.call(draw_numpy)
np.random.seed(3), random.seed(3)
checks.true(numbers == (np.random.rand(), random.random()), "NumPy's and Python's seeds")


# %% task="lent"
def batches(n):
    ### BEGIN SOLUTION
    for i in range(n):
        yield torch.full((2,), i)
    ### END SOLUTION


def apply(function, x):
    ### BEGIN SOLUTION
    return function(x) * 2
    ### END SOLUTION


def total(items):
    ### BEGIN SOLUTION
    return sum(float(item) for item in items)
    ### END SOLUTION


class Vocabulary:
    ### BEGIN SOLUTION
    def __init__(self, words):
        self.words = list(words)

    def __len__(self):
        return len(self.words)

    def __getitem__(self, word):
        return self.words.index(word)

    def __iter__(self):
        return iter(self.words)

    def with_word(self, word):
        return Vocabulary([*self.words, word])

    ### END SOLUTION


def figure(values):
    ### BEGIN SOLUTION
    _, ax = plt.subplots()
    ax.plot(values)
    ax.set_xlabel("time")
    return ax
    ### END SOLUTION


# %% test="lent" checks="functions" points=1
W = torch.ones(2, requires_grad=True)
y = checks.call(apply, lambda x: x * W, torch.tensor([1.0, 2.0]))
(gradient,) = torch.autograd.grad(y.sum(), W)
checks.close("the gradient through a function of the test", gradient, torch.tensor([2.0, 4.0]))
checks.close("a function of torch", checks.call(apply, torch.tanh, torch.zeros(1)), torch.zeros(1))
made = checks.call(batches, 3)
checks.true(isinstance(made, types.GeneratorType), "batches is a generator")
checks.true([batch.tolist() for batch in made] == [[0, 0], [1, 1], [2, 2]], "its items")
checks.true(checks.call(total, (i for i in range(4))) == 6, "a generator of the test")

# %% test="lent" checks="objects" points=1
vocabulary = checks.call(Vocabulary, ["a", "b"])
checks.true(len(vocabulary) == 2 and vocabulary["b"] == 1 and list(vocabulary) == ["a", "b"], "its methods")
checks.true(list(vocabulary.with_word("c")) == ["a", "b", "c"], "an object that a method returns")
vocabulary.words = ["z"]
checks.true(vocabulary["z"] == 0, "an attribute that the test sets")
ax = checks.call(figure, [1.0, 4.0, 9.0])
checks.true(ax.get_xlabel() == "time", "the label of the axis")
checks.true(list(ax.lines[0].get_ydata()) == [1, 4, 9], "the line")
plt.close("all")
del ax


# %% task="steps"
def steps(x, W):
    ### BEGIN SOLUTION
    h = torch.zeros(x.shape[0], W.shape[0])
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] + h @ W.T)
    return h
    ### END SOLUTION


# %% test="steps" checks="by_hand" points=1
x, W = torch.randn(2, 3, 4), torch.randn(4, 4)
rnn = nn.RNN(4, 4, batch_first=True, bias=False)
with torch.no_grad():
    rnn.weight_ih_l0.copy_(torch.eye(4))
    rnn.weight_hh_l0.copy_(W)
    expected = rnn(x)[1][0]
with checks.forbidden("torch.nn.RNN", "torch.rnn_tanh"):
    got = checks.call(steps, x, W)
checks.close("the last state", got, expected)
