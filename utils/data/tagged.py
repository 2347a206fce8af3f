"""The sentences of the agreement grammar with the part of speech of every word.

The tags are those of Universal Dependencies. Many words have two: "guards" and "cook" are nouns and verbs,
"that" is a determiner and a relative pronoun, "fast" an adjective and an adverb. What they are is told by
the words around them, and often by those that follow.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from utils.data.agreement import sentence
from utils.data.dataset import Dataset, Tagged, split
from utils.data.grammar import best_accuracy, distinct


def make(seed: int = 0, count: int = 6_000) -> Dataset:
    """``count`` different sentences; the items are ``Tagged(tokens, tags)``.

    The title gives the accuracy that no tagger can exceed which looks at one word at a time.

    Raises ValueError if count is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    rng = random.Random(seed)
    items = distinct(count, lambda: _draw(rng))
    title = f"sentences of a grammar of ours, a word by itself gives {ceiling(items):.1%} of the tags"
    return Dataset("tagged", "default", title, dict(split(items, seed, keys=lambda item: (item.tokens,))))


def ceiling(items: Iterable[Tagged]) -> float:
    """The highest accuracy on ``items`` of any tagger that gives a word the same tag everywhere."""
    pairs = [pair for item in items for pair in zip(item.tokens, item.tags, strict=True)]
    return best_accuracy((token for token, _ in pairs), (tag for _, tag in pairs))


def _draw(rng: random.Random) -> Tagged:
    words, _, _ = sentence(rng.random() < 0.5, rng.choice((0, 0, 0, 1, 1, 2)), rng)
    tokens, tags = zip(*words, strict=True)
    return Tagged(tokens, tags)
