"""The documentation of Python as a text of characters."""

import re

import pytest

from utils.data import load
from utils.data.installed import documentation


@pytest.fixture(scope="module")
def data():
    return load("documentation", "default")


def test_it_is_english_in_sentences(data):
    lines = "".join(data.values()).splitlines()
    assert len(lines) == len(set(lines)) > 500
    assert all(len(line) >= 40 and line.isascii() and line[-1] in ".:!?)" for line in lines)
    assert not any(re.search(r">>>|::=|\*\*\*\*|====|-----", line) for line in lines)
    words = re.findall(r"[a-z]+", " ".join(lines).lower())
    assert len(words) > 20_000
    assert sum(word in {"the", "a", "of", "is", "to", "and", "in"} for word in words) / len(words) > 0.15


def test_most_of_it_is_for_training_and_no_paragraph_is_in_two_splits(data):
    parts = {name: set(text.splitlines()) for name, text in data.items()}
    assert not (
        parts["train"] & parts["valid"] or parts["train"] & parts["test"] or parts["valid"] & parts["test"]
    )
    assert 0.7 < len(data["train"]) / sum(map(len, data.values())) < 0.9


def test_the_splits_are_a_pure_function_of_the_seed(data):
    assert dict(documentation.make(0)) == dict(data)
    assert documentation.make(1)["train"] != data["train"]
