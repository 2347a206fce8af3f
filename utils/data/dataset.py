"""What every loader of the course returns: splits by name, and a line that says what they are."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

SPLITS = ("train", "valid", "test")
# The field of an item that a model is given; the other fields say what is to be made of it.
GIVEN = ("text", "tokens", "source", "input", "image")

Item = TypeVar("Item", bound=Hashable)


class Labelled(NamedTuple):
    """A text and its class: ``"spam"``, ``"positive"``, ``"Italian"``, ..."""

    text: str
    label: str


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


class Tagged(NamedTuple):
    """The tokens of a sentence and as many tags."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Mapping[str, Sequence]):
    """From the name of a split ("train", "valid", "test") to its items, a sized and indexable sequence.

    ``name`` is the course's name for the data, ``source`` is "default" (made by the course) or "real" (a
    published corpus), and ``title`` says what was loaded. Printing the data set shows these, its sizes, and
    how many texts of a published split are in an earlier one, too.
    """

    name: str
    source: str
    title: str
    splits: Mapping[str, Sequence]

    def __getitem__(self, split: str) -> Sequence:
        if split not in self.splits:
            raise KeyError(f"{self.name} has no split {split!r}; it has: {', '.join(self.splits)}")
        return self.splits[split]

    def __iter__(self) -> Iterator[str]:
        return iter(self.splits)

    def __len__(self) -> int:
        return len(self.splits)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{split} {len(items):,}" for split, items in self.splits.items())
        line = f"{self.name} ({self.source}): {self.title}; {sizes}"
        again = sum(map(sum, self._repeats().values())) if self.source == "real" else 0
        return f"{line}; as published, {again} of them in an earlier split, too" if again else line

    def without_repeats(self) -> Dataset:
        """The same without the items whose text (tokens, source sentence, input) an earlier split has.

        The course's own splits never overlap. Published ones are loaded as they were published, and some
        do: a test on those items would be a test of memory.
        """
        repeats = self._repeats()
        splits = {
            name: [item for item, again in zip(items, repeats[name], strict=True) if not again]
            if any(repeats[name])
            else items
            for name, items in self.splits.items()
        }
        return replace(self, splits=splits)

    def _repeats(self) -> dict[str, list[bool]]:
        """For every item of every split: does an earlier split have what it gives to a model?"""
        before: set[Hashable] = set()
        repeats: dict[str, list[bool]] = {}
        for name, items in self.splits.items():
            given = [] if isinstance(items, str) or len(self) == 1 else list(map(_given, items))
            repeats[name] = [one in before for one in given]
            before.update(given)
        return repeats


def _given(item: Any) -> Hashable:
    """What makes an item a repetition of another: not its label, nor its translation."""
    given = next((getattr(item, field) for field in GIVEN if hasattr(item, field)), item)
    if hasattr(given, "numpy"):  # tensors compare by content only as bytes
        return (tuple(given.shape), given.numpy().tobytes())
    return given


def split(
    items: Iterable[Item],
    seed: int,
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    keys: Callable[[Item], Iterable[Hashable]] = lambda item: (item,),
) -> dict[str, list[Item]]:
    """Shuffle ``items`` by ``seed`` into "train", "valid" and "test"; equal items stay in one split.

    ``keys(item)`` gives what may not occur in two splits, by default the item itself. With both sides of a
    translation as keys, no sentence of either language is in two splits. Items that belong together are kept
    so, and therefore the sizes differ a little from the ``fractions``.

    Raises ValueError if ``fractions`` are not three numbers from 0 on that sum to 1.
    """
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be three numbers from 0 on that sum to 1, got {tuple(fractions)}")
    groups = _groups(list(items), keys)
    generator = random.Random(seed)
    generator.shuffle(groups)
    total = sum(map(len, groups))
    ends = [total * end for end in itertools.accumulate(fractions)]
    parts: dict[str, list[Item]] = {name: [] for name in SPLITS}
    placed = 0
    for group in groups:
        place = next((i for i, end in enumerate(ends) if placed < end - 1e-6), 2)
        parts[SPLITS[place]].extend(group)
        placed += len(group)
    for part in parts.values():
        generator.shuffle(part)
    return parts


def _groups(items: list[Item], keys: Callable[[Item], Iterable[Hashable]]) -> list[list[Item]]:
    """The items that share a key, directly or through others (the components of a union-find forest)."""
    parent: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = parent[above]
            key = parent[key]
        return key

    first_keys = []
    for item in items:
        first, *others = keys(item)
        first_keys.append(first)
        for other in others:
            parent[root(other)] = root(first)
    groups: dict[Hashable, list[Item]] = {}
    for item, key in zip(items, first_keys, strict=True):
        groups.setdefault(root(key), []).append(item)
    return list(groups.values())
