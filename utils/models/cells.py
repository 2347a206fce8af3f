"""One step of each recurrent cell: the formula beside the code.

Each step takes ``projected``, the input's share W_ih x_t + b_ih. It does not depend on the state, so the
layer computes it for all time steps in one product before the loop over time (see ``recurrent.py``).
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Activation = Callable[[Tensor], Tensor]


def rnn_step(
    projected: Tensor,
    hidden: Tensor,
    weight_hh: Tensor,
    bias_hh: Tensor | None,
    activation: Activation = torch.tanh,
) -> Tensor:
    """One step of the recurrent neuron (Elman, 1990).

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Shapes: ``projected`` = W_ih x_t + b_ih and ``hidden`` = h_{t-1} are (batch, hidden_size),
    ``weight_hh`` is (hidden_size, hidden_size), ``bias_hh`` is (hidden_size,) or None;
    the result h_t is (batch, hidden_size).
    """
    return activation(projected + F.linear(hidden, weight_hh, bias_hh))
