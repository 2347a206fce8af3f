"""The adding problem at lengths of 50 to 400: after how many updates is the mean squared error below 0.01?

    python -m experiments.adding [--size tiny|default|full] [--workers N] [--to FILE]

Hochreiter and Schmidhuber (1997); Le, Jaitly and Hinton (2015), whose rectified units with identity start are
"IRNN". One setting holds for all cells and lengths; sequences are never seen twice.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from scipy.stats import fisher_exact
from torch import Tensor, nn

from experiments.runs import Run
from experiments.sizes import command
from utils.data.made.tasks import adding
from utils.models import GRU, LSTM, RNN

TO = Path("book/experiments/adding.json")
BATCH, EVERY, SOLVED = 32, 50, 0.01
CELLS: dict[str, Callable[..., nn.Module]] = {
    "RNN": RNN,
    "IRNN": partial(RNN, nonlinearity="relu", identity_start=True),
    "LSTM": partial(LSTM, forget_bias=1.0),
    "GRU": GRU,
}


class Setting(NamedTuple):
    """What a size changes."""

    updates: dict[int, int]  # length → updates at most
    seeds: int
    hidden: int = 64


SIZES = {
    "tiny": Setting({10: 600}, 1, hidden=32),
    "default": Setting({50: 2000, 100: 2000}, 2),
    "full": Setting({50: 4000, 100: 4000, 200: 3000, 400: 2000}, 5),
}
RATE, CLIP = 3e-3, 1.0


def runs(size: str) -> dict[str, Run]:
    """Name → run, the first seed of all lengths first, then the short lengths."""
    setting = SIZES[size]
    pairs = [(length, seed) for length in setting.updates for seed in range(setting.seeds)]
    return {
        f"{cell}, {length}, {seed}": partial(
            learn, cell, length, seed, setting.updates[length], setting.hidden
        )
        for length, seed in sorted(pairs, key=lambda pair: pair[1] > 0)
        for cell in CELLS
    }


class Adder(nn.Module):
    """A number from the last state."""

    def __init__(self, cell: str, hidden: int) -> None:
        super().__init__()
        self.rnn = CELLS[cell](2, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.head(output[:, -1]).squeeze(1)


def learn(cell: str, length: int, seed: int, updates: int, hidden: int) -> dict[str, Any]:
    """When the error on fresh sequences fell below 0.01 (None: it did not), and the last error."""
    _, found = train(cell, length, seed, updates, hidden)
    return found


def train(
    cell: str, length: int, seed: int, updates: int, hidden: int, stop: bool = True
) -> tuple[Adder, dict[str, Any]]:
    torch.manual_seed(seed)
    model = Adder(cell, hidden)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    test_x, test_y = adding(500, length, seed=10**6)
    solved, error = None, float("nan")
    for block in range(0, updates, EVERY):
        x, y = adding(EVERY * BATCH, length, seed=10**5 * seed + block)
        for inputs, sums in zip(x.split(BATCH), y.split(BATCH), strict=True):
            loss = F.mse_loss(model(inputs), sums)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
        with torch.no_grad():
            error = F.mse_loss(model(test_x), test_y).item()
        if error < SOLVED and solved is None:
            solved = block + EVERY
            if stop:
                break
    return model, {"solved": solved, "error": error, "updates": updates}


# the table


def by_cell(results: Mapping[str, Any]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Length → cell → its results, seed by seed."""
    found: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for name, result in results.items():
        cell, length, _ = name.split(", ")
        found.setdefault(int(length), {name: [] for name in CELLS})[cell].append(result)
    return dict(sorted(found.items()))


def table(results: Mapping[str, Any]) -> str:
    lines = ["length, cell: solved by, updates until then, median of the last errors; Fisher's p against RNN"]
    for length, cells in by_cell(results).items():
        for cell, rows in cells.items():
            when = [row["solved"] for row in rows if row["solved"]]
            error = statistics.median(row["error"] for row in rows)
            line = f"{length:4} {cell:5} {len(when)} of {len(rows)}"
            line += f"  {statistics.mean(when):6.0f} ({min(when)} to {max(when)})" if when else "  never"
            plain = [row["solved"] is not None for row in cells["RNN"]]
            counts = [[len(when), len(rows) - len(when)], [sum(plain), len(plain) - sum(plain)]]
            lines.append(f"{line}  {error:.4f}  {fisher_exact(counts).pvalue:.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
