"""What ``book/_static/live/neuron.js`` computes: two recurrent units that read bits."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

STEEPNESS = 10.0


def states(bits: Sequence[int], w_x: float, w_1: float, w_2: float, b_1: float, b_2: float) -> Tensor:
    """The two states after each bit, ``(steps, 2)`` in float64, from states of 0.

    h_t = σ(10 (w_x x_t + w_1 h_{t-1,1} + w_2 h_{t-1,2} + b)); the output is h_{t,1} - h_{t,2}. With weights
    1, 1, -1 and biases -½, -3/2 it is near 1 when the number of ones is odd, and near 0 otherwise.
    """
    weights = torch.tensor([w_1, w_2], dtype=torch.float64)
    biases = torch.tensor([b_1, b_2], dtype=torch.float64)
    h, found = torch.zeros(2, dtype=torch.float64), []
    for x in bits:
        h = torch.sigmoid(STEEPNESS * (w_x * x + h @ weights + biases))
        found.append(h)
    return torch.stack(found)
