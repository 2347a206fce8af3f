# %% [markdown]
# # Assignment 1: Recurrent neurons
#
# You write a recurrent neuron, carry it over time, set weights by hand so that a layer counts, load a layer
# into `nn.RNN`, and let a network forecast from its own output. Chapter 1 of the book has all that
# you need.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `recurrent_neuron`: one step | 4 |
# | 2 | `run_layer`: all steps | 5 |
# | 3 | `remainder_weights`: weights by hand | 4 |
# | 4 | `to_torch`: the same layer as an `nn.RNN` | 4 |
# | 5 | `forecast`: feeding back the output | 3 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that ends without an error has passed.
# A test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you
# are done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Each task is tested alone. Do not change the test cells; what you change there is undone before
# grading. Leave the arguments of your functions as they are. Warnings cost nothing. You may
# import PyTorch, NumPy, Matplotlib and Python's standard library. Other packages, and parts of `utils` that
# the first cell does not import, are not there when your work is graded; an import of them that nothing uses
# costs nothing.
#
# **Notation.** As in chapter 1, a row is an example. For a layer of `hidden_size` neurons,
#
# $$ y_t = \tanh(x_t W_x + y_{t-1} W_y + b) $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $x_t$ | `x` | `(batch, input_size)` |
# | $y_{t-1}$ | `y_prev` | `(batch, hidden_size)` |
# | $W_x$ | `W_x` | `(input_size, hidden_size)` |
# | $W_y$ | `W_y` | `(hidden_size, hidden_size)` |
# | $b$ | `b` | `(hidden_size,)` |

# %% given="imports"
import torch
from torch import Tensor, nn

from utils import checks

FORBIDDEN = (  # in task 2
    "torch.nn.RNN",
    "torch.rnn_tanh",
    "utils.models.RNN",
    "utils.models.layers.unroll.unroll",
    "utils.models.layers.unroll.loop",
)

# %% [markdown]
# ## Task 1: one step (4 points)
#
# Return $y_t$ for a whole batch, as a tensor of shape `(batch, hidden_size)`.


# %% task="neuron"
def recurrent_neuron(x: Tensor, y_prev: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor) -> Tensor:
    """One step of a layer of recurrent neurons: y_t = tanh(x_t W_x + y_{t-1} W_y + b)."""
    ### BEGIN SOLUTION
    return torch.tanh(x @ W_x + y_prev @ W_y + b)
    ### END SOLUTION


# %% test="neuron" checks="shape" points=1
x, y_prev = torch.ones(4, 3), torch.zeros(4, 2)
W_x, W_y, b = torch.ones(3, 2), torch.ones(2, 2), torch.zeros(2)
y = checks.call(recurrent_neuron, x, y_prev, W_x, W_y, b)
checks.shape(
    "recurrent_neuron for a batch of 4 and 2 neurons",
    y,
    (4, 2),
    "one row for each example, one column a neuron.",
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, input_size, hidden_size = (torch.randperm(6, generator=generator)[:3] + 2).tolist()
y = checks.call(
    recurrent_neuron,
    torch.randn(batch, input_size, generator=generator),
    torch.randn(batch, hidden_size, generator=generator),
    torch.randn(input_size, hidden_size, generator=generator),
    torch.randn(hidden_size, hidden_size, generator=generator),
    torch.randn(hidden_size, generator=generator),
)
checks.shape(f"recurrent_neuron for a batch of {batch} and {hidden_size} neurons", y, (batch, hidden_size))
### END HIDDEN TESTS

# %% test="neuron" checks="values" points=2
# By hand: 1·0.5 + 2·0.25 + 1·(-0.5) + 0.1 = 0.6, and tanh(0.6) = 0.537050.
y = checks.call(
    recurrent_neuron,
    torch.tensor([[1.0, 2.0]]),
    torch.tensor([[1.0]]),
    torch.tensor([[0.5], [0.25]]),
    torch.tensor([[-0.5]]),
    torch.tensor([0.1]),
)
checks.close(
    "recurrent_neuron on the example worked by hand",
    y,
    torch.tensor([[0.537050]]),
    mistakes={
        "the activation tanh is missing.": torch.tensor([[0.6]]),
        "the bias b is missing.": torch.tensor([[0.462117]]),
        "the output of the step before, y_prev, is not used.": torch.tensor([[0.800499]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, y_prev = torch.randn(4, 3, generator=generator), torch.rand(4, 2, generator=generator)
W_x, W_y = torch.randn(3, 2, generator=generator), torch.randn(2, 2, generator=generator)
b = torch.randn(2, generator=generator)
z = torch.einsum("ni,ih->nh", x, W_x) + torch.einsum("nk,kh->nh", y_prev, W_y)
expected = (z + b).tanh()  # before the call, which could change its arguments
checks.close(
    "recurrent_neuron on a random batch",
    checks.call(recurrent_neuron, x, y_prev, W_x, W_y, b),
    expected,
    mistakes={
        "the activation tanh is missing.": z + b,
        "the bias b is missing.": z.tanh(),
        "the output of the step before, y_prev, is not used.": (x @ W_x + b).tanh(),
        "W_y is transposed.": (x @ W_x + y_prev @ W_y.T + b).tanh(),
    },
)
### END HIDDEN TESTS

# %% test="neuron" checks="pure" points=1
x, y_prev = torch.ones(1, 1), torch.full((1, 1), 0.5)
W_x, W_y, b = torch.ones(1, 1), torch.ones(1, 1), torch.zeros(1)
before = y_prev.clone()
y = checks.call(recurrent_neuron, x, y_prev, W_x, W_y, b)
checks.unchanged("y_prev", before, y_prev)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
arguments = {
    "x": torch.randn(4, 3, generator=generator),
    "y_prev": torch.randn(4, 2, generator=generator),
    "W_x": torch.randn(3, 2, generator=generator),
    "W_y": torch.randn(2, 2, generator=generator),
    "b": torch.randn(2, generator=generator),
}
copies = {name: value.clone() for name, value in arguments.items()}
y = checks.call(recurrent_neuron, **arguments)
for name in arguments:
    checks.unchanged(name, copies[name], arguments[name])
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: all steps (5 points)
#
# Carry the layer over a sequence. The batch comes first: `x` has the shape `(batch, time, input_size)`.
# Return two tensors:
#
# - `outputs` of shape `(batch, time, hidden_size)`, the $y_t$ of every step, in order;
# - `y_last` of shape `(batch, hidden_size)`, the $y_t$ of the last step.
#
# `y_0` is the output before the first step; zeros, when it is `None`. Gradients must reach `x`, `y_0` and the
# weights through every step, from `outputs` as well as from `y_last`.
#
# You write the loop: `nn.RNN`, `torch.rnn_tanh` beneath it, and the course's own `utils.models.RNN` may not
# be called. `nn.RNNCell` and your `recurrent_neuron` may.


# %% task="layer"
def run_layer(
    x: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor, y_0: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """A layer of recurrent neurons over time: (outputs, y_last)."""
    ### BEGIN SOLUTION
    batch, time, _ = x.shape
    y = torch.zeros(batch, len(b), dtype=x.dtype) if y_0 is None else y_0
    outputs = []
    for t in range(time):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs.append(y)
    return torch.stack(outputs, dim=1), y
    ### END SOLUTION


# %% test="layer" checks="shape" points=1
x = torch.ones(2, 5, 4)
W_x, W_y, b = torch.ones(4, 3), torch.ones(3, 3), torch.zeros(3)
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(run_layer, x, W_x, W_y, b)
checks.pair("run_layer", answer, ("outputs", "y_last"))
checks.shape("outputs for 2 sequences of 5 steps and 3 neurons", answer[0], (2, 5, 3))
checks.shape("y_last for 2 sequences and 3 neurons", answer[1], (2, 3))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, time, input_size, hidden_size = (torch.randperm(5, generator=generator)[:4] + 2).tolist()
x = torch.randn(batch, time, input_size, generator=generator)
W_x, W_y = torch.randn(input_size, hidden_size, generator=generator), torch.eye(hidden_size)
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(run_layer, x, W_x, W_y, torch.zeros(hidden_size))
checks.shape("outputs", answer[0], (batch, time, hidden_size))
checks.shape("y_last", answer[1], (batch, hidden_size))
### END HIDDEN TESTS

# %% test="layer" checks="values" points=2
# One neuron, two steps, by hand: y_1 = tanh(1) = 0.761594, y_2 = tanh(0 + 0.761594) = 0.642015.
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(
        run_layer, torch.tensor([[[1.0], [0.0]]]), torch.ones(1, 1), torch.ones(1, 1), torch.zeros(1)
    )
checks.close(
    "outputs of the example worked by hand",
    outputs,
    torch.tensor([[[0.761594], [0.642015]]]),
    mistakes={
        "each step starts afresh: carry y over to the next step.": torch.tensor([[[0.761594], [0.0]]]),
        "the sequence is read from its end.": torch.tensor([[[0.0], [0.761594]]]),
        "the steps come in reverse order.": torch.tensor([[[0.642015], [0.761594]]]),
        "the activation tanh is missing.": torch.ones(1, 2, 1),
    },
)
checks.close("y_last of the example worked by hand", y_last, torch.tensor([[0.642015]]))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x = torch.randn(3, 6, 2, generator=generator)
W_x, W_y = torch.randn(2, 4, generator=generator), 0.5 * torch.randn(4, 4, generator=generator)
b = torch.randn(4, generator=generator)


def expected_outputs(x, W_x, W_y, b, y):
    steps = []
    for x_t in x.unbind(1):
        y = torch.tanh(torch.addmm(torch.addmm(b, x_t, W_x), y, W_y))
        steps.append(y)
    return torch.stack(steps, 1)


expected = expected_outputs(x, W_x, W_y, b, torch.zeros(3, 4))
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(run_layer, x, W_x, W_y, b)
checks.close(
    "outputs on random sequences",
    outputs,
    expected,
    mistakes={
        "each step starts afresh: carry y over to the next step.": torch.tanh(x @ W_x + b),
        "the sequence is read from its end.": expected_outputs(x.flip(1), W_x, W_y, b, torch.zeros(3, 4)),
        "the steps come in reverse order.": expected.flip(1),
    },
)
checks.close("y_last on random sequences", y_last, expected[:, -1])
### END HIDDEN TESTS

# %% test="layer" checks="initial" points=1
# Before the first step stands y_0: tanh(0 + 1·0.5) = 0.462117.
with checks.forbidden(*FORBIDDEN):
    outputs, _ = checks.call(
        run_layer,
        torch.zeros(1, 1, 1),
        torch.ones(1, 1),
        torch.ones(1, 1),
        torch.zeros(1),
        torch.tensor([[0.5]]),
    )
checks.close(
    "outputs when y_0 is 0.5",
    outputs,
    torch.tensor([[[0.462117]]]),
    mistakes={"y_0 is ignored.": torch.zeros(1, 1, 1)},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, y_0 = torch.randn(3, 1, 2, generator=generator), torch.randn(3, 4, generator=generator)
W_x, W_y = torch.randn(2, 4, generator=generator), torch.randn(4, 4, generator=generator)
b = torch.randn(4, generator=generator)
before = y_0.clone()
expected = torch.tanh(x[:, 0] @ W_x + y_0 @ W_y + b)
with checks.forbidden(*FORBIDDEN):
    outputs, _ = checks.call(run_layer, x, W_x, W_y, b, y_0)
checks.close(
    "outputs when y_0 is given",
    outputs[:, 0],
    expected,
    mistakes={"y_0 is ignored.": torch.tanh(x[:, 0] @ W_x + b)},
)
checks.unchanged("y_0", before, y_0)
### END HIDDEN TESTS

# %% test="layer" checks="gradient" points=1
# With all weights 1, y_3 depends on W_y at two steps:
# dy_3/dW_y = (1 - y_3²)(y_2 + (1 - y_2²) y_1) = 0.740270.
W_y = torch.ones(1, 1, requires_grad=True)
x = torch.tensor([[[1.0], [0.0], [0.0]]])
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(run_layer, x, torch.ones(1, 1), W_y, torch.zeros(1))
for name, value in (("y_last", y_last), ("outputs", outputs)):
    checks.true(
        value.requires_grad,
        f"No gradient reaches W_y from {name}: is the state detached, or copied into a new tensor?",
    )
(gradient,) = torch.autograd.grad(y_last.sum(), W_y)
checks.close(
    "the gradient of y_3 with respect to W_y",
    gradient,
    torch.tensor([[0.740270]]),
    mistakes={"only the last step counts: is the state detached between steps?": torch.tensor([[0.436145]])},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x = torch.randn(2, 5, 3, generator=generator)
W_x = torch.randn(3, 2, generator=generator)
W_y = (0.7 * torch.randn(2, 2, generator=generator)).requires_grad_()
b, y_0 = torch.randn(2, generator=generator), torch.randn(2, 2, generator=generator)
leaves = {"W_y": W_y} | {
    name: value.requires_grad_() for name, value in (("x", x), ("W_x", W_x), ("b", b), ("y_0", y_0))
}
weigh = torch.randn(2, 5, 2, generator=generator)
y, steps = y_0, []
for t in range(5):
    y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
    steps.append(y)
of_last = torch.autograd.grad(y.sum(), list(leaves.values()), retain_graph=True)
of_all = torch.autograd.grad((torch.stack(steps, 1) * weigh).sum(), list(leaves.values()))
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(run_layer, x, W_x, W_y, b, y_0)
for what, loss, expected in (("y_last", y_last.sum(), of_last), ("outputs", (outputs * weigh).sum(), of_all)):
    checks.true(loss.requires_grad, f"No gradient reaches the weights from {what}: is it detached?")
    found = torch.autograd.grad(loss, list(leaves.values()), retain_graph=True, allow_unused=True)
    for name, gradient, right in zip(leaves, found, expected, strict=True):
        checks.true(gradient is not None, f"No gradient reaches {name} from {what}: is something detached?")
        checks.close(
            f"the gradient of {what} with respect to {name}", gradient, right.detach(), tolerance=1e-4
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: an automaton by hand (4 points)
#
# Chapter 1 sets the weights of two units so that they compute parity, the number of ones modulo 2. Now count
# modulo **3**: set the weights of a layer with the step activation, `step(z) = 1` where `z > 0` and 0
# elsewhere, so that a weighted sum of its outputs is the remainder (0, 1 or 2) that the number of ones read
# so far leaves when divided by 3:
#
# $$ h_t = \mathrm{step}(x_t W_x + h_{t-1} W_h + b), \qquad r_t = h_t\, w_{\text{out}}, \qquad h_0 = 0 $$
#
# Return `(W_x, W_h, b, w_out)` as tensors of shapes `(1, hidden_size)`, `(hidden_size, hidden_size)`,
# `(hidden_size,)` and `(hidden_size,)`. You choose `hidden_size`. Mind that a row is an example here, so that
# $W_h$ stands to the right of $h_{t-1}$.


# %% task="remainder"
def remainder_weights() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights (W_x, W_h, b, w_out) of a layer of step neurons that counts ones modulo 3."""
    ### BEGIN SOLUTION
    # With s the bit plus the old remainder, unit k fires if s is at least k. The new remainder is s, but 0
    # where s is 3: unit 1 + unit 2 - 2 unit 3.
    w_out = torch.tensor([1.0, 1.0, -2.0])
    W_x = torch.ones(1, 3)
    W_h = torch.outer(w_out, torch.ones(3))
    b = torch.tensor([-0.5, -1.5, -2.5])
    return W_x, W_h, b, w_out
    ### END SOLUTION


# %% test="remainder" checks="shape" points=1
answer = checks.call(remainder_weights)
checks.pair("remainder_weights", answer, ("W_x", "W_h", "b", "w_out"))
checks.tensor("b", answer[2])
hidden_size = answer[2].numel()
for name, weights, expected in zip(
    ("W_x", "W_h", "b", "w_out"),
    answer,
    ((1, hidden_size), (hidden_size, hidden_size), (hidden_size,), (hidden_size,)),
    strict=True,
):
    checks.shape(f"{name} for hidden_size {hidden_size}", weights, expected)


# %% test="remainder" checks="strings" points=3
def run_counter(bits: list[int]) -> float:
    """The remainder that the weights compute."""
    answer = checks.call(remainder_weights)
    checks.pair("remainder_weights", answer, ("W_x", "W_h", "b", "w_out"))
    for weights in answer:
        checks.tensor("each of the weights", weights)
    W_x, W_h, b, w_out = [weights.double() for weights in answer]
    h = torch.zeros(len(b), dtype=torch.float64)
    for bit in bits:
        h = ((bit * W_x[0] + h @ W_h + b) > 0).double()
    return float(h @ w_out)


for bits, remainder in (([0], 0), ([1], 1), ([1, 0], 1), ([1, 1], 2), ([1, 0, 1, 1], 0), ([1, 1, 1, 1], 1)):
    answer = run_counter(bits)
    checks.true(
        abs(answer - remainder) < 1e-6,
        f"The remainder for {bits} is {remainder}, but your weights give {answer:g}.",
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for length in (5, 6, 17, 500):
    bits = torch.randint(2, (length,), generator=generator).tolist()
    answer = run_counter(bits)
    checks.true(
        abs(answer - sum(bits) % 3) < 1e-6,
        f"A string of {length} bits with {sum(bits)} ones gets the remainder {answer:g}, which is wrong.",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: the same layer in PyTorch (4 points)
#
# Return an `nn.RNN` with `batch_first=True` that computes $y_t = \tanh(x_t W_x + y_{t-1} W_y + b)$ with the
# given weights. Print `nn.RNN(3, 2).state_dict()` first, and compare the shapes. It has two biases; only
# their sum counts. All its parameters can be trained afterwards.


# %% task="pytorch"
def to_torch(W_x: Tensor, W_y: Tensor, b: Tensor) -> nn.RNN:
    """An nn.RNN, batch first, with these weights."""
    ### BEGIN SOLUTION
    input_size, hidden_size = W_x.shape
    rnn = nn.RNN(input_size, hidden_size, batch_first=True)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W_x.T)
        rnn.weight_hh_l0.copy_(W_y.T)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    return rnn
    ### END SOLUTION


# %% test="pytorch" checks="shape" points=1
rnn = checks.call(to_torch, torch.ones(3, 2), torch.ones(2, 2), torch.zeros(2))
checks.true(isinstance(rnn, nn.RNN), f"to_torch: expected an nn.RNN, got {type(rnn).__name__}.")
checks.true(rnn.batch_first, "to_torch: the batch must come first; say so when you make the nn.RNN.")
outputs, y_last = checks.call(rnn, torch.ones(4, 5, 3, dtype=rnn.weight_ih_l0.dtype))
checks.shape("the outputs for 4 sequences of 5 steps and 2 neurons", outputs, (4, 5, 2))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, time, input_size, hidden_size = (torch.randperm(5, generator=generator)[:4] + 2).tolist()
rnn = checks.call(
    to_torch,
    torch.randn(input_size, hidden_size, generator=generator),
    torch.randn(hidden_size, hidden_size, generator=generator),
    torch.randn(hidden_size, generator=generator),
)
x = torch.randn(batch, time, input_size, generator=generator)
outputs, y_last = checks.call(rnn, x.to(rnn.weight_ih_l0.dtype))
checks.shape(
    f"the outputs for {batch} sequences of {time} steps and {hidden_size} neurons",
    outputs,
    (batch, time, hidden_size),
)
checks.shape(f"the last output of 1 layer, {batch} sequences", y_last, (1, batch, hidden_size))
### END HIDDEN TESTS

# %% test="pytorch" checks="values" points=3
# One neuron, one step: tanh(1·0.5 + 0.25) = 0.635149.
rnn = checks.call(to_torch, torch.tensor([[0.5]]), torch.tensor([[2.0]]), torch.tensor([0.25]))
checks.true(isinstance(rnn, nn.RNN), f"to_torch: expected an nn.RNN, got {type(rnn).__name__}.")
outputs, _ = checks.call(rnn, torch.ones(1, 1, 1, dtype=rnn.weight_ih_l0.dtype))
checks.close(
    "the output of the example worked by hand",
    outputs,
    torch.tensor([[[0.635149]]]),
    mistakes={"b counts twice: both biases are added.": torch.tensor([[[0.761594]]])},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
W_x, W_y = torch.randn(2, 2, generator=generator), torch.randn(2, 2, generator=generator)
b = torch.randn(2, generator=generator)
copies = [weights.clone() for weights in (W_x, W_y, b)]
x = torch.randn(1, 2, 2, generator=generator)


def two_steps(W_x, W_y, b):
    first = torch.tanh(x[:, 0] @ W_x + b)
    return torch.stack((first, torch.tanh(x[:, 1] @ W_x + first @ W_y + b)), 1)


expected = two_steps(W_x, W_y, b)
rnn = checks.call(to_torch, W_x, W_y, b)
checks.true(isinstance(rnn, nn.RNN), f"to_torch: expected an nn.RNN, got {type(rnn).__name__}.")
for name, parameter in rnn.named_parameters():
    checks.true(parameter.requires_grad, f"{name} cannot be trained: it must keep requires_grad.")
dtype = rnn.weight_ih_l0.dtype
state = torch.zeros(1, 1, 2, dtype=dtype)
if rnn.batch_first:
    outputs, _ = checks.call(rnn, x.to(dtype), state)
else:  # the shape test has taken its point already
    outputs = checks.call(rnn, x.to(dtype).transpose(0, 1), state)[0].transpose(0, 1)
checks.close(
    "the outputs for random weights",
    outputs,
    expected,
    mistakes={
        "b counts twice: both biases are added.": two_steps(W_x, W_y, 2 * b),
        "nn.RNN keeps its weights transposed.": two_steps(W_x.T, W_y.T, b),
    },
)
for name, before, after in zip(("W_x", "W_y", "b"), copies, (W_x, W_y, b), strict=True):
    checks.unchanged(name, before, after)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: a forecast (3 points)
#
# A trained forecaster has two parts: `rnn`, an `nn.RNN` with `batch_first=True` and one layer or several, and
# `head`, an `nn.Linear` that turns an output of the top layer into the next value of the series. Let it read
# `prefix`, of shape `(batch, time, 1)`, and then run free: its forecast of the next value is its next input.
#
# Return the `steps` forecast values alone, without the prefix, as a tensor of shape `(batch, steps, 1)`.
# The first of them is the value right after the prefix. The state must not be lost on the way.


# %% task="forecast"
def forecast(rnn: nn.RNN, head: nn.Linear, prefix: Tensor, steps: int) -> Tensor:
    """What the network expects to come after ``prefix``, ``steps`` values far."""
    ### BEGIN SOLUTION
    values = []
    x, state = prefix, None
    for _ in range(steps):
        outputs, state = rnn(x, state)
        x = head(outputs[:, -1:])
        values.append(x)
    return torch.cat(values, dim=1)
    ### END SOLUTION


# %% test="forecast" checks="shape" points=1
rnn, head = nn.RNN(1, 4, batch_first=True), nn.Linear(4, 1)
values = checks.call(forecast, rnn, head, torch.zeros(2, 6, 1), 3)
checks.shape("the forecast of 3 values for 2 series", values, (2, 3, 1))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, time, steps, hidden_size = (torch.randperm(5, generator=generator)[:4] + 2).tolist()
rnn, head = nn.RNN(1, hidden_size, batch_first=True), nn.Linear(hidden_size, 1)
prefix = torch.randn(batch, time, 1, generator=generator)
values = checks.call(forecast, rnn, head, prefix, steps)
checks.shape(f"the forecast of {steps} values for {batch} series", values, (batch, steps, 1))
values = checks.call(forecast, rnn, head, prefix[:, :1], 1)
checks.shape(f"the forecast of 1 value after 1 value, for {batch} series", values, (batch, 1, 1))
### END HIDDEN TESTS

# %% test="forecast" checks="values" points=2
# A network that says tanh(what it read last): after a prefix that ends in 1 come tanh(1), tanh(tanh(1)), …
rnn, head = nn.RNN(1, 1, batch_first=True), nn.Linear(1, 1)
with torch.no_grad():
    for weights, value in zip((*rnn.parameters(), *head.parameters()), (1, 0, 0, 0, 1, 0), strict=True):
        weights.fill_(value)
values = checks.call(forecast, rnn, head, torch.tensor([[[0.3], [1.0]]]), 2)
checks.close(
    "the forecast after 0.3, 1.0",
    values,
    torch.tensor([[[0.761594], [0.642015]]]),
    mistakes={
        "the first value is missing: it comes out at the end of the prefix.": torch.tensor(
            [[[0.642015], [0.566270]]]
        ),
        "the forecast starts with the last value of the prefix.": torch.tensor([[[1.0], [0.761594]]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
rnn, head = nn.RNN(1, 5, num_layers=2, batch_first=True), nn.Linear(5, 1)
with torch.no_grad():
    for weights in (*rnn.parameters(), *head.parameters()):
        weights.copy_(0.5 * torch.randn(weights.shape, generator=generator))
    prefix = torch.randn(3, 7, 1, generator=generator)
    series = prefix
    for _ in range(6):
        series = torch.cat((series, head(rnn(series)[0][:, -1:])), 1)
    copies = [weights.clone() for weights in (prefix, *rnn.parameters(), *head.parameters())]
    forgetful = [head(rnn(prefix)[0][:, -1:])]
    for _ in range(4):
        forgetful.append(head(rnn(forgetful[-1])[0]))
    lowest, value, state = [], prefix, None
    for _ in range(5):
        _, state = rnn(value, state)
        value = head(state[0])[:, None]
        lowest.append(value)
values = checks.call(forecast, rnn, head, prefix, 5)
checks.close(
    "the forecast of a random network",
    values,
    series[:, 7:12],
    tolerance=1e-4,
    mistakes={
        "the state is lost: give it to the next call of rnn.": torch.cat(forgetful, 1),
        "h[0] is the state of the lowest layer: head reads the output of the top one.": torch.cat(lowest, 1),
        "the first value is missing: the output at the end of the prefix is the first forecast.": series[
            :, 8:13
        ],
        "the forecast starts with the last value of the prefix.": series[:, 6:11],
    },
)
checks.unchanged("prefix", copies[0], prefix)
for before, after in zip(copies[1:], (*rnn.parameters(), *head.parameters()), strict=True):
    checks.unchanged("a weight of the network", before, after)
### END HIDDEN TESTS
