# ---
# jupyter:
#   course:
#     uses: [torch, numpy, matplotlib, utils.checks, utils.models, utils.data]
# ---

# %% [markdown]
# # Assignment 2: Backpropagation through time
#
# You write the backward pass of a language model by hand, for a whole batch: first the output layer, then
# the recurrent layer, then the same with the gradient cut. After that you lay out a text in batches, train a
# model that predicts English character by character, and find out which characters it finds hard. Chapter 2
# of the book has all that you need. Expect four to six hours.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `output_layer`: the loss, and its gradient by hand | 2 |
# | 2 | `bptt`: through the recurrent layer by hand | 5 |
# | 3 | `truncated_bptt`: with the gradient cut | 3 |
# | 4 | `text_batches`: a text in rows and pieces, nothing left out | 3 |
# | 5 | `train_epoch` and `fit_characters`: a character model that reaches a target | 4 |
# | 6 | `perplexity`, `loss_by_place` and `findings`: what is hard for it | 3 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that has passed says so. A
# test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you are
# done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Use Python, PyTorch, NumPy and Matplotlib as you like, but in tasks 1 to 4 nothing that
# `FORBIDDEN` below names. Each task is tested alone. What a function gets, it leaves unchanged, except for a
# model that it is to train. Warnings cost nothing.
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
import re
from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import checks
from utils.data.installed import documentation
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
# ## Task 1: the output layer (2 points)
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

# %% test="output" checks="gradients" points=1
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
# `by_autograd`, in the cell of imports, says what autograd finds. Compare with it as much as you like, in a
# cell of your own; your function may not call it.


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
full_pieces, _ = by_autograd(x[:, :6], h_0, W_xh, W_hh, b_1, d_states[:, :6], borders=(3,))
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
            "the last piece, which has 2 steps, is left out.": full_pieces[number],
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
# `tokens` is a long text, of shape `(length,)`. Each token but the last is read, and its target is the token
# that follows it **in the text**. Lay the text out in `batch_size` rows that are read side by side. Chapter 2
# leaves out what does not fill the rows; here **every token counts**, so each row has
# `width = ceil((length - 1) / batch_size)` places: row 0 reads the first `width` tokens, row 1 goes on where
# row 0 ends, and so on. Places after the end of the text hold the input 0 and the target -100, which
# `F.cross_entropy` leaves out. They may fill the end of one row, and further rows.
#
# Yield pairs `(inputs, targets)`, both int64 of shape `(batch_size, seq_length)`: first the first
# `seq_length` places of every row, then the next, so that each batch goes on where the last one ended. The
# last batch may be shorter. A list of the pairs will do as well. The course's own `utils.text.BPTTBatches`
# may not be used.


# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    ### BEGIN SOLUTION
    width = math.ceil((len(tokens) - 1) / batch_size)
    empty = width * batch_size - (len(tokens) - 1)
    inputs = F.pad(tokens[:-1], (0, empty)).view(batch_size, width)
    targets = F.pad(tokens[1:], (0, empty), value=-100).view(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
    ### END SOLUTION


# %% test="batches" checks="inputs" points=1
### BEGIN HIDDEN TESTS
def laid_out(text, batch_size):
    """The inputs and targets of all rows, token by token; and the sizes that the hidden tests try."""
    read, width = len(text) - 1, -(-(len(text) - 1) // batch_size)
    inputs = torch.zeros(batch_size, width, dtype=torch.int64)
    targets = torch.full((batch_size, width), -100)
    for place in range(read):
        inputs[place // width, place % width] = text[place]
        targets[place // width, place % width] = text[place + 1]
    return inputs, targets


def drawn_texts(generator):
    """Texts (tokens, batch_size, seq_length): rows full or not, one of them empty, in random order."""
    settings = [(3, 4, 45), (4, 5, 42), (5, 3, 39), (1, 6, 20), (3, 50, 24), (4, 1, 6), (5, 2, 12)]
    for k in torch.randperm(len(settings), generator=generator).tolist():
        batch_size, seq_length, length = settings[k]
        length += batch_size * seq_length * int(torch.randint(3, (), generator=generator)) * (length > 12)
        text = torch.randint(1, 100, (length,), generator=generator)
        text[torch.randint(1, length, (2,), generator=generator)] = 0  # a token like any other
        yield text, batch_size, seq_length


### END HIDDEN TESTS
# The text 0 1 … 10 in 2 rows: 10 tokens to read, 5 in a row. Row 0 reads 0 1 2 3 4, row 1 reads 5 6 7 8 9.
with checks.forbidden(*FORBIDDEN):
    pairs = list(checks.call(text_batches, torch.arange(11), 2, 2))
checks.true(len(pairs) == 3, f"11 tokens in 2 rows and pieces of 2 steps make 3 batches, not {len(pairs)}.")
for number, (pair, expected) in enumerate(
    zip(pairs, ([[0, 1], [5, 6]], [[2, 3], [7, 8]], [[4], [9]]), strict=True)
):
    checks.pair(f"batch {number}", pair, ("inputs", "targets"))
    for name, numbers in zip(("inputs", "targets"), pair, strict=True):
        checks.tensor(f"the {name} of batch {number}", numbers)
        checks.true(
            not numbers.is_floating_point(),
            f"the {name} of batch {number} are of the type {numbers.dtype}; tokens are integers.",
        )
    down = torch.arange(10).view(5, 2).T[:, 2 * number : 2 * number + 2]
    checks.close(
        f"the inputs of batch {number}",
        pair[0],
        torch.tensor(expected),
        mistakes={"the text runs down the columns; it runs along the rows.": down},
    )
# The text 1 2 … 9 in 3 rows: 8 tokens to read, 3 in a row, so one place of the last row stays empty.
with checks.forbidden(*FORBIDDEN):
    pairs = list(checks.call(text_batches, torch.arange(1, 10), 3, 3))
checks.true(len(pairs) == 1, f"9 tokens in 3 rows and pieces of 3 steps make 1 batch, not {len(pairs)}.")
checks.true(
    pairs[0][0].shape != (3, 2),
    "text_batches: the end of a text that does not fill the rows is left out; here every token counts.",
)
checks.close("the inputs of 9 tokens in 3 rows", pairs[0][0], torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 0]]))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for text, batch_size, seq_length in drawn_texts(generator):
    rows, _ = laid_out(text, batch_size)
    width = rows.shape[1]
    with checks.forbidden(*FORBIDDEN):
        pairs = list(checks.call(text_batches, text, batch_size, seq_length))
    what = f"{len(text)} tokens in {batch_size} rows and pieces of {seq_length} steps"
    checks.true(
        len(pairs) == -(-width // seq_length),
        f"{what} make {-(-width // seq_length)} batches, not {len(pairs)}.",
    )
    for number, (inputs, _) in enumerate(pairs):
        start = number * seq_length
        checks.close(f"{what}: the inputs of batch {number}", inputs, rows[:, start : start + seq_length])
### END HIDDEN TESTS

# %% test="batches" checks="targets" points=2
# The same texts: after 4, the last token of row 0, comes 5.
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
with checks.forbidden(*FORBIDDEN):
    pairs = list(checks.call(text_batches, torch.arange(1, 10), 3, 3))
right = torch.tensor([[2, 3, 4], [5, 6, 7], [8, 9, -100]])
checks.close(
    "the targets of 9 tokens in 3 rows",
    torch.cat([target for _, target in pairs], 1),
    right,
    mistakes={"a place after the end of the text has the target -100, not 0.": right.clamp(min=0)},
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for text, batch_size, seq_length in drawn_texts(generator):
    _, rows = laid_out(text, batch_size)
    with checks.forbidden(*FORBIDDEN):
        pairs = list(checks.call(text_batches, text, batch_size, seq_length))
    what = f"{len(text)} tokens in {batch_size} rows and pieces of {seq_length} steps"
    targets = torch.cat([target for _, target in pairs], 1)
    checks.close(f"{what}: all targets, joined", targets, rows)
    for number, (inputs, target) in enumerate(pairs):
        checks.shape(f"{what}: the targets of batch {number}", target, inputs.shape)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: a character model (4 points)
#
# First one pass over a text (2 points). `batches` are pairs `(inputs, targets)` that continue each other, as
# in task 4: a target of -100 stands for no token, and at least one target of each batch is a token.
# `logits, state = model(inputs, state)` gives logits of shape `(batch, time, vocabulary_size)` and the state
# after the last step, a tensor; `state=None` stands for the beginning. For each batch, in order: compute the
# mean cross-entropy of its tokens, its gradient (here autograd does it), and make one step with the
# optimizer, which is used as it is given: a schedule of the learning rate, or clipping, has its place in
# `fit_characters` below. The state is carried from batch to batch, and the gradient is cut between them. The
# first batch starts from `None`.
#
# Return the loss of the epoch as a Python float: the mean over **all tokens** of the epoch, each batch's loss
# being the one before its step. Some batches have fewer tokens than others. `batches` may be a list or a
# generator such as `text_batches` makes, which can be read only once.


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
        real = (targets != -100).sum().item()
        total += loss.item() * real
        count += real
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
follows = text[:, 1:].clone()
follows[1, 4:] = -100  # in the second row the text ends early: 5 + 4, 5 and 1 tokens
batches = [(text[:, a:b], follows[:, a:b]) for a, b in ((0, 5), (5, 10), (10, 11))]
with torch.no_grad():
    logits, _ = model(text[:, :-1])
    expected = F.cross_entropy(logits.flatten(0, 1), follows.flatten())
    of_batches, afresh, places, state = [], [], [], None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        of_batches.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()))
        places.append(of_batches[-1] * targets.numel())
        anew = model(inputs)[0].flatten(0, 1)
        afresh.append(F.cross_entropy(anew, targets.flatten(), reduction="sum"))
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
        "places with the target -100 count as tokens.": sum(places) / 22,
        "the state is not carried from batch to batch.": sum(afresh) / 15,
        "it is the loss of the last batch alone.": of_batches[-1],
        "it is a sum over the batches: take the mean.": sum(of_batches),
    },
)
### END HIDDEN TESTS

# %% test="epoch" checks="updates" points=1
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
# ### The model and its target
#
# `fit_characters(train, symbols, seed)` trains a recurrent model of characters (2 points). `train` is a
# string of 100,000 characters of English, paragraphs of Python's documentation; `symbols` is a string
# of all characters that any text holds, each once, and a character's number is its place in it. Return
# a model, a module or a function: `logits, state = model(inputs, state)` reads numbers of shape
# `(batch, time)` and gives the logits of what follows each, `(batch, time, len(symbols))`, and a state of
# whatever kind, from which the next call goes on. `None` stands for the beginning. Reading a text in pieces
# gives the same logits as reading it in one go, the rows of a batch do not touch each other, and the model
# remembers more than the last ten characters.
#
# On a text of 8,000 characters that it has not read, the model needs at most **1.9 nats** for each character,
# also with other texts and another seed. Counting which character follows which takes 2.4. A tanh layer of
# 128 units gets there in about five seconds; your function has 20 seconds. What counts is what you learn from
# `train`: in the hidden test the letters a to z (and A to Z) are exchanged, each for another, in all texts
# alike.

# %% given="texts"
SYMBOLS = "".join(map(chr, range(32, 127))) + "\n"


def texts_of(seed: int) -> tuple[str, str]:
    """A text to train on and one to test with; another seed divides the paragraphs in another way."""
    data = documentation.make(seed)
    return data["train"][:100_000], data["test"][:8_000]


# %% task="characters"
def fit_characters(train: str, symbols: str, seed: int):
    """Train on ``train``; the function or module (inputs, state) → (logits, state)."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = LanguageModel(len(symbols), 32, 128, cell=RNN)
    numbers = torch.tensor([symbols.index(character) for character in train])
    rows = numbers.view(50, -1)
    pieces, followers = rows[:, :-1].split(20, dim=1), rows[:, 1:].split(20, dim=1)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.015, total_steps=4 * len(pieces))
    for _ in range(4):
        state = None
        for inputs, targets in zip(pieces, followers, strict=True):
            logits, state = model(inputs, state)
            state = state.detach()
            loss = F.cross_entropy(logits.transpose(1, 2), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model
    ### END SOLUTION


# %% test="characters" checks="target" points=2
train_text, new_text = texts_of(seed=0)
model = checks.call(fit_characters, train_text, SYMBOLS, 0)
numbers = torch.tensor([[SYMBOLS.index(character) for character in new_text]])
with torch.no_grad():
    answer = checks.call(model, numbers[:, :-1], None)
checks.pair("the model that fit_characters returns", answer, ("logits", "state"))
checks.shape("the logits of one text of 7,999 characters", answer[0], (1, 7999, len(SYMBOLS)))
nats = F.cross_entropy(answer[0][0].float(), numbers[0, 1:]).item()
checks.true(
    nats <= 1.9, f"fit_characters: {nats:.2f} nats a character of new text; at most 1.9 are asked for."
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
letters = "abcdefghijklmnopqrstuvwxyz"
other = "".join(letters[k] for k in torch.randperm(26, generator=generator).tolist())
exchanged = str.maketrans(letters + letters.upper(), other + other.upper())
seed, divided = (1 + torch.randint(2**30, (2,), generator=generator)).tolist()
train_text, new_text = (part.translate(exchanged) for part in texts_of(divided))
symbols = "".join(SYMBOLS[k] for k in torch.randperm(len(SYMBOLS), generator=generator).tolist())
numbers = torch.tensor([[symbols.index(character) for character in new_text]])
model = checks.call(fit_characters, train_text, symbols, seed)
with torch.no_grad():
    logits, _ = checks.call(model, numbers[:, :-1], None)
nats = F.cross_entropy(logits[0].float(), numbers[0, 1:]).item()
checks.true(
    nats <= 1.9,
    f"fit_characters with other texts: {nats:.2f} nats a character; at most 1.9 are asked for.",
)
# The first 120 characters in pieces, the first of one character; beside them stands another text.
both = torch.cat([numbers[:, :120], numbers[:, 500:620]])
places = (torch.randperm(100, generator=generator)[:4] + 10).sort().values.tolist()
state, read = None, []
with torch.no_grad():
    for start, end in zip([0, 1, *places], [1, *places, 120], strict=True):
        part, state = checks.call(model, both[:, start:end], state)
        read.append(part)
        checks.call(model, both[:, 50:60], None)  # a text between two pieces, which leaves no trace
difference = (torch.cat(read, dim=1)[0] - logits[0, :120]).abs().max()
checks.true(
    difference < 1e-2,
    "fit_characters: a text read in pieces gets other logits than in one go. Is the state carried that was "
    "handed in, is nothing read that comes later, does no row touch another, and is dropout off "
    "(model.eval())?",
)
# Two texts that differ, and then both have the same ten characters.
same_end = torch.cat([both[:, :100], numbers[:, 700:710].expand(2, -1)], dim=1)
with torch.no_grad():
    logits, _ = checks.call(model, same_end, None)
checks.true(
    (logits[0, -1] - logits[1, -1]).abs().max() > 1e-5,
    "fit_characters: what came more than ten characters ago makes no difference; carry a state.",
)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: what is hard for it? (3 points)
#
# First the measure (1 point). `logits` of shape `(batch, time, vocabulary_size)` predict `targets` of shape
# `(batch, time)`. The sentences have different lengths and are padded: where `targets` equals `padding`,
# there is no word. Return, as a Python float, the perplexity of the real words, that is the exponential of
# the mean of $-\log \hat{y}$ over **all real words of the batch** (not the mean of the sentences'
# perplexities). At least one word is real.
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


# %% test="perplexity" checks="values" points=1
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

# %% [markdown]
# ### The table, and what it says
#
# `loss_by_place(model, text, symbols, longest)` says where in a word a model errs (1 point). `model` is
# called as in task 5, and `symbols` is as there; `text` has two characters or more. Read it in one go, from
# the state `None`: each character but the first is predicted from those before it. A word is an unbroken run
# of letters (`str.isalpha`). Place 1 is its first letter, place 2 its second, and so on; all letters from
# place `longest` on share the row `longest`. Characters that are no letters have place 0. The first character
# of the text is not predicted, and so it is in no row; if it is a letter, it is still the first of its word.
#
# Return a list of tuples `(place, count, nats)` in the order of the places: how many predicted characters
# have this place, a Python int, and the mean of their losses, a Python float. Places that do not occur are
# left out.
#
# Make this table with `longest=6` for your model of task 5 and the second text of `texts_of(0)`.
# `findings()` returns the set of the numbers of all statements that are true of it (1 point). Any model that
# reaches the target leads to the same set.
#
# 1. Of all places, the first letter of a word costs the most.
# 2. The second letter costs more than the first: it depends on the first, which is uncertain.
# 3. Characters that are no letters, of which most are spaces, cost less than the first letters.
# 4. Letters from the sixth place on cost less than first letters.
# 5. All first letters together cost more than all letters from the sixth place on together.
# 6. The last rows of the table cost most, since the gradient was cut.
# 7. A model that was not trained has the same order of places, with larger numbers.


# %% task="look"
def loss_by_place(model, text: str, symbols: str, longest: int) -> list[tuple[int, int, float]]:
    """The rows (place in the word, number of characters, nats a character)."""
    ### BEGIN SOLUTION
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits, _ = model(numbers[:, :-1], None)
    losses = F.cross_entropy(logits[0], numbers[0, 1:], reduction="none").tolist()
    place, rows = int(text[0].isalpha()), {}
    for character, loss in zip(text[1:], losses, strict=True):
        place = place + 1 if character.isalpha() else 0
        rows.setdefault(min(place, longest), []).append(loss)
    return [(place, len(rows[place]), sum(rows[place]) / len(rows[place])) for place in sorted(rows)]
    ### END SOLUTION


def findings() -> set[int]:
    """The numbers of the true statements."""
    ### BEGIN SOLUTION
    return {1, 3, 4, 5}
    ### END SOLUTION


# %% test="look" checks="table" points=1
### BEGIN HIDDEN TESTS
def table_of(losses, text, longest, first=1):
    """The expected rows, from the words that a pattern finds; ``first`` is the first predicted character."""
    inside = {word.start() + k: k + 1 for word in re.finditer("[a-zA-Z]+", text) for k in range(len(word[0]))}
    rows = {}
    for place in range(first, len(text)):
        key = min(inside.get(place, 0), longest)
        rows.setdefault(key, []).append(losses[place - first])
    return [(place, len(rows[place]), sum(rows[place]) / len(rows[place])) for place in sorted(rows)]


def compare(what, answer, expected, mistakes):
    """Fail unless ``answer`` is ``expected``; ``mistakes`` are other tables, by what led to them."""
    for row in answer:
        checks.pair(f"a row of {what}", row, ("place", "count", "nats"))
    got = torch.tensor([[float(value) for value in row] for row in answer]).view(-1, 3)
    right = torch.tensor([[float(value) for value in row] for row in expected])
    wrong = {sentence: torch.tensor(table) for sentence, table in mistakes.items()}
    for sentence, table in wrong.items():
        same = got.shape == table.shape and (got - table).abs().max() < 1e-3
        checks.true(not same or torch.equal(table, right), f"{what}: {sentence}")
    checks.true(
        got.shape == right.shape and got[:, 0].tolist() == right[:, 0].tolist(),
        f"{what}: expected rows for the places {[row[0] for row in expected]}, got {got[:, 0].tolist()}.",
    )
    checks.true(
        got[:, 1].tolist() == right[:, 1].tolist(),
        f"{what}: expected the counts {right[:, 1].tolist()}, got {got[:, 1].tolist()}.",
    )
    checks.close(f"{what}: the nats", got[:, 2], right[:, 2], tolerance=1e-3)


### END HIDDEN TESTS
# All weights are 0, so each of four characters costs log 4. Of "aba ab" the first is not predicted; then come
# the second and third letter of a word, a space, and a first and a second letter.
model = LanguageModel(4, 2, 3, cell=RNN)
with torch.no_grad():
    for weights in model.parameters():
        weights.zero_()
answer = checks.call(loss_by_place, model, "aba ab", "ab .", 6)
counts = [(row[0], row[1]) for row in answer]
checks.true(
    counts == [(0, 1), (1, 1), (2, 2), (3, 1)],
    f"loss_by_place of 'aba ab': expected (place, count) = (0, 1), (1, 1), (2, 2), (3, 1), got {counts}.",
)
checks.close(
    "the nats of a model that guesses among 4 characters",
    torch.tensor([float(row[2]) for row in answer]),
    torch.full((4,), 1.386294),
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
symbols = "".join("abcdXY .,7-'"[k] for k in torch.randperm(12, generator=generator).tolist())
model = LanguageModel(12, 4, 6, cell=RNN)
with torch.no_grad():
    for weights in model.parameters():
        weights.copy_(0.8 * torch.randn(weights.shape, generator=generator))
starts = ["aXb'cdYab-7 ", "., ", "7b", "d.cY "]
for k in torch.randperm(4, generator=generator).tolist():
    drawn = torch.randint(12, (60,), generator=generator).tolist()
    text = starts[k] + "".join(symbols[n] for n in drawn) + " Ybacdd, ab acbda"
    longest = 3 + int(torch.randint(3, (), generator=generator))
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits = model(numbers[:, :-1])[0][0]
        alone = torch.cat([model(numbers[:, t : t + 1])[0][0] for t in range(len(text) - 1)])
    losses = F.cross_entropy(logits, numbers[0, 1:], reduction="none")
    forgotten = F.cross_entropy(alone, numbers[0, 1:], reduction="none")
    itself = F.cross_entropy(logits, numbers[0, :-1], reduction="none")
    expected = table_of(losses.tolist(), text, longest)
    compare(
        f"loss_by_place with longest={longest}",
        checks.call(loss_by_place, model, text, symbols, longest),
        expected,
        {
            "the loss is that of the character that was read: take the one that follows.": table_of(
                itself.tolist(), text, longest
            ),
            "a loss stands at the place of the character that was read, not of the predicted one.": table_of(
                losses.tolist(), text[:-1], longest, first=0
            ),
            "each character is predicted from the one before it alone: read the text in one go.": table_of(
                forgotten.tolist(), text, longest
            ),
            "the numbers are bits: nats have the natural logarithm.": [
                (place, count, nats / math.log(2)) for place, count, nats in expected
            ],
            "the losses are added up: take their mean.": [
                (place, count, nats * count) for place, count, nats in expected
            ],
            "the first letter of the text does not count as the first of its word.": table_of(
                losses.tolist(), " " + text[1:], longest
            ),
            "letters after the place longest have rows of their own.": table_of(losses.tolist(), text, 99),
        },
    )
# A model whose logits tell how many characters it has read: a long text is read in one go, too.
logits_of_places = torch.randn(1400, 12, generator=generator)


def count_characters(inputs, state=None):
    """Logits that depend on the number of characters read before, which is the state."""
    start = 0 if state is None else state
    places = start + torch.arange(inputs.shape[1])
    return logits_of_places[places].expand(len(inputs), -1, -1), start + inputs.shape[1]


text = "".join(symbols[n] for n in torch.randint(12, (1400,), generator=generator).tolist())
numbers = torch.tensor([symbols.index(character) for character in text])
losses = F.cross_entropy(logits_of_places[:-1], numbers[1:], reduction="none")
answer = checks.call(loss_by_place, count_characters, text, symbols, 4)
expected = table_of(losses.tolist(), text, 4)
compare("loss_by_place of a text of 1,400 characters, which is to be read in one go", answer, expected, {})
### END HIDDEN TESTS

# %% test="look" checks="findings" points=1
answer = checks.call(findings)
checks.true(
    isinstance(answer, (set, frozenset)) and all(isinstance(k, int) and 1 <= k <= 7 for k in answer),
    f"findings: expected a set of numbers from 1 to 7, got {answer!r}.",
)
### BEGIN HIDDEN TESTS
true = {1, 3, 4, 5}
untrue, missing = len(set(answer) - true), len(true - set(answer))
checks.true(
    untrue == 0,
    f"findings: of the statements that you chose, {untrue} {'is' if untrue == 1 else 'are'} not true.",
)
checks.true(
    missing == 0, f"findings: {missing} true {'statement is' if missing == 1 else 'statements are'} missing."
)
### END HIDDEN TESTS
