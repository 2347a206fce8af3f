"""One step of each recurrent cell: the formula beside the code.

The input's share of the sums, W x_t + b, does not depend on the state. ``project(x, weights)`` finds it for
all time steps in one product, before the loop over time. Then every step has the form
``step(projected, state, weights) -> (new state, saved)``.

- ``projected`` (batch, rows) is that share of one time step.
- ``state`` is a tuple of tensors (batch, hidden_size); the first is the hidden state h_{t-1}.
- ``weights`` maps the names of the parameters to tensors.
- ``saved`` are the values from which ``derivatives.py`` finds the gradient of the step.

In the formulas ⊙ multiplies element by element, σ is the logistic function, and the W x_t + b of each line
is what ``projected`` holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Activation = Callable[[Tensor], Tensor]
State = tuple[Tensor, ...]
Weights = Mapping[str, Tensor]
Saved = tuple[Tensor | None, ...]


def project(x: Tensor, weights: Weights, biases: tuple[str, ...] = ("bias_ih", "bias_hh")) -> Tensor:
    """W_ih x_t + b_ih + b_hh, or those ``biases`` that are named, for all time steps at once.

    ``x`` is (time, batch, input_size), the result (time, batch, rows of ``weight_ih``).
    """
    bias = None
    for name in biases:
        if name in weights:
            bias = weights[name] if bias is None else bias + weights[name]
    return F.linear(x, weights["weight_ih"], bias)


def rnn_step(
    projected: Tensor, state: State, weights: Weights, activation: Activation = torch.tanh
) -> tuple[State, Saved]:
    """One step of the recurrent neuron (Elman, 1990).

    h_t = tanh(W_ih x_t + b_ih + b_hh + W_hh h_{t-1})

    ``weight_hh`` is (hidden_size, hidden_size); ``activation`` may be relu in the place of tanh.
    """
    (hidden,) = state
    new_hidden = activation(torch.addmm(projected, hidden, weights["weight_hh"].t()))
    return (new_hidden,), (hidden, new_hidden)


@dataclass(frozen=True)
class LSTMForm:
    """Which parts an LSTM cell has; the default is the cell of ``torch.nn.LSTM``."""

    peepholes: bool = False
    input_gate: bool = True
    forget_gate: bool = True
    output_gate: bool = True
    input_activation: bool = True
    output_activation: bool = True
    coupled: bool = False  # f = 1 - i
    gate_recurrence: bool = False  # the gates of t-1 feed the gates of t
    tanh_output_gate: bool = False


STANDARD = LSTMForm()


def lstm_step(
    projected: Tensor, state: State, weights: Weights, form: LSTMForm = STANDARD
) -> tuple[State, Saved]:
    """One step of the long short-term memory (Hochreiter and Schmidhuber, 1997; Greff et al., 2017).

    i_t = σ(W_i x_t + R_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)      how much of the new is written
    f_t = σ(W_f x_t + R_f h_{t-1} + p_f ⊙ c_{t-1} + b_f)      how much of the old is kept
    g_t = tanh(W_g x_t + R_g h_{t-1} + b_g)                   what is written
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    o_t = σ(W_o x_t + R_o h_{t-1} + p_o ⊙ c_t + b_o)          how much is shown; it peeps at the new cell
    h_t = o_t ⊙ tanh(c_t)

    ``weight_hh`` stacks R_i, R_f, R_g, R_o: (4 * hidden_size, hidden_size). ``form`` says which parts there
    are. Peepholes p_i, p_f, p_o are ``weight_peephole`` (3 * hidden_size,). Full gate recurrence adds
    R_g (i, f, o)_{t-1} to the sums of i, f and o, with ``weight_gates`` (3 * hidden_size, 3 * hidden_size)
    and (i, f, o)_{t-1} as third part of the state, after h and c.
    """
    hidden, cell, *gates = state
    sums = torch.addmm(projected, hidden, weights["weight_hh"].t())
    sum_i, sum_f, sum_g, sum_o = sums.chunk(4, dim=1)
    if form.gate_recurrence:
        from_i, from_f, from_o = F.linear(gates[0], weights["weight_gates"]).chunk(3, dim=1)
        sum_i, sum_f, sum_o = sum_i + from_i, sum_f + from_f, sum_o + from_o
    if form.peepholes:
        peep_i, peep_f, peep_o = weights["weight_peephole"].chunk(3)
        sum_i = torch.addcmul(sum_i, peep_i, cell)
        sum_f = torch.addcmul(sum_f, peep_f, cell)

    i = torch.sigmoid(sum_i) if form.input_gate else None
    f = torch.sigmoid(sum_f) if form.forget_gate else None
    if form.coupled and i is not None:
        f = 1 - i
    g = torch.tanh(sum_g) if form.input_activation else sum_g
    written = gated(i, g)
    new_cell = cell + written if f is None else torch.addcmul(written, f, cell)

    if form.peepholes:
        sum_o = torch.addcmul(sum_o, peep_o, new_cell)
    o = (torch.tanh if form.tanh_output_gate else torch.sigmoid)(sum_o) if form.output_gate else None
    shown = torch.tanh(new_cell) if form.output_activation else new_cell
    new_hidden = gated(o, shown)

    saved = (hidden, cell, i, f, g, o, new_cell, shown, *gates)
    if i is not None and f is not None and o is not None and form.gate_recurrence:
        return (new_hidden, new_cell, torch.cat([i, f, o], dim=1)), saved
    return (new_hidden, new_cell), saved


def gated(gate: Tensor | None, value: Tensor) -> Tensor:
    """gate ⊙ value; a gate that the cell lacks (None) is 1 and lets everything through."""
    return value if gate is None else gate * value


def gru_step(projected: Tensor, state: State, weights: Weights) -> tuple[State, Saved]:
    """One step of the gated recurrent unit (Cho et al., 2014), the reset applied after the product with h.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_{t-1} + b_hn))
    h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    ``weight_hh`` stacks W_hr, W_hz, W_hn: (3 * hidden_size, hidden_size), and ``bias_hh``, if there is one,
    b_hr, b_hz, b_hn. ``projected`` holds the W_i x_t + b_i, in the same order.
    """
    (hidden,) = state
    size = hidden.shape[1]
    recurrent = F.linear(hidden, weights["weight_hh"], weights.get("bias_hh"))
    r, z = torch.sigmoid(projected[:, : 2 * size] + recurrent[:, : 2 * size]).chunk(2, dim=1)
    recurrent_n = recurrent[:, 2 * size :]
    n = torch.tanh(torch.addcmul(projected[:, 2 * size :], r, recurrent_n))
    return (torch.lerp(n, hidden, z),), (hidden, r, z, n, recurrent_n)


def mut_project(x: Tensor, weights: Weights, kind: int) -> Tensor:
    """All that has no h in the sums of MUT's z, r and n (see ``mut_step``), for all time steps at once.

    ``weight_ih`` stacks W_xz, W_xr, W_xh; where the formula has the bare x, the block is there only if x must
    be projected to the width of h.
    """
    size = weights["weight_hh"].shape[1]
    products = F.linear(x, weights["weight_ih"]).split(size, dim=-1)
    sums = dict(zip(mut_blocks(weights, kind), products, strict=True))
    from_n = sums.get("n", x)
    if kind == 1:
        from_n = torch.tanh(from_n)
    joined = torch.cat([sums["z"], sums.get("r", x), from_n], dim=-1)
    return joined + weights["bias"] if "bias" in weights else joined


def mut_blocks(weights: Weights, kind: int) -> str:
    """The sums that have a block of rows in ``weight_ih``."""
    if len(weights["weight_ih"]) == 3 * weights["weight_hh"].shape[1]:
        return "zrn"
    return {1: "zr", 2: "zn"}[kind]


def mut_step(projected: Tensor, state: State, weights: Weights, kind: int) -> tuple[State, Saved]:
    """One step of the cell MUT1, MUT2 or MUT3 (``kind`` 1, 2, 3; Jozefowicz et al., 2015).

    MUT1: z = σ(W_xz x + b_z)
          r = σ(W_xr x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + tanh(x) + b_h)
    MUT2: z = σ(W_xz x + W_hz h + b_z)
          r = σ(x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + W_xh x + b_h)
    MUT3: z = σ(W_xz x + W_hz tanh(h) + b_z)
          r = σ(W_xr x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + W_xh x + b_h)
    and in all of them
          h_t = n ⊙ z + h_{t-1} ⊙ (1 - z)

    ``weight_hh`` stacks W_hz, W_hr, W_hh: (3 * hidden_size, hidden_size); MUT1 has no W_hz, so its
    ``weight_hh`` is (2 * hidden_size, hidden_size). ``projected`` holds all that has no h, for z, r and n.
    """
    (hidden,) = state
    from_z, from_r, from_n = projected.chunk(3, dim=1)
    weight_z, weight_r, weight_n = mut_weights(weights["weight_hh"], kind)
    sources = {1: None, 2: hidden, 3: torch.tanh(hidden)}
    source_z = sources[kind]
    z = torch.sigmoid(from_z if source_z is None else torch.addmm(from_z, source_z, weight_z.t()))
    r = torch.sigmoid(torch.addmm(from_r, hidden, weight_r.t()))
    reset = r * hidden
    n = torch.tanh(torch.addmm(from_n, reset, weight_n.t()))
    return (torch.lerp(hidden, n, z),), (hidden, source_z, z, r, reset, n)


def mut_weights(weight_hh: Tensor, kind: int) -> tuple[Tensor, Tensor, Tensor]:
    """W_hz, W_hr and W_hh, from their stack; MUT1's W_hz has no rows."""
    size = weight_hh.shape[1]
    rows_z = 0 if kind == 1 else size
    weight_z, weight_r, weight_n = weight_hh.split([rows_z, size, size])
    return weight_z, weight_r, weight_n
