"""What the generators of text share: expanding a grammar, and what a bag of words can know."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)
Rules = Mapping[str, Sequence[str]]


def expand(rules: Rules, symbol: str, rng: random.Random) -> str:
    """A random text of the context-free grammar ``rules``, from ``symbol``.

    ``rules`` gives each symbol its productions, all equally likely. In a production ``{name}`` stands for a
    text of the symbol ``name``.
    """
    production = rng.choice(rules[symbol])
    return re.sub(r"\{(\w+)\}", lambda match: expand(rules, match[1], rng), production)


def distinct(count: int, draw: Callable[[], Item]) -> list[Item]:
    """The first ``count`` different items that ``draw`` gives.

    Raises ValueError if ``draw`` gives nothing new a thousand times in a row.
    """
    found: dict[Item, None] = {}
    misses = 0
    while len(found) < count:
        before = len(found)
        found[draw()] = None
        misses = misses + 1 if len(found) == before else 0
        if misses == 1000:
            raise ValueError(f"expected {count} different items, but there seem to be only {len(found)}")
    return list(found)


def tokens(text: str) -> list[str]:
    """The words and marks of ``text`` in lower case."""
    return re.findall(r"\w+|[^\w\s]", text.lower())


def bag(text: str) -> tuple[str, ...]:
    """The words and marks of ``text``, sorted: the same for all texts that differ in their order alone."""
    return tuple(sorted(tokens(text)))


def best_accuracy(inputs: Iterable[Hashable], labels: Iterable[Hashable]) -> float:
    """The highest accuracy on these examples of any function from ``inputs`` to ``labels``.

    That function gives each input the label it has most often: Σ_input max_label count(input, label) / N.

    Raises ValueError if there are no examples.
    """
    counts: dict[Hashable, Counter] = defaultdict(Counter)
    for value, label in zip(inputs, labels, strict=True):
        counts[value][label] += 1
    if not counts:
        raise ValueError("expected at least one example, got none")
    best = sum(max(count.values()) for count in counts.values())
    return best / sum(sum(count.values()) for count in counts.values())


def capitalised(sentence: str) -> str:
    """``sentence`` with its first letter in upper case and the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
