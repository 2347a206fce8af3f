"""Sentences with the part of speech of every word, of which many have two.

The tags are those of Universal Dependencies. Half of the sentences are those of the agreement grammar, in
which the words before a word tell its tag. In the others they do not: only what follows tells whether "the
old guard" is a man or has something to guard, whether "that" is a determiner, a pronoun or a conjunction, and
whether "after the dance" is the whole of it or something happens after the dance ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from utils.data.dataset import Dataset, Tagged, split
from utils.data.made.agreement import (
    ADJECTIVES,
    INTRANSITIVE,
    NOUNS,
    TRANSITIVE,
    TaggedWords,
    noun_phrase,
    sentence,
)
from utils.data.made.grammar import best_accuracy, distinct

BOTH_KINDS = ("light", "cold", "red", "secret", "criminal", "native", "minor")  # adjectives and nouns
PEOPLE = ("old", "famous", "quiet", "strange")  # the old, the famous, ...
EVENTS = ("dance", "walk", "play", "visit", "watch", "drink")
ENDINGS = ("ends", "starts", "matters", "disappears")
GOING = (("goes", "go"), ("returns", "return"), ("comes", "come"))
DOING = ("dance", "walk", "cook", "drink", "sleep", "wait", "smile")
DONE = ("guarded", "judged", "guided", "coached", "watched", "visited", "liked", "needed", "pleased")
PLACES = ("outside", "inside", "behind", "near", "around")


def make(seed: int = 0, count: int = 6_000) -> Dataset:
    """``count`` different sentences; the items are ``Tagged(tokens, tags)``.

    The title gives the accuracy on the test split of the best tagger that looks at one word at a time.

    Raises ValueError if count is below 10, so that no split is empty.
    """
    if count < 10:
        raise ValueError(f"count must be at least 10, got {count}")
    rng = random.Random(seed)
    items = distinct(count, lambda: _draw(rng))
    splits = split(items, seed, keys=lambda item: (item.tokens,))
    share = ceiling(splits["test"])
    title = f"sentences of a grammar of ours, a word by itself gives {share:.1%} of the tags in test"
    return Dataset("tagged", "default", title, dict(splits))


def ceiling(items: Iterable[Tagged]) -> float:
    """The highest accuracy on ``items`` of any tagger that gives a word the same tag everywhere."""
    pairs = [pair for item in items for pair in zip(item.tokens, item.tags, strict=True)]
    return best_accuracy((token for token, _ in pairs), (tag for _, tag in pairs))


def _draw(rng: random.Random) -> Tagged:
    if rng.random() < 0.5:
        words, _, _ = sentence(rng.random() < 0.5, rng.choice((0, 0, 0, 1, 1, 2)), rng)
    else:
        words = [*rng.choice(GARDEN_PATHS)(rng), (".", "PUNCT")]
    tokens, tags = zip(*words, strict=True)
    return Tagged(tokens, tags)


# Sentences that begin alike and go on in different ways. Each way is drawn without a look at the beginning.


def _light(rng: random.Random) -> TaggedWords:
    """ "the cold matters", "the cold river disappears" """
    word = rng.choice(BOTH_KINDS)
    if rng.random() < 0.5:
        return [("the", "DET"), (word, "NOUN"), *_does(False, rng)]
    plural = rng.random() < 0.5
    return [("the", "DET"), (word, "ADJ"), (rng.choice(NOUNS)[plural], "NOUN"), *_does(plural, rng)]


def _the_old(rng: random.Random) -> TaggedWords:
    """ "the old guard the door", "the old guard sleeps" """
    start = [("the", "DET"), (rng.choice(PEOPLE), "ADJ")]
    word = rng.choice(("guard", "judge", "guide", "coach", "watch", "visit", "play"))
    if rng.random() < 0.5:
        return [*start, (word, "VERB"), *_somebody(rng)]
    return [*start, (word, "NOUN"), *_does(False, rng)]


def _has(rng: random.Random) -> TaggedWords:
    """ "the boy has watched the dog", "the boy has the key" """
    plural = rng.random() < 0.5
    word = ("has", "have")[plural]
    if rng.random() < 0.5:
        return [*noun_phrase(plural, rng), (word, "AUX"), (rng.choice(DONE), "VERB"), *_somebody(rng)]
    return [*noun_phrase(plural, rng), (word, "VERB"), *_somebody(rng)]


def _goes_to(rng: random.Random) -> TaggedWords:
    """ "the boys go to sleep", "the boys go to the river" """
    plural = rng.random() < 0.5
    start = [*noun_phrase(plural, rng), (rng.choice(GOING)[plural], "VERB")]
    if rng.random() < 0.5:
        return [*start, ("to", "PART"), (rng.choice(DOING), "VERB")]
    return [*start, ("to", "ADP"), *_somebody(rng)]


def _after(rng: random.Random) -> TaggedWords:
    """ "after the visit the boy sleeps", "after the visit ends the boy sleeps" """
    word = rng.choice(("after", "before", "until"))
    event = [
        ("the", "DET"),
        *[(rng.choice(ADJECTIVES), "ADJ")] * (rng.random() < 0.5),
        (rng.choice(EVENTS), "NOUN"),
    ]
    plural = rng.random() < 0.5
    rest = [*noun_phrase(plural, rng), *_does(plural, rng)]
    if rng.random() < 0.5:
        return [(word, "ADP"), *event, *rest]
    return [(word, "SCONJ"), *event, (rng.choice(ENDINGS), "VERB"), *rest]


def _outside(rng: random.Random) -> TaggedWords:
    """ "the dog waits outside", "the dog waits outside the house" """
    plural = rng.random() < 0.5
    start = [*noun_phrase(plural, rng), (rng.choice(INTRANSITIVE)[plural], "VERB")]
    if rng.random() < 0.5:
        return [*start, (rng.choice(PLACES), "ADV")]
    return [*start, (rng.choice(PLACES), "ADP"), *_somebody(rng)]


def _that(rng: random.Random) -> TaggedWords:
    """ "that is old", "that dog is old", "that the dog is old matters" """
    way = rng.randrange(3)
    if way == 0:
        return [("that", "PRON"), *_does(False, rng)]
    if way == 1:
        return [("that", "DET"), (rng.choice(NOUNS)[0], "NOUN"), *_does(False, rng)]
    plural = rng.random() < 0.5
    fact = [*noun_phrase(plural, rng), *_does(plural, rng)]
    return [
        ("that", "SCONJ"),
        *fact,
        (rng.choice(("matters", "surprises", "helps")), "VERB"),
        *_somebody(rng),
    ]


GARDEN_PATHS: tuple[Callable[[random.Random], TaggedWords], ...] = (
    _light,
    _the_old,
    _has,
    _goes_to,
    _after,
    _outside,
    _that,
)


def _does(plural: bool, rng: random.Random) -> TaggedWords:
    """What is said of a subject: that it sleeps, is old, or sees somebody."""
    way = rng.randrange(3)
    if way == 0:
        return [(rng.choice(INTRANSITIVE)[plural], "VERB")]
    if way == 1:
        return [(("is", "are")[plural], "AUX"), (rng.choice(ADJECTIVES), "ADJ")]
    return [(rng.choice(TRANSITIVE)[plural], "VERB"), *_somebody(rng)]


def _somebody(rng: random.Random) -> TaggedWords:
    return noun_phrase(rng.random() < 0.5, rng)
