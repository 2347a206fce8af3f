"""The automaton of the reviews' grammar against what the grammar writes."""

import random

import pytest

from utils.data.made import reviews
from utils.data.made.reviews_grammar import beginning, complete
from utils.text import get_tokenizer


@pytest.fixture(scope="module")
def written():
    tokenizer = get_tokenizer()
    return [tokenizer(review.text) for part in reviews.make(11, count=300).values() for review in part]


def test_it_accepts_every_review_and_every_beginning_of_one(written):
    assert all(complete(words) for words in written)
    assert all(beginning(words[:-1]) == len(words) - 1 and not complete(words[:-1]) for words in written)


def test_it_accepts_no_review_in_another_order(written):
    rng = random.Random(0)
    assert not any(complete(rng.sample(words, len(words))) for words in written[:100])


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("the soup was good and bad .", 5),  # one polarity in a pair
        ("the soup was good and good .", 5),  # two different words
        ("the soup was bad , but the plot was good", 7),  # of one thing
        ("although the soup was bad , the whole evening was dire", 10),  # opposites
        (
            "the soup was good . we went yesterday . we were four at the table . it was",
            16,
        ),  # one remark of a kind
        ("soup", 0),
        ("", 0),
    ],
)
def test_it_stops_at_the_first_word_that_may_not_follow(text, accepted):
    words = text.split()
    assert beginning(words) == accepted and not complete(words)


def test_a_review_ends_once():
    words = ["the", "soup", "was", "good", "."]
    assert complete(words) and beginning([*words, "."]) == len(words)
