import random

import pytest

from utils.data.made.grammar import bag, best_accuracy, distinct, expand


def test_expand_gives_the_texts_of_the_grammar():
    rules = {"s": ("{n} {v}", "{s} and {s}"), "n": ("cats", "dogs"), "v": ("sleep",)}
    rng = random.Random(0)
    texts = {expand(rules, "s", rng) for _ in range(200)}
    assert {"cats sleep", "dogs sleep", "cats sleep and dogs sleep"} < texts
    assert all(set(text.split()) <= {"cats", "dogs", "sleep", "and"} for text in texts)


def test_a_bag_counts_words_and_forgets_their_order():
    assert bag("Not bad, good!") == bag("good , not BAD !")
    assert bag("very good") != bag("very very good")


def test_best_accuracy_is_that_of_the_best_of_all_functions():
    inputs, labels = "aaabbc", [0, 0, 1, 1, 1, 0]
    functions = [{"a": a, "b": b, "c": c} for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    right = [sum(f[x] == y for x, y in zip(inputs, labels, strict=True)) for f in functions]
    assert best_accuracy(inputs, labels) == max(right) / 6
    with pytest.raises(ValueError, match="at least one example"):
        best_accuracy([], [])


def test_distinct_draws_until_it_has_enough_or_gives_up():
    rng = random.Random(0)
    assert sorted(distinct(6, lambda: rng.randint(1, 6))) == [1, 2, 3, 4, 5, 6]
    with pytest.raises(ValueError, match="expected 7 different items, but there seem to be only 6"):
        distinct(7, lambda: rng.randint(1, 6))
