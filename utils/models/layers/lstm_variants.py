"""The variants of the LSTM that two searches compared: which parts each of them has."""

from dataclasses import dataclass, replace


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
