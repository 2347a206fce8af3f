"""Which words may follow? An automaton that accepts the French sentences of the translation grammar.

It is written from the rules of ``utils.data.made.translation``, without their English side: noun phrases
agree in gender and number, an adjective stands where French puts it, "ne" and "pas" stand around the verb,
and ``adapt`` has changed neighbouring words. What a network writes can so be judged word by word, whatever
the English sentence was.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence

from utils.data.made.french import (
    ADJECTIVES,
    BEFORE_NOUN,
    ELIDED,
    MERGED,
    NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    adjectives_of,
    before_vowel,
    determiner,
    nouns_of,
)

KINDS = sorted({(noun.kind, noun.gender) for noun in NOUNS})
CONJUNCTIONS = ("mais", "et")
TENSES = ("present", "past", "future")


def accepted(words: Sequence[str]) -> int:
    """How many of ``words``, from the first, can begin a sentence of the grammar: all of them, if it is one
    or can become one.

    Word i is accepted after words 1 ... i - 1 if some sentence goes on so. A word that only changes before a
    vowel, such as "l'", is judged with the next one: of "l' voiture" the second word is refused.
    """
    read = _Reader()
    for place, word in enumerate(words):
        if not read.take(word):
            return place
    return len(words)


def is_sentence(words: Sequence[str]) -> bool:
    """Whether ``words`` is a whole sentence of the grammar."""
    read = _Reader()
    return all(read.take(word) for word in words) and read.is_at_end()


def first_refused(words: Sequence[str]) -> int | None:
    """The place of the first word that the grammar does not accept after those before it; ``len(words)`` if
    that is the end, since no sentence ends there; None if ``words`` is a sentence."""
    return None if is_sentence(words) else accepted(words)


class _Reader:
    """Where the automaton can be after the words that it has taken."""

    def __init__(self) -> None:
        self.edges, start, self.end = _automaton()
        # a state, the last word before its neighbours could change it, and what the next must leave of it
        self.places = {(state, "", "") for state in self._reached({start})}
        self.last = ""

    def take(self, word: str) -> bool:
        """Read ``word`` if it is accepted, and say whether."""
        if (self.last, word) in MERGED:
            return False
        states = {state for state, raw, form in self.places if before_vowel(raw, word) == form}
        found = {
            (state, raws[-1], form)
            for raws, form in _before_adapting(word)
            for state in self._read(states, raws)
        }
        if found:
            self.places, self.last = found, word
        return bool(found)

    def is_at_end(self) -> bool:
        return any(state == self.end for state, _, _ in self.places)

    def _read(self, states: set[int], raws: Sequence[str]) -> set[int]:
        for raw in raws:
            states = self._reached({after for state in states for after in self.edges[state].get(raw, ())})
        return states

    def _reached(self, states: set[int]) -> set[int]:
        """``states`` and all that one comes to from them without a word."""
        found, new = set(states), list(states)
        while new:
            for after in self.edges[new.pop()].get("", ()):
                if after not in found:
                    found.add(after)
                    new.append(after)
        return found


@functools.cache
def _before_adapting(word: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What ``adapt`` can have made ``word`` of, and the form that the last of these words must keep.

    That is the word itself, another word before a vowel, or two words.
    """
    found: list[tuple[tuple[str, ...], str]] = [((word,), word)]
    found += [((raw,), word) for raw, new in (ELIDED | BEFORE_NOUN).items() if new == word]
    found += [(pair, pair[-1]) for pair, new in MERGED.items() if new == word]
    return tuple(found)


Edges = defaultdict[int, dict[str, set[int]]]


@functools.cache
def _automaton() -> tuple[Edges, int, int]:
    """Edges state → word → states ("" takes no word), the first state and the last."""
    build = _Builder()
    start, stop = build.state(), build.state()
    first, second = build.clauses(start), build.clauses(build.words(build.clauses(start), CONJUNCTIONS))
    for last in (first, second, build.about_a_thing(start)):
        build.words(last, (".",), stop)
    return build.edges, start, stop


class _Builder:
    """Each method adds what may follow a state, and gives the state behind it."""

    def __init__(self) -> None:
        self.edges: Edges = defaultdict(dict)
        self.count = 0

    def state(self) -> int:
        self.count += 1
        return self.count

    def words(self, start: int, texts: Sequence[str], stop: int | None = None) -> int:
        """One of ``texts``, each of one or more words, or "" for none."""
        stop = self.state() if stop is None else stop
        for text in texts:
            *before, last = text.split() or [""]
            here = start
            for word in before:
                after = self.state()
                self.edges[here].setdefault(word, set()).add(after)
                here = after
            self.edges[here].setdefault(last, set()).add(stop)
        return stop

    def noun_phrase(
        self,
        start: int,
        articles: Sequence[str],
        kind: str,
        gender: str,
        plural: bool,
        adjectives: str = "both",
    ) -> int:
        """Of ``adjectives``, "both", "before" or "none" may stand beside the noun."""
        nouns = [noun.french[plural] for noun in nouns_of(kind) if noun.gender == gender]
        bare, described = (
            [
                determiner(article, gender, plural, follows)[1]
                for article in articles
                if plural or article != "two"
            ]
            for follows in (False, True)
        )
        named = self.words(self.words(start, bare), nouns)
        if adjectives != "none":
            before = self.words(self.words(start, described), self.adjectives(kind, gender, plural, True))
            self.words(before, nouns, named)
        if adjectives == "both":
            return self.words(named, ["", *self.adjectives(kind, gender, plural, False)])
        return named

    def adjectives(self, kind: str, gender: str, plural: bool, before: bool | None = None) -> list[str]:
        return [ADJECTIVES[name].form(gender, plural) for name in adjectives_of(kind, before)]

    def verb_phrase(
        self, start: int, person: str, tense: str, negative: bool = False, pronoun: str = ""
    ) -> int:
        here = self.words(start, ["ne" if negative else ""])
        here = self.words(here, [pronoun])
        if tense == "past":
            here = self.words(here, [VERBS[0].have(person)])
        else:
            here = self.words(here, [verb.french(person, tense) for verb in VERBS])
        here = self.words(here, ["pas" if negative else ""])
        return self.words(here, [verb.participle for verb in VERBS]) if tense == "past" else here

    def somewhere(self, start: int) -> int:
        near = self.words(start, [french for _, french in PREPOSITIONS])
        ends = [self.noun_phrase(near, ("the", "this"), "place", gender, False, "before") for gender in "mf"]
        return self.joined(ends)

    def subjects(self, start: int) -> dict[str, int]:
        """Person → the state behind such a subject."""
        ends = defaultdict(list)
        for _, french, person in PRONOUNS:
            ends[person].append(self.words(start, [french]))
        for gender in "mf":
            for plural, person in ((False, "3s"), (True, "3p")):
                ends[person].append(
                    self.noun_phrase(start, ("the", "a", "my", "this"), "person", gender, plural)
                )
        return {person: self.joined(states) for person, states in ends.items()}

    def predicates(self, start: int, kinds: Sequence[tuple[str, str]], relative: bool) -> dict:
        """(gender, plural) → the state behind "la voiture est verte" and its like."""
        ends = defaultdict(list)
        for kind, gender in kinds:
            for plural in (False, True):
                here = self.noun_phrase(start, ("the", "my", "our", "this"), kind, gender, plural)
                if relative:
                    more = [here, self.somewhere(here)] + [self.relative(here)] * (kind == "thing")
                    here = self.joined(more)
                here = self.words(here, ("sont", "étaient") if plural else ("est", "était"))
                ends[gender, plural].append(self.words(here, self.adjectives(kind, gender, plural)))
        return {key: self.joined(states) for key, states in ends.items()}

    def relative(self, start: int) -> int:
        that = self.words(start, ["que"])
        ends = []
        for gender in "mf":
            for plural, person in ((False, "3s"), (True, "3p")):
                who = self.noun_phrase(that, ("the",), "person", gender, plural, "none")
                ends.append(self.verb_phrase(who, person, "present"))
        return self.joined(ends)

    def clauses(self, start: int) -> int:
        ends = list(self.predicates(start, KINDS, relative=True).values())
        for person, subject in self.subjects(start).items():
            for negative in (False, True):
                articles = ("the", "my", "this") if negative else ("the", "my", "this", "a", "two")
                done = self.joined([self.verb_phrase(subject, person, tense, negative) for tense in TENSES])
                for gender in "mf":
                    for plural in (False, True):
                        what = self.noun_phrase(done, articles, "thing", gender, plural)
                        ends += [what, self.somewhere(what)]
        return self.joined(ends)

    def about_a_thing(self, start: int) -> int:
        things = [entry for entry in KINDS if entry[0] == "thing"]
        ends = []
        for (gender, plural), first in self.predicates(start, things, relative=False).items():
            pronoun = "les" if plural else {"m": "le", "f": "la"}[gender]
            for person, subject in self.subjects(self.words(first, CONJUNCTIONS)).items():
                for tense in ("present", "future"):
                    for negative in (False, True):
                        ends.append(self.verb_phrase(subject, person, tense, negative, pronoun))
        return self.joined(ends)

    def joined(self, states: Sequence[int]) -> int:
        stop = self.state()
        for state in states:
            self.words(state, [""], stop)
        return stop
