"""Scores against scikit-learn, intervals against what they promise, McNemar's test against counting."""

from math import comb

import numpy as np
import pytest
import torch
from sklearn import metrics as reference

from utils import metrics


def answers(seed: int, items: int = 60, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(classes, size=items)
    return labels, np.where(generator.random(items) < 0.6, labels, generator.integers(classes, size=items))


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_scores_are_those_of_scikit_learn(seed):
    labels, predictions = answers(seed, classes=2 + seed)
    np.testing.assert_array_equal(
        metrics.confusion_matrix(labels, predictions), reference.confusion_matrix(labels, predictions)
    )
    for average in ("macro", "weighted"):
        expected = reference.precision_recall_fscore_support(labels, predictions, average=average)[:3]
        assert metrics.scores(labels, predictions, average) == pytest.approx(expected)
    for positive in (0, 1):
        expected = reference.precision_recall_fscore_support(
            labels == positive, predictions == positive, average="binary"
        )[:3]
        assert metrics.scores(labels, predictions, positive=positive) == pytest.approx(expected)
    assert metrics.accuracy(labels, predictions) == reference.accuracy_score(labels, predictions)


def test_a_class_that_nobody_predicts_or_has_is_scored_as_scikit_learn_does():
    labels, predictions = [0, 0, 1, 1, 3], [0, 0, 0, 4, 3]  # class 2 does not occur: it must not count
    for average in ("macro", "weighted"):
        expected = reference.precision_recall_fscore_support(
            labels, predictions, average=average, zero_division=0
        )[:3]
        assert metrics.scores(labels, predictions, average) == pytest.approx(expected)
    assert metrics.scores([0, 0], [0, 0]) == (0, 0, 0)
    assert metrics.confusion_matrix([0, 0], [0, 0], classes=3).tolist() == [[2, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_lists_tensors_and_booleans_are_labels_too():
    assert metrics.accuracy(torch.tensor([0, 1, 1]), [True, True, True]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.98])
def test_the_interval_of_an_accuracy_covers_the_truth_as_often_as_it_says(share):
    generator = np.random.default_rng(0)
    right = generator.binomial(200, share, size=1000)
    intervals = {int(count): metrics.accuracy_interval(int(count), 200) for count in right}
    covered = np.mean([intervals[count].low <= share <= intervals[count].high for count in right])
    assert 0.92 < covered < 0.985


def test_wilsons_interval_is_its_formula_and_never_leaves_0_to_1():
    low, high = metrics.accuracy_interval(9, 10)
    z, p, n = 1.959964, 0.9, 10  # the bounds are where |p - q| = z √(q (1 - q) / n)
    for bound in (low, high):
        assert abs(p - bound) == pytest.approx(z * (bound * (1 - bound) / n) ** 0.5, rel=1e-5)
    assert metrics.accuracy_interval(10, 10).high == 1


def test_the_bootstrap_of_an_accuracy_agrees_with_its_binomial_spread():
    labels, predictions = answers(0, items=500)
    low, high = metrics.bootstrap_interval(metrics.accuracy, labels, predictions, resamples=2000)
    share = metrics.accuracy(labels, predictions)
    spread = 1.96 * (share * (1 - share) / 500) ** 0.5
    assert (low, high) == pytest.approx((share - spread, share + spread), abs=0.006)
    assert metrics.bootstrap_interval(metrics.accuracy, labels, predictions) == metrics.bootstrap_interval(
        metrics.accuracy, labels, predictions
    )


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (1, 0), (5, 5), (2, 9), (12, 3)])
def test_mcnemar_counts_the_splits_that_are_at_least_as_uneven(only_first, only_second):
    first = [1] * only_first + [0] * only_second + [1, 0, 1]
    second = [0] * only_first + [1] * only_second + [1, 0, 1]
    got = metrics.mcnemar([1] * len(first), first, second)
    assert got[:2] == (only_first, only_second)
    n, gap = only_first + only_second, abs(only_first - only_second)
    uneven = sum(comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= gap)
    assert got.p_value == pytest.approx(uneven / 2**n)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: metrics.scores([0, 1], [0.2, 0.8]), "predictions must be integers"),
        (lambda: metrics.scores([0, 1], [0]), "one shape"),
        (lambda: metrics.accuracy([], []), "one shape"),
        (lambda: metrics.scores([0, -1], [0, 1]), "labels must be 0 or more"),
        (lambda: metrics.scores([0, 1], [0, 1], "micro"), "binary, macro, weighted"),
        (lambda: metrics.confusion_matrix([0, 3], [0, 1], 3), "there is a class 3"),
        (lambda: metrics.class_scores([[1, 2]]), "square"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_reliability_by_hand():
    labels, probabilities = [0, 1, 1, 1, 0], [0.05, 0.15, 0.19, 1.0, 0.95]
    assert metrics.reliability(labels, probabilities) == [
        pytest.approx((0.05, 0, 1)), pytest.approx((0.17, 1, 2)), pytest.approx((0.975, 0.5, 2)),
    ]  # fmt: skip
    error = (0.05 + 2 * 0.83 + 2 * 0.475) / 5
    assert metrics.calibration_error(labels, probabilities) == pytest.approx(error)
    assert metrics.calibration_error(labels, probabilities, bins=1) == pytest.approx(abs(0.6 - 0.468))


def test_calibrated_answers_have_an_error_near_zero_and_the_temperature_one():
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, 20_000)
    labels = (generator.random(20_000) < 1 / (1 + np.exp(-logits))).astype(int)
    assert metrics.calibration_error(labels, 1 / (1 + np.exp(-logits))) < 0.02
    assert metrics.temperature(labels, logits) == pytest.approx(1, abs=0.05)
    assert metrics.temperature(labels, 3 * logits) == pytest.approx(3 * metrics.temperature(labels, logits))


def test_the_temperature_has_the_lowest_cross_entropy_of_all():
    generator = np.random.default_rng(1)
    labels = generator.integers(2, size=200)
    logits = generator.normal(0, 3, 200) + 2 * (2 * labels - 1)

    def loss(t):
        return np.logaddexp(0, np.where(labels == 1, -logits, logits) / t).mean()

    best = metrics.temperature(labels, logits)
    assert all(loss(best) <= loss(t) + 1e-12 for t in np.geomspace(0.1, 30, 300))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.reliability([0, 1], [0.1, 1.2]), "between 0 and 1"),
        (lambda: metrics.reliability([0, 1], [0.1, float("nan")]), "between 0 and 1"),
        (lambda: metrics.reliability([0, 2], [0.1, 0.2]), "0 and 1"),
        (lambda: metrics.reliability([0, 1], [0.1]), "one shape"),
        (lambda: metrics.reliability([0, 1], [0.1, 0.2], bins=0), "bins"),
        (lambda: metrics.temperature([0, 1], [-1, 2]), "every answer is right"),
        (lambda: metrics.temperature([0, 1], [2, -1]), "no better than guessing"),
        (lambda: metrics.temperature([0, 1], [2]), "one shape"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
