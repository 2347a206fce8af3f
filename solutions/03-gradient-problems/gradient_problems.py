# ---
# jupyter:
#   course:
#     uses: [torch, numpy, matplotlib, utils.checks, utils.data]
# ---

# %% [markdown]
# # Assignment 3: Gradient problems
#
# You derive the Jacobian of a layer that keeps a share of its state, the norms of its products and their
# bound, and write clipping by norm and two starts. Then you look at what eleven training runs noted and say
# what is wrong with each, and you mend a run that learns nothing. Chapter 3 of the book has all that you
# need. Expect three to five hours.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `step_jacobian`, `jacobian_norms`: one step, all steps, and the bound | 6 |
# | 2 | `clip_by_norm`: shortening a gradient | 4 |
# | 3 | `orthogonal`: an orthogonal start | 3 |
# | 4 | `identity_start`: the identity as a start | 2 |
# | 5 | `diagnose`: what is wrong with a run | 3 |
# | 6 | `train_reader`: a run that learns nothing, mended | 2 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that has passed says so.
# A test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you
# are done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Use Python, PyTorch, NumPy and Matplotlib as you like; tasks 1 to 3 name what they leave out.
# Each task is tested alone. What a function gets, it leaves unchanged, except where its task is to change it
# in place.
#
# **Notation.** As in chapter 3, in the form of columns, with a layer of $n$ units and inputs of size $d$:
#
# $$ a_t = W_{hh} h_{t-1} + W_{xh} x_t + b $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $x_t$ | `x` | `(batch, d)` |
# | $h_{t-1}$ | `h_prev` | `(batch, n)` |
# | $W_{xh}$ | `W_xh` | `(n, d)` |
# | $W_{hh}$ | `W_hh` | `(n, n)` |
# | $b$ | `b` | `(n,)` |
#
# The rows of `x` and `h_prev` are the examples of the batch; so $W_{hh} h_{t-1}$ for all of them is
# `h_prev @ W_hh.T`.

# %% given="imports"
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import checks
from utils.data.made.tasks import temporal_order

# %% [markdown]
# ## Task 1: a step, and all steps (6 points)
#
# The layer of this task keeps a share $\kappa$ of its old state:
#
# $$ h_t = \kappa\, h_{t-1} + (1 - \kappa) \tanh(a_t) $$
#
# In code, $\kappa$ is `keep`, a number with `0 <= keep < 1`. With 0 it is the layer of chapter 3.
#
# **One step.** `step_jacobian` returns $\partial h_t / \partial h_{t-1}$ for every example of a batch: a
# tensor of shape `(batch, n, n)`, in which entry `[example, i, j]` is the derivative of unit $i$ of $h_t$
# with respect to unit $j$ of $h_{t-1}$. Mind that $h_{t-1}$ acts on $h_t$ in two ways.


# %% task="jacobian"
def step_jacobian(x: Tensor, h_prev: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor, keep: float) -> Tensor:
    """The derivatives of the new state by the old one, for each example, (batch, n, n)."""
    ### BEGIN SOLUTION
    new = torch.tanh(h_prev @ W_hh.T + x @ W_xh.T + b)
    return keep * torch.eye(len(b)) + (1 - keep) * (1 - new**2).unsqueeze(-1) * W_hh
    ### END SOLUTION


# %% test="jacobian" checks="shape" points=1
x, h_prev = torch.ones(4, 3), torch.zeros(4, 2)
J = checks.call(step_jacobian, x, h_prev, torch.ones(2, 3), torch.ones(2, 2), torch.zeros(2), 0.5)
checks.shape("step_jacobian for a batch of 4 and 2 units", J, (4, 2, 2), "one matrix for each example.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
batch, d, n = (torch.randperm(5, generator=generator)[:3] + 2).tolist()
J = checks.call(
    step_jacobian,
    torch.randn(batch, d, generator=generator),
    torch.randn(batch, n, generator=generator),
    torch.randn(n, d, generator=generator),
    torch.randn(n, n, generator=generator),
    torch.randn(n, generator=generator),
    0.25,
)
checks.shape(f"step_jacobian for a batch of {batch} and {n} units", J, (batch, n, n))
### END HIDDEN TESTS

# %% test="jacobian" checks="values" points=1
# By hand: a = 0.8·0.5 + 0.4·1 + 0.2 = 1, tanh(1) = 0.761594, (1 - 0.761594²)·0.8 = 0.335979. With a share of
# 0.25 that is kept, 0.25 + 0.75·0.335979 = 0.501985.
J = checks.call(
    step_jacobian,
    torch.tensor([[1.0]]),
    torch.tensor([[0.5]]),
    torch.tensor([[0.4]]),
    torch.tensor([[0.8]]),
    torch.tensor([0.2]),
    0.25,
)
checks.close(
    "step_jacobian on the example worked by hand",
    J,
    torch.tensor([[[0.501985]]]),
    mistakes={
        "the slope tanh'(a) is missing.": torch.tensor([[[0.85]]]),
        "the slope is taken at h_prev; it is that of tanh at a.": torch.tensor([[[0.7]]]),
        "the slope is 1 - tanh(a)², and not 1 - h²: h holds a share of the old state.": torch.tensor(
            [[[0.559187]]]
        ),
        "the share that is kept is missing.": torch.tensor([[[0.251985]]]),
        "this is the layer that keeps nothing.": torch.tensor([[[0.335979]]]),
        "the factor 1 - keep of tanh is missing.": torch.tensor([[[0.585979]]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
x, h_prev = torch.randn(3, 2, generator=generator), torch.rand(3, 4, generator=generator)
W_xh, W_hh = torch.randn(4, 2, generator=generator), torch.randn(4, 4, generator=generator)
b = torch.randn(4, generator=generator)
keep = 0.2 + 0.5 * float(torch.rand((), generator=generator))
kept = keep * torch.eye(4)


def step(h, x):
    return keep * h + (1 - keep) * (W_hh @ h + W_xh @ x + b).tanh()


differentiated = [torch.autograd.functional.jacobian(step, row) for row in zip(h_prev, x, strict=True)]
expected = torch.stack([with_respect_to_h for with_respect_to_h, _ in differentiated])
new = (h_prev @ W_hh.T + x @ W_xh.T + b).tanh()
slope, h = 1 - new**2, keep * h_prev + (1 - keep) * new
checks.close(
    "step_jacobian on a random batch",
    checks.call(step_jacobian, x, h_prev, W_xh, W_hh, b, keep),
    expected,
    mistakes={
        "the slope tanh'(a) is missing.": (kept + (1 - keep) * W_hh).expand(3, 4, 4),
        "the slope multiplies the columns of W_hh; it belongs to the rows.": kept
        + (1 - keep) * slope[:, None, :] * W_hh,
        "the result is transposed: row i is about unit i of the new state.": expected.transpose(1, 2),
        "the slope is taken at h_prev; it is that of tanh at a.": kept
        + (1 - keep) * (1 - h_prev**2)[:, :, None] * W_hh,
        "the slope is 1 - tanh(a)², and not 1 - h²: h holds a share of the old state.": kept
        + (1 - keep) * (1 - h**2)[:, :, None] * W_hh,
        "keep stands in every entry: a unit keeps its own state, so it is keep times the identity.": keep
        + (expected - kept),
        "the share that is kept is missing.": expected - kept,
        "this is the layer that keeps nothing.": slope[:, :, None] * W_hh,
        "the factor 1 - keep of tanh is missing.": kept + slope[:, :, None] * W_hh,
    },
)
### END HIDDEN TESTS

# %% [markdown]
# **All steps.** `jacobian_norms` gets `states`, which holds $h_1, …, h_T$ of one sequence, shape `(T, n)`,
# from this layer. It gets no inputs: the states tell what $\tanh(a_t)$ was. Return two tensors of shape
# `(T,)`, whose entry $t - 1$ belongs to step $t$, from the first step to the last:
#
# - `norms`: $\lVert \partial h_T / \partial h_t \rVert$, where $\lVert \cdot \rVert$ is the largest singular
#   value; the last one is $\lVert \partial h_T / \partial h_T \rVert = 1$;
# - `bounds`: $c^{T-t}$. In chapter 3, $c$ is $\gamma\, \sigma_1(W_{hh})$. Derive the $c$ of this layer from
#   $\kappa$, $\sigma_1(W_{hh})$ and the $\gamma$ of $\tanh$, with
#   $\lVert A + B \rVert \le \lVert A \rVert + \lVert B \rVert$.
#
# You write the product: what chapter 3 imports from `utils.jacobians` may not be called.


# %% task="norms"
def jacobian_norms(states: Tensor, W_hh: Tensor, keep: float) -> tuple[Tensor, Tensor]:
    """The norms of dh_T/dh_t and their bounds, for t = 1, ..., T."""
    ### BEGIN SOLUTION
    steps, n = states.shape
    product = torch.eye(n)
    norms = [torch.ones(())]
    for t in range(steps - 1, 0, -1):  # states[t] is h_{t+1}: the way back from h_{t+1} to h_t
        new = states[t - 1] + (states[t] - states[t - 1]) / (1 - keep)  # tanh(a)
        product = product @ (keep * torch.eye(n) + (1 - keep) * (1 - new**2)[:, None] * W_hh)
        norms.append(torch.linalg.matrix_norm(product, 2))
    largest = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, 2)
    return torch.stack(norms[::-1]), largest ** torch.arange(steps - 1, -1, -1)
    ### END SOLUTION


# %% test="norms" checks="norms" points=2
MEASURED = ("utils.jacobians.jacobian_norms", "utils.jacobians.one_step_back")  # not to be called

# One unit, three steps, by hand, with keep = 0.25 and W_hh = 1.2. At the states 0.1, 0.5 and 0.8, tanh(a) is
# (0.5 - 0.25·0.1) / 0.75 = 0.633333 and (0.8 - 0.25·0.5) / 0.75 = 0.9, so the slopes are 0.598889 and 0.19.
# From h_3 to h_2: 0.25 + 0.75·0.19·1.2 = 0.421. From h_2 to h_1: 0.25 + 0.75·0.598889·1.2 = 0.789.
with checks.forbidden(*MEASURED):
    answer = checks.call(jacobian_norms, torch.tensor([[0.1], [0.5], [0.8]]), torch.tensor([[1.2]]), 0.25)
checks.pair("jacobian_norms", answer, ("norms", "bounds"))
checks.close(
    "norms of the example worked by hand",
    answer[0],
    torch.tensor([0.332169, 0.421, 1.0]),
    mistakes={
        "the order is reversed: the first entry belongs to t = 1.": torch.tensor([1.0, 0.421, 0.332169]),
        "the slopes are missing.": torch.tensor([1.3225, 1.15, 1.0]),
        "the slope is 1 - tanh(a)², and not 1 - h²: h holds a share of the old state.": torch.tensor(
            [0.530950, 0.574, 1.0]
        ),
        "this is the layer that keeps nothing.": torch.tensor([0.3888, 0.432, 1.0]),
        "these are the norms of the single steps; multiply the matrices first.": torch.tensor(
            [0.789, 0.421, 1.0]
        ),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()


def run(steps, n, keep):
    """Random tanh(a_t), and the states that they give."""
    news = torch.randn(steps, n, generator=generator).tanh()
    h, states = torch.randn(n, generator=generator).tanh(), []
    for new in news:
        h = keep * h + (1 - keep) * new
        states.append(h)
    return news, torch.stack(states)


def products(slopes, matrix, keep):
    """The products from the last factor back, and the identity before them; first step first."""
    found = [torch.eye(len(matrix))]
    for slope in reversed(slopes):
        found.append(found[-1] @ (keep * found[0] + (1 - keep) * torch.diag(slope) @ matrix))
    return torch.stack(found[::-1])


def largest(matrices):
    return torch.linalg.svdvals(matrices)[:, 0]


for keep in (0.0, 0.2 + 0.5 * float(torch.rand((), generator=generator))):
    steps, n = (torch.randperm(3, generator=generator)[:2] + 4).tolist()
    news, states = run(steps, n, keep)
    W_hh = 0.8 * torch.randn(n, n, generator=generator)
    slopes = 1 - news[1:] ** 2
    right = products(slopes, W_hh, keep)
    expected = largest(right)
    singles = torch.stack([products(slope[None], W_hh, keep)[0] for slope in slopes])
    with checks.forbidden(*MEASURED):
        answer = checks.call(jacobian_norms, states, W_hh, keep)
    checks.pair("jacobian_norms", answer, ("norms", "bounds"))
    checks.close(
        f"norms on random states with keep={keep:.2f}",
        answer[0],
        expected,
        tolerance=1e-4,
        mistakes={
            "the order is reversed: the first entry belongs to t = 1.": expected.flip(0),
            "this is the Frobenius norm; take the largest singular value.": right.norm(dim=(1, 2)),
            "the slopes are missing.": largest(products(torch.ones_like(slopes), W_hh, keep)),
            "the slope is 1 - tanh(a)², and not 1 - h²: h holds a share of the old state.": largest(
                products(1 - states[1:] ** 2, W_hh, keep)
            ),
            "the slopes are those of the step before: dh_t/dh_{t-1} has the slope at a_t.": largest(
                products(1 - news[:-1] ** 2, W_hh, keep)
            ),
            "the share that is kept is missing.": largest(products((1 - keep) * slopes, W_hh, 0.0)),
            "this is the layer that keeps nothing.": largest(products(1 - states[1:] ** 2, W_hh, 0.0)),
            "these are the norms of the single steps; multiply the matrices first.": torch.cat(
                [largest(singles), torch.ones(1)]
            ),
            "the norms of the single steps are multiplied; multiply the matrices.": torch.cat(
                [largest(singles).flip(0).cumprod(0).flip(0), torch.ones(1)]
            ),
        },
    )
### END HIDDEN TESTS

# %% test="norms" checks="bounds" points=2
# With one unit the largest singular value is |W_hh| = 1.2, and the slope of tanh is at most 1. With keep =
# 0.25 no step stretches by more than 0.25 + 0.75·1.2 = 1.15, and two steps by no more than 1.15² = 1.3225.
with checks.forbidden(*MEASURED):
    answer = checks.call(jacobian_norms, torch.tensor([[0.1], [0.5], [0.8]]), torch.tensor([[-1.2]]), 0.25)
checks.pair("jacobian_norms", answer, ("norms", "bounds"))
checks.close(
    "bounds of the example worked by hand",
    answer[1],
    torch.tensor([1.3225, 1.15, 1.0]),
    mistakes={
        "the order is reversed: the first entry belongs to t = 1.": torch.tensor([1.0, 1.15, 1.3225]),
        "from t to T there are T - t factors.": torch.tensor([1.520875, 1.3225, 1.15]),
        "a singular value is never negative; this is the eigenvalue.": torch.tensor([0.4225, -0.65, 1.0]),
        "this is the bound of a layer that keeps nothing.": torch.tensor([1.44, 1.2, 1.0]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for keep in (0.0, 0.2 + 0.5 * float(torch.rand((), generator=generator))):
    W_hh = torch.randn(5, 5, generator=generator)
    W_hh = 1.2 * W_hh / torch.linalg.svdvals(W_hh)[0]
    states = 0.2 * torch.randn(4, 5, generator=generator).tanh()
    with checks.forbidden(*MEASURED):
        answer = checks.call(jacobian_norms, states, W_hh, keep)
    checks.pair("jacobian_norms", answer, ("norms", "bounds"))
    powers = torch.tensor([3.0, 2.0, 1.0, 0.0])
    rho, factor = torch.linalg.eigvals(W_hh).abs().max(), keep + (1 - keep) * 1.2
    checks.close(
        f"bounds for a random matrix with keep={keep:.2f}",
        answer[1],
        factor**powers,
        tolerance=1e-4,
        mistakes={
            "the order is reversed: the first entry belongs to t = 1.": factor ** powers.flip(0),
            "this is the largest eigenvalue; take the largest singular value.": (keep + (1 - keep) * rho)
            ** powers,
            "this is the Frobenius norm; take the largest singular value.": (keep + (1 - keep) * W_hh.norm())
            ** powers,
            "from t to T there are T - t factors.": factor ** (powers + 1),
            "this is the bound of a layer that keeps nothing.": 1.2**powers,
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: clipping by norm (4 points)
#
# `parameters` is a list of parameters. Let $g$ be all their gradients `p.grad` together, as one long vector.
# Shorten it **in place** to the length `max_norm` if it is longer, and leave it as it is otherwise:
#
# $$ g \leftarrow g \cdot \min\left(1, \frac{\theta}{\lVert g \rVert}\right) $$
#
# with `max_norm` for $\theta$. Return $\lVert g \rVert$ **before** clipping, as a tensor with one number. A
# parameter whose gradient is `None` has no part in it, and keeps `None`. Gradients that are all 0 have the
# norm 0 and stay 0. In place means that `p.grad` is still the same tensor, with other values.
# `nn.utils.clip_grad_norm_` may not be called, nor the other functions of `torch.nn.utils` beneath it.


# %% task="clip"
def clip_by_norm(parameters: list[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients to a joint length of at most max_norm; the length before."""
    ### BEGIN SOLUTION
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
    ### END SOLUTION


# %% test="clip" checks="norm" points=1
CLIPPED = (  # not to be called; the last is beneath the first
    "torch.nn.utils.clip_grad_norm_",
    "torch.nn.utils.clip_grad._group_tensors_by_device_and_dtype",
)


def with_gradients(*gradients: Tensor | None) -> list[nn.Parameter]:
    """Parameters that have these gradients."""
    parameters = []
    for gradient in gradients:
        parameter = nn.Parameter(torch.ones(2) if gradient is None else torch.ones_like(gradient))
        parameter.grad = None if gradient is None else gradient.clone()
        parameters.append(parameter)
    return parameters


# The vector (3, 0, 0, 4) has the length 5.
with checks.forbidden(*CLIPPED):
    norm = checks.call(clip_by_norm, with_gradients(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0])), 1.0)
checks.tensor("the norm before clipping", norm)
checks.close(
    "the norm of the example worked by hand",
    norm.reshape(()),
    torch.tensor(5.0),
    mistakes={
        "this is the norm after clipping.": torch.tensor(1.0),
        "the norms of the single gradients do not simply add up.": torch.tensor(7.0),
        "the square root is missing.": torch.tensor(25.0),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
gradients = [torch.randn(4, 3, generator=generator), torch.randn(5, generator=generator)]
expected = torch.cat([g.flatten() for g in gradients]).norm()
for what, max_norm in (("longer", 0.7), ("shorter", 50.0)):
    with checks.forbidden(*CLIPPED):
        norm = checks.call(clip_by_norm, with_gradients(*gradients), max_norm)
    checks.close(
        f"the norm of a gradient {what} than max_norm",
        norm.reshape(()),
        expected,
        tolerance=1e-4,
        mistakes={
            "this is the norm after clipping.": torch.tensor(max_norm),
            "the norms of the single gradients do not simply add up.": gradients[0].norm()
            + gradients[1].norm(),
            "the square root is missing.": expected**2,
        },
    )
### END HIDDEN TESTS

# %% test="clip" checks="long" points=2
# (3, 0, 0, 4) with max_norm 1 becomes (0.6, 0, 0, 0.8).
parameters = with_gradients(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0]))
gradients = [parameter.grad for parameter in parameters]
with checks.forbidden(*CLIPPED):
    checks.call(clip_by_norm, parameters, 1.0)
for number, clipped, before in ((0, [0.6, 0.0], [3.0, 0.0]), (1, [0.0, 0.8], [0.0, 4.0])):
    checks.close(
        f"the gradient of parameter {number}, clipped",
        parameters[number].grad,
        torch.tensor(clipped),
        mistakes={
            "nothing was clipped.": torch.tensor(before),
            "each was clipped by itself; use one norm for all of them.": torch.tensor(before).clamp(max=1.0),
        },
    )
    checks.true(
        parameters[number].grad is gradients[number],
        "p.grad is another tensor than before: change the one that is there, in place.",
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
gradients = [torch.randn(4, 3, generator=generator), 0.1 * torch.randn(5, generator=generator)]
norm = torch.cat([g.flatten() for g in gradients]).norm()
for max_norm in (0.3, 1.3, 0.9 * float(norm)):  # the last one is above each single number
    parameters = with_gradients(*gradients)
    with checks.forbidden(*CLIPPED):
        checks.call(clip_by_norm, parameters, max_norm)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        checks.close(
            "a gradient after clipping",
            parameter.grad,
            gradient * max_norm / norm,
            tolerance=1e-4,
            mistakes={
                "nothing was clipped.": gradient,
                "this clips each number by itself, by value.": gradient.clamp(-max_norm, max_norm),
                "each parameter was clipped by itself; use one norm for all of them.": gradient
                * min(1.0, float(max_norm / gradient.norm())),
                "the length is now 1 and not max_norm.": gradient / norm,
            },
        )
### END HIDDEN TESTS

# %% test="clip" checks="rest" points=1
# A short gradient stays as it is, and so does None.
parameters = with_gradients(torch.tensor([0.3, 0.4]), None)
with checks.forbidden(*CLIPPED):
    checks.call(clip_by_norm, parameters, 1.0)
checks.close(
    "a gradient of length 0.5 with max_norm 1",
    parameters[0].grad,
    torch.tensor([0.3, 0.4]),
    mistakes={"a short gradient was lengthened.": torch.tensor([0.6, 0.8])},
)
checks.true(parameters[1].grad is None, "A gradient that was None must stay None.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for factor in (1.5, 0.5):  # of the norm: not clipped, clipped
    gradients = [torch.randn(3, 2, generator=generator), None, torch.randn(4, generator=generator)]
    whole = torch.cat([g.flatten() for g in gradients if g is not None]).norm()
    parameters = with_gradients(*gradients)
    with checks.forbidden(*CLIPPED):
        checks.call(clip_by_norm, parameters, factor * float(whole))
    checks.true(parameters[1].grad is None, "A gradient that was None must stay None.")
    for parameter, gradient in zip(parameters, gradients, strict=True):
        checks.unchanged("a parameter", torch.ones_like(parameter), parameter.detach())
        if gradient is not None:
            checks.close(
                "a gradient beside one that is None",
                parameter.grad,
                gradient * min(1.0, factor),
                tolerance=1e-4,
                mistakes={"a short gradient was lengthened.": gradient * factor},
            )
parameters = with_gradients(torch.zeros(3), None, torch.zeros(2, 2))
with checks.forbidden(*CLIPPED):
    norm = checks.call(clip_by_norm, parameters, 1.0)
checks.close("the norm of gradients that are all 0", norm.reshape(()), torch.tensor(0.0))
for parameter in (parameters[0], parameters[2]):
    checks.close("a gradient that was 0", parameter.grad, torch.zeros_like(parameter))
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: an orthogonal start (3 points)
#
# Make the columns of `A`, independent normal numbers of shape `(rows, columns)` with `rows >= columns`,
# orthonormal: return $Q$ of the same shape with
#
# - $Q^\top Q = I$,
# - $Q^\top A$ upper triangular with a **positive** diagonal. Only then is every orthogonal matrix equally
#   likely; it also makes $Q$ unique.
#
# You may use `torch.linalg`. Mind that `torch.linalg.qr` makes no promise about the signs.
# `nn.init.orthogonal_` may not be called, nor `torch.nn.utils.parametrizations.orthogonal` or what is beneath
# it.


# %% task="orthogonal"
def orthogonal(A: Tensor) -> Tensor:
    """Orthonormal columns made of those of A, (rows, columns)."""
    ### BEGIN SOLUTION
    Q, R = torch.linalg.qr(A)
    return Q * R.diagonal().sign()
    ### END SOLUTION


# %% test="orthogonal" checks="columns" points=1
ORTHOGONAL = (  # not to be called
    "torch.nn.init.orthogonal_",
    "torch.nn.utils.parametrizations.orthogonal",
    "torch.nn.utils.parametrizations._make_orthogonal",
)
with checks.forbidden(*ORTHOGONAL):
    Q = checks.call(orthogonal, torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
checks.shape("orthogonal of a 2 x 2 matrix", Q, (2, 2))
checks.close("Q transposed times Q", Q.T @ Q, torch.eye(2))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for rows, columns in ((5, 5), (7, 4)):
    A = torch.randn(rows, columns, generator=generator)
    before = A.clone()
    with checks.forbidden(*ORTHOGONAL):
        Q = checks.call(orthogonal, A)
    checks.shape(f"orthogonal of a {rows} x {columns} matrix", Q, (rows, columns))
    checks.close("Q transposed times Q", Q.T @ Q, torch.eye(columns), tolerance=1e-4)
    checks.unchanged("A", before, A)
### END HIDDEN TESTS

# %% test="orthogonal" checks="signs" points=2
# By hand: (3, 4) has the length 5, so the first column is (0.6, 0.8). What is left of (1, 2) without its part
# along it is (1, 2) - 2.2·(0.6, 0.8) = (-0.32, 0.24), of length 0.4: the second column is (-0.8, 0.6).
with checks.forbidden(*ORTHOGONAL):
    Q = checks.call(orthogonal, torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
expected = torch.tensor([[0.6, -0.8], [0.8, 0.6]])
checks.close(
    "Q of the example worked by hand",
    Q,
    expected,
    mistakes={
        "the diagonal of Q^T A is negative.": -expected,
        "the sign of the second column is wrong: make the diagonal of Q^T A positive.": expected
        * torch.tensor([1.0, -1.0]),
        "the sign of the first column is wrong: make the diagonal of Q^T A positive.": expected
        * torch.tensor([-1.0, 1.0]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
A = torch.randn(6, 4, generator=generator, dtype=torch.float64)
signs = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
for what, matrix in (("a random matrix", A), ("the same with two columns negated", A * signs)):
    columns = []
    for a in matrix.T:  # Gram and Schmidt
        for q in columns:
            a = a - (q @ a) * q
        columns.append(a / a.norm())
    expected = torch.stack(columns, dim=1)
    plain, triangle = torch.linalg.qr(matrix)
    with checks.forbidden(*ORTHOGONAL):
        Q = checks.call(orthogonal, matrix.float())
    checks.close(
        f"Q of {what}",
        Q,
        expected,
        tolerance=1e-3,
        mistakes={
            "the signs are those that qr happened to choose: make the diagonal of Q^T A positive.": plain,
            "the diagonal of Q^T A is negative.": -expected,
            "the signs multiply the rows of Q; they belong to its columns.": plain
            * torch.nn.functional.pad(triangle.diagonal().sign(), (0, 2), value=1.0)[:, None],
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: the identity as a start (2 points)
#
# `rnn` is an `nn.RNN` with ReLU, of any number of layers, in one direction or two. In all of them set every
# $W_{hh}$ to `scale` times the identity and every bias to 0, leave every $W_{xh}$ as it is, and return `rnn`
# itself, not a copy. Change its parameters in place: an optimizer that was made before must still see them.
# The names of its parameters tell which is which: print `[name for name, _ in rnn.named_parameters()]`.


# %% task="identity"
def identity_start(rnn: nn.RNN, scale: float) -> nn.RNN:
    """Start the recurrent weights and the biases of ``rnn``, in place, and return it."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            if name.startswith("weight_hh"):
                parameter.copy_(scale * torch.eye(rnn.hidden_size))
            elif name.startswith("bias"):
                parameter.zero_()
    return rnn
    ### END SOLUTION


# %% test="identity" checks="weights" points=1
given = nn.RNN(3, 2, nonlinearity="relu")
rnn = checks.call(identity_start, given, 1.0)
for what, layer in (
    ("weight_hh_l0 of what was returned", rnn),
    ("weight_hh_l0 of the rnn that was given", given),
):
    checks.close(
        what,
        layer.weight_hh_l0,
        torch.eye(2),
        mistakes={"all entries have the value.": torch.ones(2, 2)},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
scale = 0.1 + 0.8 * float(torch.rand((), generator=generator))
given = nn.RNN(2, 4, num_layers=2, nonlinearity="relu", bidirectional=True)
held = dict(given.named_parameters())
rnn = checks.call(identity_start, given, scale)
checks.true(isinstance(rnn, nn.RNN), f"identity_start: expected the nn.RNN, got {type(rnn).__name__}.")
for name, parameter in [*((name, getattr(rnn, name, None)) for name in held), *held.items()]:
    if name.startswith("weight_hh"):
        checks.close(
            name,
            parameter,
            scale * torch.eye(4),
            mistakes={
                "the scale is ignored.": torch.eye(4),
                "all entries have the value.": torch.ones(4, 4) * scale,
            },
        )
### END HIDDEN TESTS

# %% test="identity" checks="rest" points=1
rnn = nn.RNN(3, 2, nonlinearity="relu")
before = rnn.weight_ih_l0.detach().clone()
rnn = checks.call(identity_start, rnn, 0.5)
checks.unchanged("weight_ih_l0", before, rnn.weight_ih_l0.detach())
checks.close("bias_ih_l0", rnn.bias_ih_l0, torch.zeros(2))
checks.close("bias_hh_l0", rnn.bias_hh_l0, torch.zeros(2))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
rnn = nn.RNN(3, 3, num_layers=3, nonlinearity="relu", bidirectional=True)
with torch.no_grad():
    for parameter in rnn.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator))
before = {name: parameter.detach().clone() for name, parameter in rnn.named_parameters()}
held = list(rnn.named_parameters())
rnn = checks.call(identity_start, rnn, 0.5)
checks.true(isinstance(rnn, nn.RNN), f"identity_start: expected the nn.RNN, got {type(rnn).__name__}.")
for name, parameter in [*((name, getattr(rnn, name, None)) for name in before), *held]:
    checks.tensor(name, parameter)
    checks.true(parameter.requires_grad, f"{name} can no longer be trained: it must keep requires_grad.")
    if name.startswith("weight_ih"):
        checks.unchanged(name, before[name], parameter.detach())
    elif name.startswith("bias"):
        checks.close(name, parameter, torch.zeros(3))
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: what is wrong with these runs? (3 points)
#
# `training_run` below trains a small layer on a random task, four updates long, and notes three things:
#
# - `gradient_norms`, shape `(4,)`: the length of the whole gradient at each update, unclipped;
# - `state_gradients`, shape `(25,)`: the length of $\partial C / \partial h_t$ for $t = 1, …, 25$, at the
#   last update;
# - `slopes`, shape `(25,)`: the mean slope $\phi'(a_t)$ over units and examples, for each $t$, at the last
#   update.
#
# The cell below prints what eleven runs noted. Each of these words fits at least two of them:
#
# | word | what is wrong |
# |---|---|
# | `"exploding"` | a gradient is so long that its step throws the weights away, or it is no number any more |
# | `"saturated"` | hardly a unit is where its activation still has a slope |
# | `"truncated"` | the gradient is cut off on its way back: the steps before the cut get none |
# | `"vanishing"` | the gradient reaches the first steps, but far too small to teach anything there |
# | `"healthy"` | nothing |
#
# A fault has consequences that look like another fault. Weights that were thrown away may lie where all units
# are saturated, and a saturated layer lets little of a gradient through, or nothing. Name the cause: where
# several words fit, it is the one that stands first in the table.
#
# Look at the numbers and write a word for each run on a piece of paper; `RUNS` then tells how each was made.
# Then write `diagnose`, which gets the three tensors of a run and returns the word. Where the limits lie is
# for you to see. The hidden test makes other runs of these kinds, with other seeds and settings, in random
# order and number; each of them shows what is wrong at least as clearly as the runs below.


# %% given="runs"
def training_run(
    seed: int, phi: str = "tanh", scale: float = 1.0, inputs: float = 0.3, cut: int | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Train 16 units on 8 sequences of 25 steps: (gradient_norms, state_gradients, slopes)."""
    generator = torch.Generator().manual_seed(seed)
    n, steps, batch = 16, 25, 8
    activation = {"tanh": torch.tanh, "relu": torch.relu}[phi]
    W_hh = scale * torch.linalg.qr(torch.randn(n, n, generator=generator, dtype=torch.float64)).Q
    W_xh = inputs * torch.randn(n, n, generator=generator, dtype=torch.float64) / n**0.5
    x = torch.randn(steps, batch, n, generator=generator, dtype=torch.float64)
    y = torch.randn(batch, generator=generator, dtype=torch.float64)
    weights = [W_hh.requires_grad_(), W_xh.requires_grad_()]
    norms = []
    for _ in range(4):
        h, states = torch.zeros(batch, n, dtype=torch.float64), []
        for t in range(steps):
            if cut is not None and t == steps - cut:
                h = h.detach()
            h = activation(h @ W_hh.T + x[t] @ W_xh.T)
            states.append(h)
        loss = (h.mean(dim=1) - y).square().mean()
        found = torch.autograd.grad(loss, [*weights, *states], allow_unused=True, materialize_grads=True)
        norms.append(torch.cat([g.flatten() for g in found[:2]]).norm())
        with torch.no_grad():
            for weight, gradient in zip(weights, found[:2], strict=True):
                weight -= 0.05 * gradient
    h = torch.stack(states).detach()
    slopes = 1 - h**2 if phi == "tanh" else (h > 0).double()
    return torch.stack(norms), torch.stack(found[2:]).norm(dim=(1, 2)), slopes.mean(dim=(1, 2))


RUNS = {
    "A": {"seed": 11, "inputs": 12.0},
    "B": {"seed": 12, "scale": 0.6},
    "C": {"seed": 13},
    "D": {"seed": 14, "phi": "relu", "scale": 4.0},
    "E": {"seed": 15, "cut": 18},
    "F": {"seed": 16, "inputs": 30.0},
    "G": {"seed": 117, "scale": 4.0, "inputs": 0.02},
    "H": {"seed": 18, "cut": 3},
    "I": {"seed": 19, "inputs": 0.1},
    "J": {"seed": 20, "phi": "relu", "scale": 1e15},
    "K": {"seed": 21, "scale": 0.4},
}


def print_run(name: str, gradient_norms: Tensor, state_gradients: Tensor, slopes: Tensor) -> None:
    """One row: the norms, and the rest at the steps 1, 5, 9, …, 25."""
    columns = (gradient_norms, state_gradients[::4], slopes[::4])
    print(f"{name:3}", " | ".join(" ".join(f"{value:5.0e}" for value in column) for column in columns))


# %% given="table"
print("run gradient norms            | state gradients, t = 1, 5, …, 25        | slopes, t = 1, 5, …, 25")
for letter, settings in RUNS.items():
    print_run(letter, *training_run(**settings))


# %% task="diagnosis"
def diagnose(gradient_norms: Tensor, state_gradients: Tensor, slopes: Tensor) -> str:
    """What is wrong with a training run, in one word of the table."""
    ### BEGIN SOLUTION
    if not (gradient_norms < 100.0).all():  # NaN is not
        return "exploding"
    if slopes.mean() < 0.3:
        return "saturated"
    if (state_gradients == 0).any():
        return "truncated"
    first, *_, last = state_gradients
    if first < 1e-5 * last:
        return "vanishing"
    return "healthy"
    ### END SOLUTION


# %% test="diagnosis" checks="runs" points=2
### BEGIN HIDDEN TESTS
COMMON = ["small weights", "large weights", "large inputs", "a cut", "an orthogonal start"]


def drawn_run(generator, kind):
    """The word for a run of this kind, and what the run noted."""
    while True:
        seed = int(torch.randint(100, 10**6, (), generator=generator))
        where = float(torch.rand((), generator=generator))
        word, settings = {
            "small weights": ("vanishing", {"scale": 0.4 + 0.15 * where}),
            "large weights": ("exploding", {"phi": "relu", "scale": 4.0 + 2.0 * where}),
            "large inputs": ("saturated", {"inputs": 14.0 + 16.0 * where}),
            "a cut": ("truncated", {"cut": 3 + int(16 * where)}),
            "an orthogonal start": ("healthy", {"inputs": 0.1 + 0.15 * where}),
            "weights thrown away": ("exploding", {"scale": 4.0 + 2.0 * where, "inputs": 0.02}),
            "overflow": ("exploding", {"phi": "relu", "scale": 10.0 ** (15 + 10 * where)}),
            "huge inputs": ("saturated", {"inputs": 200.0 + 400.0 * where}),
        }[kind]
        noted = training_run(seed, **settings)
        norms = noted[0].nan_to_num(0.0, 0.0)
        clear = {  # no nearer to another kind than the runs that are shown, and like its own at the end
            "large weights": norms[0] > 10**6 and noted[0][-1].isnan(),
            "weights thrown away": norms[0] > 5000 and norms[-1] < 1,
            "large inputs": noted[2].mean() < 0.06,
            "huge inputs": noted[1][0] == 0,
            "an orthogonal start": norms.max() < 1.5,
        }
        if clear.get(kind, True):
            return word, noted


def drawn_runs(generator, kinds):
    """Two or three runs of each kind in random order: the kind, the word for it, and what was noted."""
    asked = 2 * kinds + [kind for kind in kinds if torch.rand((), generator=generator) < 0.4]
    for place in torch.randperm(len(asked), generator=generator).tolist():
        yield asked[place], *drawn_run(generator, asked[place])


### END HIDDEN TESTS
WORDS = ("exploding", "saturated", "truncated", "vanishing", "healthy")
found = []
for name in RUNS:
    found.append(checks.call(diagnose, *training_run(**RUNS[name])))
    checks.true(
        found[-1] in WORDS, f"diagnose of run {name}: expected a word of the table, got {found[-1]!r}."
    )
for word in WORDS:
    count = found.count(word)
    checks.true(
        count >= 2, f"diagnose: each word fits at least two of the eleven runs, but you find {count} {word}."
    )
### BEGIN HIDDEN TESTS
for kind, word, noted in drawn_runs(checks.fresh_generator(), COMMON):
    answer = checks.call(diagnose, *noted)
    checks.true(answer == word, f"diagnose: a run with {kind} is {word}, but you say {answer!r}.")
### END HIDDEN TESTS

# %% test="diagnosis" checks="causes" points=1
# A comparison with NaN is False, whichever way it is written.
answer = checks.call(diagnose, *training_run(**RUNS["J"]))
checks.true(answer in WORDS, f"diagnose of run J: expected a word of the table, got {answer!r}.")
### BEGIN HIDDEN TESTS
kinds = [*COMMON, "weights thrown away", "overflow", "huge inputs"]
for kind, word, noted in drawn_runs(checks.fresh_generator(), kinds):
    answer = checks.call(diagnose, *noted)
    checks.true(answer == word, f"diagnose: a run with {kind} is {word}, but you say {answer!r}.")
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: a run that learns nothing (2 points)
#
# Chapter 3 opens with a network that cannot learn the order of two letters. Here is the program once more,
# for sequences of 20 letters. There is no slip in it: every line does what it should. Yet whatever the seed,
# most sequences are read wrongly afterwards.
#
# ```python
# def train_reader(rnn, head, x, y):
#     optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.1)
#     for letters, orders in zip(x.split(32), y.split(32)):
#         states, _ = rnn(F.one_hot(letters, 6).float())
#         loss = F.cross_entropy(head(states[:, -1]), orders)
#         optimizer.zero_grad()
#         loss.backward()
#         optimizer.step()
# ```
#
# `rnn` is an `nn.RNN(6, 32, batch_first=True)` and `head` an `nn.Linear(32, 4)`, both just as PyTorch
# starts them. `x` are 12,800 sequences, shape `(12800, 20)`, of letters from 0 to 5; `y`, shape `(12800,)`,
# holds the orders from 0 to 3.
#
# Mend it. `train_reader` changes the weights of `rnn` and `head` in place; what it returns does not matter.
# The criterion is fixed: of 2,000 fresh sequences **at most 5 %** may be read wrongly, where the answer to
# a sequence is the largest logit of `head(states[:, -1])`. Guessing gets 75 % wrong. You may change the
# start of the weights, the optimizer and all that is done to gradients, and use a sequence more than once;
# the layers stay what they are. One pass over the sequences is enough, and takes about a second; your
# function has 15 seconds. In the hidden test the sequences are others, the layers start from another seed,
# and the letters and the orders have other numbers.


# %% task="mended"
def train_reader(rnn: nn.RNN, head: nn.Linear, x: Tensor, y: Tensor) -> None:
    """Train ``rnn`` and ``head`` in place, so that the last state tells the order of two letters."""
    ### BEGIN SOLUTION
    nn.init.orthogonal_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32), strict=True):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    ### END SOLUTION


# %% test="mended" checks="target" points=2
def share_wrong(rnn, head, x, y):
    """The share of sequences that the trained weights read wrongly, computed step by step."""
    with torch.no_grad():
        h = torch.zeros(len(x), 32)
        for letters in x.T:
            h = torch.tanh(
                F.one_hot(letters, 6).float() @ rnn.weight_ih_l0.T
                + rnn.bias_ih_l0
                + h @ rnn.weight_hh_l0.T
                + rnn.bias_hh_l0
            )
        logits = h @ head.weight.T + head.bias
    checks.true(
        logits.isfinite().all(), "train_reader: the trained weights give numbers that are not finite."
    )
    return (logits.argmax(dim=1) != y).float().mean().item()


torch.manual_seed(0)
rnn, head = nn.RNN(6, 32, batch_first=True), nn.Linear(32, 4)
untrained = {"rnn": (rnn.weight_hh_l0, rnn.weight_hh_l0.clone()), "head": (head.weight, head.weight.clone())}
checks.call_in_place(train_reader, rnn, head, *temporal_order(12800, 20, seed=0))
for name, (weight, start) in untrained.items():
    checks.true(
        not torch.equal(weight, start),
        f"train_reader: the weights of {name} are those that it came with. Train the layers that are given.",
    )
wrong = share_wrong(rnn, head, *temporal_order(2000, 20, seed=10**6))
checks.true(
    wrong <= 0.05,
    f"train_reader: {wrong:.1%} of 2,000 fresh sequences are read wrongly, and at most 5 % may be.",
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(2):
    torch.manual_seed(int(torch.randint(2**30, (), generator=generator)))
    rnn, head = nn.RNN(6, 32, batch_first=True), nn.Linear(32, 4)
    letters, orders = torch.randperm(6, generator=generator), torch.randperm(4, generator=generator)
    seed, fresh = torch.randint(2**30, (2,), generator=generator).tolist()
    x, y = temporal_order(12800, 20, seed)
    checks.call_in_place(train_reader, rnn, head, letters[x], orders[y])
    x, y = temporal_order(2000, 20, fresh)
    wrong = share_wrong(rnn, head, letters[x], orders[y])
    checks.true(
        wrong <= 0.05,
        f"train_reader with other sequences: {wrong:.1%} of 2,000 fresh ones are read wrongly; 5 % may "
        "be. Other numbers stand for the letters and the orders there: does it learn from x and y alone?",
    )
### END HIDDEN TESTS
