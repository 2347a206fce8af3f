"""Which cures help a plain recurrent network to learn over 20 steps? Run it from the repository:

    python -m experiments.gradients [--seeds 0 1 2 3 4] [--to FILE]

Temporal order with every cure of chapter 3, the regulariser Ω with several weights, and the adding problem
with three starts, after 400 and after 1,600 updates. Nothing is chosen by what it gives. Chapter 3 reads
what it writes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from utils.chapters.gradients import (
    BATCH,
    NormalisedRNN,
    Reader,
    make_rnn,
    order_errors,
    train_on_order,
)
from utils.data.made.tasks import adding

TO = Path("book/chapters/03-gradient-problems/default.json")
WEIGHTS = (0.2, 2.0, 4.0, 10.0)  # of Ω; 2 and 4 are published
MOST_UPDATES, READ_AT = 1600, (400, 1600)  # of the adding problem


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--to", type=Path, default=TO, help="what it holds already is not run again")
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {}
    for table, name, run in rows():
        found = result.setdefault(table, {}).setdefault(name, {})
        for seed in map(str, options.seeds):
            if seed not in found:
                found[seed] = run(int(seed))
                options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"{table}: {name}: {list(found.values())}", flush=True)


def rows() -> Iterator[tuple[str, str, Callable[[int], Any]]]:
    """Each row of a table: the table, its name, and what a seed gives."""
    for name, recipe in recipes().items():
        yield "order", name, partial(errors, **recipe)
    for squared, alpha in product((False, True), WEIGHTS):
        name = f"{'squared' if squared else 'plain'}, {alpha:g}"
        yield "omega", name, partial(errors, alpha=alpha, squared=squared)
    for start in ("PyTorch's", "orthogonal", "ReLU, identity"):
        yield "adding", start, partial(learn_adding, start)


# temporal order


def recipes() -> dict[str, dict[str, Any]]:
    """What each row changes; a row that names no start has PyTorch's, and none other is unclipped."""
    return {
        "PyTorch's": {},
        "scaled": {"start": "scaled"},
        "orthogonal": {"start": "orthogonal"},
        "identity": {"start": "identity"},
        "ReLU": {"start": "ReLU"},
        "ReLU, identity": {"start": "ReLU, identity"},
        "layer norm": {"normalisation": "layer"},
        "batch norm": {"normalisation": "batch"},
        "batch norm, scale 0.1": {"normalisation": "batch", "scale": 0.1},
        "orthogonal, unclipped": {"start": "orthogonal", "clip": unclipped},
        "orthogonal, by value": {"start": "orthogonal", "clip": by_value},
        "orthogonal, cut at 15": {"start": "orthogonal", "cut": 15},
        "orthogonal, cut at 8": {"start": "orthogonal", "cut": 8},
        "orthogonal, Adam": {"start": "orthogonal", "clip": unclipped, "adam": True},
        "ReLU, identity, unclipped": {"start": "ReLU, identity", "clip": unclipped},
    }


def unclipped(parameters: list[nn.Parameter]) -> None:
    pass


def by_value(parameters: list[nn.Parameter]) -> None:
    nn.utils.clip_grad_value_(parameters, 0.1)


def errors(
    seed: int,
    start: str = "PyTorch's",
    normalisation: str | None = None,
    scale: float = 1.0,
    adam: bool = False,
    **options: Any,
) -> float:
    """The share of wrong test sequences of one run."""
    torch.manual_seed(seed)
    reader = Reader(NormalisedRNN(normalisation, scale) if normalisation else make_rnn(start))
    if adam:
        options["optimizer"] = torch.optim.Adam(reader.parameters(), lr=0.003)
    train_on_order(reader, seed, **options)
    return order_errors(reader)


# adding


def learn_adding(start: str, seed: int, length: int = 20) -> dict[str, dict[str, float]]:
    """Mean squared error, and the share of wrong answers by two criteria, after each number of ``READ_AT``.

    "strict": the error of half the sum is 0.04 or more (Hochreiter and Schmidhuber, 1997).
    "mild": its square is above 0.04 (the code of Pascanu, Mikolov and Bengio, 2013).
    """
    torch.manual_seed(seed)
    model = Reader(make_rnn(start, input_size=2), outputs=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    x, y = adding(BATCH * MOST_UPDATES, length, seed)
    test_x, test_y = adding(2000, length, seed=10**6)
    found = {}
    for update, (inputs, sums) in enumerate(zip(x.split(BATCH), y.split(BATCH), strict=True), start=1):
        loss = F.mse_loss(model(inputs)[0].squeeze(1), sums)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if update in READ_AT:
            with torch.no_grad():
                e = model(test_x)[0].squeeze(1) - test_y
            found[str(update)] = {
                "mse": e.square().mean().item(),
                "strict": (e.abs() / 2 >= 0.04).float().mean().item(),
                "mild": ((e / 2).square() > 0.04).float().mean().item(),
            }
    return found


if __name__ == "__main__":
    main()
