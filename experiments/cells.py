"""Ten cells on arithmetic, on nested tags and on real text, with the state carried over.

    python -m experiments.cells [--size tiny|default|full] [--workers N] [--to FILE]

The task of Jozefowicz, Zaremba and Sutskever (ICML 2015): predict the next character of 20 streams, 35 steps at a
time, where the state goes on from one piece to the next. Of arithmetic only the answers count. All cells get
the same number of parameters. The learning rate is chosen on fresh validation streams, for each cell.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import spearmanr
from torch import Tensor, nn

from experiments.gates import TEN
from experiments.runs import Run, measure, parser
from utils.data import load
from utils.data.made.tasks import arithmetic, xml
from utils.models import LanguageModel

TO = Path("book/experiments/cells.json")
STREAMS, STEPS, EMBEDDING = 20, 35, 32
# accuracies of the next character or word in the paper's first table
PAPER = {
    "arithmetic": (0.29493, 0.89228, 0.29292, 0.75109, 0.86747, 0.90163, 0.89565, 0.92135, 0.89735, 0.90728),
    "xml": (0.32050, 0.42470, 0.23356, 0.41371, 0.42117, 0.44434, 0.45963, 0.47483, 0.47324, 0.46478),
    "text": (0.08782, 0.08912, 0.08808, 0.08662, 0.08933, 0.08952, 0.09069, 0.08968, 0.09036, 0.09161),
}


class Setting(NamedTuple):
    """What a size changes."""

    updates: dict[str, int]  # task → updates of a run
    parameters: int  # of the recurrent layer, about
    rates: tuple[float, ...]  # learning rates of Adam
    seeds: int
    digits: int = 8
    source: str = "default"  # of the text


SIZES = {
    "tiny": Setting({"arithmetic": 60, "xml": 60, "text": 60}, 4_000, (1e-2,), 1, digits=1),
    "default": Setting({"arithmetic": 1500, "xml": 700, "text": 500}, 20_000, (4e-3,), 1),
    "full": Setting({"arithmetic": 6000, "xml": 2000, "text": 2000}, 25_000, (2e-3, 6e-3), 5, source="real"),
}


def main() -> None:
    options = parser(__doc__, TO).parse_args()
    print(table(measure(runs(options.size), options.to, options.workers), SIZES[options.size]))


def runs(size: str) -> dict[str, Run]:
    """Name → run, the first seed of everything first; ``fresh`` starts every exercise from a state of zeros."""
    setting, found = SIZES[size], {}
    for seed in range(setting.seeds):
        for task in PAPER:
            for rate in setting.rates:
                for cell in TEN:
                    run = partial(learn, task, cell, rate, seed, setting)
                    found[f"{task}, {cell}, {rate:g}, {seed}"] = run
        for cell in ("LSTM", "LSTM-f"):
            run = partial(learn, "arithmetic", cell, setting.rates[0], seed, setting, fresh=True)
            found[f"fresh, {cell}, {setting.rates[0]:g}, {seed}"] = run
    return found


# streams: characters, and which of them count


class Streams(NamedTuple):
    """Texts that run beside one another, as numbers of characters, and which characters are to be predicted."""

    tokens: Tensor  # (streams, length)
    counted: Tensor  # the same shape

    def pieces(self) -> Iterator[tuple[Tensor, Tensor]]:
        """STEPS + 1 characters at a time; the last of a piece is the first of the next."""
        for start in range(0, self.tokens.shape[1] - STEPS, STEPS):
            part = slice(start, start + STEPS + 1)
            yield self.tokens[:, part], self.counted[:, part]


def exercises(task: str, seed: int, characters: int, digits: int) -> Iterator[tuple[str, str]]:
    """Pairs (what is only read, what has to be predicted), with at least so many characters in all."""
    total = 0
    for block in range(10**6):
        many = {"count": 500, "seed": 10**6 * seed + block}
        pairs = (
            arithmetic(**many, digits=digits)
            if task == "arithmetic"
            else [("", t) for t in xml(**many, tags=8)]
        )
        for pair in pairs:
            yield pair
            total += len(pair[0]) + len(pair[1])
            if total >= characters:
                return


def streams(task: str, seed: int, pieces: int, digits: int = 8, rows: bool = False) -> Streams:
    """So many pieces of the task's streams, or with ``rows`` about as many characters with an exercise in each row."""
    length = STEPS * pieces + 1
    pairs = list(exercises(task, seed, STREAMS * length, digits))
    given = np.concatenate([np.repeat([False, True], [len(a), len(b)]) for a, b in pairs])
    numbers = np.array(bytearray("".join(a + b for a, b in pairs), "ascii"))
    if not rows:
        tokens, counted = (
            torch.from_numpy(part[: STREAMS * length].reshape(STREAMS, -1)) for part in (numbers, given)
        )
        return Streams(tokens.long(), counted)
    sizes = [len(a) + len(b) for a, b in pairs]
    tokens, counted = (
        nn.utils.rnn.pad_sequence(torch.from_numpy(part).split(sizes), batch_first=True)
        for part in (numbers, given)
    )
    return Streams(tokens.long(), counted)


def text_streams(part: str, source: str) -> Streams:
    """A split of the text cut into STREAMS pieces of equal length; all characters count."""
    data = load("tinyshakespeare", "real") if source == "real" else load("prose", "default")
    numbers = torch.tensor(list(data[part].encode("ascii", "replace")))
    tokens = numbers[: len(numbers) // STREAMS * STREAMS].view(STREAMS, -1)
    return Streams(tokens, torch.ones_like(tokens, dtype=torch.bool))


# a run


def learn(
    task: str, cell: str, rate: float, seed: int, setting: Setting, fresh: bool = False
) -> dict[str, float]:
    """Train one network; its accuracy (of text: its perplexity) on validation and on test streams."""
    torch.manual_seed(seed)
    width = width_for(cell, setting.parameters)
    model = LanguageModel(128, EMBEDDING, width, cell=TEN[cell])
    optimizer = torch.optim.Adam(model.parameters(), rate)
    state: Any = None
    for tokens, counted in training(task, seed, setting, fresh):
        logits, state = model(tokens[:, :-1], None if fresh else state)
        state = detached(state)
        loss = F.cross_entropy(logits[counted[:, 1:]], tokens[:, 1:][counted[:, 1:]])
        if not loss.isfinite():
            break
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    found = {"width": width, "parameters": parameters(cell, width)}
    for part, seed_of_part in (("valid", 10**5), ("test", 10**5 + 1)):
        found[part] = judged(model, task, held_out(task, part, seed_of_part, setting, fresh), fresh)
    return found


def training(task: str, seed: int, setting: Setting, fresh: bool) -> Iterator[tuple[Tensor, Tensor]]:
    updates = setting.updates[task]
    if task == "text":
        pieces = list(text_streams("train", setting.source).pieces())
        for update in range(updates):  # the state goes on from the end of the text to its beginning
            yield pieces[update % len(pieces)]
        return
    for block in range(0, updates, 500):  # not all at once, which would need much memory
        many = min(500, updates - block)
        part = streams(task, 1000 * seed + block // 500 + 1, many, setting.digits, rows=fresh)
        if fresh:
            yield from zip(part.tokens.split(STREAMS), part.counted.split(STREAMS), strict=True)
        else:
            yield from part.pieces()


def held_out(task: str, part: str, seed: int, setting: Setting, fresh: bool) -> Streams:
    if task == "text":
        return text_streams(part, setting.source)
    return streams(task, seed, 60, setting.digits, rows=fresh)


@torch.no_grad()
def judged(model: LanguageModel, task: str, held: Streams, fresh: bool) -> float:
    """The share of counted characters that were predicted; for "text" the perplexity a character."""
    right, loss, total, state = 0, 0.0, 0, None
    batches = (
        zip(held.tokens.split(STREAMS), held.counted.split(STREAMS), strict=True) if fresh else held.pieces()
    )
    for tokens, counted in batches:
        logits, state = model(tokens[:, :-1], None if fresh else state)
        logits, wanted = logits[counted[:, 1:]], tokens[:, 1:][counted[:, 1:]]
        right += int((logits.argmax(1) == wanted).sum())
        loss += float(F.cross_entropy(logits, wanted, reduction="sum"))
        total += len(wanted)
    return float(np.exp(loss / total)) if task == "text" else right / total


def detached(state: Any) -> Any:
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def parameters(cell: str, width: int) -> int:
    """How many numbers the layer learns; the rows of a gate that is not there do not count."""
    layer = TEN[cell](EMBEDDING, width)
    share = 3 / 4 if cell in ("LSTM-f", "LSTM-i", "LSTM-o") else 1
    return round(share * sum(p.numel() for p in layer.parameters()))


def width_for(cell: str, wanted: int) -> int:
    """The width that gives the layer the number of parameters nearest to ``wanted``."""
    return min(range(4, 400, 2), key=lambda width: abs(parameters(cell, width) - wanted))


# what can be had without a memory, and at most


def floors(task: str, digits: int = 8) -> dict[str, float]:
    """The accuracy of the commonest character, in all, after each character, and at each place of an answer."""
    train, test = (list(known(task, seed, digits)) for seed in (1, 10**5 + 1))
    found = {}
    for name in train[0]._fields[1:]:
        counts: dict[Any, Counter[str]] = {}
        for row in train:
            counts.setdefault(getattr(row, name), Counter())[row.char] += 1
        best = {value: count.most_common(1)[0][0] for value, count in counts.items()}
        found[name] = statistics.mean(row.char == best.get(getattr(row, name)) for row in test)
    return found


class Known(NamedTuple):
    """A character that has to be predicted, and what may be known of it without a memory."""

    char: str
    nothing: None
    before: str
    place: int


def known(task: str, seed: int, digits: int) -> Iterator[Known]:
    before = ""
    for given, wanted in exercises(task, seed, 100_000, digits):
        for place, (last, char) in enumerate(pairwise((given[-1:] or before) + wanted)):
            yield Known(char, None, last, place)
        before = wanted[-1]


def xml_ceiling(tags: int = 8, seed: int = 10**5 + 1) -> float:
    """The accuracy of who knows the grammar: the mean of the largest probability of a next character."""
    best: list[float] = []
    for text in xml(2000, tags, seed):
        opened = depth = 0
        for tag in text.split("<")[1:]:
            name = tag.rstrip(">").lstrip("/")
            best.append(1.0)  # "<"
            choice = depth > 0 and opened < tags  # to open or to close
            if tag.startswith("/"):
                depth -= 1
                best += [0.5 if choice else 1.0] + [1.0] * (len(name) + 1)  # "/", the name, ">"
                continue
            opened, depth = opened + 1, depth + 1
            # "/" is the best guess where both can come, and a letter has 1/26
            best.append(0.5 if choice else 1 / 26)
            for k in range(1, len(name) + 1):  # after k letters: one more, or ">"
                end = 1 / (11 - k) if k >= 2 else 0.0
                best.append(max(end, (1 - end) / 26))
    return statistics.mean(best)


# the table


def chosen(
    results: Mapping[str, Any], task: str, cell: str, rates: Sequence[float]
) -> tuple[float, list[float]]:
    """The learning rate that is best on validation on the average of the seeds, and its results on test."""
    better: Callable[..., Any] = min if task == "text" else max
    rows = {}
    for rate in rates:
        start = f"{task}, {cell}, {rate:g}, "
        if found := [result for name, result in results.items() if name.startswith(start)]:
            rows[rate] = found
    rate = better(rows, key=lambda rate: statistics.mean(result["valid"] for result in rows[rate]))
    return rate, [result["test"] for result in rows[rate]]


def table(results: Mapping[str, Any], setting: Setting) -> str:
    lines = []
    for task in PAPER:
        ours = {}
        lines.append(
            f"\n{task}: {'perplexity' if task == 'text' else 'accuracy'}, the paper's accuracy, learning rate"
        )
        for cell, published in zip(TEN, PAPER[task], strict=True):
            rate, values = chosen(results, task, cell, setting.rates)
            ours[cell] = statistics.mean(values) * (-1 if task == "text" else 1)
            lines.append(f"{cell:8} {spread(values)}  {published:.3f}  {rate:g}")
        rank = spearmanr(list(ours.values()), PAPER[task])
        lines.append(f"Spearman's rank correlation {rank.statistic:.2f}, p = {rank.pvalue:.3f}")
        if task != "text":
            known = floors(task, setting.digits)
            lines.append("floors: " + ", ".join(f"{name} {value:.3f}" for name, value in known.items()))
    lines.append(f"ceiling of xml {xml_ceiling():.3f}")
    for cell in ("LSTM", "LSTM-f"):
        _, values = chosen(results, "fresh", cell, setting.rates)
        lines.append(f"arithmetic, a fresh state for each exercise: {cell} {spread(values)}")
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values) if len(values) > 1 else 0:.3f}"


if __name__ == "__main__":
    main()
