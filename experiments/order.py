"""Temporal order over 50 to 200 steps: gradient descent, with clipping, and with clipping and Ω.

    python -m experiments.order [--size tiny|default|full] [--workers N] [--to FILE]

Pascanu, Mikolov and Bengio (ICML 2013), with the squared ratios of their code and its weight of Ω, 2. A run
succeeds if at most 1 % of fresh sequences are wrong. The network has 32 units of tanh; W_hh is orthogonal at
first.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from scipy.stats import fisher_exact

from experiments.gradients import unclipped
from experiments.runs import Run
from experiments.sizes import command
from utils.chapters.gradients import Reader, by_norm, make_rnn, order_errors, train_on_order

TO = Path("book/experiments/order.json")
RATE, ALPHA, SUCCESS = 0.1, 2.0, 0.01
METHODS: dict[str, dict[str, Any]] = {
    "SGD": {"clip": unclipped},
    "clipping": {"clip": by_norm},
    "clipping, Ω": {"clip": by_norm, "alpha": ALPHA, "squared": True},
}


class Setting(NamedTuple):
    """What a size changes."""

    updates: dict[int, int]  # length → updates
    seeds: int


SIZES = {
    # a start may learn it without clipping; which one, depends on how a processor rounds
    "tiny": Setting({20: 300}, 4),
    "default": Setting({50: 1000}, 3),
    "full": Setting({50: 3000, 60: 3000, 75: 4000, 100: 5000, 200: 5000}, 5),
}


def runs(size: str) -> dict[str, Run]:
    """Name → run, the first seed of all lengths first, then the short lengths."""
    setting = SIZES[size]
    pairs = [(length, seed) for length in setting.updates for seed in range(setting.seeds)]
    return {
        f"{method} | {length} | {seed}": partial(learn, method, length, seed, setting.updates[length])
        for length, seed in sorted(pairs, key=lambda pair: pair[1] > 0)
        for method in METHODS
    }


def learn(method: str, length: int, seed: int, updates: int) -> dict[str, float]:
    """The share of fresh sequences that one network gets wrong."""
    torch.manual_seed(seed)
    reader = Reader(make_rnn("orthogonal"))
    optimizer = torch.optim.SGD(reader.parameters(), RATE)
    train_on_order(reader, seed, length=length, updates=updates, optimizer=optimizer, **METHODS[method])
    finite = all(bool(parameter.isfinite().all()) for parameter in reader.parameters())
    return {"error": order_errors(reader, length) if finite else 0.75}


# the table


def by_length(results: Mapping[str, Any]) -> dict[int, dict[str, list[float]]]:
    """Length → method → errors, seed by seed."""
    found: dict[int, dict[str, list[float]]] = {}
    for name, result in results.items():
        method, length, _ = name.split(" | ")
        found.setdefault(int(length), {name: [] for name in METHODS})[method].append(result["error"])
    return dict(sorted(found.items()))


def solved(errors: list[float]) -> int:
    return sum(error <= SUCCESS for error in errors)


def table(results: Mapping[str, Any]) -> str:
    lines = [
        "length, method: runs that succeeded, median of the errors; p of Fisher's exact test against SGD"
    ]
    for length, methods in by_length(results).items():
        for method, errors in methods.items():
            plain = methods["SGD"]
            counts = [[solved(row), len(row) - solved(row)] for row in (errors, plain)]
            lines.append(
                f"{length:4} {method:12} {solved(errors)} of {len(errors)}  {statistics.median(errors):.3f}"
                f"  {fisher_exact(counts).pvalue:.3f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
