# %% [markdown]
# # Assignment 4: LSTM and GRU
#
# You write one step of an LSTM from its formulas, add peepholes, write one step of a GRU, load an `nn.LSTM`
# gate by gate, carry a cell over sequences of different lengths in both directions, and build a
# bidirectional tagger. Chapter 4 of the book has all that you need.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `lstm_step`: one step of an LSTM | 4 |
# | 2 | `peephole_step`: the gates look into the cell | 3 |
# | 3 | `gru_step`: one step of a GRU | 3 |
# | 4 | `load_gates`: an `nn.LSTM` from the weights of its gates | 3 |
# | 5 | `run_masked`: sequences of different lengths, forwards and backwards | 4 |
# | 6 | `BiTagger` and `tagging_loss`: a tag for every word | 3 |
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
# **Notation.** As in chapter 4, with the weights stacked as PyTorch stacks them. In a batch, an example is a
# row, so that the sums of all gates are `x @ W_ih.T + h @ W_hh.T + b`.
#
# | symbol | in code | shape |
# |---|---|---|
# | $x_t$ | `x` | `(batch, input_size)` |
# | $h_{t-1}$, $c_{t-1}$ | `h`, `c` | `(batch, hidden_size)` |
# | $W_{ii}, W_{if}, W_{ig}, W_{io}$ | `W_ih` | `(4 * hidden_size, input_size)` |
# | $W_{hi}, W_{hf}, W_{hg}, W_{ho}$ | `W_hh` | `(4 * hidden_size, hidden_size)` |
# | $b_i, b_f, b_g, b_o$ | `b` | `(4 * hidden_size,)` |
#
# The rows stand in the order **i, f, g, o** for an LSTM and **r, z, n** for a GRU (there with 3 in place of
# 4).

# %% given="imports"
import torch
from torch import Tensor, nn

from utils import checks

# What may not be called: in tasks 1 and 2, in task 3, in task 5 and in task 6.
NO_LSTM = (
    "torch.nn.LSTM",
    "torch.nn.LSTMCell",
    "torch.lstm",
    "torch.lstm_cell",
    "utils.models.LSTM",
    "utils.models.layers.lstm.lstm_step",
    "utils.models.layers.cells.lstm_step",
)
NO_GRU = (
    "torch.nn.GRU",
    "torch.nn.GRUCell",
    "torch.gru",
    "torch.gru_cell",
    "utils.models.GRU",
    "utils.models.layers.gru.gru_step",
    "utils.models.layers.cells.gru_step",
)
NO_LAYER = (
    "torch.nn.LSTM",
    "torch.lstm",
    "torch.nn.utils.rnn.pack_padded_sequence",
    "torch.nn.utils.rnn.pack_sequence",
    "utils.models.LSTM",
)
NO_TAGGER = ("utils.models.Tagger", "utils.models.encoder.Encoder")

# %% [markdown]
# ## Task 1: one step of an LSTM (4 points)
#
# $$
# \begin{aligned}
# i_t &= \sigma(W_{ii} x_t + W_{hi} h_{t-1} + b_i) & f_t &= \sigma(W_{if} x_t + W_{hf} h_{t-1} + b_f) \\
# g_t &= \tanh(W_{ig} x_t + W_{hg} h_{t-1} + b_g) & o_t &= \sigma(W_{io} x_t + W_{ho} h_{t-1} + b_o) \\
# c_t &= f_t \odot c_{t-1} + i_t \odot g_t & h_t &= o_t \odot \tanh(c_t)
# \end{aligned}
# $$
#
# Return the tuple `(h_t, c_t)`, both of shape `(batch, hidden_size)`. The arguments keep their values, and
# gradients reach all of them.
#
# You write the formulas: `nn.LSTM`, `nn.LSTMCell`, `torch.lstm_cell` and the course's `utils.models.LSTM` may
# not be called.


# %% task="lstm"
def lstm_step(
    x: Tensor, h: Tensor, c: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM for a batch: (h_t, c_t)."""
    ### BEGIN SOLUTION
    sums = x @ W_ih.T + h @ W_hh.T + b
    sum_i, sum_f, sum_g, sum_o = sums.chunk(4, dim=1)
    i, f, o = torch.sigmoid(sum_i), torch.sigmoid(sum_f), torch.sigmoid(sum_o)
    c_new = f * c + i * torch.tanh(sum_g)
    return o * torch.tanh(c_new), c_new
    ### END SOLUTION


# %% test="lstm" checks="shape" points=1
x, h, c = torch.ones(4, 3), torch.zeros(4, 2), torch.zeros(4, 2)
W_ih, W_hh, b = torch.ones(8, 3), torch.ones(8, 2), torch.zeros(8)
with checks.forbidden(*NO_LSTM):
    answer = checks.call(lstm_step, x, h, c, W_ih, W_hh, b)
checks.pair("lstm_step", answer, ("h_t", "c_t"))
for name, value in zip(("h_t", "c_t"), answer, strict=True):
    checks.shape(f"{name} for a batch of 4 and 2 units", value, (4, 2), "one row for each example.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, input_size, hidden_size = (torch.randperm(5, generator=generator)[:3] + 2).tolist()
with checks.forbidden(*NO_LSTM):
    answer = checks.call(
        lstm_step,
        torch.randn(batch, input_size, generator=generator),
        torch.randn(batch, hidden_size, generator=generator),
        torch.randn(batch, hidden_size, generator=generator),
        torch.randn(4 * hidden_size, input_size, generator=generator),
        torch.randn(4 * hidden_size, hidden_size, generator=generator),
        torch.randn(4 * hidden_size, generator=generator),
    )
for name, value in zip(("h_t", "c_t"), answer, strict=True):
    checks.shape(f"{name} for a batch of {batch} and {hidden_size} units", value, (batch, hidden_size))
### END HIDDEN TESTS

# %% test="lstm" checks="values" points=2
# One unit, by hand. The sums are 0 for i, f and o, so these gates are 1/2; g = tanh(1) = 0.761594.
# c_t = 1/2 · 2 + 1/2 · 0.761594 = 1.380797, and h_t = 1/2 · tanh(1.380797) = 0.440565.
with checks.forbidden(*NO_LSTM):
    answer = checks.call(
        lstm_step,
        torch.tensor([[1.0]]),
        torch.tensor([[0.0]]),
        torch.tensor([[2.0]]),
        torch.tensor([[0.0], [0.0], [1.0], [0.0]]),
        torch.zeros(4, 1),
        torch.zeros(4),
    )
checks.pair("lstm_step", answer, ("h_t", "c_t"))
checks.close(
    "c_t of the example worked by hand",
    answer[1],
    torch.tensor([[1.380797]]),
    mistakes={
        "this is h_t: return (h_t, c_t), in this order.": torch.tensor([[0.440565]]),
        "the rows of the gates are taken in another order than i, f, g, o.": torch.tensor([[1.0]]),
        "the tanh of g is missing.": torch.tensor([[1.5]]),
    },
)
checks.close(
    "h_t of the example worked by hand",
    answer[0],
    torch.tensor([[0.440565]]),
    mistakes={
        "tanh of the cell is missing.": torch.tensor([[0.690398]]),
        "it shows the old cell: use c_t, not c_{t-1}.": torch.tensor([[0.482014]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, h, c = (torch.randn(5, size, generator=generator) for size in (4, 6, 6))
W_ih, W_hh = torch.randn(24, 4, generator=generator), torch.randn(24, 6, generator=generator)
b = torch.randn(24, generator=generator)


def reference_lstm(x, h, c, W_ih, W_hh, b, order="ifgo"):
    a = torch.einsum("nd,kd->nk", x, W_ih) + torch.einsum("nd,kd->nk", h, W_hh) + b
    size = h.shape[1]
    sums = {gate: a[:, k * size : (k + 1) * size] for k, gate in enumerate(order)}
    i, f, o = (1 / (1 + (-sums[gate]).exp()) for gate in "ifo")
    cell = f * c + i * sums["g"].tanh()
    return o * cell.tanh(), cell, o


h_t, c_t, o_t = reference_lstm(x, h, c, W_ih, W_hh, b)
other = {order: reference_lstm(x, h, c, W_ih, W_hh, b, order) for order in ("ifog", "figo", "iofg", "fiog")}
sentence = "the rows of the gates are taken in another order than i, f, g, o."
with checks.forbidden(*NO_LSTM):
    got_h, got_c = checks.call(lstm_step, x, h, c, W_ih, W_hh, b)
checks.close(
    "c_t on a random batch",
    got_c,
    c_t,
    mistakes={
        "h_{t-1} is not used.": reference_lstm(x, 0 * h, c, W_ih, W_hh, b)[1],
        "the bias b is missing.": reference_lstm(x, h, c, W_ih, W_hh, 0 * b)[1],
        "this is h_t: return (h_t, c_t), in this order.": h_t,
    }
    | {f"{sentence} ({order}?)": value[1] for order, value in other.items()},
)
checks.close(
    "h_t on a random batch",
    got_h,
    h_t,
    mistakes={
        "tanh of the cell is missing.": o_t * c_t,
        "it shows the old cell: use c_t, not c_{t-1}.": o_t * c.tanh(),
    },
)
### END HIDDEN TESTS

# %% test="lstm" checks="gradient" points=1
# The derivative of c_t by c_{t-1} is the forget gate: here σ(0) = 1/2. Nothing is changed in place.
c = torch.tensor([[2.0]], requires_grad=True)
with checks.forbidden(*NO_LSTM):
    answer = checks.call(
        lstm_step,
        torch.ones(1, 1),
        torch.zeros(1, 1),
        c,
        torch.zeros(4, 1),
        torch.zeros(4, 1),
        torch.zeros(4),
    )
checks.pair("lstm_step", answer, ("h_t", "c_t"))
checks.true(answer[1].requires_grad, "No gradient reaches c: is it detached, or copied into a new tensor?")
(gradient,) = torch.autograd.grad(answer[1].sum(), c)
checks.close("the derivative of c_t by c_{t-1}", gradient, torch.tensor([[0.5]]))
checks.unchanged("c", torch.tensor([[2.0]]), c.detach())
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
arguments = [
    torch.randn(shape, generator=generator) for shape in ((3, 4), (3, 2), (3, 2), (8, 4), (8, 2), (8,))
]
copies = [value.clone() for value in arguments]
with checks.forbidden(*NO_LSTM):
    checks.call(lstm_step, *arguments)
for name, before, after in zip(("x", "h", "c", "W_ih", "W_hh", "b"), copies, arguments, strict=True):
    checks.unchanged(name, before, after)
weight_h, weight_c = torch.randn(3, 2, generator=generator), torch.randn(3, 2, generator=generator)
arguments = [value.requires_grad_() for value in arguments]
with checks.forbidden(*NO_LSTM):
    got_h, got_c = checks.call(lstm_step, *arguments)
got = torch.autograd.grad((got_h * weight_h + got_c * weight_c).sum(), arguments, allow_unused=True)
want_h, want_c = torch.lstm_cell(arguments[0], arguments[1:3], *arguments[3:], torch.zeros(8))
expected = torch.autograd.grad((want_h * weight_h + want_c * weight_c).sum(), arguments)
for name, gradient, wanted in zip(("x", "h", "c", "W_ih", "W_hh", "b"), got, expected, strict=True):
    checks.true(gradient is not None, f"No gradient reaches {name}: is it detached?")
    checks.close(f"the gradient with respect to {name}", gradient, wanted, tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: peepholes (3 points)
#
# With peepholes the gates also see the cell: input and forget gate the old one, the output gate the **new**
# one.
#
# $$
# \begin{aligned}
# i_t &= \sigma(W_{ii} x_t + W_{hi} h_{t-1} + p_i \odot c_{t-1} + b_i) \\
# f_t &= \sigma(W_{if} x_t + W_{hf} h_{t-1} + p_f \odot c_{t-1} + b_f) \\
# o_t &= \sigma(W_{io} x_t + W_{ho} h_{t-1} + p_o \odot c_t + b_o)
# \end{aligned}
# $$
#
# $g_t$, $c_t$ and $h_t$ are as in task 1. `p` has the shape `(3 * hidden_size,)` and holds $p_i$, $p_f$,
# $p_o$ in this order. Return `(h_t, c_t)`, and let gradients reach all arguments. The same functions are
# forbidden as in task 1.


# %% task="peephole"
def peephole_step(
    x: Tensor, h: Tensor, c: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor, p: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM with peepholes for a batch: (h_t, c_t)."""
    ### BEGIN SOLUTION
    sums = x @ W_ih.T + h @ W_hh.T + b
    sum_i, sum_f, sum_g, sum_o = sums.chunk(4, dim=1)
    p_i, p_f, p_o = p.chunk(3)
    i = torch.sigmoid(sum_i + p_i * c)
    f = torch.sigmoid(sum_f + p_f * c)
    c_new = f * c + i * torch.tanh(sum_g)
    o = torch.sigmoid(sum_o + p_o * c_new)
    return o * torch.tanh(c_new), c_new
    ### END SOLUTION


# %% test="peephole" checks="cell" points=1
### BEGIN HIDDEN TESTS
def reference_peephole(x, h, c, W_ih, W_hh, b, p):
    a = torch.einsum("nd,kd->nk", x, W_ih) + torch.einsum("nd,kd->nk", h, W_hh) + b
    size = h.shape[1]
    i = (a[:, :size] + p[:size] * c).sigmoid()
    f = (a[:, size : 2 * size] + p[size : 2 * size] * c).sigmoid()
    cell = f * c + i * a[:, 2 * size : 3 * size].tanh()
    seen = {"new": cell, "old": c, "none": 0 * c}
    o = {name: (a[:, 3 * size :] + p[2 * size :] * value).sigmoid() for name, value in seen.items()}
    return {name: gate * cell.tanh() for name, gate in o.items()}, cell


### END HIDDEN TESTS
# One unit, by hand. All weights are 0 but p_i = 1 and p_f = -1; with c_{t-1} = 2 and b_g = 1,
# i = σ(2) = 0.880797, f = σ(-2) = 0.119203, c_t = 0.119203 · 2 + 0.880797 · tanh(1) = 0.909216.
zeros = torch.zeros(4, 1)
with checks.forbidden(*NO_LSTM):
    answer = checks.call(
        peephole_step,
        torch.ones(1, 1),
        torch.ones(1, 1),
        torch.tensor([[2.0]]),
        zeros,
        zeros,
        torch.tensor([0.0, 0.0, 1.0, 0.0]),
        torch.tensor([1.0, -1.0, 0.0]),
    )
checks.pair("peephole_step", answer, ("h_t", "c_t"))
checks.close(
    "c_t of the example worked by hand",
    answer[1],
    torch.tensor([[0.909216]]),
    mistakes={
        "the peepholes are not used.": torch.tensor([[1.380797]]),
        "p_i and p_f are exchanged.": torch.tensor([[1.852378]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, h, c = (torch.randn(4, size, generator=generator) for size in (2, 6, 6))
W_ih, W_hh = torch.randn(24, 2, generator=generator), torch.randn(24, 6, generator=generator)
b, p = torch.randn(24, generator=generator), torch.randn(18, generator=generator)
with checks.forbidden(*NO_LSTM):
    _, got_c = checks.call(peephole_step, x, h, c, W_ih, W_hh, b, p)
checks.close(
    "c_t on a random batch",
    got_c,
    reference_peephole(x, h, c, W_ih, W_hh, b, p)[1],
    mistakes={
        "the peepholes are not used.": reference_peephole(x, h, c, W_ih, W_hh, b, 0 * p)[1],
        "p_i and p_f are exchanged.": reference_peephole(
            x, h, c, W_ih, W_hh, b, torch.cat((p[6:12], p[:6], p[12:]))
        )[1],
    },
)
### END HIDDEN TESTS

# %% test="peephole" checks="output" points=2
# As above, with f = 1/2 and i = 1/2: c_t = 1/2 · 2 + 1/2 · tanh(1) = 1.380797. The output gate sees this NEW
# cell: with p_o = 1, o = σ(1.380797) = 0.799119, and h_t = 0.799119 · tanh(1.380797) = 0.704127.
with checks.forbidden(*NO_LSTM):
    answer = checks.call(
        peephole_step,
        torch.ones(1, 1),
        torch.ones(1, 1),
        torch.tensor([[2.0]]),
        zeros,
        zeros,
        torch.tensor([0.0, 0.0, 1.0, 0.0]),
        torch.tensor([0.0, 0.0, 1.0]),
    )
checks.pair("peephole_step", answer, ("h_t", "c_t"))
checks.close(
    "h_t of the example worked by hand",
    answer[0],
    torch.tensor([[0.704127]]),
    mistakes={
        "the output gate sees the old cell: p_o belongs to c_t.": torch.tensor([[0.776096]]),
        "the output gate does not see the cell.": torch.tensor([[0.440565]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
arguments = [
    torch.randn(shape, generator=generator)
    for shape in ((4, 2), (4, 6), (4, 6), (24, 2), (24, 6), (24,), (18,))
]
copies = [value.clone() for value in arguments]
with checks.forbidden(*NO_LSTM):
    got_h, _ = checks.call(peephole_step, *arguments)
shown, _ = reference_peephole(*copies)
checks.close(
    "h_t on a random batch",
    got_h,
    shown["new"],
    mistakes={
        "the output gate sees the old cell: p_o belongs to c_t.": shown["old"],
        "the output gate does not see the cell.": shown["none"],
    },
)
for name, before, after in zip(("x", "h", "c", "W_ih", "W_hh", "b", "p"), copies, arguments, strict=True):
    checks.unchanged(name, before, after)
weight_h, weight_c = torch.randn(4, 6, generator=generator), torch.randn(4, 6, generator=generator)
leaves = [value.requires_grad_() for value in copies]
with checks.forbidden(*NO_LSTM):
    got_h, got_c = checks.call(peephole_step, *leaves)
checks.true(got_h.requires_grad and got_c.requires_grad, "No gradient flows: is something detached?")
got = torch.autograd.grad((got_h * weight_h + got_c * weight_c).sum(), leaves, allow_unused=True)
shown, new = reference_peephole(*leaves)
expected = torch.autograd.grad((shown["new"] * weight_h + new * weight_c).sum(), leaves)
for name, gradient, wanted in zip(("x", "h", "c", "W_ih", "W_hh", "b", "p"), got, expected, strict=True):
    checks.true(gradient is not None, f"No gradient reaches {name}: is it detached?")
    checks.close(f"the gradient with respect to {name}", gradient, wanted, tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: one step of a GRU (3 points)
#
# $$
# \begin{aligned}
# r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
# z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
# n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
# h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}
# \end{aligned}
# $$
#
# Here the two biases cannot be added beforehand, since $r_t$ acts on $b_{hn}$ alone. `W_ih` has the shape
# `(3 * hidden_size, input_size)`, `W_hh` `(3 * hidden_size, hidden_size)`, `b_ih` and `b_hh`
# `(3 * hidden_size,)`, with the rows in the order r, z, n.
#
# Return `h_t`, of shape `(batch, hidden_size)`, and let gradients reach all arguments. `nn.GRU`,
# `nn.GRUCell`, `torch.gru_cell` and the course's `utils.models.GRU` may not be called.


# %% task="gru"
def gru_step(x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """One step of a GRU for a batch: h_t, of shape (batch, hidden_size)."""
    ### BEGIN SOLUTION
    input_r, input_z, input_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
    hidden_r, hidden_z, hidden_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
    r = torch.sigmoid(input_r + hidden_r)
    z = torch.sigmoid(input_z + hidden_z)
    n = torch.tanh(input_n + r * hidden_n)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% test="gru" checks="keeps" points=1
# With b_iz = 100 the update gate is 1 and the state stays; with b_iz = -100 it is 0, and h_t = n_t = tanh(1).
zeros = torch.zeros(3, 1)
state = torch.tensor([[0.3]])
for bias, expected in ((100.0, 0.3), (-100.0, 0.761594)):
    with checks.forbidden(*NO_GRU):
        h_t = checks.call(
            gru_step, torch.ones(1, 1), state, zeros, zeros, torch.tensor([0.0, bias, 1.0]), torch.zeros(3)
        )
    checks.close(
        f"h_t with b_iz = {bias:g}",
        h_t,
        torch.tensor([[expected]]),
        mistakes={"z and 1 - z are exchanged: z keeps the old state.": torch.tensor([[1.061594 - expected]])},
    )
checks.unchanged("h", torch.tensor([[0.3]]), state)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
h = torch.randn(3, 2, generator=generator)
x, W_ih = torch.randn(3, 4, generator=generator), torch.zeros(6, 4)
b_ih = torch.tensor([0.0, 0.0, 60.0, -60.0, 0.0, 0.0])
with checks.forbidden(*NO_GRU):
    h_t = checks.call(gru_step, x, h, W_ih, torch.zeros(6, 2), b_ih, torch.zeros(6))
checks.close("h_t when the first unit keeps and the second renews", h_t, h * torch.tensor([1.0, 0.0]))
### END HIDDEN TESTS

# %% test="gru" checks="values" points=2
# One unit, by hand: x = 0, h = 1; all weights 0 but W_hn = 1, and b_hn = 1, so r = z = 1/2 and
# n = tanh(1/2 · (1 + 1)) = 0.761594, h_t = 1/2 · 0.761594 + 1/2 · 1 = 0.880797.
with checks.forbidden(*NO_GRU):
    h_t = checks.call(
        gru_step,
        torch.zeros(1, 1),
        torch.ones(1, 1),
        zeros,
        torch.tensor([[0.0], [0.0], [1.0]]),
        torch.zeros(3),
        torch.tensor([0.0, 0.0, 1.0]),
    )
checks.close(
    "h_t of the example worked by hand",
    h_t,
    torch.tensor([[0.880797]]),
    mistakes={
        "r_t must act on all of W_hn h_{t-1} + b_hn, after the product.": torch.tensor([[0.952574]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
shapes = {"x": (5, 4), "h": (5, 7), "W_ih": (21, 4), "W_hh": (21, 7), "b_ih": (21,), "b_hh": (21,)}
arguments = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
copies = {name: value.clone() for name, value in arguments.items()}


def reference_gru(x, h, W_ih, W_hh, b_ih, b_hh, reset="after", order="rzn"):
    size = h.shape[1]
    rows = {gate: slice(k * size, (k + 1) * size) for k, gate in enumerate(order)}
    r, z = (
        (x @ W_ih[rows[gate]].T + b_ih[rows[gate]] + h @ W_hh[rows[gate]].T + b_hh[rows[gate]]).sigmoid()
        for gate in "rz"
    )
    W, b = W_hh[rows["n"]], b_hh[rows["n"]]
    past = {"after": r * (h @ W.T + b), "before": (r * h) @ W.T + b, "bias": r * (h @ W.T) + b}[reset]
    n = (x @ W_ih[rows["n"]].T + b_ih[rows["n"]] + past).tanh()
    return n + z * (h - n)


with checks.forbidden(*NO_GRU):
    h_t = checks.call(gru_step, **arguments)
checks.close(
    "h_t on a random batch",
    h_t,
    reference_gru(**copies),
    mistakes={
        "the reset gate acts on h_{t-1} before the product with W_hn; here it acts after.": reference_gru(
            **copies, reset="before"
        ),
        "r_t must act on b_hn as well.": reference_gru(**copies, reset="bias"),
        "the rows stand in the order r, z, n.": reference_gru(**copies, order="zrn"),
    },
)
for name in copies:
    checks.unchanged(name, copies[name], arguments[name])
leaves = {name: value.requires_grad_() for name, value in copies.items()}
with checks.forbidden(*NO_GRU):
    h_t = checks.call(gru_step, **leaves)
got = torch.autograd.grad(h_t.square().sum(), list(leaves.values()), allow_unused=True)
expected = torch.autograd.grad(reference_gru(**leaves).square().sum(), list(leaves.values()))
for name, gradient, wanted in zip(leaves, got, expected, strict=True):
    checks.true(gradient is not None, f"No gradient reaches {name}: is it detached?")
    checks.close(f"the gradient with respect to {name}", gradient, wanted, tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: an `nn.LSTM`, gate by gate (3 points)
#
# Somebody trained an LSTM with another library, and gives you its weights gate by gate. `gates` maps each of
# the names `"i"`, `"f"`, `"g"`, `"o"` to a tuple `(W_x, W_h, b)` **in row form**: the sum of the gate is
# `x @ W_x + h @ W_h + b`, so `W_x` has the shape `(input_size, hidden_size)`, `W_h`
# `(hidden_size, hidden_size)` and `b` `(hidden_size,)`. The dictionary is in any order.
#
# Return an `nn.LSTM` of one layer with `batch_first=True` that computes the same, and can be trained further.


# %% task="load"
def load_gates(gates: dict[str, tuple[Tensor, Tensor, Tensor]]) -> nn.LSTM:
    """An nn.LSTM with the weights of ``gates``, which are in row form."""
    ### BEGIN SOLUTION
    W_x, W_h, b = (torch.cat([gates[gate][k].T for gate in "ifgo"]) for k in range(3))
    lstm = nn.LSTM(W_x.shape[1], W_h.shape[1], batch_first=True)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(W_x)
        lstm.weight_hh_l0.copy_(W_h)
        lstm.bias_ih_l0.copy_(b)
        lstm.bias_hh_l0.zero_()
    return lstm
    ### END SOLUTION


# %% test="load" checks="shape" points=1
lstm = checks.call(load_gates, {gate: (torch.ones(3, 2), torch.ones(2, 2), torch.ones(2)) for gate in "ogfi"})
checks.true(
    isinstance(lstm, nn.LSTM), f"load_gates must return an nn.LSTM, but it returned {type(lstm).__name__}."
)
checks.shape("weight_ih_l0 for input_size 3 and hidden_size 2", lstm.weight_ih_l0, (8, 3))
checks.shape("weight_hh_l0 for hidden_size 2", lstm.weight_hh_l0, (8, 2))
checks.true(
    lstm.num_layers == 1 and not lstm.bidirectional and lstm.batch_first,
    "load_gates must return one layer, one direction, with batch_first=True.",
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
input_size, hidden_size = (torch.randperm(5, generator=generator)[:2] + 2).tolist()
shapes = ((input_size, hidden_size), (hidden_size, hidden_size), (hidden_size,))
gates = {gate: tuple(torch.randn(shape, generator=generator) for shape in shapes) for gate in "gifo"}
lstm = checks.call(load_gates, gates)
checks.true(
    isinstance(lstm, nn.LSTM), f"load_gates must return an nn.LSTM, but it returned {type(lstm).__name__}."
)
for name, width in (("weight_ih_l0", input_size), ("weight_hh_l0", hidden_size)):
    checks.shape(
        f"{name} for input_size {input_size} and hidden_size {hidden_size}",
        getattr(lstm, name, None),
        (4 * hidden_size, width),
    )
### END HIDDEN TESTS

# %% test="load" checks="outputs" points=2
# One unit that hardly forgets: b_f = 100, so f = 1; i = o = 1/2 and g = tanh(1) at each of two steps, so
# c_1 = 0.380797, c_2 = 0.761594, h_2 = 1/2 · tanh(0.761594) = 0.321007.
zero = torch.zeros(1, 1)
hand = {
    gate: (torch.ones(1, 1) if gate == "g" else zero, zero, torch.tensor([100.0 if gate == "f" else 0.0]))
    for gate in "fgio"
}
lstm = checks.call(load_gates, hand)
checks.true(
    isinstance(lstm, nn.LSTM), f"load_gates must return an nn.LSTM, but it returned {type(lstm).__name__}."
)
outputs, _ = lstm(torch.ones(1, 2, 1, dtype=lstm.weight_ih_l0.dtype))
checks.close(
    "h_2 of the example worked by hand",
    outputs[0, -1],
    torch.tensor([0.321007]),
    mistakes={"the gates are not stacked in the order i, f, g, o.": torch.tensor([0.0])},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
gates = {
    gate: tuple(torch.randn(shape, generator=generator) for shape in ((4, 3), (3, 3), (3,)))
    for gate in "ogif"
}
x = torch.randn(2, 3, 4, generator=generator)


def reference_outputs(x, gates, row_form=True, bias=1.0):
    h, c, outputs = torch.zeros(len(x), 3), torch.zeros(len(x), 3), []
    for x_t in x.unbind(1):
        a = {k: x_t @ W_x + h @ (W_h if row_form else W_h.T) + bias * b for k, (W_x, W_h, b) in gates.items()}
        c = a["f"].sigmoid() * c + a["i"].sigmoid() * a["g"].tanh()
        h = a["o"].sigmoid() * c.tanh()
        outputs.append(h)
    return torch.stack(outputs, 1)


lstm = checks.call(load_gates, gates)
checks.true(
    isinstance(lstm, nn.LSTM), f"load_gates must return an nn.LSTM, but it returned {type(lstm).__name__}."
)
for name, parameter in lstm.named_parameters():
    checks.true(parameter.requires_grad, f"{name} cannot be trained: it must keep requires_grad.")
dtype = lstm.weight_ih_l0.dtype
if lstm.batch_first:
    outputs, _ = lstm(x.to(dtype))
else:  # the shape test has taken its point already
    outputs = lstm(x.to(dtype).transpose(0, 1))[0].transpose(0, 1)
renamed = {"in the order i, f, o, g": "ifog", "in the order of the dictionary": "ogif", "f before i": "figo"}
checks.close(
    "the outputs for random weights",
    outputs,
    reference_outputs(x, gates),
    mistakes={
        "b counts twice: both biases are added.": reference_outputs(x, gates, bias=2.0),
        "W_h is not transposed.": reference_outputs(x, gates, row_form=False),
    }
    | {
        f"the gates are stacked {how}; PyTorch has i, f, g, o.": reference_outputs(
            x, dict(zip("ifgo", (gates[gate] for gate in order), strict=True))
        )
        for how, order in renamed.items()
    },
)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: sequences of different lengths (4 points)
#
# `x` of shape `(batch, time, input_size)` is padded: of item $n$ only the first `lengths[n]` steps are real
# (at least one). Carry the `nn.LSTMCell` over it, from zero states, such that padding has no effect. Return
# three tensors:
#
# - `outputs`, `(batch, time, hidden_size)`: $h_t$ of every real step at its place, and **0** at padding;
# - `h` and `c`, both `(batch, hidden_size)`: the state after each item's own last step.
#
# With `reverse=True` every item is read from its own last real step to its first. `outputs[:, t]` is still
# the state at time `t`, after reading the steps from the item's end down to `t`; and `h` and `c` are the
# states after the first step, which is read last.
#
# A step of a masked layer is $h_t = m_t \odot \tilde h_t + (1 - m_t) \odot h_{t-1}$ with $m_t = 1$ where the
# step is real. `cell(x_t, (h, c))` computes one step for the whole batch and returns `(h, c)`. You write the
# loop: `nn.LSTM`, `pack_padded_sequence` and `utils.models.LSTM` may not be called. Gradients must reach `x`
# and the weights of the cell through every step.


# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    ### BEGIN SOLUTION
    batch, time, _ = x.shape
    h = c = x.new_zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in reversed(range(time)) if reverse else range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h = torch.where(real, h_new, h)
        c = torch.where(real, c_new, c)
        outputs[t] = h * real
    return torch.stack(outputs, dim=1), h, c
    ### END SOLUTION


# %% test="masked" checks="outputs" points=2
### BEGIN HIDDEN TESTS
def reference_masked(cell, x, lengths, reverse=False):
    """Item by item, without any padding."""
    outputs, last = torch.zeros(len(x), x.shape[1], 3), []
    for n, length in enumerate(lengths.tolist()):
        state = (torch.zeros(1, 3), torch.zeros(1, 3))
        for t in reversed(range(length)) if reverse else range(length):
            state = torch.lstm_cell(x[n : n + 1, t], state, *cell.parameters())
            outputs[n, t] = state[0][0]
        last.append(torch.cat(state))
    return outputs, torch.stack([h for h, _ in last]), torch.stack([c for _, c in last])


### END HIDDEN TESTS
# Two items that begin alike, the second one shorter: their real outputs agree, and padding gives 0.
cell = nn.LSTMCell(1, 2)
x = torch.tensor([[[1.0], [2.0], [3.0]], [[1.0], [2.0], [9.0]]])
with checks.forbidden(*NO_LAYER):
    answer = checks.call(run_masked, cell, x, torch.tensor([3, 2]))
checks.pair("run_masked", answer, ("outputs", "h", "c"))
checks.shape("outputs for 2 items of 3 steps and 2 units", answer[0], (2, 3, 2))
checks.close("the real outputs of the two items", answer[0][1, :2], answer[0][0, :2].detach())
checks.close(
    "the output at padding",
    answer[0][1, 2],
    torch.zeros(2),
    mistakes={"the state stays at padding, but the output there is 0.": answer[0][1, 1].detach()},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
cell = nn.LSTMCell(4, 3)
with torch.no_grad():
    for weights in cell.parameters():
        weights.copy_(torch.randn(weights.shape, generator=generator))
lengths = torch.tensor([3, 6, 1, 4, 5])
x = torch.randn(5, 7, 4, generator=generator)
with torch.no_grad():
    expected = reference_masked(cell, x, lengths)
    unmasked = reference_masked(cell, x, torch.full((5,), 7))[0]
with checks.forbidden(*NO_LAYER):
    outputs, _, _ = checks.call(run_masked, cell, x, lengths)
    changed = x.clone()
    changed[2, 1:] += 5
    other, _, _ = checks.call(run_masked, cell, changed, lengths)
checks.close(
    "outputs on random sequences", outputs, expected[0], mistakes={"padding is read like words.": unmasked}
)
checks.close("outputs when only padding has changed", other, expected[0])
loss = (outputs * torch.randn(outputs.shape, generator=generator)).sum()
checks.true(loss.requires_grad, "No gradient reaches the cell: are the states detached?")
checks.close(
    "the gradient with respect to weight_hh",
    torch.autograd.grad(outputs.square().sum(), cell.weight_hh)[0],
    torch.autograd.grad(reference_masked(cell, x, lengths)[0].square().sum(), cell.weight_hh)[0],
    tolerance=1e-3,
)
### END HIDDEN TESTS

# %% test="masked" checks="last" points=1
# The state of the shorter item is the one after its own last step: reading it alone gives the same.
cell = nn.LSTMCell(1, 2)
x = torch.tensor([[[1.0], [2.0], [3.0]], [[1.0], [2.0], [9.0]]])
with checks.forbidden(*NO_LAYER):
    answer = checks.call(run_masked, cell, x, torch.tensor([3, 2]))
    alone = checks.call(run_masked, cell, x[1:, :2], torch.tensor([2]))
checks.pair("run_masked", answer, ("outputs", "h", "c"))
checks.shape("h", answer[1], (2, 2))
checks.close("h of the shorter item", answer[1][1], alone[1][0].detach())
checks.close("c of the shorter item", answer[2][1], alone[2][0].detach())
checks.close("h of the shorter item, and its last output", answer[1][1], answer[0][1, 1].detach())
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
cell = nn.LSTMCell(4, 3)
with torch.no_grad():
    for weights in cell.parameters():
        weights.copy_(torch.randn(weights.shape, generator=generator))
lengths, x = torch.tensor([3, 6, 1, 4, 5]), torch.randn(5, 7, 4, generator=generator)
with torch.no_grad():
    expected = reference_masked(cell, x, lengths)
with checks.forbidden(*NO_LAYER):
    _, h, c = checks.call(run_masked, cell, x, lengths)
checks.close("h after each item's own last step", h, expected[1], mistakes={"this is c.": expected[2]})
checks.close("c after each item's own last step", c, expected[2], mistakes={"this is h.": expected[1]})
weight_h, weight_c = torch.randn(5, 3, generator=generator), torch.randn(5, 3, generator=generator)
leaves = [x.requires_grad_(), *cell.parameters()]
checks.true(h.requires_grad and c.requires_grad, "No gradient reaches the cell: is a state detached?")
with checks.forbidden(*NO_LAYER):
    _, h, c = checks.call(run_masked, cell, x, lengths)
got = torch.autograd.grad((h * weight_h + c * weight_c).sum(), leaves, allow_unused=True)
_, h, c = reference_masked(cell, x, lengths)
expected = torch.autograd.grad((h * weight_h + c * weight_c).sum(), leaves)
for name, gradient, wanted in zip(("x", *dict(cell.named_parameters())), got, expected, strict=True):
    checks.true(gradient is not None, f"No gradient reaches {name}: is something detached?")
    checks.close(f"the gradient of the last state with respect to {name}", gradient, wanted, tolerance=1e-3)
### END HIDDEN TESTS

# %% test="masked" checks="reverse" points=1
# Backwards, the item (1, 2, 9) of length 2 is read as 2, 1: its padding 9 is not the first word.
cell, x = nn.LSTMCell(1, 2), torch.tensor([[[1.0], [2.0], [9.0]]])
with checks.forbidden(*NO_LAYER):
    outputs, h, c = checks.call(run_masked, cell, x, torch.tensor([2]), reverse=True)
    turned, h_turned, _ = checks.call(run_masked, cell, torch.tensor([[[2.0], [1.0]]]), torch.tensor([2]))
checks.close(
    "outputs of the item read backwards",
    outputs[0, :2],
    turned[0].flip(0).detach(),
    mistakes={
        "the outputs come in the order of reading: outputs[:, t] belongs to time t.": turned[0].detach()
    },
)
checks.close("the output at padding", outputs[0, 2], torch.zeros(2))
checks.close("h of the item read backwards", h, h_turned.detach())
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
cell = nn.LSTMCell(4, 3)
with torch.no_grad():
    for weights in cell.parameters():
        weights.copy_(torch.randn(weights.shape, generator=generator))
lengths, x = torch.tensor([3, 7, 1, 4, 5]), torch.randn(5, 7, 4, generator=generator)
with torch.no_grad():
    expected = reference_masked(cell, x, lengths, reverse=True)
with checks.forbidden(*NO_LAYER):
    answer = checks.call(run_masked, cell, x, lengths, reverse=True)
for name, got, wanted in zip(("outputs", "h", "c"), answer, expected, strict=True):
    checks.close(f"{name} of sequences read backwards", got, wanted)
    checks.true(got.requires_grad, f"No gradient reaches the cell from {name} when read backwards.")
right = reference_masked(cell, x, lengths, reverse=True)
found, wanted = (
    torch.autograd.grad(sum(part.square().sum() for part in parts), cell.weight_hh)[0]
    for parts in (answer, right)
)
checks.close("the gradient of sequences read backwards", found, wanted, tolerance=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: a bidirectional tagger (3 points)
#
# `BiTagger` scores the tags of every token, from the words on both sides of it. It has three parts, with
# these names: `embedding`, an `nn.Embedding`; `lstm`, a bidirectional `nn.LSTM` with `hidden_size` units in
# each direction; `head`, an `nn.Linear` from the joined states to the scores (logits). `forward` takes
# `tokens` of shape `(batch, time)`, padded beyond `lengths`, in any order of lengths, and returns logits of
# shape `(batch, time, tags)`. The logits of a real token must not depend on padding, neither its values nor
# its amount.
#
# `tagging_loss` is the mean cross-entropy over all **real** tokens of the batch. The tags at padding are 0,
# which is also the number of a real tag.
#
# `pack_padded_sequence` is allowed here; the course's `utils.models.Tagger` is not.


# %% task="tagger"
class BiTagger(nn.Module):
    """Logits of the tags of every token, from a bidirectional LSTM."""

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int, tags: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, tags)
        ### END SOLUTION

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """The logits (batch, time, tags) of ``tokens`` (batch, time)."""
        ### BEGIN SOLUTION
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        output, _ = self.lstm(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=tokens.shape[1])
        return self.head(states)
        ### END SOLUTION


def tagging_loss(logits: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
    """The mean cross-entropy over the real tokens; a scalar."""
    ### BEGIN SOLUTION
    real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
    return nn.functional.cross_entropy(logits[real], tags[real])
    ### END SOLUTION


# %% test="tagger" checks="logits" points=2
tokens, lengths = torch.tensor([[1, 2, 0, 0, 0], [3, 1, 2, 4, 0]]), torch.tensor([2, 4])
with checks.forbidden(*NO_TAGGER):
    model = checks.call(BiTagger, 6, 5, 3, 4)
    logits = checks.call(model, tokens, lengths)
checks.shape("the logits of 2 sentences, 5 words long with padding, and 4 tags", logits, (2, 5, 4))
checks.true(
    isinstance(model.lstm, nn.LSTM) and model.lstm.bidirectional and model.lstm.hidden_size == 3,
    "lstm must be a bidirectional nn.LSTM with hidden_size units in each direction.",
)
checks.true(isinstance(model.embedding, nn.Embedding), "embedding must be an nn.Embedding.")
checks.true(isinstance(model.head, nn.Linear), "head must be an nn.Linear.")
checks.true(
    model.head.in_features == 6, "head must read the states of both directions: 2 * hidden_size numbers."
)


def same_parts(model, vocabulary_size, embedding_size, hidden_size, tags):
    """The parts that the model must have; it gets their weights, so that it must compute the same."""
    layers = model.lstm.num_layers
    parts = nn.ModuleDict(
        {
            "embedding": nn.Embedding(vocabulary_size, embedding_size),
            "lstm": nn.LSTM(embedding_size, hidden_size, num_layers=layers, bidirectional=True),
            "head": nn.Linear(2 * hidden_size, tags),
        }
    )
    with torch.no_grad():
        for name, weights in parts.named_parameters():
            part, _, attribute = name.partition(".")
            got = getattr(getattr(model, part), attribute, None)
            if got is None and attribute.startswith("bias"):
                weights.zero_()  # made with bias=False
            else:
                checks.shape(name, got, weights.shape)
                got.copy_(weights)
    return parts


def reference_logits(parts, tokens, length):
    """The sentence alone, without padding."""
    return parts["head"](parts["lstm"](parts["embedding"](tokens[:length]))[0]).detach()


# Padding has no effect: each sentence gets what it gets alone.
with checks.forbidden(*NO_TAGGER):
    parts = same_parts(model, 6, 5, 3, 4)
    logits = checks.call(model, tokens, lengths)
for n, length in enumerate(lengths.tolist()):
    checks.close(
        f"the logits of sentence {n}, of length {length}",
        logits[n, :length],
        reference_logits(parts, tokens[n], length),
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
with checks.forbidden(*NO_TAGGER):
    model = checks.call(BiTagger, 11, 4, 6, 5)
    tokens = torch.randint(11, (4, 9), generator=generator)
    lengths = torch.tensor([3, 8, 1, 5])
    checks.true(isinstance(model.lstm, nn.LSTM), "lstm must be an nn.LSTM.")
    parts = same_parts(model, 11, 4, 6, 5)
    logits = checks.call(model, tokens, lengths)
checks.shape("the logits of 4 sentences, 9 words long with padding, and 5 tags", logits, (4, 9, 5))
for n, length in enumerate(lengths.tolist()):
    checks.close(
        f"the logits of a sentence of length {length} in a batch of 4",
        logits[n, :length],
        reference_logits(parts, tokens[n], length),
    )
loss = torch.stack([logits[n, :length].square().sum() for n, length in enumerate(lengths.tolist())]).sum()
checks.true(loss.requires_grad, "No gradient reaches the model's weights: is something detached?")
for name, part in (("embedding", model.embedding), ("lstm", model.lstm), ("head", model.head)):
    gradients = torch.autograd.grad(loss, list(part.parameters()), retain_graph=True, allow_unused=True)
    checks.true(
        all(gradient is not None and bool(gradient.any()) for gradient in gradients),
        f"No gradient reaches all weights of {name}: is something detached, or not used?",
    )
### END HIDDEN TESTS

# %% test="tagger" checks="loss" points=1
# By hand: equal logits for 2 tags cost log 2 = 0.693147 a token; padding, with its wild logits, costs
# nothing.
logits = torch.tensor([[[0.0, 0.0], [0.0, 0.0], [-50.0, 50.0]]])
loss = checks.call(tagging_loss, logits, torch.tensor([[1, 0, 0]]), torch.tensor([2]))
checks.close(
    "the loss of the example worked by hand",
    loss,
    torch.tensor(0.693147),
    mistakes={
        "padding is counted, too.": torch.tensor(33.795431),
        "this is the sum; take the mean.": torch.tensor(1.386294),
        "the sum is divided by the number of all tokens, padding included.": torch.tensor(0.462098),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
logits = 2 * torch.randn(4, 6, 3, generator=generator)
lengths = torch.tensor([2, 6, 1, 5])
tags = torch.randint(3, (4, 6), generator=generator)
each = logits.logsumexp(-1) - logits.gather(-1, tags[..., None])[..., 0]
rows = [each[n, :length] for n, length in enumerate(lengths.tolist())]
for n, length in enumerate(lengths.tolist()):
    tags[n, length:] = 0
logits.requires_grad_()
loss = checks.call(tagging_loss, logits, tags, lengths)
checks.close(
    "the loss on a random batch",
    loss,
    torch.cat(rows).mean(),
    mistakes={
        "padding is counted, too.": nn.functional.cross_entropy(
            logits.detach().flatten(0, 1), tags.flatten()
        ),
        "tag 0 is left out: it marks padding, but it is also a real tag.": nn.functional.cross_entropy(
            logits.detach().flatten(0, 1), tags.flatten(), ignore_index=0
        ),
        "this is the sum; take the mean.": torch.cat(rows).sum(),
        "this is the mean of the sentences' means: every token counts the same.": torch.stack(
            [row.mean() for row in rows]
        ).mean(),
        "the sum is divided by the number of all tokens, padding included.": torch.cat(rows).sum() / 24,
    },
)
checks.true(loss.requires_grad, "No gradient reaches the logits: is the loss detached?")
### END HIDDEN TESTS
