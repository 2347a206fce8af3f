"""A phrase in two languages at once, and the alignment of their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

Words = list[tuple[str, frozenset]]


class Phrase(NamedTuple):
    """The same in two languages. Every word comes with keys; those that share one belong together."""

    source: Words
    target: Words


def unit(source: str, target: str) -> Phrase:
    """Words that stand for each other as a whole: "near" and "près de"."""
    key = frozenset({object()})
    return Phrase([(word, key) for word in source.split()], [(word, key) for word in target.split()])


def join(*phrases: Phrase) -> Phrase:
    """The phrases one after the other, on both sides."""
    sources, targets = zip(*phrases, strict=True)
    return Phrase(list(chain.from_iterable(sources)), list(chain.from_iterable(targets)))


def aligned(source: Sequence, target: Sequence) -> tuple[tuple[int, int], ...]:
    """The pairs (i, j), in order, of which source word i and target word j share a key."""
    places = defaultdict(list)
    for j, (_, keys) in enumerate(target):
        for key in keys:
            places[key].append(j)
    return tuple(
        (i, j) for i, (_, keys) in enumerate(source) for j in sorted({j for key in keys for j in places[key]})
    )
