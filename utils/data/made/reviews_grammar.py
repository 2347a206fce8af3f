"""Which words may come next in a review: the grammar of ``utils.data.made.reviews`` as an automaton.

What a model has written can thus be judged word by word, by the rules from which its training text was made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from utils.data.made.grammar import tokens
from utils.data.made.reviews import (
    ASSURANCES,
    BAD,
    CLAIMS,
    DENIALS,
    FILM,
    FRAMES,
    GOOD,
    PLAIN,
    RESTAURANT,
    RULES,
    SUPERLATIVES,
    Domain,
)


class Slot:
    """A place where one of several phrases stands, or none, if one of them is empty."""

    def __init__(self, phrases: Iterable[Items]) -> None:
        self.by_word: dict[str, list[Items]] = defaultdict(list)  # first word -> the rest of its phrases
        self.by_slot: list[Items] = []
        self.may_be_empty = False
        for phrase in phrases:
            if not phrase:
                self.may_be_empty = True
            elif isinstance(phrase[0], Slot):
                self.by_slot.append(phrase)
            else:
                self.by_word[phrase[0]].append(phrase[1:])

    def after(self, word: str) -> Iterator[Items]:
        """What still belongs to the phrase when it began with ``word``."""
        yield from self.by_word.get(word, ())
        for phrase in self.by_slot:
            yield from _after(phrase, word)


Items = tuple[str | Slot, ...]  # words and slots, in the order in which they stand


class State:
    """What may come after some words: the rest of every review that begins with them."""

    def __init__(self, rests: Iterable[Items]) -> None:
        self.rests = set(rests)
        self.following: dict[str, State] = {}

    def after(self, word: str) -> State:
        if word not in self.following:
            self.following[word] = State(rest for items in self.rests for rest in _after(items, word))
        return self.following[word]


def beginning(words: Sequence[str]) -> int:
    """How many of the first ``words`` begin some review; all of them, if a review begins with ``words``.

    The words are tokens in lower case as ``get_tokenizer("basic_english")`` gives them, without colons.
    """
    state = start()
    for place, word in enumerate(words):
        state = state.after(word)
        if not state.rests:
            return place
    return len(words)


def complete(words: Sequence[str]) -> bool:
    """Whether ``words`` are a whole review."""
    state = start()
    for word in words:
        state = state.after(word)
    return any(all(isinstance(item, Slot) and item.may_be_empty for item in rest) for rest in state.rests)


@cache
def start() -> State:
    """The state before the first word: every review."""
    return State(items for domain in (RESTAURANT, FILM) for items in _reviews(domain))


def _after(items: Items, word: str) -> Iterator[Items]:
    if not items:
        return
    first, rest = items[0], items[1:]
    if isinstance(first, Slot):
        for more in first.after(word):
            yield more + rest
        if first.may_be_empty:
            yield from _after(rest, word)
    elif first == word:
        yield rest


def _reviews(domain: Domain) -> Iterator[Items]:
    """Every review of a domain: a sentence, and before and after it at most one fact and one remark."""
    full_stop = Slot([(".",), ("!",)])
    fact = Slot([_words(f"{text}.") for text in domain.facts])
    names = {name: _slot(RULES[name]) for name in RULES}
    remark = Slot([_template(f"{text}.", names) for text in RULES["remark"]])
    after: dict[Items, list[Items]] = {  # what may stand after the sentence, by what stands before it
        (): [(), (fact,), (remark,), (fact, remark), (remark, fact)],
        (fact,): [(), (remark,)],
        (remark,): [(), (fact,)],
        (fact, remark): [()],
        (remark, fact): [()],
    }
    ends = {before: Slot(phrases) for before, phrases in after.items()}
    for sentence in _sentences(domain):
        for before, end in ends.items():
            yield (*before, *sentence, full_stop, end)


def _sentences(domain: Domain) -> Iterator[Items]:
    good, bad = _opinions(GOOD + domain.good), _opinions(BAD + domain.bad)
    common = {"thing": _slot(domain.things), "place": _slot(domain.places)}
    plain = {"p": good, "q": good, "n": bad, "m": bad}
    for template in (*PLAIN["positive"], *PLAIN["negative"]):
        yield from _with_parts(template, domain, common | plain)
    opening = _slot(DENIALS + ASSURANCES)
    for x, y in ((good, bad), (bad, good)):
        for template in (text for frames in FRAMES.values() for text in frames):
            yield from _with_parts(template, domain, common | {"x": x, "y": y})
        for template in CLAIMS:
            for claim in _with_parts(template, domain, common | {"x": x, "y": y}):
                yield from ((opening, *claim), (opening, opening, *claim))
    best, worst = _slot(["best"]), _slot(["worst"])
    for x, y in ((best, worst), (worst, best)):
        for template in SUPERLATIVES:
            yield _template(template, common | {"x": x, "y": y})


def _with_parts(template: str, domain: Domain, slots: Mapping[str, Slot]) -> Iterator[Items]:
    """The template with any part; where it names another part, with any but that one."""
    if "{other}" not in template:
        yield _template(template, {**slots, "part": _slot(domain.parts)})
        return
    for part in domain.parts:
        others = [other for other in domain.parts if other != part]
        yield _template(template, {**slots, "part": _slot([part]), "other": _slot(others)})


def _template(template: str, slots: Mapping[str, Slot]) -> Items:
    pieces = re.split(r"\{(\w+)\}", template)
    return _joined((slots[piece],) if odd % 2 else _words(piece) for odd, piece in enumerate(pieces))


def _opinions(words: Sequence[str]) -> Slot:
    """One word, or two different ones."""
    second = {word: Slot((other,) for other in words if other != word) for word in words}
    return Slot([*((word,) for word in words), *((word, "and", second[word]) for word in words)])


def _slot(phrases: Iterable[str]) -> Slot:
    return Slot(map(_words, phrases))


def _words(text: str) -> Items:
    return tuple(word for word in tokens(text) if word != ":")


def _joined(parts: Iterable[Items]) -> Items:
    return tuple(item for part in parts for item in part)
