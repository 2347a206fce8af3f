import collections

import pytest

from utils.data.made import reviews
from utils.data.made.grammar import bag, best_accuracy, tokens

GOOD = {*reviews.GOOD, *reviews.FILM.good, *reviews.RESTAURANT.good}
BAD = {*reviews.BAD, *reviews.FILM.bad, *reviews.RESTAURANT.bad}


@pytest.fixture(scope="module")
def data():
    return reviews.make(0)


def everything(data):
    return [item for items in data.values() for item in items]


def test_every_split_is_balanced(data):
    assert {name: len(items) for name, items in data.items()} == {"train": 8000, "valid": 1000, "test": 1000}
    for items in data.values():
        assert 2 * sum(item.label == "positive" for item in items) == len(items)


def test_the_ceiling_is_that_of_the_best_table_of_bags(data):
    for items in [*data.values(), everything(data)]:
        table = collections.defaultdict(collections.Counter)
        for item in items:
            table[tuple(sorted(tokens(item.text)))][item.label] += 1
        right = sum(sum(labels.values()) for labels in table.values() if max(labels.values()) == 1)
        twins = sum(len(labels) == 2 for labels in table.values())
        assert right == len(items)  # no review comes twice with one label
        assert reviews.ceiling(items) == pytest.approx(1 - twins / len(items))
        assert 0.6 < reviews.ceiling(items) < 0.7
    assert f"cannot exceed {reviews.ceiling(data['test']):.1%} in test" in str(data)


def test_twins_share_their_words_and_their_split(data):
    places = collections.defaultdict(list)
    for name, items in data.items():
        for item in items:
            places[bag(item.text)].append((name, item.label, item.kind))
    for found in places.values():
        assert len({name for name, _, _ in found}) == 1
        kinds = {kind for _, _, kind in found}
        assert kinds == {"plain"} or sorted(label for _, label, _ in found) == ["negative", "positive"]


def test_order_decides_what_the_words_do_not(data):
    assert reviews.ceiling(everything(data)) + 0.3 < 1
    assert best_accuracy((i.text for i in everything(data)), (i.label for i in everything(data))) == 1


@pytest.mark.parametrize("last", [True, False])
def test_neither_the_first_nor_the_last_opinion_tells_the_label(data, last):
    fixed = {"best": "positive", "worst": "negative"}
    polarity = dict.fromkeys(GOOD, "positive") | dict.fromkeys(BAD, "negative") | fixed
    right = 0
    for item in everything(data):
        found = [polarity[word] for word in tokens(item.text) if word in polarity] or ["positive"]
        right += found[-1 if last else 0] == item.label
    assert right < 0.75 * len(everything(data))


def test_not_the_worst_is_praise_and_not_the_best_is_not(data):
    for start, label in (("Not the worst ", "positive"), ("Not the best ", "negative")):
        found = [item for item in everything(data) if item.text.startswith(start)]
        assert len(found) > 20
        assert all("not by a long way" in item.text and item.label == label for item in found)


def test_a_doubt_turns_the_claim_around(data):
    """Two doubts are none: the label is the claim's, as often turned as a denial stands before it."""
    found = [item for item in everything(data) if item.kind == "doubt"]
    denied = collections.Counter()
    for item in found:
        text = item.text.lower()
        denials = sum(text.count(denial.lower()) for denial in reviews.DENIALS)
        first = next(word for word in tokens(text) if word in GOOD | BAD)
        assert item.label == ("positive" if (first in GOOD) == (denials % 2 == 0) else "negative")
        denied[denials] += 1
    assert min(denied[0], denied[1], denied[2]) > 50


def test_rare_words_of_opinion_are_rare_and_there(data):
    counts = collections.Counter(word for item in data["train"] for word in tokens(item.text))
    assert counts["good"] > 5 * counts[reviews.GOOD[-1]] > 100
    assert counts["bad"] > 5 * counts[reviews.BAD[-1]] > 100


def test_a_review_is_a_sentence(data):
    for item in everything(data):
        assert item.text[0].isupper() and item.text[-1] in ".!"
        assert "{" not in item.text and " a a" not in item.text and "  " not in item.text


def test_reviews_are_a_pure_function_of_the_seed():
    assert reviews.make(0, count=300) == reviews.make(0, count=300) != reviews.make(1, count=300)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 0.75), (1.0, 0.5)])
def test_the_share_of_twins_sets_the_ceiling(share, expected):
    items = everything(reviews.make(0, count=400, order_share=share))
    assert reviews.ceiling(items) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"count": 21}, "even number"), ({"count": 2}, "even number"), ({"order_share": 2}, "between 0 and 1")],
)
def test_bad_arguments_get_one_clear_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        reviews.make(**arguments)
