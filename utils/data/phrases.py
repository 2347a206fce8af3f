"""A phrase in two languages at once, and the alignment of their words."""

from __future__ import annotations

from collections.abc import Sequence
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
    return Phrase(
        [word for phrase in phrases for word in phrase.source],
        [word for phrase in phrases for word in phrase.target],
    )


def aligned(source: Sequence, target: Sequence) -> tuple[tuple[int, int], ...]:
    """The pairs (i, j), in order, of which source word i and target word j share a key."""
    return tuple(
        (i, j) for i, (_, ours) in enumerate(source) for j, (_, theirs) in enumerate(target) if ours & theirs
    )
