"""Parity of a bit string: networks that are trained on up to 50 bits, and read 500.

    python -m experiments.parity [--size tiny|default|full] [--workers N] [--to FILE]

A network says after every bit whether the number of ones so far is odd. Who has learnt the automaton of two
states is right at every place, however long the string; who has learnt the training strings is not.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from scipy.stats import fisher_exact
from torch import Tensor, nn

from experiments.adding import CELLS
from experiments.runs import Run
from experiments.sizes import command
from utils.data.made.signals import parity

TO = Path("book/experiments/parity.json")
BATCH, RATE, CLIP, TEST = 32, 5e-3, 1.0, 200


class Setting(NamedTuple):
    """What a size changes."""

    trained: int  # bits
    read: int
    updates: int
    seeds: int
    hidden: int


SIZES = {
    "tiny": Setting(5, 50, 500, 1, 16),
    "default": Setting(50, 500, 1000, 5, 32),
    "full": Setting(50, 500, 2500, 10, 32),
}


def runs(size: str) -> dict[str, Run]:
    setting = SIZES[size]
    return {
        f"{cell}, {seed}": partial(learn, cell, seed, setting)
        for seed in range(setting.seeds)
        for cell in CELLS
    }


class Counter(nn.Module):
    """After every bit, the logit of an odd number of ones."""

    def __init__(self, cell: str, hidden: int) -> None:
        super().__init__()
        self.rnn = CELLS[cell](2, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, bits: Tensor) -> Tensor:
        output, _ = self.rnn(F.one_hot(bits, 2).float())
        return self.head(output).squeeze(2)


def learn(cell: str, seed: int, setting: Setting) -> dict[str, Any]:
    """The share of right places, and of strings that are right at every place, at both lengths."""
    torch.manual_seed(seed)
    model = Counter(cell, setting.hidden)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    lengths = torch.randint(1, setting.trained + 1, (setting.updates,)).tolist()
    for update, length in enumerate(lengths):  # each batch has a length of its own
        bits, odd = parity(BATCH, length, seed=10**5 * (seed + 1) + update)
        loss = F.binary_cross_entropy_with_logits(model(bits), odd.float())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    found = {}
    for name, length in (("trained", setting.trained), ("read", setting.read)):
        bits, odd = parity(TEST, length, seed=10**9)
        with torch.no_grad():
            right = (model(bits) > 0) == odd.bool()
        found[name] = {"places": right.float().mean().item(), "strings": right.all(1).float().mean().item()}
    return found


# the table


def by_cell(results: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {cell: [row for name, row in results.items() if name.startswith(f"{cell}, ")] for cell in CELLS}


def learnt(row: Mapping[str, Any], which: str) -> bool:
    """Whether every place of every string was right."""
    return bool(row[which]["strings"] == 1.0)


def table(results: Mapping[str, Any]) -> str:
    cells = by_cell(results)
    lines = ["cell: right everywhere at the trained length, at the other; its places; Fisher's p against RNN"]
    plain = [learnt(row, "read") for row in cells["RNN"]]
    for cell, rows in cells.items():
        here, there = ([learnt(row, which) for row in rows] for which in ("trained", "read"))
        places = [row["read"]["places"] for row in rows]
        counts = [[sum(there), len(there) - sum(there)], [sum(plain), len(plain) - sum(plain)]]
        lines.append(
            f"{cell:5} {sum(here)} of {len(rows)}  {sum(there)} of {len(rows)}"
            f"  {statistics.mean(places):.3f} ({min(places):.3f} to {max(places):.3f})"
            f"  {fisher_exact(counts).pvalue:.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
