"""Nine LSTM variants on Bach's chorales, each with the same random settings.

    python -m experiments.chorales [--size tiny|default|full] [--workers N] [--to FILE]

The search of Greff et al. ("LSTM: A search space odyssey", 2017): learning rate and width are drawn on a
logarithmic scale, the noise on the inputs evenly; the epoch is chosen on validation. All variants get the
same draws. The optimiser is Adam. It needs the published chorales; the size tiny makes music of its own.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from scipy.stats import ttest_ind, wilcoxon
from torch import Tensor, nn

from experiments.gates import GREFF
from experiments.runs import Run
from experiments.sizes import command
from utils.data import load
from utils.main_effects import main_effects
from utils.models import LSTM

TO = Path("book/experiments/chorales.json")
LOWEST, NOTES = 21, 88  # MIDI numbers of a piano
BATCH, PATIENCE = 16, 6
RATES, WIDTHS, NOISES = (1e-4, 1e-1), (20, 200), (0.0, 1.0)


class Setting(NamedTuple):
    """What a size changes."""

    draws: int
    epochs: int  # at most
    source: str


SIZES = {"tiny": Setting(2, 3, "default"), "default": Setting(6, 12, "real"), "full": Setting(12, 30, "real")}


class Draw(NamedTuple):
    """One random setting."""

    lr: float
    width: int
    noise: float


def runs(size: str) -> dict[str, Run]:
    """Name → run, all variants with the first draw first."""
    setting = SIZES[size]
    return {
        f"{variant}, {k}": partial(learn, variant, k, draw, setting)
        for k, draw in enumerate(draws(setting.draws))
        for variant in GREFF
    }


def draws(count: int) -> list[Draw]:
    rng = random.Random(0)

    def logarithmic(low: float, high: float) -> float:
        return math.exp(rng.uniform(math.log(low), math.log(high)))

    return [
        Draw(logarithmic(*RATES), round(logarithmic(*WIDTHS)), rng.uniform(*NOISES)) for _ in range(count)
    ]


class Player(nn.Module):
    """The logits of the notes of the next step, from the steps so far."""

    def __init__(self, variant: str, width: int) -> None:
        super().__init__()
        self.rnn = LSTM(NOTES, width, variant=variant, batch_first=True)
        self.head = nn.Linear(width, NOTES)

    def forward(self, notes: Tensor) -> Tensor:
        output, _ = self.rnn(F.pad(notes[:, :-1], (0, 0, 1, 0)))  # at first, nothing has sounded
        return self.head(output)


def learn(variant: str, seed: int, draw: Draw, setting: Setting) -> dict[str, Any]:
    """Train one network; nats a step on validation and test, with the weights that are best on validation."""
    torch.manual_seed(seed)
    data = {part: batches(pieces) for part, pieces in music(setting.source).items()}
    model = Player(variant, draw.width)
    optimizer = torch.optim.Adam(model.parameters(), draw.lr)
    order = random.Random(seed)
    best, kept, waited = nats(model, data["valid"]), nats(model, data["test"]), 0
    epoch = 0
    while epoch < setting.epochs and waited < PATIENCE:
        epoch += 1
        order.shuffle(data["train"])
        for notes, real in data["train"]:
            noisy = notes + draw.noise * torch.randn_like(notes)
            output, _ = model.rnn(F.pad(noisy[:, :-1], (0, 0, 1, 0)))
            loss = surprise(model.head(output), notes)[real].mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        valid = nats(model, data["valid"])
        waited += 1
        if valid < best:
            best, kept, waited = valid, nats(model, data["test"]), 0
    return {**draw._asdict(), "valid": best, "test": kept, "epochs": epoch}


def surprise(logits: Tensor, notes: Tensor) -> Tensor:
    """Nats of each step: the cross-entropy of its notes, summed over all 88."""
    return F.binary_cross_entropy_with_logits(logits, notes, reduction="none").sum(-1)


@torch.no_grad()
def nats(model: Player, data: Sequence[tuple[Tensor, Tensor]]) -> float:
    values = torch.cat([surprise(model(notes), notes)[real] for notes, real in data])
    return float(values.mean())


def music(source: str) -> dict[str, list[Tensor]]:
    """Split → pieces, each (time, 88) of zeros and ones."""
    if source == "default":
        splits = {part: made_music(seed) for seed, part in enumerate(("train", "valid", "test"))}
    else:
        data = load("chorales", "real")
        splits = {part: list(data[part]) for part in ("train", "valid", "test")}
    return {part: [as_notes(piece) for piece in pieces] for part, pieces in splits.items()}


def made_music(seed: int) -> list[list[tuple[int, ...]]]:
    """Pieces of 20 steps that go up and down a scale in thirds, from a random note."""
    rng = random.Random(seed)
    starts = [rng.randrange(40, 60) for _ in range(24)]
    return [[(start + abs(k % 14 - 7), start + abs(k % 14 - 7) + 4) for k in range(20)] for start in starts]


def as_notes(piece: Sequence[Sequence[int]]) -> Tensor:
    notes = torch.zeros(len(piece), NOTES)
    for step, sounding in enumerate(piece):
        notes[step, [note - LOWEST for note in sounding]] = 1.0
    return notes


def batches(pieces: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Batches of pieces of similar length, padded, and which steps are real."""
    pieces = sorted(pieces, key=len)
    found = []
    for k in range(0, len(pieces), BATCH):
        part = pieces[k : k + BATCH]
        lengths = torch.tensor([len(piece) for piece in part])
        notes = nn.utils.rnn.pad_sequence(part, batch_first=True)
        found.append((notes, torch.arange(notes.shape[1]) < lengths[:, None]))
    return found


# the table


def by_variant(results: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Variant → its results, draw by draw; draws that not all variants have are left out."""
    found: dict[str, dict[int, Any]] = {variant: {} for variant in GREFF}
    for name, result in results.items():
        variant, k = name.split(", ")
        found[variant][int(k)] = result
    complete = sorted(set.intersection(*(set(row) for row in found.values())))
    return {variant: [row[k] for k in complete] for variant, row in found.items()}


def best(rows: Sequence[Mapping[str, Any]], share: float = 1 / 3) -> list[float]:
    """The test results of the third of the draws that is best on validation."""
    count = max(2, round(share * len(rows)))
    return [row["test"] for row in sorted(rows, key=lambda row: row["valid"])[:count]]


def explained(results: Mapping[str, Any]) -> dict[str, float]:
    """The share of the variance that each setting explains alone (``main_effects``)."""
    names = ("lr", "width", "noise", "variant")
    rows = [(k, row) for k, found in enumerate(by_variant(results).values()) for row in found]
    x = [(math.log(row["lr"]), math.log(row["width"]), row["noise"], k) for k, row in rows]
    return dict(zip(names, main_effects(x, [row["test"] for _, row in rows]), strict=True))


def table(results: Mapping[str, Any]) -> str:
    rows = by_variant(results)
    lines = [
        f"nats a step on test, {len(rows['V'])} draws: best; best third, with Welch's p against V's; "
        "Wilcoxon's p of all draws against V's"
    ]
    for variant, found in rows.items():
        top, full = best(found), best(rows["V"])
        row = f"{variant:5} {top[0]:.3f}  {statistics.mean(top):.3f} ± {statistics.stdev(top):.3f}"
        if variant != "V":
            paired = [(a["test"], b["test"]) for a, b in zip(found, rows["V"], strict=True)]
            row += f"  {ttest_ind(top, full, equal_var=False).pvalue:.4f}"
            row += f"  {wilcoxon(*zip(*paired, strict=True)).pvalue:.4f}"
        lines.append(row)
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in explained(results).items())
    return "\n".join([*lines, f"variance explained: {shares}"])


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
