"""How far back a gradient reaches, and how long an input is felt, before and after training.

    python -m experiments.vanishing [--size tiny|default|full] [--workers N] [--to FILE]

Networks of ``experiments.adding``. "Reach" is ‖∂s_T/∂s_t‖ by distance, the largest singular value, where s is
the whole state ((h, c) of an LSTM). The product of the steps' Jacobians is kept at length 1 and its logarithm
summed. "Sensitivity" is Graves' figure: how a change of the marked number changes the states after it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from scipy.stats import linregress
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from experiments.adding import CELLS, train
from experiments.runs import Run
from experiments.sizes import command
from utils.data.made.tasks import adding

TO = Path("book/experiments/vanishing.json")
SEQUENCES = 8


class Setting(NamedTuple):
    """What a size changes."""

    length: int
    updates: int
    seeds: int
    hidden: int


SIZES = {
    "tiny": Setting(20, 200, 1, 16),
    "default": Setting(30, 1500, 2, 32),
    "full": Setting(50, 3000, 5, 64),
}


def runs(size: str) -> dict[str, Run]:
    setting = SIZES[size]
    return {
        f"{cell}, {seed}": partial(norms, cell, seed, setting)
        for seed in range(setting.seeds)
        for cell in CELLS
    }


def norms(cell: str, seed: int, setting: Setting) -> dict[str, Any]:
    """Logarithms (base 10) of both norms by distance 0, 1, ..., before and after training."""
    found: dict[str, Any] = {}
    for when, updates in (("before", 0), ("after", setting.updates)):
        model, trained = train(cell, setting.length, seed, updates, setting.hidden, stop=False)
        reach, sensitivity = through_time(model.rnn, setting.length)
        found[when] = {"reach": reach, "sensitivity": sensitivity}
        found["error"] = trained["error"]
    return found


def through_time(layer: nn.Module, length: int) -> tuple[list[float], list[float]]:
    """log10 of ‖∂s_T/∂s_t‖ for T - t = 0, 1, ..., and of ‖∂s_{m+k}/∂x_m‖ for k = 0, 1, ...

    m is the first marked step. Both are medians over sequences; the second goes to half the length.
    """
    layer = layer.double()
    weights = {name: parameter.detach() for name, parameter in layer.named_parameters()}
    x, _ = adding(SEQUENCES, length, seed=10**6 + 1)
    x = x.double()
    parts = 2 if type(layer).__name__ == "LSTM" else 1
    size = parts * layer.get_parameter("weight_hh_l0").shape[1]

    def step(state: Tensor, x_t: Tensor) -> Tensor:
        pieces = tuple(piece[None] for piece in state.chunk(parts))
        _, after = functional_call(layer, weights, (x_t[None], pieces if parts == 2 else pieces[0]))
        return torch.cat([piece[0] for piece in after]) if parts == 2 else after[0]

    states = [x.new_zeros(SEQUENCES, size)]
    for t in range(length):
        states.append(vmap(step)(states[-1], x[:, t]))
    by_state: Callable[..., Tensor] = vmap(jacrev(step, 0))
    steps = [by_state(states[t], x[:, t]) for t in range(length)]

    eye = torch.eye(size, dtype=x.dtype).expand(SEQUENCES, -1, -1)
    reach = log_norms(eye, reversed(steps), lambda product, jacobian: product @ jacobian)

    marks = x[:, :, 1].argmax(1).tolist()
    into = vmap(jacrev(step, 1))(
        torch.stack([states[m][i] for i, m in enumerate(marks)]), x[range(SEQUENCES), marks]
    )
    following = (
        torch.stack([steps[m + k][i] for i, m in enumerate(marks)]) for k in range(1, length - max(marks))
    )
    sensitivity = log_norms(into[..., :1], following, lambda product, jacobian: jacobian @ product)
    return reach, sensitivity


def log_norms(product: Tensor, steps: Any, times: Callable[[Tensor, Tensor], Tensor]) -> list[float]:
    """log10 of the norm of the product after each factor, the median over sequences; 0 counts as 1e-300."""
    scale = torch.zeros(len(product), dtype=product.dtype)
    found = []
    for jacobian in [None, *steps]:
        product = product if jacobian is None else times(product, jacobian)
        norm = torch.linalg.matrix_norm(product, 2).clamp(min=1e-300)
        scale = (scale + norm.log10()).clamp(min=-300.0)
        product = product / norm[:, None, None]
        found.append(round(scale.median().item(), 4))
    return found


# the table


def slope(logs: list[float]) -> tuple[float, float]:
    """By what power of ten the norm falls or grows in a step, and R² of that line: the exponential law."""
    line = linregress(range(len(logs)), logs)
    return line.slope, line.rvalue**2


def table(results: Mapping[str, Any]) -> str:
    lines = [
        "cell: reach at half the length and the whole (log10), slope a step and R² (linregress), sensitivity"
    ]
    for when in ("before", "after"):
        for cell in CELLS:
            rows = [row[when] for name, row in results.items() if name.startswith(f"{cell}, ")]
            middle, end = ([row["reach"][k] for row in rows] for k in (len(rows[0]["reach"]) // 2, -1))
            slopes, fits = zip(*(slope(row["reach"]) for row in rows), strict=True)
            seen = [row["sensitivity"][-1] for row in rows]
            lines.append(
                f"{when:6} {cell:5} {spread(middle)}  {spread(end)}  {statistics.mean(slopes):+.4f}"
                f"  {statistics.mean(fits):.2f}  {spread(seen)}"
            )
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    return f"{statistics.mean(values):+7.2f} ± {statistics.stdev(values) if len(values) > 1 else 0:.2f}"


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
