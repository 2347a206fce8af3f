"""English sentences and their French translations, with the word that each word came from.

One grammar makes both sides at once (a synchronous grammar). French wants what English does not: nouns with a
gender, articles and adjectives that agree with them, most adjectives behind the noun ("the green car", "la
voiture verte"), pronouns before the verb ("he washes it", "il la lave"), "ne ... pas" around it, and words
that change before a vowel ("l' arbre", "cet hôtel") or merge ("de le jardin" is "du jardin").

A word is what stands between two spaces; an apostrophe ends one: "l' arbre" is two.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from utils.data.dataset import Dataset, split
from utils.data.made.french import (
    ADJECTIVES,
    NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    Noun,
    adapt,
    adjectives_of,
    determiner,
    nouns_of,
)
from utils.data.made.grammar import distinct
from utils.data.made.phrases import Phrase, aligned, join, unit


class AlignedPair(NamedTuple):
    """A sentence, its translation, and who gave what.

    ``alignment`` holds pairs (i, j): word i of ``source.split()`` stands for word j of ``target.split()``.
    """

    source: str
    target: str
    alignment: tuple[tuple[int, int], ...]


def make(seed: int = 0, count: int = 10_000) -> Dataset:
    """``count`` English sentences with their translations; the items are ``AlignedPair(source, target,
    alignment)``. Neither an English nor a French sentence is in two splits.

    Raises ValueError if count is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    rng = random.Random(seed)
    items = distinct(count, lambda: to_pair(sentence(rng)))
    title = "English-French pairs of a synchronous grammar of ours, with gold alignments"
    splits = split(items, seed, keys=lambda item: (("en", item.source), ("fr", item.target)))
    return Dataset("translation", "default", title, dict(splits))


def to_pair(phrase: Phrase) -> AlignedPair:
    """``phrase`` as text, after French has adapted neighbouring words to each other."""
    source, target = phrase.source, adapt(phrase.target)
    english = [word for word, _ in source]
    for place, following in enumerate(english[1:]):
        if english[place] == "a" and following[0] in "aeiou":
            english[place] = "an"
    return AlignedPair(" ".join(english), " ".join(word for word, _ in target), aligned(source, target))


def sentence(rng: random.Random) -> Phrase:
    """One sentence: a clause, two of them, or one with a pronoun for a thing named before."""
    shape = rng.random()
    if shape < 0.2:
        return join(
            clause(rng), unit(*rng.choice((("but", "mais"), ("and", "et")))), clause(rng), unit(".", ".")
        )
    if shape < 0.4:
        return join(_about_a_thing(rng), unit(".", "."))
    return join(clause(rng), unit(".", "."))


def clause(rng: random.Random) -> Phrase:
    """Somebody does something, or something is somehow."""
    if rng.random() < 0.35:
        noun, plural = rng.choice(NOUNS), rng.random() < 0.4
        return join(_any_noun_phrase(noun, plural, rng), predicate(noun, plural, rng))
    subject, person = _subject(rng)
    negative = rng.random() < 0.25
    thing = rng.choice(nouns_of("thing"))
    what = noun_phrase(
        rng.choice(("the", "my", "this") if negative else ("the", "my", "this", "a", "two")),
        thing,
        plural=rng.random() < 0.3,
        adjectives=some_adjectives(thing, rng),
    )
    tense = rng.choice(("present", "present", "past", "future"))
    phrase = join(subject, verb_phrase(rng.randrange(len(VERBS)), person, tense, negative), what)
    return join(phrase, _somewhere(rng)) if rng.random() < 0.3 else phrase


def predicate(noun: Noun, plural: bool, rng: random.Random) -> Phrase:
    """ "is green": to be in the present or the past, and an adjective that agrees with ``noun``."""
    adjective = rng.choice(adjectives_of(noun.kind))
    forms = (("is", "est"), ("was", "était")), (("are", "sont"), ("were", "étaient"))
    english, french = rng.choice(forms[plural])
    return join(unit(english, french), unit(adjective, ADJECTIVES[adjective].form(noun.gender, plural)))


def noun_phrase(article: str, noun: Noun, plural: bool = False, adjectives: tuple[str, ...] = ()) -> Phrase:
    """Article, adjectives and noun, all of one gender and number; the adjectives where French puts them.

    ``article`` is "the", "a", "this", "my", "our" or "two"; the plural of "a" is "some".
    """
    plural = plural or article == "two"
    before: list[Phrase] = []
    after: list[Phrase] = []
    for name in adjectives:
        adjective = ADJECTIVES[name]
        (before if adjective.before else after).append(unit(name, adjective.form(noun.gender, plural)))
    determined = unit(*determiner(article, noun.gender, plural, adjective_follows=bool(before)))
    named = unit(noun.english[plural], noun.french[plural])
    source = join(determined, *before, *after, named).source
    return Phrase(source, join(determined, *before, named, *after).target)


def verb_phrase(
    verb: int, person: str, tense: str, negative: bool = False, pronoun: Phrase | None = None
) -> Phrase:
    """A verb in the present, past or future, affirmed or denied, with ``pronoun`` as its object if given.

    ``person`` is "1s", "3s", "1p" or "3p". "does" and "see" both stand for "voit"; "not" for "ne" and "pas".
    """
    entry = VERBS[verb]
    what, helper, no = frozenset({object()}), frozenset({object()}), frozenset({object()})
    if tense == "past":
        target = [(entry.have(person), helper), (entry.participle, what)]
    else:
        target = [(entry.french(person, tense), what)]
    if tense == "future":
        source = [("will", what)] + [("not", no)] * negative + _words(entry.base, what)
    elif negative:
        auxiliary = "did" if tense == "past" else "does" if person == "3s" else "do"
        source = [(auxiliary, helper if tense == "past" else what), ("not", no), *_words(entry.base, what)]
    else:
        source = _words(entry.english(person, tense), what | helper if tense == "past" else what)
    if negative:
        target.insert(1, ("pas", no))
    if pronoun is not None:
        source, target = source + pronoun.source, pronoun.target + target
    if negative:
        target.insert(0, ("ne", no))
    return Phrase(source, target)


def _words(text: str, keys: frozenset) -> list[tuple[str, frozenset]]:
    return [(word, keys) for word in text.split()]


def _about_a_thing(rng: random.Random) -> Phrase:
    """ "the car is old but the boy likes it": the gender of "it" is decided at the other end."""
    thing = rng.choice(nouns_of("thing"))
    plural = rng.random() < 0.4
    subject, person = _subject(rng)
    french = "les" if plural else {"m": "le", "f": "la"}[thing.gender]
    verb = verb_phrase(
        rng.randrange(len(VERBS)),
        person,
        rng.choice(("present", "future")),
        rng.random() < 0.3,
        unit("them" if plural else "it", french),
    )
    first = join(_any_noun_phrase(thing, plural, rng, relative=False), predicate(thing, plural, rng))
    return join(first, unit(*rng.choice((("but", "mais"), ("and", "et")))), subject, verb)


def _any_noun_phrase(noun: Noun, plural: bool, rng: random.Random, relative: bool = True) -> Phrase:
    article = rng.choice(("the", "the", "my", "our", "this"))
    phrase = noun_phrase(article, noun, plural, some_adjectives(noun, rng))
    if relative and noun.kind == "thing" and rng.random() < 0.2:
        who = rng.choice(nouns_of("person"))
        several = rng.random() < 0.4
        seen = verb_phrase(rng.randrange(len(VERBS)), "3p" if several else "3s", "present")
        return join(phrase, unit("that", "que"), noun_phrase("the", who, several), seen)
    if relative and rng.random() < 0.2:
        return join(phrase, _somewhere(rng))
    return phrase


def _subject(rng: random.Random) -> tuple[Phrase, str]:
    """A subject and its person."""
    if rng.random() < 0.35:
        english, french, person = rng.choice(PRONOUNS)
        return unit(english, french), person
    noun, plural = rng.choice(nouns_of("person")), rng.random() < 0.4
    article = rng.choice(("the", "the", "a", "my", "this"))
    return noun_phrase(article, noun, plural, some_adjectives(noun, rng)), "3p" if plural else "3s"


def some_adjectives(noun: Noun, rng: random.Random) -> tuple[str, ...]:
    """None, one, or one on each side of the French noun."""
    before = rng.choice(adjectives_of(noun.kind, before=True))
    after = rng.choice(adjectives_of(noun.kind, before=False))
    return rng.choice(((), (), (before,), (after,), (after,), (before, after)))


def _somewhere(rng: random.Random) -> Phrase:
    place = rng.choice(nouns_of("place"))
    adjectives = (rng.choice(adjectives_of("place", before=True)),) if rng.random() < 0.3 else ()
    return join(
        unit(*rng.choice(PREPOSITIONS)),
        noun_phrase(rng.choice(("the", "the", "this")), place, False, adjectives),
    )
