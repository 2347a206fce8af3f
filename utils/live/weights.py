"""A network's weights as a page holds them: whole numbers from -127 to 127, and a scale for each row."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def packed(model: nn.Module) -> dict[str, Any]:
    """The ``state_dict`` for JSON: for each name its shape, the scale of each row, and the numbers in base64.

    A weight is scale * number. A vector is one row. A number takes one byte, four thirds of one in base64.
    """
    found = {}
    for name, weight in model.state_dict().items():
        numbers, scales = _whole(weight)
        data = base64.b64encode(numbers.to(torch.int8).numpy().tobytes()).decode("ascii")
        found[name] = {"shape": list(weight.shape), "scales": scales.flatten().tolist(), "data": data}
    return found


@torch.no_grad()
def rounded(model: Network) -> Network:
    """A copy of ``model`` whose weights are those that a page holds."""
    copy = deepcopy(model).eval()
    for weight in copy.state_dict().values():
        numbers, scales = _whole(weight)
        weight.copy_((numbers * scales).view_as(weight))
    return copy


def _whole(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers (rows, columns), and the scales (rows, 1)."""
    rows = weight.detach().double().reshape(-1, weight.shape[-1])
    scales = (rows.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-12)
    scales = torch.tensor([[float(f"{scale:.6g}")] for scale in scales.flatten().tolist()])
    return (rows / scales).round().clamp(-127, 127), scales.double()
