# %% [markdown]
# # Assignment 2: Backpropagation through time
#
# You write the way back through a language model by hand, for a whole batch: first the output layer, then
# the recurrent layer, then the same with the gradient cut. After that you lay out a text in batches, train
# a model on them with truncated backpropagation, and measure its perplexity. Chapter 2 of the book has all
# that you need.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `output_layer`: the loss, and its gradient by hand | 3 |
# | 2 | `bptt`: through the recurrent layer by hand | 5 |
# | 3 | `truncated_bptt`: with the gradient cut | 3 |
# | 4 | `text_batches`: a text in rows and pieces | 3 |
# | 5 | `train_epoch`: truncated backpropagation in PyTorch | 3 |
# | 6 | `perplexity`: of padded sentences | 3 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that ends without an error has passed. A
# test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you are
# done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Each task is tested alone. Do not change the test cells; what you change there is undone before
# grading. Leave the arguments of your functions as they are. Warnings cost nothing. You may
# import PyTorch, NumPy, Matplotlib and Python's standard library. Other packages, and parts of `utils` that
# the first cell does not import, are not there when your work is graded; an import of them that nothing uses
# costs nothing.
#
# **Notation.** As in chapter 2, with a batch: the first axis is the example, the second is time. For a
# single example and a single step, as columns,
#
# $$ h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_1), \qquad o_t = U h_t + b_2 $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $x_1, …, x_T$ | `x` | `(batch, time, input_size)` |
# | $h_0$ | `h_0` | `(batch, hidden_size)` |
# | $h_1, …, h_T$ | `states` | `(batch, time, hidden_size)` |
# | $W_{xh}$ | `W_xh` | `(hidden_size, input_size)` |
# | $W_{hh}$ | `W_hh` | `(hidden_size, hidden_size)` |
# | $U$ | `U` | `(vocabulary_size, hidden_size)` |
# | $b_1$, $b_2$ | `b_1`, `b_2` | `(hidden_size,)`, `(vocabulary_size,)` |
#
# The gradient of the loss with respect to something is called `d_` and its name: `d_U` is
# $\partial J / \partial U$, and has the shape of `U`.

# %% given="imports"
import math
from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import checks
from utils.models import RNN, LanguageModel

FORBIDDEN = (
    "torch.autograd.grad",
    "torch.autograd.backward",
    "torch.Tensor.backward",
    "torch.func.jvp",
    "torch.func.jacfwd",
    "utils.text.BPTTBatches.__init__",
)  # in tasks 1 to 4

GRADIENTS = ("d_W_xh", "d_W_hh", "d_b_1", "d_x", "d_h_0")  # what task 2 returns, in this order


def by_autograd(
    x: Tensor,
    h_0: Tensor,
    W_xh: Tensor,
    W_hh: Tensor,
    b_1: Tensor,
    d_states: Tensor,
    borders: tuple[int, ...] = (),
) -> tuple[tuple[Tensor, ...], Tensor]:
    """What autograd says, to compare with: the GRADIENTS, and the states.

    The gradient is cut before each step in ``borders``, counted from 0.
    """
    W_xh, W_hh, b_1, x, h_0 = leaves = [value.clone().requires_grad_() for value in (W_xh, W_hh, b_1, x, h_0)]
    h, states = h_0, []
    for t in range(x.shape[1]):
        h = h.detach() if t in borders else h
        h = torch.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_1)
        states.append(h)
    h_1_to_T = torch.stack(states, dim=1)
    return torch.autograd.grad((h_1_to_T * d_states).sum(), leaves), h_1_to_T.detach()


# %% [markdown]
# ## Task 1: the output layer (3 points)
#
# The logits $o_t = U h_t + b_2$ predict the word `targets[:, t]`. The loss $J$ is the mean of
# $-\log \hat{y}_{t, \text{target}}$ over all examples **and** all steps, with
# $\hat{y}_t = \mathrm{softmax}(o_t)$.
#
# `targets` has the shape `(batch, time)` and holds integers below `vocabulary_size`. Return the four values
# `(loss, d_states, d_U, d_b_2)`: the loss is a tensor without axes, and the others are the gradients of the
# loss with respect to `states`, `U` and `b_2`.
#
# In tasks 1 to 3 you compute the gradients yourself: autograd (`backward`, `torch.autograd`, `torch.func`)
# may not be called.


# %% task="output"
def output_layer(
    states: Tensor, U: Tensor, b_2: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The loss of the output layer and its gradients: (loss, d_states, d_U, d_b_2)."""
    ### BEGIN SOLUTION
    log_y_hat = torch.log_softmax(states @ U.T + b_2, dim=-1)
    y = F.one_hot(targets, len(U))
    loss = -(y * log_y_hat).sum(dim=-1).mean()
    delta = (log_y_hat.exp() - y) / targets.numel()
    d_U = torch.einsum("ntv,nth->vh", delta, states)
    return loss, delta @ U, d_U, delta.sum(dim=(0, 1))
    ### END SOLUTION


# %% test="output" checks="loss" points=1
# Two words with logits 1·0 + 0 and 1·0 + log 3: ŷ = (1/4, 3/4). The target is word 1: -log 3/4 = 0.287682.
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(
        output_layer,
        torch.ones(1, 1, 1),
        torch.zeros(2, 1),
        torch.tensor([0.0, math.log(3)]),
        torch.tensor([[1]]),
    )
checks.pair("output_layer", answer, ("loss", "d_states", "d_U", "d_b_2"))
checks.close(
    "the loss of the example worked by hand",
    answer[0],
    torch.tensor(0.287682),
    mistakes={
        "the bias b_2 is missing.": torch.tensor(0.693147),
        "the sign is wrong: a loss is minus a logarithm.": torch.tensor(-0.287682),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
states = torch.randn(3, 4, 5, generator=generator)
U, b_2 = torch.randn(6, 5, generator=generator), torch.randn(6, generator=generator)
targets = torch.randint(6, (3, 4), generator=generator)
with checks.forbidden(*FORBIDDEN):
    loss, *_ = checks.call(output_layer, states, U, b_2, targets)
mean = F.cross_entropy((states @ U.T + b_2).flatten(0, 1), targets.flatten())
checks.close(
    "the loss of a random batch",
    loss,
    mean,
    mistakes={
        "it is the sum: take the mean over all examples and steps.": mean * 12,
        "divide by the number of examples times the number of steps.": mean * 4,
        "the sum over the batch must be divided by the number of examples, too.": mean * 3,
        "the bias b_2 is missing.": F.cross_entropy((states @ U.T).flatten(0, 1), targets.flatten()),
        "the sign is wrong: a loss is minus a logarithm.": -mean,
    },
)
### END HIDDEN TESTS

# %% test="output" checks="gradients" points=2
# With h = 2, U = (1, 5) and b_2 = (8, log 3) the logits are 10 and 10 + log 3, so again ŷ = (1/4, 3/4).
# ŷ - y = (1/4, -1/4) is d_b_2; d_U = (1/4, -1/4) · 2; d_h = 1/4 · 1 - 1/4 · 5 = -1.
with checks.forbidden(*FORBIDDEN):
    _, d_states, d_U, d_b_2 = checks.call(
        output_layer,
        torch.full((1, 1, 1), 2.0),
        torch.tensor([[1.0], [5.0]]),
        torch.tensor([8.0, math.log(3)]),
        torch.tensor([[1]]),
    )
for name, got, right in (
    ("d_b_2", d_b_2, torch.tensor([0.25, -0.25])),
    ("d_U", d_U, torch.tensor([[0.5], [-0.5]])),
    ("d_states", d_states, torch.tensor([[[-1.0]]])),
):
    checks.close(
        f"{name} of the example worked by hand",
        got,
        right,
        mistakes={"the sign is wrong: the gradient of the logits is prediction minus truth.": -right},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
states = torch.randn(3, 4, 5, generator=generator)
U, b_2 = torch.randn(6, 5, generator=generator), torch.randn(6, generator=generator)
targets = torch.randint(6, (3, 4), generator=generator)
leaves = [value.clone().requires_grad_() for value in (states, U, b_2)]
logits = leaves[0] @ leaves[1].T + leaves[2]
expected = torch.autograd.grad(F.cross_entropy(logits.flatten(0, 1), targets.flatten()), leaves)
copies = [value.clone() for value in (states, U, b_2, targets)]
with checks.forbidden(*FORBIDDEN):
    _, *gradients = checks.call(output_layer, states, U, b_2, targets)
for name, got, right in zip(("d_states", "d_U", "d_b_2"), gradients, expected, strict=True):
    checks.close(
        f"{name} for a random batch",
        got,
        right,
        mistakes={
            "the loss is a mean over examples and steps, so its gradient is divided by batch · time.": right
            * 12,
            "the loss is a mean over the examples, too: divide by batch · time.": right * 3,
            "the loss is a mean over the steps, too: divide by batch · time.": right * 4,
            "the sign is wrong: the gradient of the logits is prediction minus truth.": -right,
        },
    )
for name, before, after in zip(
    ("states", "U", "b_2", "targets"), copies, (states, U, b_2, targets), strict=True
):
    checks.unchanged(name, before, after)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: backpropagation through time (5 points)
#
# The layer has been run: `states` holds $h_1, …, h_T$. `d_states` says what reaches each state **from its
# own step** (in a language model, what task 1 returns); the part that comes from later steps is for you to
# add. Go back from the last step to the first.
#
# Return `(d_W_xh, d_W_hh, d_b_1, d_x, d_h_0)`, the gradients with respect to the weights, the inputs and
# the first state, each in the shape of what it belongs to. Mind that $h_0$ is not in `states`, and that in
# code `states[:, 0]` is $h_1$.
#
# `by_autograd` in the first cell says what autograd finds. Compare with it as much as you like, in a cell of
# your own; your function may not call it.


# %% task="bptt"
def bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer: (d_W_xh, d_W_hh, d_b_1, d_x, d_h_0)."""
    ### BEGIN SOLUTION
    d_W_xh, d_W_hh, d_b_1 = torch.zeros_like(W_xh), torch.zeros_like(W_hh), W_hh.new_zeros(len(W_hh))
    d_x = torch.zeros_like(x)
    d_h = torch.zeros_like(h_0)  # from the future; after the last step there is none
    for t in reversed(range(x.shape[1])):
        h_before = states[:, t - 1] if t > 0 else h_0
        delta = (1 - states[:, t] ** 2) * (d_states[:, t] + d_h)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h_before
        d_b_1 += delta.sum(dim=0)
        d_x[:, t] = delta @ W_xh
        d_h = delta @ W_hh
    return d_W_xh, d_W_hh, d_b_1, d_x, d_h
    ### END SOLUTION


# %% test="bptt" checks="shape" points=1
x, h_0, states = torch.zeros(2, 4, 3), torch.zeros(2, 5), torch.zeros(2, 4, 5)
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(bptt, x, h_0, states, torch.ones(5, 3), torch.ones(5, 5), torch.ones(2, 4, 5))
checks.pair("bptt", answer, GRADIENTS)
for name, got, like in zip(GRADIENTS, answer, ((5, 3), (5, 5), (5,), (2, 4, 3), (2, 5)), strict=True):
    checks.shape(f"{name} for 2 sequences of 4 steps, 3 inputs and 5 units", got, like)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, time, width, units = (torch.randperm(5, generator=generator)[:4] + 2).tolist()
x, h_0 = torch.randn(batch, time, width, generator=generator), torch.randn(batch, units, generator=generator)
states, d_states = torch.randn(2, batch, time, units, generator=generator).tanh()
W_xh, W_hh = torch.randn(units, width, generator=generator), torch.randn(units, units, generator=generator)
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(bptt, x, h_0, states, W_xh, W_hh, d_states)
for name, got, like in zip(GRADIENTS, answer, (W_xh, W_hh, W_hh[0], x, h_0), strict=True):
    checks.shape(f"{name} for {batch} sequences of {time} steps", got, like.shape)
### END HIDDEN TESTS

# %% test="bptt" checks="weights" points=2
# One unit, two steps, all weights 1, x = 1, 0: h_1 = tanh 1 = 0.761594, h_2 = tanh h_1 = 0.642015.
# Only h_2 has a loss. δ_2 = 1 - h_2² = 0.587817, and δ_1 = (1 - h_1²) · 1 · δ_2 = 0.246868.
# d_W_hh = δ_2 h_1 + δ_1 h_0 = 0.447678, d_W_xh = δ_2 · 0 + δ_1 · 1 = 0.246868, d_b_1 = δ_1 + δ_2 = 0.834684.
one = torch.ones(1, 1)
x = torch.tensor([[[1.0], [0.0]]])
states = torch.tensor([[[0.7615942], [0.6420149]]])
d_states = torch.tensor([[[0.0], [1.0]]])
with checks.forbidden(*FORBIDDEN):
    d_W_xh, d_W_hh, d_b_1, _, _ = checks.call(bptt, x, torch.zeros(1, 1), states, one, one, d_states)
for name, got, right, no_future, no_slope in (
    ("d_W_hh", d_W_hh, [[0.447678]], [[0.447678]], [[0.761594]]),
    ("d_W_xh", d_W_xh, [[0.246868]], [[0.0]], [[1.0]]),
    ("d_b_1", d_b_1, [0.834684], [0.587817], [2.0]),
):
    checks.close(
        f"{name} of the example worked by hand",
        got,
        torch.tensor(right),
        mistakes={
            "nothing comes back from the later steps: add what W_hh brings.": torch.tensor(no_future),
            "the slope of tanh, 1 - h², is missing.": torch.tensor(no_slope),
        },
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()

x, h_0 = torch.randn(3, 6, 2, generator=generator), torch.randn(3, 4, generator=generator)
W_xh = 0.5 * torch.randn(4, 2, generator=generator)
W_hh = 0.5 * torch.randn(4, 4, generator=generator)
b_1, d_states = torch.randn(4, generator=generator), torch.randn(3, 6, 4, generator=generator)
expected, states = by_autograd(x, h_0, W_xh, W_hh, b_1, d_states)
delta = (1 - states**2) * d_states
before = torch.cat((h_0[:, None], states[:, :-1]), 1)
no_future = (
    torch.einsum("nth,nti->hi", delta, x),
    torch.einsum("nth,ntk->hk", delta, before),
    delta.sum((0, 1)),
)
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(bptt, x, h_0, states, W_xh, W_hh, d_states)
for name, got, right, wrong in zip(GRADIENTS[:3], answer[:3], expected[:3], no_future, strict=True):
    checks.close(
        f"{name} for random sequences",
        got,
        right,
        tolerance=1e-4,
        mistakes={
            "nothing comes back from the later steps: add what W_hh brings.": wrong,
            "the sum over the examples is divided by their number; it must not be.": right / 3,
            "the sum over the steps is divided by their number; it must not be.": right / 6,
        },
    )
### END HIDDEN TESTS

# %% test="bptt" checks="inputs" points=1
# The same states with W_xh = 3: d_x_t = 3 δ_t, that is 3 · 0.246868 and 3 · 0.587817; d_h_0 = 1 · δ_1.
with checks.forbidden(*FORBIDDEN):
    *_, d_x, d_h_0 = checks.call(
        bptt,
        torch.tensor([[[1.0], [0.0]]]),
        torch.zeros(1, 1),
        torch.tensor([[[0.7615942], [0.6420149]]]),
        torch.full((1, 1), 3.0),
        torch.ones(1, 1),
        torch.tensor([[[0.0], [1.0]]]),
    )
checks.close(
    "d_x of the example worked by hand",
    d_x,
    torch.tensor([[[0.740604], [1.763450]]]),
    mistakes={
        "the steps come in reverse order.": torch.tensor([[[1.763450], [0.740604]]]),
        "nothing comes back from the later steps: add what W_hh brings.": torch.tensor([[[0.0], [1.763450]]]),
    },
)
checks.close(
    "d_h_0 of the example worked by hand",
    d_h_0,
    torch.tensor([[0.246868]]),
    mistakes={"nothing comes back from the later steps: add what W_hh brings.": torch.zeros(1, 1)},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, h_0 = torch.randn(2, 5, 3, generator=generator), torch.randn(2, 4, generator=generator)
W_xh = 0.5 * torch.randn(4, 3, generator=generator)
W_hh = 0.5 * torch.randn(4, 4, generator=generator)
b_1, d_states = torch.randn(4, generator=generator), torch.randn(2, 5, 4, generator=generator)
(*_, right_x, right_h_0), states = by_autograd(x, h_0, W_xh, W_hh, b_1, d_states)
with checks.forbidden(*FORBIDDEN):
    *_, d_x, d_h_0 = checks.call(bptt, x, h_0, states, W_xh, W_hh, d_states)
checks.close(
    "d_x for random sequences",
    d_x,
    right_x,
    tolerance=1e-4,
    mistakes={"the steps come in reverse order.": right_x.flip(1)},
)
checks.close("d_h_0 for random sequences", d_h_0, right_h_0, tolerance=1e-4)
### END HIDDEN TESTS

# %% test="bptt" checks="pure" points=1
x, h_0, states, d_states = (
    torch.ones(1, 2, 1),
    torch.ones(1, 1),
    torch.full((1, 2, 1), 0.5),
    torch.ones(1, 2, 1),
)
with checks.forbidden(*FORBIDDEN):
    first = checks.call(bptt, x, h_0, states, torch.ones(1, 1), torch.ones(1, 1), d_states)
    again = checks.call(bptt, x, h_0, states, torch.ones(1, 1), torch.ones(1, 1), d_states)
for name, once, twice in zip(GRADIENTS, first, again, strict=True):
    checks.close(f"{name} of a second call, which must repeat the first", twice, once)
checks.unchanged("d_states", torch.ones(1, 2, 1), d_states)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
arguments = {
    "x": torch.randn(2, 5, 3, generator=generator),
    "h_0": torch.randn(2, 4, generator=generator),
    "states": torch.randn(2, 5, 4, generator=generator).tanh(),
    "W_xh": torch.randn(4, 3, generator=generator),
    "W_hh": torch.randn(4, 4, generator=generator),
    "d_states": torch.randn(2, 5, 4, generator=generator),
}
copies = {name: value.clone() for name, value in arguments.items()}
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(bptt, **arguments)
for name in arguments:
    checks.unchanged(name, copies[name], arguments[name])
with checks.forbidden(*FORBIDDEN):
    doubled = checks.call(bptt, **{**copies, "d_states": 2 * copies["d_states"]})
for name, once, twice in zip(GRADIENTS, answer, doubled, strict=True):
    checks.true(bool((once != 0).any()), f"{name} is 0, whatever the gradient of the states is.")
    checks.close(f"{name} for twice the gradient of the states", twice, 2 * once, tolerance=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: the gradient cut (3 points)
#
# The sequence is read in pieces of `cut` steps: steps 1 to `cut`, the next `cut` steps, and so on; the last
# piece may be shorter. The state was carried across the borders, so `states` is what it was in task 2. But
# no gradient crosses a border: what comes back to the first step of a piece goes no further.
#
# Return `(d_W_xh, d_W_hh, d_b_1)`, the sums over all pieces. You may call your `bptt`.


# %% task="truncated"
def truncated_bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor, cut: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer whose gradient is cut: (d_W_xh, d_W_hh, d_b_1)."""
    ### BEGIN SOLUTION
    d_W_xh, d_W_hh, d_b_1 = torch.zeros_like(W_xh), torch.zeros_like(W_hh), W_hh.new_zeros(len(W_hh))
    d_h = torch.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        if (t + 1) % cut == 0:  # the next step is in another piece
            d_h = torch.zeros_like(h_0)
        h_before = states[:, t - 1] if t > 0 else h_0
        delta = (1 - states[:, t] ** 2) * (d_states[:, t] + d_h)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h_before
        d_b_1 += delta.sum(dim=0)
        d_h = delta @ W_hh
    return d_W_xh, d_W_hh, d_b_1
    ### END SOLUTION


# %% test="truncated" checks="values" points=2
# The example of task 2 with pieces of one step: δ_2 = 0.587817 as before, but nothing reaches step 1.
# d_W_hh = δ_2 h_1 = 0.447678, d_W_xh = δ_2 · 0 = 0, d_b_1 = δ_2.
one = torch.ones(1, 1)
x = torch.tensor([[[1.0], [0.0]]])
states = torch.tensor([[[0.7615942], [0.6420149]]])
d_states = torch.tensor([[[0.0], [1.0]]])
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(truncated_bptt, x, torch.zeros(1, 1), states, one, one, d_states, 1)
checks.pair("truncated_bptt", answer, ("d_W_xh", "d_W_hh", "d_b_1"))
for name, got, right, whole in (
    ("d_W_xh", answer[0], [[0.0]], [[0.246868]]),
    ("d_W_hh", answer[1], [[0.447678]], [[0.447678]]),
    ("d_b_1", answer[2], [0.587817], [0.834684]),
):
    checks.close(
        f"{name} of the example worked by hand",
        got,
        torch.tensor(right),
        mistakes={"nothing is cut.": torch.tensor(whole)},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()

x, h_0 = torch.randn(3, 8, 2, generator=generator), torch.randn(3, 4, generator=generator)
W_xh = 0.5 * torch.randn(4, 2, generator=generator)
W_hh = 0.5 * torch.randn(4, 4, generator=generator)
b_1, d_states = torch.randn(4, generator=generator), torch.randn(3, 8, 4, generator=generator)
setting = (x, h_0, W_xh, W_hh, b_1, d_states)
expected, states = by_autograd(*setting, borders=(3, 6))
whole, _ = by_autograd(*setting)
from_the_end, _ = by_autograd(*setting, borders=(2, 5))
one_late, _ = by_autograd(*setting, borders=(4,))
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(truncated_bptt, x, h_0, states, W_xh, W_hh, d_states, 3)
for number, name in enumerate(GRADIENTS[:3]):
    checks.close(
        f"{name} for 8 steps in pieces of 3",
        answer[number],
        expected[number],
        tolerance=1e-4,
        mistakes={
            "nothing is cut.": whole[number],
            "the pieces are counted from the end: the first one must have 3 steps.": from_the_end[number],
            "the pieces have 4 steps.": one_late[number],
        },
    )
### END HIDDEN TESTS

# %% test="truncated" checks="whole" points=1
# Pieces of two steps hold the whole example, so nothing is cut: all is as in task 2.
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(
        truncated_bptt,
        torch.tensor([[[1.0], [0.0]]]),
        torch.zeros(1, 1),
        torch.tensor([[[0.7615942], [0.6420149]]]),
        torch.ones(1, 1),
        torch.ones(1, 1),
        torch.tensor([[[0.0], [1.0]]]),
        2,
    )
for name, got, right, cut in (
    ("d_W_xh", answer[0], [[0.246868]], [[0.0]]),
    ("d_W_hh", answer[1], [[0.447678]], [[0.447678]]),
    ("d_b_1", answer[2], [0.834684], [0.587817]),
):
    checks.close(
        f"{name} when the piece is the whole sequence",
        got,
        torch.tensor(right),
        mistakes={"the gradient is cut inside the piece.": torch.tensor(cut)},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, h_0 = torch.randn(2, 5, 3, generator=generator), torch.randn(2, 4, generator=generator)
W_xh = 0.5 * torch.randn(4, 3, generator=generator)
W_hh = 0.5 * torch.randn(4, 4, generator=generator)
b_1, d_states = torch.randn(4, generator=generator), torch.randn(2, 5, 4, generator=generator)
expected, states = by_autograd(x, h_0, W_xh, W_hh, b_1, d_states)
for cut in (5, 7):
    with checks.forbidden(*FORBIDDEN):
        answer = checks.call(truncated_bptt, x, h_0, states, W_xh, W_hh, d_states, cut)
    for name, got, right in zip(GRADIENTS[:3], answer, expected[:3], strict=True):
        checks.close(f"{name} for 5 steps in pieces of {cut}", got, right, tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: a text in batches (3 points)
#
# `tokens` is a long text, of shape `(length,)`. Lay it out in `batch_size` rows that are read side by side.
# Each row has `width = (length - 1) // batch_size` tokens to read: row 0 the first `width` tokens, row 1
# the next, and so on. What is left over at the end of the text is not read. The target of each token is the
# token that follows it **in the text**, also at the end of a row.
#
# Yield pairs `(inputs, targets)`, both of shape `(batch_size, seq_length)`: first the first `seq_length`
# tokens of every row, then the next, so that each batch goes on where the last one ended. The last batch
# may be shorter. The course's own `utils.text.BPTTBatches` may not be used.


# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    ### BEGIN SOLUTION
    width = (len(tokens) - 1) // batch_size
    used = width * batch_size
    inputs = tokens[:used].view(batch_size, width)
    targets = tokens[1 : used + 1].view(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
    ### END SOLUTION


# %% test="batches" checks="inputs" points=1
# The text 0 1 … 10 in 2 rows: width = 10 // 2 = 5. Row 0 reads 0 1 2 3 4, row 1 reads 5 6 7 8 9.
with checks.forbidden(*FORBIDDEN):
    pairs = list(checks.call(text_batches, torch.arange(11), 2, 2))
checks.true(len(pairs) == 3, f"11 tokens in 2 rows and pieces of 2 steps make 3 batches, not {len(pairs)}.")
for number, (pair, expected) in enumerate(
    zip(pairs, ([[0, 1], [5, 6]], [[2, 3], [7, 8]], [[4], [9]]), strict=True)
):
    checks.pair(f"batch {number}", pair, ("inputs", "targets"))
    down = torch.arange(10).view(5, 2).T[:, 2 * number : 2 * number + 2]
    checks.close(
        f"the inputs of batch {number}",
        pair[0],
        torch.tensor(expected),
        mistakes={"the text runs down the columns; it runs along the rows.": down},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for batch_size, seq_length, length in ((3, 4, 44), (4, 5, 41), (5, 3, 40), (1, 6, 20), (3, 50, 23)):
    text = torch.randint(100, (length,), generator=generator)
    width = (length - 1) // batch_size
    rows = torch.stack([text[row * width : row * width + width] for row in range(batch_size)])
    with checks.forbidden(*FORBIDDEN):
        pairs = list(checks.call(text_batches, text, batch_size, seq_length))
    what = f"{length} tokens in {batch_size} rows and pieces of {seq_length} steps"
    checks.true(
        len(pairs) == -(-width // seq_length),
        f"{what} make {-(-width // seq_length)} batches, not {len(pairs)}.",
    )
    for number, (inputs, _) in enumerate(pairs):
        start = number * seq_length
        checks.close(f"{what}: the inputs of batch {number}", inputs, rows[:, start : start + seq_length])
### END HIDDEN TESTS

# %% test="batches" checks="targets" points=2
# The same text: after 4, the last token of row 0, comes 5.
with checks.forbidden(*FORBIDDEN):
    pairs = list(checks.call(text_batches, torch.arange(11), 2, 2))
checks.true(len(pairs) > 0, "text_batches gives no batch.")
for number, (_, targets) in enumerate(pairs[:3]):
    expected = ([[1, 2], [6, 7]], [[3, 4], [8, 9]], [[5], [10]])[number]
    right = torch.tensor(expected)
    checks.close(
        f"the targets of batch {number}",
        targets,
        right,
        mistakes={"these are the inputs: the target is the token that follows.": right - 1},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for batch_size, seq_length, length in ((3, 4, 44), (4, 5, 41), (5, 3, 40), (1, 6, 20), (3, 50, 23)):
    text = torch.randint(100, (length,), generator=generator)
    width = (length - 1) // batch_size
    rows = torch.stack([text[row * width + 1 : row * width + width + 1] for row in range(batch_size)])
    with checks.forbidden(*FORBIDDEN):
        pairs = list(checks.call(text_batches, text, batch_size, seq_length))
    what = f"{length} tokens in {batch_size} rows and pieces of {seq_length} steps"
    targets = torch.cat([target for _, target in pairs], 1)
    checks.close(f"{what}: all targets, joined", targets, rows)
    for number, (inputs, target) in enumerate(pairs):
        checks.shape(f"{what}: the targets of batch {number}", target, inputs.shape)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: truncated backpropagation in PyTorch (3 points)
#
# Train a language model on batches that continue each other. `logits, state = model(inputs, state)` gives
# logits of shape `(batch, time, vocabulary_size)` and the state after the last step, a tensor; `state=None`
# stands for the beginning. For each batch, in order: compute the mean cross-entropy, its gradient (here
# autograd does it), and make one step with the optimizer. The state is carried from batch to batch, and the
# gradient is cut between them. The first batch starts from `None`.
#
# Return the loss of the epoch as a Python float: the mean over **all tokens** of the epoch, each batch's loss
# being the one before its step. The last batch may have fewer tokens than the others. `batches` may be a list
# or a generator such as `text_batches` makes, which can be read only once.


# %% task="epoch"
def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable) -> float:
    """One pass over the batches by truncated backpropagation; returns the mean loss of a token."""
    ### BEGIN SOLUTION
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = state.detach()
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * targets.numel()
        count += targets.numel()
    return total / count
    ### END SOLUTION


# %% test="epoch" checks="loss" points=1
# With learning rate 0 nothing is learnt. All weights are 0, so each of 4 words has probability 1/4: log 4.
model = LanguageModel(4, 2, 3, cell=RNN)
with torch.no_grad():
    for weights in model.parameters():
        weights.zero_()
batches = [(torch.tensor([[0, 1]]), torch.tensor([[1, 2]])), (torch.tensor([[2]]), torch.tensor([[3]]))]
loss = checks.call(train_epoch, model, torch.optim.SGD(model.parameters(), lr=0.0), batches)
checks.true(isinstance(loss, float), f"train_epoch: expected a float, got {type(loss).__name__}.")
checks.close(
    "the loss of a model that guesses among 4 words",
    torch.tensor(loss),
    torch.tensor(1.386294),
    mistakes={
        "it is a sum over the batches: take the mean.": torch.tensor(2.772589),
        "it is a sum over the tokens: take the mean.": torch.tensor(4.158883),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()


def a_model(generator):
    """A language model of 7 words with random weights."""
    model = LanguageModel(7, 3, 4, cell=RNN)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_(0.8 * torch.randn(weights.shape, generator=generator))
    return model


model = a_model(generator)
text = torch.randint(7, (2, 12), generator=generator)
batches = [(text[:, a:b], text[:, a + 1 : b + 1]) for a, b in ((0, 5), (5, 10), (10, 11))]
with torch.no_grad():
    logits, _ = model(text[:, :-1])
    expected = F.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
    of_batches, afresh, state = [], [], None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        of_batches.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()))
        afresh.append(F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten()) * targets.numel())
# A generator can be read once only.
loss = checks.call(
    train_epoch, model, torch.optim.SGD(model.parameters(), lr=0.0), (pair for pair in batches)
)
checks.close(
    "the loss of random batches",
    torch.tensor(loss),
    expected,
    mistakes={
        "a short batch counts as much as a long one: weight each by its number of tokens.": sum(of_batches)
        / 3,
        "the state is not carried from batch to batch.": sum(afresh) / 22,
        "it is the loss of the last batch alone.": of_batches[-1],
        "it is a sum over the batches: take the mean.": sum(of_batches),
    },
)
### END HIDDEN TESTS

# %% test="epoch" checks="updates" points=2
# One batch, one word: with all weights 0, ŷ - y = (1/2, 1/2) - (0, 1), so b_2 moves to (-1/2, 1/2).
model = LanguageModel(2, 2, 3, cell=RNN)
with torch.no_grad():
    for weights in model.parameters():
        weights.zero_()
one_batch = [(torch.tensor([[0]]), torch.tensor([[1]]))]
checks.call(train_epoch, model, torch.optim.SGD(model.parameters(), lr=1.0), one_batch)
checks.close(
    "the output bias after one step",
    model.head.bias,
    torch.tensor([-0.5, 0.5]),
    mistakes={"nothing was learnt: does the optimizer make a step for each batch?": torch.zeros(2)},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
model, twin = LanguageModel(7, 3, 4, cell=RNN), LanguageModel(7, 3, 4, cell=RNN)
with torch.no_grad():
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        ours.copy_(0.8 * torch.randn(ours.shape, generator=generator))
        theirs.copy_(ours)
text = torch.randint(7, (2, 13), generator=generator)
batches = [(text[:, a:b], text[:, a + 1 : b + 1]) for a, b in ((0, 4), (4, 8), (8, 12))]
state, before, after = None, 0.0, 0.0
for inputs, targets in batches:  # by the definition, with another optimizer's code: W ← W - η ∂J/∂W
    start = state
    logits, state = twin(inputs, start)
    state = state.detach()
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    before += loss.detach() / 3
    gradients = torch.autograd.grad(loss, list(twin.parameters()))
    with torch.no_grad():
        for weights, gradient in zip(twin.parameters(), gradients, strict=True):
            weights -= 0.3 * gradient
        after += F.cross_entropy(twin(inputs, start)[0].flatten(0, 1), targets.flatten()) / 3
stale = torch.ones_like(model.head.bias)
model.head.bias.grad = stale  # left over from somebody else's step
loss = checks.call(train_epoch, model, torch.optim.SGD(model.parameters(), lr=0.3), iter(batches))
checks.close(
    "the loss of an epoch in which the model learns",
    torch.tensor(loss),
    before,
    tolerance=1e-4,
    mistakes={"the loss is measured after the step: take the one whose gradient made the step.": after},
)
for (name, got), right in zip(model.named_parameters(), twin.parameters(), strict=True):
    checks.close(f"{name} after three batches", got, right.detach())
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: perplexity (3 points)
#
# `logits` of shape `(batch, time, vocabulary_size)` predict `targets` of shape `(batch, time)`. The
# sentences have different lengths and are padded: where `targets` equals `padding`, there is no word.
# Return, as a Python float, the perplexity of the real words, that is the exponential of the mean of
# $-\log \hat{y}$ over **all real words of the batch** (not the mean of the sentences' perplexities).
#
# A word may be so improbable that its probability is rounded to 0, whose logarithm is infinite. So compute
# with `log_softmax`, not with the logarithm of `softmax`.


# %% task="perplexity"
def perplexity(logits: Tensor, targets: Tensor, padding: int = 0) -> float:
    """The perplexity of the words that are not padding."""
    ### BEGIN SOLUTION
    log_y_hat = torch.log_softmax(logits, dim=-1)
    losses = -log_y_hat.gather(2, targets.unsqueeze(2)).squeeze(2)
    real = targets != padding
    return math.exp(losses[real].sum().item() / real.sum().item())
    ### END SOLUTION


# %% test="perplexity" checks="values" points=2
# Two words with the probabilities 1/2 and 1/8: J = (log 2 + log 8) / 2 = log 4, so the perplexity is 4.
logits = torch.log(torch.tensor([[[0.25, 0.5, 0.25], [0.5, 0.375, 0.125]]]))
answer = checks.call(perplexity, logits, torch.tensor([[1, 2]]))
checks.true(isinstance(answer, float), f"perplexity: expected a float, got {type(answer).__name__}.")
checks.close(
    "the perplexity of the example worked by hand",
    torch.tensor(answer),
    torch.tensor(4.0),
    mistakes={
        "that is the mean loss: take its exponential.": torch.tensor(1.386294),
        "it is the mean of the exponentials; take the exponential of the mean.": torch.tensor(5.0),
        "it is a power of 2; the logarithm is natural, so the base is e.": torch.tensor(2.614064),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
logits = torch.randn(3, 5, 7, generator=generator)
targets = torch.randint(1, 7, (3, 5), generator=generator)
losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view(3, 5)
checks.close(
    "the perplexity of a random batch",
    torch.tensor(checks.call(perplexity, logits, targets)),
    losses.mean().exp(),
    tolerance=1e-3,
    mistakes={
        "that is the mean loss: take its exponential.": losses.mean(),
        "it is the mean of the exponentials; take the exponential of the mean.": losses.exp().mean(),
        "it is a power of 2; the logarithm is natural, so the base is e.": 2 ** losses.mean(),
    },
)
sure = torch.zeros(3, 4, 7).scatter_(2, targets[:, :4, None], 200.0)
sure[0, 0] = 0
sure[0, 0, 0] = 120.0  # one word of twelve has the probability e^-120, which is 0 in float32: J = 120 / 12
answer = checks.call(perplexity, sure, targets[:, :4])
checks.close(
    "the logarithm of the perplexity when one word is very improbable",
    torch.tensor(answer).log(),
    torch.tensor(10.0),
    tolerance=1e-3,
    mistakes={
        "an improbable word has probability 0, whose logarithm is -∞: use log_softmax.": torch.tensor(
            math.inf
        )
    },
)
### END HIDDEN TESTS

# %% test="perplexity" checks="padding" points=1
# The same two words and two of padding, which do not count, whatever is predicted there.
logits = torch.log(
    torch.tensor([[[0.25, 0.5, 0.25], [0.5, 0.375, 0.125], [0.9, 0.05, 0.05], [0.1, 0.1, 0.8]]])
)
answer = checks.call(perplexity, logits, torch.tensor([[1, 2, 0, 0]]))
checks.close(
    "the perplexity with padding",
    torch.tensor(float(answer)),
    torch.tensor(4.0),
    mistakes={
        "padding counts as words.": torch.tensor(3.651484),
        "the losses at padding are left out of the sum, but their number is not.": torch.tensor(2.0),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
logits = torch.randn(3, 6, 7, generator=generator)
for padding in (0, 5):
    targets = torch.randint(6, (3, 6), generator=generator)
    targets[targets == padding] = 6
    for row, length in enumerate((6, 1, 3)):
        targets[row, length:] = padding
    kept = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction="none", ignore_index=padding
    ).view(3, 6)
    lengths = torch.tensor([6.0, 1.0, 3.0])
    everything = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    checks.close(
        f"the perplexity where {padding} is padding",
        torch.tensor(float(checks.call(perplexity, logits, targets, padding))),
        (kept.sum() / 10).exp(),
        tolerance=1e-3,
        mistakes={
            "padding counts as words.": everything.exp(),
            "the losses at padding are left out of the sum, but their number is not.": (
                kept.sum() / 18
            ).exp(),
            "it is the mean over sentences: take the mean over words.": (kept.sum(1) / lengths).exp().mean(),
            "a short sentence counts as much as a long one: take the mean over all words.": (
                (kept.sum(1) / lengths).mean().exp()
            ),
        },
    )
### END HIDDEN TESTS
