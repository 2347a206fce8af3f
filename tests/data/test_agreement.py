import collections
import itertools
import random

import pytest

from utils.data.made import agreement
from utils.data.made.agreement import INTRANSITIVE, NOUNS, PLURAL, SINGULAR, TRANSITIVE


@pytest.fixture(scope="module")
def data():
    return agreement.make(0)


SINGULAR_NOUNS, PLURAL_NOUNS = ({pair[i] for pair in NOUNS} for i in (0, 1))


def nouns_before_the_verb(item):
    """(place, number) of the nouns before the verb: a word like that behind a determiner."""
    words = item.text.split()[: item.verb]
    found = []
    for place, word in enumerate(words):
        if word in SINGULAR_NOUNS | PLURAL_NOUNS and words[place - 1] in {"the", "my", "our", "his"} | set(
            agreement.ADJECTIVES
        ):
            found.append((place, PLURAL if word in PLURAL_NOUNS else SINGULAR))
    return found


def subject_first(item):
    """The nouns before the verb from the subject on: what stands before a comma is no subject."""
    words = item.text.split()
    start = words.index(",") if "," in words else -1
    return [number for place, number in nouns_before_the_verb(item) if place > start]


def test_every_number_of_attractors_is_balanced(data):
    for split, expected in (("train", agreement.TRAIN), ("valid", (200,) * 6), ("test", (200,) * 6)):
        counts = collections.Counter((item.attractors, item.label) for item in data[split])
        for attractors, count in enumerate(expected):
            assert counts[attractors, SINGULAR] == counts[attractors, PLURAL] == count // 2
        assert len(counts) == 12


def test_attractors_are_the_nouns_of_the_other_number_between_subject_and_verb(data):
    for items in data.values():
        for item in items:
            subject, *others = subject_first(item)
            assert subject == item.label
            assert sum(number != subject for number in others) == item.attractors


def test_the_verb_agrees_and_the_other_form_does_not(data):
    forms = {*INTRANSITIVE, *TRANSITIVE, ("is", "are"), ("was", "were"), ("seems", "seem")}
    for item in data["test"]:
        verb = item.text.split()[item.verb]
        assert ((verb, item.other) if item.label == SINGULAR else (item.other, verb)) in forms


def test_simple_rules_fail(data):
    items = [item for item in data["test"] if item.attractors > 0]
    last = sum(nouns_before_the_verb(item)[-1][1] == item.label for item in items)
    first = sum(nouns_before_the_verb(item)[0][1] == item.label for item in items)
    assert 0.02 < last / len(items) < 0.3
    assert first / len(items) < 0.9
    many = [item for item in items if item.attractors >= 2]
    for item in many:
        numbers = subject_first(item)
        assert 2 * numbers.count(item.label) <= len(numbers) + 1


def test_no_sentence_is_there_twice_not_even_up_to_its_verb(data):
    starts = [{" ".join(item.text.split()[: item.verb]) for item in items} for items in data.values()]
    assert sum(map(len, starts)) == sum(map(len, data.values()))
    assert not any(one & other for one, other in itertools.combinations(starts, 2))


def test_agreement_is_a_pure_function_of_the_seed(data):
    assert data == agreement.make(0)
    assert data["train"] != agreement.make(1)["train"]


def test_bad_arguments_get_one_clear_error():
    with pytest.raises(ValueError, match="attractors must be between 0 and 5, got 6"):
        agreement.sentence(True, 6, random.Random(0))
