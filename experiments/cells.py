"""Ten cells on arithmetic, on nested tags and on real text, with the state carried over.

    python -m experiments.cells [--size tiny|default|full] [--workers N] [--to FILE]

The task of Jozefowicz, Zaremba and Sutskever (ICML 2015): predict the next character of 20 streams, 35 steps
at a time, where the state goes on from one piece to the next. Of arithmetic only the answers count. All cells
get the same number of parameters. Of Adam's learning rates each run goes on with the one that is best on
validation after a fifth of its updates; it falls over the last quarter.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import spearmanr
from torch import Tensor, nn

from experiments.gates import TEN
from experiments.runs import Run
from experiments.sizes import command
from experiments.streams import STREAMS, Streams, floors, streams, text_streams, xml_ceiling
from utils.models import LanguageModel

TO = Path("book/experiments/cells.json")
EMBEDDING = 32
# accuracies of the next character or word in the paper's first table
PAPER = {
    "arithmetic": (0.29493, 0.89228, 0.29292, 0.75109, 0.86747, 0.90163, 0.89565, 0.92135, 0.89735, 0.90728),
    "xml": (0.32050, 0.42470, 0.23356, 0.41371, 0.42117, 0.44434, 0.45963, 0.47483, 0.47324, 0.46478),
    "text": (0.08782, 0.08912, 0.08808, 0.08662, 0.08933, 0.08952, 0.09069, 0.08968, 0.09036, 0.09161),
}


class Setting(NamedTuple):
    """What a size changes."""

    tasks: dict[str, tuple[int, int]]  # updates and seeds; "arithmetic 3" has numbers of at most 3 digits
    parameters: int  # of the recurrent layer, about
    rates: tuple[float, ...]  # learning rates of Adam
    source: str = "default"  # of the text
    held_out: int = 60  # pieces for validation, and for the test


SIZES = {
    "tiny": Setting({"arithmetic 1": (200, 1), "xml": (4, 1), "text": (4, 1)}, 4_000, (1e-2,), held_out=10),
    "default": Setting({"arithmetic 3": (1500, 1), "xml": (600, 1), "text": (400, 1)}, 20_000, (1e-2,)),
    "full": Setting(
        {"arithmetic 3": (6000, 5), "xml": (3000, 5), "text": (1500, 5), "arithmetic 8": (4000, 1)},
        25_000,
        (3e-3, 1e-2),
        source="real",
    ),
}


def runs(size: str) -> dict[str, Run]:
    """Name → run, the first seed of everything first; "fresh" starts each exercise from a state of zeros."""
    setting, found = SIZES[size], {}
    pairs = [(seed, task) for task, (_, seeds) in setting.tasks.items() for seed in range(seeds)]
    for seed, task in sorted(pairs, key=lambda pair: pair[0]):
        for cell in TEN:
            found[f"{task}, {cell}, {seed}"] = partial(learn, task, cell, seed, setting)
        if task == next(iter(setting.tasks)):
            for cell in ("LSTM", "LSTM-f"):
                fresh = partial(learn, task, cell, seed, setting, fresh=True)
                found[f"{task} fresh, {cell}, {seed}"] = fresh
    known = {
        f"{task}, without memory": partial(floors, *kind(task)) for task in setting.tasks if task != "text"
    }
    return found | known | {"xml, who knows the grammar": xml_ceiling}


# a run


def learn(task: str, cell: str, seed: int, setting: Setting, fresh: bool = False) -> dict[str, float]:
    """Train one network; its accuracy (of text: its perplexity) on validation and on test streams."""
    updates, _ = setting.tasks[task]
    first = updates // 5 if len(setting.rates) > 1 else updates
    valid, test = (held_out(task, part, setting, fresh) for part in ("valid", "test"))
    begun = [Learner(task, cell, rate, seed, setting, fresh) for rate in setting.rates]
    for learner in begun:
        learner.go_on(first)
    best = min if task == "text" else max
    learner = best(begun, key=lambda learner: learner.judged(valid))
    learner.go_on(updates - first)
    width = width_for(cell, setting.parameters)
    return {
        "rate": learner.rate,
        "width": width,
        "parameters": parameters(cell, width),
        "updates": updates,
        "valid": learner.judged(valid),
        "test": learner.judged(test),
    }


class Learner:
    """A network, its optimiser, and where both are in the streams; with ``fresh``, no state is carried."""

    def __init__(self, task: str, cell: str, rate: float, seed: int, setting: Setting, fresh: bool) -> None:
        torch.manual_seed(seed)
        self.task, self.rate, self.fresh = task, rate, fresh
        width = width_for(cell, setting.parameters)
        self.model = LanguageModel(128, EMBEDDING, width, cell=TEN[cell])
        self.optimizer = torch.optim.Adam(self.model.parameters(), rate)
        total = setting.tasks[task][0]
        self.decay = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda update: min(1.0, 0.02 + 3.5 * (1 - update / total))
        )
        self.pieces, self.state = training(task, seed, setting, fresh), None

    def go_on(self, updates: int) -> None:
        for tokens, counted in islice(self.pieces, updates):
            logits, self.state = self.read(tokens, self.state)
            loss = F.cross_entropy(logits[counted[:, 1:]], tokens[:, 1:][counted[:, 1:]])
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.decay.step()

    def read(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        logits, state = self.model(tokens[:, :-1], None if self.fresh else state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        return logits, state

    @torch.no_grad()
    def judged(self, held: list[tuple[Tensor, Tensor]]) -> float:
        """The share of counted characters that were predicted; for "text" the perplexity a character."""
        right, loss, total, state = 0, 0.0, 0, None
        for tokens, counted in held:
            logits, state = self.read(tokens, state)
            logits, wanted = logits[counted[:, 1:]], tokens[:, 1:][counted[:, 1:]]
            right += int((logits.argmax(1) == wanted).sum())
            loss += float(F.cross_entropy(logits, wanted, reduction="sum"))
            total += len(wanted)
        return float(np.exp(loss / total)) if self.task == "text" else right / total


def training(task: str, seed: int, setting: Setting, fresh: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Pieces without end; a text starts again, and the state goes on."""
    pieces = list(text_streams("train", setting.source).pieces()) if task == "text" else None
    for block in range(10**6):  # not all at once, which would need much memory
        yield from pieces or batches(streams(*kind(task), 1000 * seed + block + 1, 250, rows=fresh), fresh)


def held_out(task: str, part: str, setting: Setting, fresh: bool) -> list[tuple[Tensor, Tensor]]:
    if task == "text":
        return list(text_streams(part, setting.source).pieces())  # all of it
    seed = {"valid": 10**5, "test": 10**5 + 1}[part]
    return list(batches(streams(*kind(task), seed, setting.held_out, rows=fresh), fresh))


def batches(held: Streams, fresh: bool) -> Iterator[tuple[Tensor, Tensor]]:
    if not fresh:
        return held.pieces()
    return zip(held.tokens.split(STREAMS), held.counted.split(STREAMS), strict=True)


def kind(task: str) -> tuple[str, int]:
    """The kind of exercise and its digits."""
    name, _, digits = task.partition(" ")
    return name, int(digits or 8)


def parameters(cell: str, width: int) -> int:
    """How many numbers the layer learns; the rows of a gate that is not there do not count."""
    layer = TEN[cell](EMBEDDING, width, device="meta")
    share = 3 / 4 if cell in ("LSTM-f", "LSTM-i", "LSTM-o") else 1
    return round(share * sum(p.numel() for p in layer.parameters()))


@cache
def width_for(cell: str, wanted: int) -> int:
    """The width that gives the layer the number of parameters nearest to ``wanted``."""
    return min(range(4, 400, 2), key=lambda width: abs(parameters(cell, width) - wanted))


# the table


def by_cell(results: Mapping[str, Any], task: str) -> dict[str, list[float]]:
    """Cell → its results on test, seed by seed."""
    return {
        cell: [row["test"] for name, row in results.items() if name.startswith(f"{task}, {cell}, ")]
        for cell in TEN
    }


def table(results: Mapping[str, Any]) -> str:
    lines = []
    for task in dict.fromkeys(name.split(", ")[0] for name in results):
        rows = {cell: row for cell, row in by_cell(results, task).items() if row}
        published = dict(zip(TEN, PAPER[kind(task.removesuffix(" fresh"))[0]], strict=True))
        lines.append(f"\n{task}: {'perplexity' if task == 'text' else 'accuracy'}, and the paper's accuracy")
        lines += [f"{cell:8} {spread(row)}  {published[cell]:.3f}" for cell, row in rows.items()]
        if len(rows) == len(TEN):
            sign = -1 if task == "text" else 1
            rank = spearmanr([sign * statistics.mean(row) for row in rows.values()], list(published.values()))
            lines.append(f"Spearman's rank correlation {rank.statistic:.2f}, p = {rank.pvalue:.3f}")
        if floor := results.get(f"{task}, without memory"):
            known = ", ".join(f"{name} {value:.3f}" for name, value in floor.items())
            lines.append(f"without a memory, who knows: {known}")
    lines.append(f"who knows the grammar of xml: {results['xml, who knows the grammar']:.3f}")
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values) if len(values) > 1 else 0:.3f}"


if __name__ == "__main__":
    command(__doc__, TO, runs, table)
