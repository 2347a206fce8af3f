"""The long short-term memory, and the variants that two searches compared."""

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from utils.models.layers import fused
from utils.models.layers.cells import LSTMForm, State, lstm_step, project
from utils.models.layers.derivatives import lstm_step_backward, project_backward
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell

STANDARD = LSTMForm()
V = LSTMForm(peepholes=True)
VARIANTS: dict[str | None, LSTMForm] = {
    None: STANDARD,
    # Greff et al. (2017): V, and V with one change
    "V": V,
    "NIG": replace(V, input_gate=False),
    "NFG": replace(V, forget_gate=False),
    "NOG": replace(V, output_gate=False),
    "NIAF": replace(V, input_activation=False),
    "NOAF": replace(V, output_activation=False),
    "CIFG": replace(V, coupled=True),
    "NP": STANDARD,
    "FGR": replace(V, gate_recurrence=True),
    # Jozefowicz et al. (2015): without peepholes, and without one gate
    "LSTM-i": replace(STANDARD, input_gate=False),
    "LSTM-f": replace(STANDARD, forget_gate=False),
    "LSTM-o": replace(STANDARD, output_gate=False),
}


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
