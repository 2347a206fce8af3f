# ---
# jupyter:
#   course:
#     uses: [torch, numpy, matplotlib, utils.checks, utils.data]
# ---

# %% [markdown]
# # Assignment 4: LSTM and GRU
#
# You send an error back through one step of a GRU, carry weights from one convention of the GRU to
# another, load an `nn.LSTM` gate by gate, carry a cell over sequences of different lengths in both
# directions, build a bidirectional tagger, train one, and look at its ten surest errors. Chapter 4 of the
# book has all that you need. Expect four to six hours.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `gru_backward`: the backward pass of a GRU as Cho et al. wrote it | 4 |
# | 2 | `to_pytorch`: an `nn.GRU` from weights of another convention, where there is one | 3 |
# | 3 | `load_gates`: an `nn.LSTM` from the weights of its gates | 3 |
# | 4 | `run_masked`: sequences of different lengths, forwards and backwards | 4 |
# | 5 | `BiTagger` and `tagging_loss`: a tag for every word | 2 |
# | 6 | `fit_tagger`: a tagger that reaches a target | 2 |
# | 7 | `surest_errors`: where a tagger is sure and wrong | 2 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that has passed says so.
# A test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you
# are done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Use Python, PyTorch, NumPy and Matplotlib as you like; tasks 1 and 4 name what they leave out.
# Each task is tested alone. What a function gets, it leaves unchanged. Warnings cost nothing.

# %% given="imports"
import random
from collections import Counter

import torch
from torch import Tensor, nn

from utils import checks
from utils.data.made import tagged

# %% [markdown]
# ## Task 1: the backward pass of a GRU (4 points)
#
# This is one step of the GRU as Cho et al. (2014) published it. The update gate $z_t$ **keeps** the old
# state, and the reset gate $r_t$ acts on it **before** the product with $W_{hn}$:
#
# $$
# \begin{aligned}
# r_t &= \sigma(W_{ir} x_t + W_{hr} h_{t-1} + b_r) \\
# z_t &= \sigma(W_{iz} x_t + W_{hz} h_{t-1} + b_z) \\
# n_t &= \tanh(W_{in} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n) \\
# h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}
# \end{aligned}
# $$
#
# In a batch, an example is a row. The rows of the weights stand in the order **r, z, n**:
#
# | symbol | in code | shape |
# |---|---|---|
# | $x_t$ | `x` | `(batch, input_size)` |
# | $h_{t-1}$ | `h` | `(batch, hidden_size)` |
# | $W_{ir}, W_{iz}, W_{in}$ | `W_ih` | `(3 * hidden_size, input_size)` |
# | $W_{hr}, W_{hz}, W_{hn}$ | `W_hh` | `(3 * hidden_size, hidden_size)` |
# | $b_r, b_z, b_n$ | `b` | `(3 * hidden_size,)` |
# | $\partial C / \partial h_t$ | `d_new` | `(batch, hidden_size)` |
#
# `gru_backward` computes the step and sends `d_new` back through it. Return the tuple
# `(d_x, d_h, d_W_ih, d_W_hh, d_b)`: the gradients of $C$ with respect to `x`, `h`, `W_ih`, `W_hh` and `b`,
# each of the shape of what it belongs to. $C$ is the loss of the whole batch: what every example adds to
# the gradient of a weight is summed.
#
# You derive it yourself: autograd (`backward`, `torch.autograd`, `torch.func`) may not be called.

# %% given="no_autograd"
NO_AUTOGRAD = (
    "torch.autograd.grad",
    "torch.autograd.backward",
    "torch.Tensor.backward",
    "torch.func.vjp",
    "torch.func.grad",
    "torch.func.grad_and_value",
    "torch.func.jacrev",
    "torch.func.jvp",
    "torch.func.jacfwd",
)
GRADIENTS = ("d_x", "d_h", "d_W_ih", "d_W_hh", "d_b")


# %% task="backward"
def gru_backward(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b: Tensor, d_new: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of one step of the GRU of Cho et al.: (d_x, d_h, d_W_ih, d_W_hh, d_b)."""
    ### BEGIN SOLUTION
    W_r, W_z, W_n = W_hh.chunk(3)
    in_r, in_z, in_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r, z = torch.sigmoid(in_r + h @ W_r.T), torch.sigmoid(in_z + h @ W_z.T)
    n = torch.tanh(in_n + (r * h) @ W_n.T)
    # of the sums inside the activations
    d_n = d_new * (1 - z) * (1 - n**2)
    d_z = d_new * (h - n) * z * (1 - z)
    d_reset = d_n @ W_n  # of r * h
    d_r = d_reset * h * r * (1 - r)
    d_sums = torch.cat([d_r, d_z, d_n], dim=1)
    d_h = d_new * z + d_reset * r + d_z @ W_z + d_r @ W_r
    d_W_hh = torch.cat([d_r.T @ h, d_z.T @ h, d_n.T @ (r * h)])
    return d_sums @ W_ih, d_h, d_sums.T @ x, d_W_hh, d_sums.sum(dim=0)
    ### END SOLUTION


# %% test="backward" checks="state" points=2
### BEGIN HIDDEN TESTS
def reference_step(x, h, W_ih, W_hh, b, cut="", after=False):
    """One step; no gradient flows through the gate ``cut``, or through the state that z keeps ("h")."""
    size = h.shape[1]
    rows = [slice(k * size, (k + 1) * size) for k in range(3)]
    r, z = ((x @ W_ih[k].T + h @ W_hh[k].T + b[k]).sigmoid() for k in rows[:2])
    r = r.detach() if cut == "r" else r
    z = z.detach() if cut == "z" else z
    past = r * (h @ W_hh[rows[2]].T) if after else (r * h) @ W_hh[rows[2]].T
    n = (x @ W_ih[rows[2]].T + past + b[rows[2]]).tanh()
    n = n.detach() if cut == "n" else n
    return n + z * ((h.detach() if cut == "h" else h) - n)


def reference_gradients(values, d_new, **options):
    leaves = [value.clone().requires_grad_() for value in values]
    new = reference_step(*leaves, **options)
    return [gradient.detach() for gradient in torch.autograd.grad((new * d_new).sum(), leaves)]


def drawn_step(generator):
    batch, input_size, hidden_size = (torch.randperm(4, generator=generator)[:3] + 2).tolist()
    shapes = (
        (batch, input_size),
        (batch, hidden_size),
        (3 * hidden_size, input_size),
        (3 * hidden_size, hidden_size),
        (3 * hidden_size,),
    )
    values = [torch.randn(shape, generator=generator) for shape in shapes]
    return values, torch.randn(batch, hidden_size, generator=generator)


PATHS = {
    "the path through the reset gate is missing.": {"cut": "r"},
    "the path through the update gate is missing.": {"cut": "z"},
    "the direct path, d_new times z, is missing.": {"cut": "h"},
    "the path through n is missing.": {"cut": "n"},
    "this is the GRU of PyTorch: here the reset gate acts before the product with W_hn.": {"after": True},
}
### END HIDDEN TESTS
# One unit, by hand: x = 0, h = 1, and all weights 0 but W_hn = 1. So r = z = 1/2 and n = tanh(1/2) =
# 0.462117. The direct path gives 1/2. The path through n gives (1 - z)(1 - n²) r = 0.196612. The gates'
# weights are 0, so that nothing comes through them.
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(
        gru_backward,
        torch.zeros(1, 1),
        torch.ones(1, 1),
        torch.zeros(3, 1),
        torch.tensor([[0.0], [0.0], [1.0]]),
        torch.zeros(3),
        torch.ones(1, 1),
    )
checks.pair("gru_backward", answer, GRADIENTS)
checks.close(
    "d_h of the example worked by hand",
    answer[1],
    torch.tensor([[0.696612]]),
    mistakes={
        "the direct path, d_new times z, is missing.": torch.tensor([[0.196612]]),
        "the path through n is missing.": torch.tensor([[0.5]]),
        "a factor is missing on the path through n: 1 - z, or tanh, or r.": torch.tensor([[0.893224]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(int(torch.randint(2, 5, (), generator=generator))):
    values, d_new = drawn_step(generator)
    copies = [value.clone() for value in (*values, d_new)]
    with checks.forbidden(*NO_AUTOGRAD):
        answer = checks.call(gru_backward, *values, d_new)
    checks.pair("gru_backward", answer, GRADIENTS)
    checks.close(
        f"d_h for a batch of {len(d_new)}",
        answer[1],
        reference_gradients(values, d_new)[1],
        tolerance=1e-4,
        mistakes={name: reference_gradients(values, d_new, **how)[1] for name, how in PATHS.items()},
    )
    for name, before, after in zip(
        ("x", "h", "W_ih", "W_hh", "b", "d_new"), copies, (*values, d_new), strict=True
    ):
        checks.unchanged(name, before, after)
### END HIDDEN TESTS

# %% test="backward" checks="input" points=1
# As above, with x = 2. The weights of the input are 0, so that no error reaches x. The errors of the sums
# are 0.098306 for r (the error of n, 0.393224, times h times r (1 - r)), 0.134471 for z, and 0.393224 for
# n.
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(
        gru_backward,
        torch.full((1, 1), 2.0),
        torch.ones(1, 1),
        torch.zeros(3, 1),
        torch.tensor([[0.0], [0.0], [1.0]]),
        torch.zeros(3),
        torch.ones(1, 1),
    )
checks.pair("gru_backward", answer, GRADIENTS)
sums = torch.tensor([0.098306, 0.134471, 0.393224])
checks.close(
    "d_b of the example worked by hand",
    answer[4],
    sums,
    mistakes={"the rows stand in the order r, z, n.": sums[[1, 0, 2]]},
)
checks.close("d_W_ih of the example worked by hand", answer[2], 2 * sums[:, None])
checks.close("d_x of the example worked by hand", answer[0], torch.zeros(1, 1))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(int(torch.randint(2, 5, (), generator=generator))):
    values, d_new = drawn_step(generator)
    with checks.forbidden(*NO_AUTOGRAD):
        answer = checks.call(gru_backward, *values, d_new)
    checks.pair("gru_backward", answer, GRADIENTS)
    expected = reference_gradients(values, d_new)
    others = {name: reference_gradients(values, d_new, **how) for name, how in PATHS.items()}
    mean = "what the examples add to a weight's gradient is summed; here its mean is taken."
    for name, k in (("d_b", 4), ("d_W_ih", 2), ("d_x", 0)):
        checks.close(
            f"{name} for a batch of {len(d_new)}",
            answer[k],
            expected[k],
            tolerance=1e-4,
            mistakes={mean: expected[k] / len(d_new)} | {what: other[k] for what, other in others.items()},
        )
### END HIDDEN TESTS

# %% test="backward" checks="recurrent" points=1
# As above, with h = 2 and W_hn = 1/2: r = z = 1/2 and n = tanh(1/2) again. The errors of the sums of r, z
# and n are 0.098306, 0.384471 and 0.393224. W_hr and W_hz are multiplied by h = 2, and W_hn by r h = 1.
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(
        gru_backward,
        torch.zeros(1, 1),
        torch.full((1, 1), 2.0),
        torch.zeros(3, 1),
        torch.tensor([[0.0], [0.0], [0.5]]),
        torch.zeros(3),
        torch.ones(1, 1),
    )
checks.pair("gru_backward", answer, GRADIENTS)
checks.close(
    "d_W_hh of the example worked by hand",
    answer[3],
    torch.tensor([[0.196612], [0.768941], [0.393224]]),
    mistakes={
        "W_hn is multiplied by r times h, not by h.": torch.tensor([[0.196612], [0.768941], [0.786448]])
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(int(torch.randint(2, 5, (), generator=generator))):
    values, d_new = drawn_step(generator)
    with checks.forbidden(*NO_AUTOGRAD):
        answer = checks.call(gru_backward, *values, d_new)
    checks.pair("gru_backward", answer, GRADIENTS)
    expected = reference_gradients(values, d_new)
    size = d_new.shape[1]
    plain = expected[3].clone()  # of an n that multiplies h
    each = [  # d_b of every example by itself
        reference_gradients([values[0][k : k + 1], values[1][k : k + 1], *values[2:]], d_new[k : k + 1])[4]
        for k in range(len(d_new))
    ]
    d_n = torch.stack(each)[:, 2 * size :]
    plain[2 * size :] = d_n.T @ values[1]
    checks.close(
        f"d_W_hh for a batch of {len(d_new)}",
        answer[3],
        expected[3],
        tolerance=1e-4,
        mistakes={
            "W_hn is multiplied by r times h, not by h.": plain,
            "what the examples add to a weight's gradient is summed; here its mean is taken.": expected[3]
            / len(d_new),
        }
        | {what: reference_gradients(values, d_new, **how)[3] for what, how in PATHS.items()},
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: from one convention to another (3 points)
#
# The GRU is written in four ways: what the update gate does, and where the reset gate acts.
#
# | `update` | $h_t$ | as in |
# |---|---|---|
# | `"keeps"` | $(1 - z_t) \odot n_t + z_t \odot h_{t-1}$ | PyTorch; Cho et al. (2014) |
# | `"takes"` | $z_t \odot n_t + (1 - z_t) \odot h_{t-1}$ | Chung et al. (2014) |
#
# | `reset` | $n_t$ | as in |
# |---|---|---|
# | `"after"` | $\tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))$ | PyTorch |
# | `"before"` | $\tanh(W_{in} x_t + b_{in} + W_{hn} (r_t \odot h_{t-1}) + b_{hn})$ | both papers |
#
# Here "before" and "after" mean the product with $W_{hn}$, and
# $r_t = \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr})$, $z_t$ likewise.
#
# `weights` is a dict with the keys `"W_ih"`, `(3 * hidden_size, input_size)`, `"W_hh"`,
# `(3 * hidden_size, hidden_size)`, and `"b_ih"` and `"b_hh"`, both `(3 * hidden_size,)`. The rows stand in
# the order r, z, n. They were trained in the convention that `update` and `reset` name.
#
# Return an `nn.GRU` of one layer with `batch_first=True` that computes the same from every input and every
# state, and can be trained further. For some weights there is no such `nn.GRU` of the same `hidden_size`;
# then return `None`. Decide that from the weights: suppose that no reset gate is constant or the same as
# another's, that no entry on the diagonal of $W_{hn}$ is 0, and that every other weight counts, however
# small, unless it is exactly 0 (so compare without a tolerance).


# %% task="convert"
def to_pytorch(weights: dict[str, Tensor], update: str, reset: str) -> nn.GRU | None:
    """An nn.GRU that computes what ``weights`` compute in their convention; None if there is none."""
    ### BEGIN SOLUTION
    W_ih, W_hh, b_ih, b_hh = (weights[name].clone() for name in ("W_ih", "W_hh", "b_ih", "b_hh"))
    size = W_hh.shape[1]
    z, n = slice(size, 2 * size), slice(2 * size, None)
    if reset == "before":
        if (W_hh[n] != W_hh[n].diagonal().diag()).any():
            return None  # a unit would need the reset gates of others besides its own
        b_ih[n] += b_hh[n]
        b_hh[n] = 0
    if update == "takes":  # 1 - σ(a) = σ(-a)
        for values in (W_ih, W_hh, b_ih, b_hh):
            values[z] *= -1
    gru = nn.GRU(W_ih.shape[1], size, batch_first=True)
    with torch.no_grad():
        for parameter, values in zip(gru.parameters(), (W_ih, W_hh, b_ih, b_hh), strict=True):
            parameter.copy_(values)
    return gru
    ### END SOLUTION


# %% test="convert" checks="update" points=1
### BEGIN HIDDEN TESTS
def other_outputs(x, state, weights, update, reset, bias_after=False):
    """The outputs of a GRU of any convention."""
    size, outputs = state.shape[1], []
    W_r, W_z, W_n = weights["W_hh"].split(size)
    b_r, b_z, b_n = weights["b_hh"].split(size)
    for x_t in x.unbind(1):
        in_r, in_z, in_n = (x_t @ weights["W_ih"].T + weights["b_ih"]).split(size, dim=1)
        r, z = (in_r + state @ W_r.T + b_r).sigmoid(), (in_z + state @ W_z.T + b_z).sigmoid()
        if reset == "after":
            n = (in_n + r * (state @ W_n.T + b_n)).tanh()
        else:
            n = (in_n + (r * state) @ W_n.T + (r * b_n if bias_after else b_n)).tanh()
        state = z * n + (1 - z) * state if update == "takes" else z * state + (1 - z) * n
        outputs.append(state)
    return torch.stack(outputs, dim=1)


def drawn_weights(generator, input_size, hidden_size, kind="full"):
    """Weights of a GRU; W_hn is "full", "diagonal", or has one entry "above" or "below" its diagonal, or a
    "tiny" one."""
    weights = {
        "W_ih": torch.randn(3 * hidden_size, input_size, generator=generator),
        "W_hh": torch.randn(3 * hidden_size, hidden_size, generator=generator),
        "b_ih": torch.randn(3 * hidden_size, generator=generator),
        "b_hh": 1 + torch.rand(3 * hidden_size, generator=generator),
    }
    if kind != "full":
        weights["W_hh"][2 * hidden_size :] *= torch.eye(hidden_size)
    if kind in ("above", "below", "tiny"):
        first, second = sorted(torch.randperm(hidden_size, generator=generator)[:2].tolist())
        row, column = (second, first) if kind == "below" else (first, second)
        weights["W_hh"][2 * hidden_size + row, column] = 1e-9 if kind == "tiny" else 0.5
    return weights


### END HIDDEN TESTS
def gru_outputs(gru, x, state):
    """What an nn.GRU makes of x from a state, once it is seen that it is what was asked for."""
    checks.true(isinstance(gru, nn.GRU), f"to_pytorch must return an nn.GRU here, got {type(gru).__name__}.")
    checks.true(
        gru.num_layers == 1 and not gru.bidirectional and gru.batch_first,
        "to_pytorch must return one layer, one direction, with batch_first=True.",
    )
    for name, parameter in gru.named_parameters():
        checks.true(parameter.requires_grad, f"{name} cannot be trained: it must keep requires_grad.")
    dtype = gru.weight_ih_l0.dtype
    return gru(x.to(dtype), state.to(dtype)[None])[0].detach()


# One unit, by hand: n = tanh(1) = 0.761594, h = 0.3, and z = σ(100) = 1. Where z keeps, 0.3 stays; where z
# takes, n comes in.
hand = {
    "W_ih": torch.zeros(3, 1),
    "W_hh": torch.zeros(3, 1),
    "b_ih": torch.tensor([0.0, 60.0, 1.0]),
    "b_hh": torch.tensor([0.0, 40.0, 0.0]),
}
for update, expected in (("keeps", 0.3), ("takes", 0.761594)):
    gru = checks.call_in_place(
        to_pytorch, {name: value.clone() for name, value in hand.items()}, update, "after"
    )
    checks.close(
        f"h_t of the example worked by hand, where z {update}",
        gru_outputs(gru, torch.ones(1, 1, 1), torch.tensor([[0.3]])),
        torch.tensor([[[expected]]]),
        mistakes={"z does here what 1 - z should do.": torch.tensor([[[1.061594 - expected]]])},
    )
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
cases = ["keeps", "takes", "takes", "keeps"]
for k in torch.randperm(4, generator=generator).tolist():
    input_size, hidden_size = (torch.randperm(4, generator=generator)[:2] + 2).tolist()
    weights = drawn_weights(generator, input_size, hidden_size)
    copies = {name: value.clone() for name, value in weights.items()}
    x = torch.randn(3, 4, input_size, generator=generator)
    state = torch.randn(3, hidden_size, generator=generator)
    gru = checks.call_in_place(to_pytorch, weights, cases[k], "after")
    for name, value in copies.items():
        checks.unchanged(name, value, weights[name])
    turned = {"keeps": "takes", "takes": "keeps"}[cases[k]]
    sign = torch.ones(3, 1).repeat(1, hidden_size)
    sign[1] = -1
    opposite_biases = {name: weights[name] * sign.flatten() for name in ("b_ih", "b_hh")}
    checks.close(
        f"the outputs, where z {cases[k]} and r acts after the product",
        gru_outputs(gru, x, state),
        other_outputs(x, state, weights, cases[k], "after"),
        tolerance=1e-4,
        mistakes={
            "z does what 1 - z should do.": other_outputs(x, state, weights, turned, "after"),
            "the sign of z's weights is turned, but not that of its biases.": other_outputs(
                x, state, weights | opposite_biases, cases[k], "after"
            ),
        },
    )
### END HIDDEN TESTS

# %% test="convert" checks="reset" points=2
# Two units whose W_hn is not diagonal, with the reset gate before the product: no nn.GRU computes that.
two = {
    "W_ih": torch.ones(6, 1),
    "W_hh": torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.0, 1.0]]),
    "b_ih": torch.zeros(6),
    "b_hh": torch.zeros(6),
}
gru = checks.call_in_place(to_pytorch, two, "keeps", "before")
checks.true(gru is None, "to_pytorch: no nn.GRU computes the example, so None is to be returned.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
kinds = ("full", "diagonal", "above", "below", "tiny")
cases = [(kind, update) for kind in kinds for update in ("keeps", "takes")]
for k in torch.randperm(len(cases), generator=generator).tolist():
    kind, update = cases[k]
    input_size, hidden_size = (torch.randperm(4, generator=generator)[:2] + 2).tolist()
    weights = drawn_weights(generator, input_size, hidden_size, kind)
    x = torch.randn(3, 4, input_size, generator=generator)
    state = torch.randn(3, hidden_size, generator=generator)
    given = {name: value.clone() for name, value in weights.items()}
    gru = checks.call_in_place(to_pytorch, given, update, "before")
    if kind == "diagonal":
        checks.true(
            gru is not None,
            "to_pytorch returned None, but an nn.GRU computes the same: each unit's n sees that unit alone, "
            "so that it makes no difference whether r acts before or after the product.",
        )
        checks.close(
            f"the outputs, where z {update} and r acts before the product with a diagonal W_hn",
            gru_outputs(gru, x, state),
            other_outputs(x, state, weights, update, "before"),
            tolerance=1e-4,
            mistakes={
                "an nn.GRU multiplies b_hn by r; where r acts before, it does not.": other_outputs(
                    x, state, weights, update, "before", bias_after=True
                )
            },
        )
    else:
        checks.true(
            gru is None,
            "to_pytorch returned something, but no nn.GRU computes the same: where r acts before the "
            "product, the n of one unit sees another unit through that unit's reset gate.",
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: an `nn.LSTM`, gate by gate (3 points)
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
# ## Task 4: sequences of different lengths (4 points)
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
# step is real, and the same for $c_t$. `cell(x_t, (h, c))` computes one step for the whole batch and returns
# `(h, c)`. You write the loop: `nn.LSTM` and `pack_padded_sequence` may not be called. Gradients must reach
# `x` and the weights of the cell through every step.

# %% given="no_layer"
NO_LAYER = (
    "torch.nn.LSTM",
    "torch.lstm",
    "torch.nn.utils.rnn.pack_padded_sequence",
    "torch.nn.utils.rnn.pack_sequence",
    "utils.models.LSTM",
)


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
# ## Task 5: a bidirectional tagger (2 points)
#
# `BiTagger` scores the tags of every token, from the words on both sides of it. It has three parts, with
# these names: `embedding`, an `nn.Embedding`; `lstm`, a bidirectional `nn.LSTM` of one or more layers with
# `hidden_size` units in each direction; `head`, an `nn.Linear` from the joined states to the scores (logits).
# `forward` takes `tokens` of shape `(batch, time)`, padded beyond `lengths`, in any order of lengths, and
# returns logits of shape `(batch, time, tags)`. The logits of a real token must not depend on padding,
# neither its values nor its amount.
#
# `tagging_loss` is the mean cross-entropy over all **real** tokens of the batch. The tags at padding are 0,
# which is also the number of a real tag.
#
# `pack_padded_sequence` is allowed here.

# %% given="no_tagger"
NO_TAGGER = ("utils.models.Tagger", "utils.models.encoder.Encoder")


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


# %% test="tagger" checks="logits" points=1
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

# %% [markdown]
# ## Task 6: train a tagger (2 points)
#
# `fit_tagger(train, valid, tags, seed)` trains a tagger of words. `train` and `valid` are lists of pairs
# `(words, numbers)`: a sentence as a list of strings, and the numbers of its tags, from 0 to `tags - 1`.
# There are 1,600 training sentences. One word in five occurs only once in all the data: such words stand
# for the many rare words of real text. The test sentences hold words that no training sentence has: decide
# what your tagger makes of those.
#
# Return a function that takes a list of sentences (lists of words, of any lengths, at least one word each)
# and returns a list of tensors in the same order: for each sentence its logits, of shape `(words, tags)`.
# An empty list gives an empty list. The logits of a sentence must not depend on the sentences beside it.
#
# At least **93 %** of the words of the test sentences must get the largest logit at their tag, also with
# other sentences and another seed. A bidirectional LSTM with 48 units in each direction does that in ten
# seconds or less; your function has 25 seconds. A network that reads forwards only does not. You may use
# anything in PyTorch, and your own `BiTagger`. What counts is what you learn from `train`: in the hidden
# test all words are exchanged for others, each for one, in all sentences alike.

# %% given="sentences"
TAGS = ("ADJ", "ADP", "ADV", "AUX", "DET", "NOUN", "PART", "PRON", "PUNCT", "SCONJ", "VERB")
Sentences = list[tuple[list[str], list[int]]]


def sentences_of(seed: int) -> dict[str, Sentences]:
    """Training, validation and test sentences with their tags; another seed draws others."""
    rng = random.Random(seed)

    def rare(word: str) -> str:
        if word == "." or rng.random() > 0.2:
            return word
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=9))

    return {
        part: [
            ([rare(word) for word in item.tokens], [TAGS.index(tag) for tag in item.tags]) for item in items
        ]
        for part, items in tagged.make(seed, count=2_000).items()
    }


# %% task="fit"
def fit_tagger(train: list, valid: list, tags: int, seed: int):
    """Train on ``train``; the function from a list of sentences to a list of logits (words, tags)."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    counts = Counter(word for words, _ in train for word in words)
    often = [word for word, count in counts.items() if count > 4]
    number = {word: k for k, word in enumerate(["", *often])}  # "" is for all other words
    embedding = nn.Embedding(len(number), 32)
    lstm = nn.LSTM(32, 48, bidirectional=True)
    head = nn.Linear(96, tags)

    def logits(sentences):
        rows = [torch.tensor([number.get(word, number[""]) for word in sentence]) for sentence in sentences]
        packed = nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
        states, _ = lstm(packed._replace(data=embedding(packed.data)))
        return nn.utils.rnn.unpack_sequence(states._replace(data=head(states.data)))

    optimizer = torch.optim.Adam([*embedding.parameters(), *lstm.parameters(), *head.parameters()], 1e-2)
    for _ in range(4):
        for chosen in torch.randperm(len(train)).split(64):
            batch = [train[k] for k in chosen.tolist()]
            targets = torch.tensor([tag for _, numbers in batch for tag in numbers])
            loss = nn.functional.cross_entropy(torch.cat(logits([words for words, _ in batch])), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def predict(sentences):
        return logits(sentences) if sentences else []

    return predict
    ### END SOLUTION


# %% test="fit" checks="target" points=2
def share_right(logits, sentences):
    """The share of words whose largest logit is at their tag, once it is seen that all logits are there."""
    checks.true(
        len(logits) == len(sentences), f"fit_tagger: {len(sentences)} sentences, but {len(logits)} answers."
    )
    found, wanted = [], []
    for one, (words, numbers) in zip(logits, sentences, strict=True):
        checks.shape(f"the logits of a sentence of {len(words)} words", one, (len(words), len(TAGS)))
        found += one.argmax(dim=1).tolist()
        wanted += numbers
    return sum(a == b for a, b in zip(found, wanted, strict=True)) / len(wanted)


data = sentences_of(seed=0)
predict = checks.call(fit_tagger, data["train"], data["valid"], len(TAGS), 0)
logits = checks.call(predict, [words for words, _ in data["test"]])
right = share_right(logits, data["test"])
checks.true(right >= 0.93, f"fit_tagger: {right:.1%} of the words are right, and 93 % are asked for.")
### BEGIN HIDDEN TESTS
fresh = checks.fresh_generator()
seed, drawn = (1 + torch.randint(2**30, (2,), generator=fresh)).tolist()
plain = sentences_of(drawn)
known = sorted({word for part in plain.values() for words, _ in part for word in words})
codes = torch.randperm(len(known), generator=fresh).tolist()
other = {word: f"w{code}" for word, code in zip(known, codes, strict=True)}
data = {
    part: [([other[word] for word in words], numbers) for words, numbers in items]
    for part, items in plain.items()
}
data["test"].sort(key=lambda item: item[0])
sentences = [words for words, _ in data["test"]]
predict = checks.call(fit_tagger, data["train"], data["valid"], len(TAGS), seed)
logits = checks.call(predict, sentences)
right = share_right(logits, data["test"])
checks.true(
    right >= 0.93, f"fit_tagger with other sentences: {right:.1%} of the words are right, 93 % are asked for."
)
k = int(torch.randint(len(sentences), (), generator=fresh))
alone = checks.call(predict, [sentences[k]])
checks.close(
    "the logits of a sentence that is alone, and among others (is padding read, or dropout on?)",
    alone[0],
    logits[k].detach(),
    tolerance=1e-3,
)
beside = checks.call(predict, [sentences[k] * 8, sentences[k], ["unheard"]])
checks.close(
    "the logits of a sentence beside longer ones (is padding read?)",
    beside[1],
    logits[k].detach(),
    tolerance=1e-3,
)
checks.true(len(checks.call(predict, [])) == 0, "fit_tagger: no sentences must give an empty list.")
### END HIDDEN TESTS

# %% [markdown]
# ## Task 7: the ten surest errors (2 points)
#
# A tagger's share of right words says little about what it gets wrong.
# `surest_errors(sentences, logits, tags, count)` makes the table to begin with. `sentences`
# is a list of pairs `(words, numbers)` as in task 6, `logits` a list of tensors `(words, tags)`, one for
# each sentence, and `tags` the names of the tags. Return a list of at most `count` tuples
#
# `(sentence, place, word, true, said, probability)`
#
# of the words whose largest logit is not at their tag: the number of the sentence and the place of the
# word in it, both ints from 0; the word; the names of its tag and of the tag that the tagger says; and the
# probability (softmax) of the tag that it **says**, a Python float. The largest probability comes first;
# words with equal probabilities come in any order. If there are fewer errors than `count`, return all of
# them.
#
# The second test prints the table of a tagger that knows words and not their neighbours. Do the same with
# your own tagger of task 6, in a cell of yours, and find for each of its ten errors the word that would
# have settled it. Is that word to the left, or to the right?


# %% task="errors"
def surest_errors(
    sentences: list, logits: list[Tensor], tags: tuple[str, ...], count: int
) -> list[tuple[int, int, str, str, str, float]]:
    """The surest of a tagger's errors: (sentence, place, word, true, said, probability)."""
    ### BEGIN SOLUTION
    errors = []
    for k, ((words, numbers), scores) in enumerate(zip(sentences, logits, strict=True)):
        probabilities, said = scores.softmax(dim=1).max(dim=1)
        for t, (word, true) in enumerate(zip(words, numbers, strict=True)):
            if said[t] != true:
                errors.append((k, t, word, tags[true], tags[int(said[t])], probabilities[t].item()))
    errors.sort(key=lambda row: row[5], reverse=True)
    return errors[:count]
    ### END SOLUTION


# %% test="errors" checks="table" points=1
def check_table(answer, sentences, logits, tags, count):
    """Whether a table of errors is right, with rows of equal probability in any order."""
    errors = {}
    for k, ((words, numbers), scores) in enumerate(zip(sentences, logits, strict=True)):
        each = scores.double().softmax(dim=1)
        for t, (word, true) in enumerate(zip(words, numbers, strict=True)):
            said = int(scores[t].argmax())
            if said != true:
                errors[k, t] = (word, tags[true], tags[said], each[t, said].item(), each[t, true].item())
    surest = sorted((row[3] for row in errors.values()), reverse=True)[:count]
    checks.true(
        isinstance(answer, list) and all(isinstance(row, tuple) and len(row) == 6 for row in answer),
        "surest_errors: expected a list of tuples (sentence, place, word, true, said, probability).",
    )
    checks.true(
        len(answer) == len(surest),
        f"surest_errors with count={count}: {len(surest)} rows are expected, got {len(answer)}. "
        f"There are {len(errors)} errors.",
    )
    checks.true(
        len({(k, t) for k, t, *_ in answer}) == len(answer), "surest_errors: a word stands in two rows."
    )
    for k, t, word, true, said, probability in answer:
        row = f"surest_errors: the row {(k, t, word, true, said, round(float(probability), 4))}"
        checks.true(
            (k, t) in errors,
            f"{row} is no error: numbers and places count from 0, and right words are left out.",
        )
        wanted = errors[k, t]
        checks.true(
            (word, true, said) == wanted[:3], f"{row} should have {wanted[:3]} (word, true tag, said tag)."
        )
        checks.true(isinstance(probability, float), f"{row}: the probability must be a Python float.")
        checks.close(
            f"{row}, its probability",
            torch.tensor(probability),
            torch.tensor(wanted[3]),
            tolerance=1e-4,
            mistakes={
                "this is the probability of the true tag: give that of the tag that was said.": torch.tensor(
                    wanted[4]
                ),
                "this is a logit: take the softmax over the tags.": logits[k][t].max(),
            },
        )
    checks.close(
        "the probabilities of the rows: the surest errors come first",
        torch.tensor([row[5] for row in answer]),
        torch.tensor(surest),
        tolerance=1e-4,
    )


# Two sentences, three tags. "old" is right. "the" is said to be B with e²/(e² + 1 + 1) = 0.787, and
# "guard" to be C with e³/(e³ + e² + 1) = 0.705: its logit is larger, but the tagger is less sure.
pair_of = [(["the", "old"], [0, 1]), (["guard"], [1])]
scores = [torch.tensor([[0.0, 2.0, 0.0], [0.0, 1.0, 0.0]]), torch.tensor([[0.0, 2.0, 3.0]])]
answer = checks.call(surest_errors, pair_of, scores, ("A", "B", "C"), 10)
check_table(answer, pair_of, scores, ("A", "B", "C"), 10)
answer = checks.call(surest_errors, pair_of, scores, ("A", "B", "C"), 1)
checks.true(
    [row[:5] for row in answer] == [(0, 0, "the", "A", "B")],
    "surest_errors: of the example's errors, the one with 'the' is the surest, though its logit is smaller.",
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for count in (torch.randperm(12, generator=generator)[:4] + 1).tolist():
    kinds = int(torch.randint(3, 7, (), generator=generator))
    names = tuple(f"tag {k}" for k in torch.randperm(40, generator=generator)[:kinds].tolist())
    drawn, scores = [], []
    for length in (torch.randperm(8, generator=generator)[:6] + 1).tolist():
        words = [f"word {k}" for k in torch.randint(30, (length,), generator=generator).tolist()]
        drawn.append((words, torch.randint(kinds, (length,), generator=generator).tolist()))
        # a constant that softmax does not see, so that logits do not tell how sure the tagger is
        scores.append(
            2 * torch.randn(length, kinds, generator=generator)
            + 20 * torch.rand(length, 1, generator=generator)
        )
    kept = [one.clone() for one in scores]
    answer = checks.call(surest_errors, drawn, scores, names, count)
    check_table(answer, drawn, kept, names, count)
    for before, after in zip(kept, scores, strict=True):
        checks.unchanged("logits", before, after)
### END HIDDEN TESTS


# %% test="errors" checks="real" points=1
# A tagger that counts how often each word has each tag in training, and looks at no neighbours.
def counted_logits(train, sentences):
    prior = 0.5 + 0.01 * torch.arange(len(TAGS))  # so that no two tags of a word are equal
    counts = {}
    for words, numbers in train:
        for word, number in zip(words, numbers, strict=True):
            counts.setdefault(word, prior.clone())[number] += 1
    once = [count for count in counts.values() if count.sum() < prior.sum() + 1.5]
    rare_word = sum(once) + prior
    return [torch.stack([counts.get(word, rare_word).log() for word in words]) for words, _ in sentences]


data = sentences_of(seed=1)
logits_of_counts = counted_logits(data["train"], data["test"])
answer = checks.call(surest_errors, data["test"], logits_of_counts, TAGS, 10)
check_table(answer, data["test"], logits_of_counts, TAGS, 10)
for k, t, word, true, said, probability in answer:
    print(f"{probability:.2f} {word:10} {true:5} said {said:5} in: {' '.join(data['test'][k][0])} (word {t})")
### BEGIN HIDDEN TESTS
fresh = checks.fresh_generator()
data = sentences_of(int(torch.randint(2, 2**30, (), generator=fresh)))
for part in ("valid", "test"):
    logits_of_counts = counted_logits(data["train"], data[part])
    count = int(torch.randint(10, 40, (), generator=fresh))
    answer = checks.call(surest_errors, data[part], logits_of_counts, TAGS, count)
    check_table(answer, data[part], logits_of_counts, TAGS, count)
# A word that stands twice, and is wrong where it stands for the second time.
twice = [(["the", "cat", "saw", "the", "dog"], [0, 1, 2, 0, 1])]
scores = 3 * torch.eye(3)[[0, 1, 2, 1, 1]]
answer = checks.call(surest_errors, twice, [scores], ("A", "B", "C"), 10)
checks.true(
    [row[:2] for row in answer] != [(0, 0)],
    "surest_errors: a word that stands twice gets the place where it stands first.",
)
check_table(answer, twice, [scores], ("A", "B", "C"), 10)
### END HIDDEN TESTS
