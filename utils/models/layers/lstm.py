"""The long short-term memory, and the variants that two searches compared."""

from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.models.layers import fused
from utils.models.layers.lstm_variants import STANDARD, VARIANTS, LSTMForm
from utils.models.layers.projection import (
    Saved,
    State,
    Weights,
    add_product,
    project,
    project_backward,
    tanh_backward,
    write_sigmoid_backward,
    write_tanh_backward,
)
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell


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


def lstm_step_backward(
    d_state: State,
    saved: tuple[Tensor | None, ...],
    weights: Weights,
    gradients: Weights,
    d_projected: Tensor,
    form: LSTMForm = STANDARD,
) -> State:
    """Line by line the reverse of ``lstm_step``."""
    d_hidden, d_cell, *d_gates = d_state
    hidden, cell, i, f, g, o, new_cell, shown, *gates = saved
    assert hidden is not None and cell is not None and g is not None
    assert new_cell is not None and shown is not None  # only gates can be missing
    d_gate_i, d_gate_f, d_gate_o = d_gates[0].chunk(3, dim=1) if d_gates else (None, None, None)
    d_sum_i, d_sum_f, d_sum_g, d_sum_o = d_projected.chunk(4, dim=1)  # to be written
    if i is None or f is None or o is None or form.coupled:
        d_projected.zero_()  # for the sum of a gate that is not there
    if form.peepholes:
        peep_i, peep_f, peep_o = weights["weight_peephole"].chunk(3)
        total_i, total_f, total_o = gradients["weight_peephole"].chunk(3)

    # h = o ⊙ tanh(c)
    if o is not None:
        write = write_tanh_backward if form.tanh_output_gate else write_sigmoid_backward
        write(plus(d_hidden * shown, d_gate_o), o, grad_input=d_sum_o)
    d_shown = gated(o, d_hidden)
    d_cell = d_cell + (tanh_backward(d_shown, shown) if form.output_activation else d_shown)
    if form.peepholes:
        d_cell = torch.addcmul(d_cell, d_sum_o, peep_o)
        total_o += (d_sum_o * new_cell).sum(0)

    # c = f ⊙ c_before + i ⊙ g
    d_before = gated(f, d_cell)
    d_g = gated(i, d_cell)
    if form.input_activation:
        write_tanh_backward(d_g, g, grad_input=d_sum_g)
    else:
        d_sum_g.copy_(d_g)
    if i is not None:
        d_i = d_cell * (g - cell if form.coupled else g)
        write_sigmoid_backward(plus(d_i, d_gate_i), i, grad_input=d_sum_i)
    if f is not None and not form.coupled:
        write_sigmoid_backward(plus(d_cell * cell, d_gate_f), f, grad_input=d_sum_f)
    if form.peepholes:
        d_before = torch.addcmul(d_before, d_sum_i, peep_i)
        d_before = torch.addcmul(d_before, d_sum_f, peep_f)
        total_i += (d_sum_i * cell).sum(0)
        total_f += (d_sum_f * cell).sum(0)

    # the sums
    add_product(gradients["weight_hh"], d_projected, hidden)
    d_hidden = d_projected @ weights["weight_hh"]
    if not gates or gates[0] is None:
        return d_hidden, d_before
    d_sums = torch.cat([d_sum_i, d_sum_f, d_sum_o], dim=1)
    add_product(gradients["weight_gates"], d_sums, gates[0])
    return d_hidden, d_before, d_sums @ weights["weight_gates"]


def gated(gate: Tensor | None, value: Tensor) -> Tensor:
    """gate ⊙ value; a gate that the cell lacks (None) is 1 and lets everything through."""
    return value if gate is None else gate * value


def plus(a: Tensor, b: Tensor | None) -> Tensor:
    return a if b is None else a + b


class LSTM(Recurrent):
    """The long short-term memory, with the call contract of ``torch.nn.LSTM``; its state is (h, c).

    i_t = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)
    f_t = σ(W_if x_t + b_if + W_hf h_{t-1} + b_hf)
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
    o_t = σ(W_io x_t + b_io + W_ho h_{t-1} + b_ho)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    h_t = o_t ⊙ tanh(c_t)

    The rows of the weights are stacked in the order i, f, g, o. ``variant`` changes the cell:

    ======================  ======================================================================
    None, "NP"              as above
    "V"                     with peepholes: p_i ⊙ c_{t-1} in i's sum, p_f ⊙ c_{t-1} in f's, and
                            p_o ⊙ c_t, the new cell, in o's
    "NIG", "NFG", "NOG"     V without input, forget or output gate: i = 1, f = 1 or o = 1
    "NIAF", "NOAF"          V without input activation (g_t is the sum itself) or output activation
                            (h_t = o_t ⊙ c_t)
    "CIFG"                  V with input and forget gate coupled: f = 1 - i
    "FGR"                   V with full gate recurrence: R_g (i, f, o)_{t-1} in the sums of i, f and o
    "LSTM-i", "-f", "-o"    as above without input, forget or output gate ("LSTM-f" is the name)
    ======================  ======================================================================

    From V to FGR they are those of Greff et al. (2017), the last three those of Jozefowicz et al. (2015),
    whose LSTM-b is ``forget_bias=1.0``. Peepholes are ``weight_peephole_lk`` (3 * hidden_size,), order i, f,
    o. FGR adds ``weight_gates_lk`` (3 * hidden_size, 3 * hidden_size): rows i, f, o of the gates it feeds,
    columns i, f, o of the gates of t-1. In every call those start from 0, since the state is (h, c): read
    FGR's sequences in one call. All variants have all the rows of ``torch.nn.LSTM``'s weights, so that
    weights can go from one to another; the rows of a gate that is not there get the gradient 0.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype: as in
            ``RNN``.
        proj_size: only 0, a projection of the output is not supported.
        variant: one of the names above.
        forget_bias: b_if starts from this number and b_hf from 0, so that at first the cell forgets little;
            None starts as torch does.
        output_gate: "sigmoid", or "tanh" as in Jozefowicz et al.
        backend: "auto" or "readable" (see ``Recurrent``).

    Raises:
        ValueError: as ``RNN``, and for an unknown variant or output gate, a forget bias where there is no
            bias or no forget gate with a bias, or a projection.
    """

    gates = 4
    parts = 2
    mode = "LSTM"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        variant: str | None = None,
        forget_bias: float | None = None,
        output_gate: str = "sigmoid",
        backend: str = "auto",
    ) -> None:
        if proj_size != 0:
            raise ValueError(f"proj_size is not supported: leave it at 0, got {proj_size}")
        if variant not in VARIANTS:
            names = ", ".join(repr(name) for name in VARIANTS)
            raise ValueError(f"variant must be one of {names}; got {variant!r}")
        if output_gate not in ("sigmoid", "tanh"):
            raise ValueError(f"output_gate must be 'sigmoid' or 'tanh', got {output_gate!r}")
        form = replace(VARIANTS[variant], tanh_output_gate=output_gate == "tanh")
        if forget_bias is not None and not (bias and form.forget_gate and not form.coupled):
            raise ValueError(f"forget_bias needs a forget gate with a bias; bias={bias}, variant={variant!r}")
        self.variant, self.forget_bias, self.output_gate, self.form = variant, forget_bias, output_gate, form
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device,
            dtype,
            backend=backend,
        )

    def weight_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        shapes, size = super().weight_shapes(width), self.hidden_size
        if self.form.peepholes:
            shapes["weight_peephole"] = (3 * size,)
        if self.form.gate_recurrence:
            shapes["weight_gates"] = (3 * size, 3 * size)
        return shapes

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """As torch.nn; then the forget gate's bias, if it was given."""
        super().reset_parameters()
        if self.forget_bias is None:
            return
        forget = slice(self.hidden_size, 2 * self.hidden_size)
        for name, parameter in self.named_parameters():
            if name.startswith("bias"):
                nn.init.constant_(parameter[forget], self.forget_bias if name.startswith("bias_ih") else 0.0)

    def cell(self) -> Cell:
        return Cell(
            project,
            partial(lstm_step, form=self.form),
            project_backward,
            partial(lstm_step_backward, form=self.form),
        )

    def first_state(self, state: State) -> State:
        if not self.form.gate_recurrence:
            return state
        hidden: Tensor = state[0]
        return (*state, hidden.new_zeros(len(hidden), 3 * self.hidden_size))

    def kernel(self) -> fused.Kernel | None:
        return torch.lstm if self.form == STANDARD else None
