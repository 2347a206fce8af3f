"""What differed in a submitted notebook from the release, and the sentences that tell an instructor.

Differences of one kind are told together: an editor that drops every cell's marks did one thing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

HANDED_IN = "cell-"  # begins the id of a cell that was handed in; its place in that notebook, from 1, follows
NAMED = 3  # cells that a sentence names; of more it tells the number

# what is said of one cell, and of several
SENTENCES = {
    "old points": ("The points of {} are those of another release; the current ones were used.",) * 2,
    "no marks": ("The marks of {} were missing; they were put back.",) * 2,
    "marks": ("The marks of {} had been changed; they were put back.",) * 2,
    "kind": (
        "{} had been turned into another kind of cell; it was turned back.",
        "{} had been turned into another kind of cell; they were turned back.",
    ),
    "other release": (
        "it was made from another release; {} was taken from the current one.",
        "it was made from another release; {} were taken from the current one.",
    ),
    "changed": ("{} had been changed; it was put back.", "{} had been changed; they were put back."),
    "missing": ("{} was missing; it was put back.", "{} were missing; they were put back."),
    "no answer": (
        "{} was missing; an empty one was put back.",
        "{} were missing; empty ones were put back.",
    ),
}


class Changes:
    """The differences, as they are found.

    Args:
        other_release: the notebook says that it is of another release than the one that it is compared with.
            Then cells that differ, or are missing, are no sign of a change by the student.
    """

    def __init__(self, other_release: bool = False) -> None:
        self.other_release = other_release
        self.found: dict[tuple[str, str], list[str]] = defaultdict(list)

    def add(self, what: str, name: str, noun: str = "cell") -> None:
        """Keep a difference.

        Args:
            what: a key of ``SENTENCES``.
            noun: what the cell ``name`` is called.
        """
        if self.other_release and what in ("changed", "missing"):
            what = "other release"
        self.found[what, noun].append(name)

    def sentences(self) -> list[str]:
        """A sentence for each kind of difference."""
        told = []
        for (what, noun), names in self.found.items():
            sentence = SENTENCES[what][len(names) > 1].format(called(noun, names))
            told.append(sentence[0].upper() + sentence[1:])
        return told


def position(cell: Any) -> int | None:
    """The place of a cell in the notebook that was handed in, texts counted; None for one put back."""
    number = str(cell.get("id", "")).removeprefix(HANDED_IN)
    return int(number) if number.isdecimal() else None


def called(noun: str, names: list[str]) -> str:
    """``"the cell a"``, ``"the cells a, b and c"``, or ``"14 cells"``."""
    if len(names) > NAMED:
        return f"{len(names)} {noun}s"
    *first, last = names
    return f"the {noun}s {', '.join(first)} and {last}" if first else f"the {noun} {last}"
