"""What ``learning`` and ``writing`` share: the sizes, training, and a line of the table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from utils.device import seed_everything
from utils.training import fit

EMBEDDING, HIDDEN, BATCH = 64, 128, 32


def trained(
    model: nn.Module,
    batches: dict[str, Any],
    loss: Callable[[Any, Any], Tensor],
    epochs: int,
    lr: float = 2e-3,
) -> Any:
    """``model`` with the weights of the epoch that had the lowest loss on the validation split."""

    def validate(model: nn.Module) -> float:
        return statistics.mean(float(loss(model, batch)) for batch in batches["valid"])

    optimizer = torch.optim.Adam(model.parameters(), lr)
    options = {"clip_norm": 1.0, "validate": validate, "patience": 4, "progress": False}
    fit(model, batches["train"], loss, optimizer, epochs, **options)
    return model


def report(method: str, measure: Callable[[int], list[float]], seeds: Sequence[int], unit: str) -> None:
    """Print a line: for each number that ``measure(seed)`` gives, the mean and the spread over the seeds."""
    start = time.perf_counter()
    results = []
    for seed in seeds:
        seed_everything(seed)
        results.append(measure(seed))
    columns = [
        f"{statistics.mean(column):.2f}" + (f" ± {statistics.stdev(column):.2f}" if len(seeds) > 1 else "")
        for column in zip(*results, strict=True)
    ]
    seconds = (time.perf_counter() - start) / len(seeds)
    print(
        f"  {method:38}{''.join(f'{column:>14}' for column in columns)}  {unit}, {seconds:.0f} s a seed",
        flush=True,
    )
