"""Streams of characters: arithmetic, nested tags and real text, and what can be reached without a memory."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from utils.data import load
from utils.data.made.tasks import arithmetic, xml

STREAMS, STEPS = 20, 35  # of a batch, and steps through which the gradient goes


class Streams(NamedTuple):
    """Texts beside one another, as numbers of characters, and which of these have to be predicted."""

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


@lru_cache(maxsize=32)  # all cells read the same
def streams(task: str, digits: int, seed: int, pieces: int, rows: bool = False) -> Streams:
    """``pieces`` pieces of the task's streams; with ``rows`` about as much, with an exercise in each row."""
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


@lru_cache
def text_streams(part: str, source: str) -> Streams:
    """A split of the text cut into STREAMS pieces of equal length; all characters count."""
    data = load("tinyshakespeare", "real") if source == "real" else load("prose", "default")
    numbers = torch.tensor(list(data[part].encode("ascii", "replace")))
    tokens = numbers[: len(numbers) // STREAMS * STREAMS].view(STREAMS, -1)
    return Streams(tokens, torch.ones_like(tokens, dtype=torch.bool))


# what can be had without a memory, and at most


def floors(task: str, digits: int) -> dict[str, float]:
    """The accuracy of the commonest character in all, after each character, and at each place."""
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
