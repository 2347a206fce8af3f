"""Sentences in which subject and verb must agree in number, with nouns between them that mislead.

"The keys to the cabinet near the door are old": "cabinet" and "door" are attractors, nouns between the
subject and its verb whose number is not the subject's. The nearest noun, the first noun and the majority of
the nouns all fail somewhere: there may be other nouns between the two, of the subject's own number, and
before the subject ("behind the houses , the key ...").

Source: Linzen, Dupoux and Goldberg, "Assessing the ability of LSTMs to learn syntax-sensitive dependencies",
TACL 2016, whose definition of an attractor this is.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from utils.data.dataset import Dataset

SINGULAR, PLURAL = "singular", "plural"
MOST = 5  # attractors

# Training has mostly easy sentences, as any text has; what is tested has as many of each kind.
TRAIN = (6_000, 3_000, 1_500, 800, 400, 300)
HELD_OUT = (200,) * (MOST + 1)


def _pairs(table: str) -> tuple[tuple[str, str], ...]:
    words = table.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


# Singular and plural. The words of the second half are verbs as well.
NOUNS = _pairs(
    """
    key keys door doors house houses garden gardens boy boys girl girls farmer farmers picture pictures
    cabinet cabinets river rivers author authors senator senators dog dogs child children woman women man men
    car cars painter painters teacher teachers pilot pilots
    guard guards cook cooks judge judges guide guides coach coaches watch watches walk walks dance dances
    play plays drink drinks visit visits
    """
)
# Third person singular and plural of the present.
INTRANSITIVE = _pairs(
    """
    walks walk dances dance cooks cook drinks drink waits wait sleeps sleep smiles smile matters matter
    returns return disappears disappear
    """
)
TRANSITIVE = _pairs(
    """
    guards guard judges judge guides guide coaches coach watches watch visits visit plays play likes like
    needs need knows know pleases please
    """
)
ADJECTIVES = (
    "old",
    "new",
    "small",
    "quiet",
    "famous",
    "cold",
    "light",
    "fast",
    "early",
    "strange",
    "red",
    "kind",
)
ADVERBS = ("often", "rarely", "always", "never", "still")
LATE_ADVERBS = ("fast", "early", "today", "again", "outside")
DETERMINERS = ("the", "the", "the", "my", "our", "his")  # none of them tells the number
PREPOSITIONS = ("near", "behind", "beside", "to", "of", "under", "with", "from")

TaggedWords = list[tuple[str, str]]


class Agreement(NamedTuple):
    """A sentence whose verb, word ``verb`` of ``text.split()``, has the number ``label``.

    ``other`` is the verb in the wrong number, for asking a language model which of the two it expects.
    """

    text: str
    label: str
    verb: int
    other: str
    attractors: int


def make(seed: int = 0) -> Dataset:
    """Sentences with 0 to 5 attractors, singular and plural alike; the items are ``Agreement``.

    "train" has the numbers of ``TRAIN`` by attractors, "valid" and "test" those of ``HELD_OUT``. No two
    sentences, and no two sentences up to the verb, are the same.
    """
    rng = random.Random(seed)
    used: set[str] = set()
    splits: dict[str, list[Agreement]] = {}
    for split, counts in (("train", TRAIN), ("valid", HELD_OUT), ("test", HELD_OUT)):
        splits[split] = []
        for attractors, count in enumerate(counts):
            splits[split] += [_new_item(i % 2 == 1, attractors, used, rng) for i in range(count)]
        rng.shuffle(splits[split])
    title = f"subject and verb, with 0 to {MOST} nouns that mislead, from a grammar of ours"
    return Dataset("agreement", "default", title, dict(splits))


def _new_item(plural: bool, attractors: int, used: set[str], rng: random.Random) -> Agreement:
    while True:
        words, verb, other = sentence(plural, attractors, rng)
        start = " ".join(word for word, _ in words[:verb])
        if start not in used:
            used.add(start)
            text = " ".join(word for word, _ in words)
            return Agreement(text, PLURAL if plural else SINGULAR, verb, other, attractors)


def sentence(plural: bool, attractors: int, rng: random.Random) -> tuple[TaggedWords, int, str]:
    """Words with their tags, the place of the verb, and the verb in the wrong number.

    Raises ValueError if attractors is not between 0 and 5.
    """
    if not 0 <= attractors <= MOST:
        raise ValueError(f"attractors must be between 0 and {MOST}, got {attractors}")
    words = _front(rng) + noun_phrase(plural, rng)
    words += _modifiers(plural, attractors, rng)
    if rng.random() < 0.2:
        words.append((rng.choice(ADVERBS), "ADV"))
    verb = len(words)
    predicate, other = _predicate(plural, rng)
    return [*words, *predicate, (".", "PUNCT")], verb, other


def noun_phrase(plural: bool, rng: random.Random, adjective: float = 0.3) -> TaggedWords:
    """A determiner, with probability ``adjective`` an adjective, and a noun."""
    words = [(rng.choice(DETERMINERS), "DET")]
    if rng.random() < adjective:
        words.append((rng.choice(ADJECTIVES), "ADJ"))
    return [*words, (rng.choice(NOUNS)[plural], "NOUN")]


def _front(rng: random.Random) -> TaggedWords:
    """Nothing, or a place before the subject, of either number."""
    if rng.random() < 0.7:
        return []
    place = (rng.choice(PREPOSITIONS[:3]), "ADP")
    return [place, *noun_phrase(rng.random() < 0.5, rng), (",", "PUNCT")]


def _modifiers(plural: bool, attractors: int, rng: random.Random) -> TaggedWords:
    """What stands between the subject and its verb: the attractors, and sometimes a noun that is none."""
    numbers = [not plural] * attractors + [plural] * rng.choice((0, 0, 1))
    rng.shuffle(numbers)
    words: TaggedWords = []
    for place, number in enumerate(numbers):
        last = place == len(numbers) - 1
        if last and rng.random() < 0.4:
            verb = rng.choice(TRANSITIVE)[number]
            words += [("that", "PRON"), *noun_phrase(number, rng, 0.1), (verb, "VERB")]
        else:
            words += [(rng.choice(PREPOSITIONS), "ADP"), *noun_phrase(number, rng, 0.1)]
    return words


def _predicate(plural: bool, rng: random.Random) -> tuple[TaggedWords, str]:
    """The verb with what follows it, and the verb in the wrong number."""
    kind = rng.randrange(3)
    if kind == 0:
        forms = rng.choice((("is", "are"), ("was", "were"), ("seems", "seem")))
        tag = "VERB" if forms[0] == "seems" else "AUX"
        after = [(rng.choice(ADJECTIVES), "ADJ")]
    elif kind == 1:
        forms, tag = rng.choice(INTRANSITIVE), "VERB"
        after = [(rng.choice(LATE_ADVERBS), "ADV")] if rng.random() < 0.5 else []
    else:
        forms, tag = rng.choice(TRANSITIVE), "VERB"
        after = noun_phrase(rng.random() < 0.5, rng)
        if after[-1][0] in {singular for singular, _ in NOUNS} and rng.random() < 0.3:
            after[0] = ("that", "DET")
    return [(forms[plural], tag), *after], forms[not plural]
