# %% [markdown]
# # Assignment 1: Recurrent neurons
#
# You write a recurrent neuron, carry it over time in both directions, set weights by hand so that a layer
# counts, load a layer into `nn.RNN`, let a network forecast from its own output, train one on the heights of
# real mountains, and look at where it errs. Chapter 1 of the book has all that you need. Expect three to four
# hours.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `recurrent_neuron`: one step | 3 |
# | 2 | `run_layer`: all steps, in both directions | 4 |
# | 3 | `remainder_weights`: weights by hand | 4 |
# | 4 | `to_torch`: the same layer as an `nn.RNN` | 3 |
# | 5 | `forecast`, `fit_forecaster`: feeding back the output, and a forecaster that you train | 4 |
# | 6 | `error_table`, `worst_points`: where it errs | 2 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that has passed says so.
# A test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you
# are done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Use Python, PyTorch, NumPy and Matplotlib as you like; task 2 names what it leaves out. Each
# task is tested alone. What a function gets, it leaves unchanged.
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
from matplotlib import cbook
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
# ## Task 1: one step (3 points)
#
# Return $y_t$ for a whole batch, as a tensor of shape `(batch, hidden_size)`.


# %% task="neuron"
def recurrent_neuron(x: Tensor, y_prev: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor) -> Tensor:
    """The outputs of a layer of recurrent neurons at one step, (batch, hidden_size)."""
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

# %% test="neuron" checks="values" points=1
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
# ## Task 2: all steps (4 points)
#
# Carry the layer over a sequence. The batch comes first: `x` has the shape `(batch, time, input_size)`.
# Return two tensors:
#
# - `outputs` of shape `(batch, time, hidden_size)`: place `t` holds the output for place `t` of `x`;
# - `y_last` of shape `(batch, hidden_size)`: the output that was computed last.
#
# `y_0` is the output before the first step that is computed; zeros, when it is `None`. If `reverse` is True,
# the layer reads the sequence from its end to its beginning, as the second direction of a bidirectional layer
# does. Each output still stands where its input does, so that the one at place 0 is computed last.
#
# Gradients must reach `x`, `y_0` and the weights through every step, from `outputs` as well as from `y_last`.
#
# You write the loop: `nn.RNN`, `torch.rnn_tanh` beneath it, and the course's own `utils.models.RNN` may not
# be called. `nn.RNNCell` and your `recurrent_neuron` may.


# %% task="layer"
def run_layer(
    x: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor, y_0: Tensor | None = None, reverse: bool = False
) -> tuple[Tensor, Tensor]:
    """A layer of recurrent neurons over time: (outputs, y_last)."""
    ### BEGIN SOLUTION
    batch, time, _ = x.shape
    y = torch.zeros(batch, len(b), dtype=x.dtype) if y_0 is None else y_0
    outputs = [y] * time
    for t in reversed(range(time)) if reverse else range(time):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs[t] = y
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

# %% test="layer" checks="values" points=1
# One neuron, two steps, by hand: y_1 = tanh(1) = 0.761594, y_2 = tanh(0.5 + 0.761594) = 0.851503.
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(
        run_layer, torch.tensor([[[1.0], [0.5]]]), torch.ones(1, 1), torch.ones(1, 1), torch.zeros(1)
    )
checks.close(
    "outputs of the example worked by hand",
    outputs,
    torch.tensor([[[0.761594], [0.851503]]]),
    mistakes={
        "each step starts afresh: carry y over to the next step.": torch.tensor([[[0.761594], [0.462117]]]),
        "the sequence is read from its end.": torch.tensor([[[0.898063], [0.462117]]]),
        "the steps come in reverse order.": torch.tensor([[[0.851503], [0.761594]]]),
        "the activation tanh is missing.": torch.tensor([[[1.0], [1.5]]]),
    },
)
checks.close("y_last of the example worked by hand", y_last, torch.tensor([[0.851503]]))
# Read from its end, the sequence 0, 1 gives tanh(1) at place 1 and then tanh(0 + 0.761594) at place 0.
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(
        run_layer,
        torch.tensor([[[0.0], [1.0]]]),
        torch.ones(1, 1),
        torch.ones(1, 1),
        torch.zeros(1),
        reverse=True,
    )
checks.close(
    "outputs of the example, read from the end",
    outputs,
    torch.tensor([[[0.642015], [0.761594]]]),
    mistakes={
        "reverse is ignored.": torch.tensor([[[0.0], [0.761594]]]),
        "they stand in the order in which they were computed; put each where its input is.": torch.tensor(
            [[[0.761594], [0.642015]]]
        ),
    },
)
checks.close(
    "y_last of the example, read from the end",
    y_last,
    torch.tensor([[0.642015]]),
    mistakes={"read from the end, place 0 comes last.": torch.tensor([[0.761594]])},
)
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


forwards = expected_outputs(x, W_x, W_y, b, torch.zeros(3, 4))
read_backwards = expected_outputs(x.flip(1), W_x, W_y, b, torch.zeros(3, 4))
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(run_layer, x, W_x, W_y, b)
checks.close(
    "outputs on random sequences",
    outputs,
    forwards,
    mistakes={
        "each step starts afresh: carry y over to the next step.": torch.tanh(x @ W_x + b),
        "the sequence is read from its end.": read_backwards,
        "the steps come in reverse order.": forwards.flip(1),
    },
)
checks.close("y_last on random sequences", y_last, forwards[:, -1])
with checks.forbidden(*FORBIDDEN):
    outputs, y_last = checks.call(run_layer, x, W_x, W_y, b, reverse=True)
checks.close(
    "outputs on random sequences, read from the end",
    outputs,
    read_backwards.flip(1),
    mistakes={
        "reverse is ignored.": forwards,
        "they stand in the order in which they were computed; put each where its input is.": read_backwards,
    },
)
checks.close("y_last on random sequences, read from the end", y_last, read_backwards[:, -1])
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
for reverse in (False, True):  # one step is the same both ways
    with checks.forbidden(*FORBIDDEN):
        outputs, _ = checks.call(run_layer, x, W_x, W_y, b, y_0, reverse=reverse)
    checks.close(
        f"outputs when y_0 is given, with reverse={reverse}",
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
(gradient,) = torch.autograd.grad(y_last.sum(), W_y, allow_unused=True)
checks.true(gradient is not None, "No gradient reaches W_y from y_last: does a copy of W_y get it?")
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
def run_counter(bits: list[int], transposed: bool = False) -> float:
    """The remainder that the weights compute, also with W_h transposed."""
    answer = checks.call(remainder_weights)
    checks.pair("remainder_weights", answer, ("W_x", "W_h", "b", "w_out"))
    for weights in answer:
        checks.tensor("each of the weights", weights)
    W_x, W_h, b, w_out = [weights.double() for weights in answer]
    h = torch.zeros(len(b), dtype=torch.float64)
    for bit in bits:
        h = ((bit * W_x[0] + h @ (W_h.T if transposed else W_h) + b) > 0).double()
    return float(h @ w_out)


def counts(transposed: bool) -> bool:
    """Whether all the examples are counted rightly."""
    return all(abs(run_counter(bits, transposed) - remainder) < 1e-6 for bits, remainder in EXAMPLES)


EXAMPLES = (([0], 0), ([1], 1), ([1, 0], 1), ([1, 1], 2), ([1, 0, 1, 1], 0), ([1, 1, 1, 1], 1))
checks.true(
    counts(transposed=False) or not counts(transposed=True),
    "Your weights count rightly once W_h is transposed: in h @ W_h, row i belongs to the unit that sends.",
)
for bits, remainder in EXAMPLES:
    answer = run_counter(bits)
    checks.true(
        abs(answer - remainder) < 1e-6,
        f"The remainder for {bits} is {remainder}, but your weights give {answer:g}.",
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for written in ("00", "01", "000", "010", "011", "110", "111", "0110", "0111", "1001", "1101", "1110"):
    bits = [int(bit) for bit in written]  # short ones, which say more
    answer = run_counter(bits)
    checks.true(
        abs(answer - sum(bits) % 3) < 1e-6,
        f"The remainder for {bits} is {sum(bits) % 3}, but your weights give {answer:g}.",
    )
for length in (5, 6, 17, 500):
    drawn = torch.randint(2, (length,), generator=generator).tolist()
    for bits in (drawn, [*drawn, 1], [*drawn, 1, 1]):  # all three remainders
        answer = run_counter(bits)
        checks.true(
            abs(answer - sum(bits) % 3) < 1e-6,
            f"A string of {len(bits)} bits with {sum(bits)} ones gets the remainder {answer:g}: it is wrong.",
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: the same layer in PyTorch (3 points)
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

# %% test="pytorch" checks="values" points=2
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
# ## Task 5: a forecaster (4 points)
#
# **Run it.** A trained forecaster has two parts: `rnn`, an `nn.RNN` with `batch_first=True` and one layer or
# several, and `head`, an `nn.Linear` that turns an output of the top layer into the *change* to come: the
# forecast of the next value is the value just read plus what `head` says. Let it read `prefix`, of shape
# `(batch, time, 1)`, and then run free: its forecast of the next value is its next input.
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
        x = x[:, -1:] + head(outputs[:, -1:])
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

# %% test="forecast" checks="values" points=1
# A network that expects a change of tanh(what it read last): after 0.3 and 1.0 come 1 + tanh(1) = 1.761594
# and 1.761594 + tanh(1.761594) = 2.704275.
rnn, head = nn.RNN(1, 1, batch_first=True), nn.Linear(1, 1)
with torch.no_grad():
    for weights, value in zip((*rnn.parameters(), *head.parameters()), (1, 0, 0, 0, 1, 0), strict=True):
        weights.fill_(value)
values = checks.call(forecast, rnn, head, torch.tensor([[[0.3], [1.0]]]), 2)
checks.close(
    "the forecast after 0.3, 1.0",
    values,
    torch.tensor([[[1.761594], [2.704275]]]),
    mistakes={
        "the first value is missing: it comes out at the end of the prefix.": torch.tensor(
            [[[2.704275], [3.695359]]]
        ),
        "the forecast starts with the last value of the prefix.": torch.tensor([[[1.0], [1.761594]]]),
        "head gives the change: add it to the value just read.": torch.tensor([[[0.761594], [0.642015]]]),
        "each change is added to the end of the prefix: add it to the value just read.": torch.tensor(
            [[[1.761594], [1.942680]]]
        ),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(2):
    time, steps = (torch.randperm(4, generator=generator)[:2] + 5).tolist()
    rnn, head = nn.RNN(1, 5, num_layers=2, batch_first=True), nn.Linear(5, 1)
    with torch.no_grad():
        for weights in (*rnn.parameters(), *head.parameters()):
            weights.copy_(0.5 * torch.randn(weights.shape, generator=generator))
        head.bias.fill_(0.5)
        prefix = torch.randn(3, time, 1, generator=generator)
        series = prefix
        for _ in range(steps + 1):
            series = torch.cat((series, series[:, -1:] + head(rnn(series)[0][:, -1:])), 1)
        copies = [weights.clone() for weights in (prefix, *rnn.parameters(), *head.parameters())]
        forgetful = [prefix[:, -1:] + head(rnn(prefix)[0][:, -1:])]
        lowest, values_alone, from_the_end = [], [], []
        value, state, free, free_state, flat, flat_state = prefix, None, prefix, None, prefix, None
        for _ in range(steps):
            forgetful.append(forgetful[-1] + head(rnn(forgetful[-1])[0]))
            _, state = rnn(value, state)
            value = value[:, -1:] + head(state[0])[:, None]
            lowest.append(value)
            outputs, free_state = rnn(free, free_state)
            free = head(outputs[:, -1:])
            values_alone.append(free)
            outputs, flat_state = rnn(flat, flat_state)
            flat = prefix[:, -1:] + head(outputs[:, -1:])
            from_the_end.append(flat)
    values = checks.call(forecast, rnn, head, prefix, steps)
    checks.close(
        "the forecast of a random network",
        values,
        series[:, time : time + steps],
        tolerance=1e-4,
        mistakes={
            "the state is lost: give it to the next call of rnn.": torch.cat(forgetful[:steps], 1),
            "h[0] is the state of the lowest layer: head reads the output of the top one.": torch.cat(
                lowest, 1
            ),
            "the first value is missing: the output at the end of the prefix gives the first one.": series[
                :, time + 1 : time + steps + 1
            ],
            "the forecast starts with the last value of the prefix.": series[:, time - 1 : time + steps - 1],
            "head gives the change: add it to the value just read.": torch.cat(values_alone, 1),
            "each change is added to the end of the prefix: add it to the value just read.": torch.cat(
                from_the_end, 1
            ),
        },
    )
    checks.unchanged("prefix", copies[0], prefix)
    for before, after in zip(copies[1:], (*rnn.parameters(), *head.parameters()), strict=True):
        checks.unchanged("a weight of the network", before, after)
### END HIDDEN TESTS

# %% [markdown]
# **Train it.** The next cell loads a real map, one of Matplotlib's sample data: heights above the sea in the
# Appalachians, in metres. A row of it is a series, the heights that a walker meets from west to east, a step
# of some 75 metres at a time. The northern lines are kept for testing.
#
# `fit_forecaster(train, seed)` gets about 70 lines from the south, a tensor of shape `(lines, time)` with
# `time` at least 200. Return a function `predict(series)` that gets a tensor `(n, time)`, with any `n` and
# any `time`, both from 1 on, and returns a tensor of that shape: at place `t` stands the forecast of the
# value at `t + 1`, from the values up to `t` and no later ones.
#
# A simple rival says that the next height is that of now. On lines from the north, the root of the mean
# squared error of your forecasts, over all places but the last, must be at most **0.65** times the rival's.
# The rule *it goes on rising or falling as in the last step* reaches about 0.69, an `nn.RNN` of 32 units
# that reads and predicts changes 0.60. It trains in a second; your function has 20 seconds. When your work is
# graded, other lines are drawn, they may run from east to west, heights and depths may be exchanged, sea
# level and the unit are others (it may be a kilometre): so learn from `train` alone, and take from it the
# scale to which you bring what you read. You may use anything in PyTorch.

# %% given="heights"
HEIGHTS = torch.tensor(cbook.get_sample_data("jacksboro_fault_dem.npz")["elevation"]).float()
SOUTH, NORTH = HEIGHTS[200:], HEIGHTS[:150]  # (144, 403) and (150, 403); the first row is the northernmost


# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    """Train on ``train``; the function from series to the forecasts of their next values."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 32, batch_first=True), nn.Linear(32, 1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], 0.01)
    changes = train.diff()
    scale = changes.std()
    pieces = (changes / scale).unfold(1, 40, 39).reshape(-1, 40, 1)
    for chosen in torch.randint(len(pieces), (80, 32)):
        x = pieces[chosen]
        loss = (head(rnn(x[:, :-1])[0]) - x[:, 1:]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def predict(series):
        changes = torch.cat([torch.zeros(len(series), 1), series.diff()], dim=1) / scale
        return series + scale * head(rnn(changes.unsqueeze(-1))[0]).squeeze(-1)

    return predict
    ### END SOLUTION


# %% test="fit" checks="target" points=2
def compare(said: Tensor, test: Tensor) -> tuple[float, str]:
    """How many times the error of the last value the forecasts have, and what may be wrong."""
    checks.shape(f"the forecasts for {len(test)} lines", said, test.shape)
    changes, expected = test.diff(dim=1), said - test
    ours = (expected[:, :-1] - changes).square().mean().sqrt().item()
    rival = changes.square().mean().sqrt().item()
    hint = "."
    if (expected[:, 1:] - changes).square().mean().sqrt() < 0.3 * rival:
        hint = ": it expects the last change again. Are the targets one step later than the inputs?"
    elif expected.square().mean().sqrt() < 0.3 * rival:
        hint = ": it expects hardly any change. Does every step of the training change the weights?"
    return ours / rival, hint


test = NORTH[::3]
predict = checks.call(fit_forecaster, SOUTH[::2], 0)
ratio, hint = compare(checks.call(predict, test), test)
checks.true(
    ratio <= 0.65,
    f"fit_forecaster: the error is {ratio:.3f} times that of the last value; 0.65 is asked for{hint}",
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
level = 50 * torch.rand((), generator=generator).item()
unit = 10 ** (-2 * torch.rand((), generator=generator).item() - 1)  # a metre is 0.1 to 0.001 of it
upside, backwards = torch.randint(2, (2,), generator=generator).tolist()
drawn = []
for lines, count in ((SOUTH, 70), (NORTH, 50)):
    lines = lines[torch.randperm(len(lines), generator=generator)[:count]]
    lines = unit * (1312 - lines if upside else lines) + level
    drawn.append(lines.flip(1) if backwards else lines)
train, test = drawn
before = train.clone()
predict = checks.call(fit_forecaster, train, int(torch.randint(2**30, (), generator=generator)))
checks.unchanged("train", before, train)
said = checks.call(predict, test)
ratio, hint = compare(said, test)
checks.true(
    ratio <= 0.65,
    f"fit_forecaster with other lines: the error is {ratio:.3f} times that of the last value; "
    f"0.65 is asked for{hint}",
)
checks.close(
    "the forecasts of the same lines, asked for again: is something drawn, or kept from the last call?",
    checks.call(predict, test) / unit,
    said.detach() / unit,
    tolerance=0.2,
)
place = int(torch.randint(20, 300, (), generator=generator))
later = test.clone()
later[:, place + 1 :: 2] += 400 * unit  # every second one, so that the spread of the line is another, too
checks.close(
    "the forecasts up to a place, when later values are others: does it read them?",
    checks.call(predict, later)[:, : place + 1] / unit,
    said[:, : place + 1].detach() / unit,
    tolerance=0.2,
)
k = int(torch.randint(50, (), generator=generator))
checks.close(
    "the forecasts for a line that is alone: does a line depend on the others of its batch?",
    checks.call(predict, test[k : k + 1]) / unit,
    said[k : k + 1].detach() / unit,
    tolerance=0.2,
)
checks.shape("the forecasts for 50 lines of one value", checks.call(predict, test[:, :1]), (50, 1))
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: where it errs (2 points)
#
# One number hides much. Both functions get `series` and `predictions` of the same shape `(n, time)`, as in
# task 5: `predictions[i, t]` is a forecast of `series[i, t + 1]`.
#
# - `error_table(series, predictions, edges)` asks whether it errs where the ground is steep. Each forecast
#   made at a `t` with a value before and a value after it counts: `t` goes from 1 to `time - 2`. Its
#   steepness is how far the series has just moved, up or down: $|x_t - x_{t-1}|$. `edges` is a list of rising
#   numbers; row `k` of the table is for a steepness of `edges[k - 1]` or more that is below `edges[k]`. Row 0
#   has no lower edge, the last row no upper one. Return a tensor of shape `(len(edges) + 1, 3)`: the number
#   of forecasts, the root of their mean squared error, and that of the rival who says $x_t$. A row without
#   forecasts is 0.
# - `worst_points(series, predictions, count)` returns the list of the `count` forecasts with the largest
#   absolute errors, the largest first: tuples `(i, place, error)` of two Python ints and a float, where
#   `place` is that of the value that came (`t + 1`), and `error` is the forecast minus that value. Here `t`
#   goes from 0 to `time - 2`. If there are fewer forecasts, return them all. No two errors have the
#   same size.
#
# Look at both for your forecaster, and draw the worst lines: which landscape surprises it?


# %% task="errors"
def error_table(series: Tensor, predictions: Tensor, edges: list[float]) -> Tensor:
    """Number, error of the forecast and error of the last value, by steepness: (len(edges) + 1, 3)."""
    ### BEGIN SOLUTION
    changes = series.diff()
    steepness, rival = changes[:, :-1].abs(), changes[:, 1:].square()
    ours = (predictions[:, 1:-1] - series[:, 2:]).square()
    rows = torch.zeros(len(edges) + 1, 3)
    for k, (low, high) in enumerate(zip([-1.0, *edges], [*edges, float("inf")], strict=True)):
        inside = (steepness >= low) & (steepness < high)
        if inside.any():
            rows[k] = torch.stack([inside.sum(), ours[inside].mean().sqrt(), rival[inside].mean().sqrt()])
    return rows
    ### END SOLUTION


def worst_points(series: Tensor, predictions: Tensor, count: int) -> list[tuple[int, int, float]]:
    """The forecasts with the largest absolute errors: (line, place, error)."""
    ### BEGIN SOLUTION
    errors = (predictions[:, :-1] - series[:, 1:]).tolist()
    rows = [(i, t + 1, error) for i, line in enumerate(errors) for t, error in enumerate(line)]
    return sorted(rows, key=lambda row: -abs(row[2]))[:count]
    ### END SOLUTION


# %% test="errors" checks="table" points=1
# Changes of 1, -3 and 1, then 5: steepness 1, 3 and 1. Forecast errors 3, 0 and -4; the rival's 3, 1 and 5.
series = torch.tensor([[0.0, 1.0, -2.0, -1.0, 4.0]])
predictions = torch.tensor([[9.0, 1.0, -1.0, 0.0, 9.0]])
answer = checks.call(error_table, series, predictions, [2.0, 8.0])
expected = torch.tensor([[2.0, 12.5**0.5, 17.0**0.5], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
checks.close(
    "error_table of the example",
    answer,
    expected,
    mistakes={
        "steepness is a size: a fall of 3 is as steep as a rise of 3.": torch.tensor(
            [[3.0, (25 / 3) ** 0.5, (35 / 3) ** 0.5], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
        )
    },
)


### BEGIN HIDDEN TESTS
def reference_table(series, predictions, edges, shift=1, root=True, size=abs):
    """The table, or what a known mistake would give."""
    kept = [[] for _ in range(len(edges) + 1)]
    for line, said in zip(series.tolist(), predictions.tolist(), strict=True):
        for t in range(1, len(line) - 1):
            row = sum(size(line[t] - line[t - 1]) >= edge for edge in edges)
            kept[row].append(((said[t] - line[t + shift]) ** 2, (line[t] - line[t + 1]) ** 2))
    rows = []
    for found in kept:
        means = [sum(column) / len(column) for column in zip(*found, strict=True)] or [0.0, 0.0]
        rows.append([len(found), *(mean**0.5 if root else mean for mean in means)])
    return torch.tensor(rows, dtype=torch.float32)


generator = checks.fresh_generator()
for _ in range(3):
    lines, time = (torch.randperm(5, generator=generator)[:2] + 6).tolist()
    series = torch.randint(-9, 10, (lines, time), generator=generator).float()
    series[0, :3] = torch.tensor([2.0, 0.0, 1.0])  # exactly on an edge
    series[1, :3] = torch.tensor([7.0, -1.0, 1.0])  # a steep fall
    predictions = series.roll(-1, 1) + torch.randint(1, 5, (lines, time), generator=generator)
    edges = [2.0, 5.0, 11.0, 40.0]
    copies = series.clone(), predictions.clone()
    expected = reference_table(series, predictions, edges)
    checks.close(
        f"error_table of {lines} lines",
        checks.call(error_table, series, predictions, list(edges)),
        expected,
        tolerance=1e-4,
        mistakes={
            "predictions[i, t] is compared with series[i, t]: it is a forecast of t + 1.": reference_table(
                series, predictions, edges, shift=0
            ),
            "the root of the mean squared errors is missing.": reference_table(
                series, predictions, edges, root=False
            ),
            "steepness is a size: a fall is as steep as a rise.": reference_table(
                series, predictions, edges, size=float
            ),
        },
    )
    checks.unchanged("series", copies[0], series)
    checks.unchanged("predictions", copies[1], predictions)
### END HIDDEN TESTS

# %% test="errors" checks="worst" points=1
answer = [tuple(row) for row in checks.call(worst_points, torch.zeros(1, 1), torch.zeros(1, 1), 3)]
checks.true(answer == [], f"worst_points of a line of one value: expected an empty list, got {answer}.")
answer = checks.call(worst_points, torch.tensor([[0.0, 1.0, -2.0]]), torch.tensor([[1.5, -5.0, 9.0]]), 5)
expected = [(0, 2, -3.0), (0, 1, 0.5)]
answer = [tuple(row) for row in answer]
checks.true(answer == expected, f"worst_points of the example: expected {expected}, got {answer}.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for count in (torch.randperm(8, generator=generator)[:3] + 3).tolist():
    lines, time = (torch.randperm(4, generator=generator)[:2] + 4).tolist()
    sizes = torch.randperm(lines * time, generator=generator).reshape(lines, time) + 1.0
    signs = 2.0 * torch.randint(2, (lines, time), generator=generator) - 1
    errors = sizes * signs
    errors[0, 0], errors[1, 1] = -90.0, 80.0  # the largest is a forecast that is too low
    series = torch.randint(-9, 10, (lines, time), generator=generator).float()
    predictions = series.roll(-1, 1) + errors
    order = sorted(((i, t) for i in range(lines) for t in range(time - 1)), key=lambda at: -abs(errors[at]))
    expected = [(i, t + 1, float(errors[i, t])) for i, t in order[:count]]
    answer = [tuple(row) for row in checks.call(worst_points, series, predictions, count)]
    checks.true(len(answer) == count, f"worst_points: {len(answer)} rows, but {count} are asked for.")
    checks.true(
        answer[0][:2] != (1, 2),
        "worst_points: absolute errors count; a forecast that is far too low is as bad as one too high.",
    )
    checks.true(answer == expected, f"worst_points: expected {expected[:3]} …, got {answer[:3]} ….")
### END HIDDEN TESTS
