"""How good is a classifier, and how sure can one be of it? Counts, scores, intervals, calibration.

Labels and predictions are integers 0, 1, … of shape ``(items,)``: lists, NumPy arrays or tensors. Where a
score divides by zero (a class that nobody predicts has no precision), it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Labels = npt.ArrayLike
AVERAGES = ("binary", "macro", "weighted")


class Scores(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


class Interval(NamedTuple):
    """From ``low`` to ``high``."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}"


class Comparison(NamedTuple):
    """Two classifiers on the same items: where one alone is right, and how likely so uneven a split is."""

    only_first: int  #: items that the first classifies rightly and the second does not
    only_second: int
    p_value: float


class Bin(NamedTuple):
    """The items whose probability lies between two bounds."""

    probability: float  #: the mean of what was said
    share: float  #: how many of them are positive, between 0 and 1
    items: int


def confusion_matrix(
    labels: Labels, predictions: Labels, classes: int | None = None
) -> npt.NDArray[np.int64]:
    """How often each class was taken for each: C[i, j] counts the items of class i that were predicted as j.

    Args:
        classes: the number of classes; if None, one more than the largest label or prediction.

    Returns shape ``(classes, classes)``. Raises ValueError if the two differ in length, are empty or not
    integers, or hold a class outside 0 … classes - 1.
    """
    true, predicted = _pair(labels, predictions)
    highest = int(max(true.max(), predicted.max()))
    size = highest + 1 if classes is None else classes
    if highest >= size:
        raise ValueError(f"there is a class {highest}, but classes={size}: pass {highest + 1} or more")
    return np.bincount(true * size + predicted, minlength=size * size).reshape(size, size)


def class_scores(matrix: npt.ArrayLike) -> list[Scores]:
    """Precision, recall and F1 of every class, from a confusion matrix with the true classes in rows.

    precision_j = C_jj / Σ_i C_ij,    recall_j = C_jj / Σ_i C_ji,    F1 = 2 P R / (P + R)

    Raises ValueError if the matrix is not square.
    """
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a confusion matrix is square, got shape {counts.shape}")
    right, is_class, said_class = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    precision = right / np.maximum(said_class, 1)
    recall = right / np.maximum(is_class, 1)
    f1 = (
        2 * right / np.maximum(is_class + said_class, 1)
    )  # the harmonic mean of the two, without their division
    return [Scores(*map(float, row)) for row in zip(precision, recall, f1, strict=True)]


def scores(labels: Labels, predictions: Labels, average: str = "binary", positive: int = 1) -> Scores:
    """Precision, recall and F1 of one class, or their mean over the classes.

    Args:
        average: "binary" gives those of the class ``positive``; "macro" the mean over all classes that occur
            among the labels or the predictions, each counting the same; "weighted" the mean in which a class
            counts as often as it occurs among the labels.
        positive: the class that "binary" is about.

    Raises ValueError as ``confusion_matrix`` does, or if ``average`` is another word.
    """
    if average not in AVERAGES:
        raise ValueError(f"average must be one of {', '.join(AVERAGES)}, got {average!r}")
    true, predicted = _pair(labels, predictions)
    if average == "binary":
        return class_scores(confusion_matrix(true == positive, predicted == positive, 2))[1]
    matrix = confusion_matrix(true, predicted)
    weights = matrix.sum(axis=1) if average == "weighted" else (matrix.sum(axis=0) + matrix.sum(axis=1)) > 0
    return Scores(*map(float, np.average(class_scores(matrix), axis=0, weights=weights)))


def accuracy(labels: Labels, predictions: Labels) -> float:
    """The share of the items that are predicted rightly."""
    true, predicted = _pair(labels, predictions)
    return float((true == predicted).mean())


def accuracy_interval(right: int, total: int, confidence: float = 0.95) -> Interval:
    """Wilson's interval for the accuracy of which ``right`` out of ``total`` is a sample.

    Raises ValueError if right is not between 0 and total, or confidence not between 0 and 1.
    """
    interval = stats.binomtest(right, total).proportion_ci(confidence, method="wilson")
    return Interval(float(interval.low), float(interval.high))


def bootstrap_interval(
    metric: Callable[[np.ndarray, np.ndarray], float],
    labels: Labels,
    predictions: Labels,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The interval of ``metric(labels, predictions)`` over test sets drawn from this one with replacement.

    It is the percentile interval. It says what another test set would do, not what another seed of the
    training would.

    Raises ValueError as ``confusion_matrix`` does.
    """
    true, predicted = _pair(labels, predictions)
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(true), size=(resamples, len(true)))
    values = [metric(true[draw], predicted[draw]) for draw in draws]
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def mcnemar(labels: Labels, first: Labels, second: Labels) -> Comparison:
    """McNemar's exact test that two classifiers are equally good, on the same items.

    Only the items count on which one is right and the other wrong. If both are equally good, each of these
    falls to either side as a fair coin does; ``p_value`` is the probability of a split at least as uneven.

    Raises ValueError if the three differ in length or are not integers.
    """
    true, predicted = _pair(labels, first)
    other = _pair(labels, second)[1]
    first_right, second_right = predicted == true, other == true
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    total = only_first + only_second
    p_value = stats.binomtest(only_first, total).pvalue if total else 1.0
    return Comparison(only_first, only_second, float(p_value))


def reliability(labels: Labels, probabilities: npt.ArrayLike, bins: int = 10) -> list[Bin]:
    """The items of each of ``bins`` equal intervals of the probability; empty ones are left out.

    Args:
        probabilities: of class 1, shape (items,).

    Raises ValueError if labels are other than 0 and 1, a probability is not between 0 and 1, the two differ
    in length, or bins is below 1.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    said = np.asarray(probabilities, dtype=float)
    true = _binary(labels, said, "probabilities")
    if not (said >= 0).all() or not (said <= 1).all():
        raise ValueError("probabilities must lie between 0 and 1: are these logits, before a sigmoid?")
    number = np.minimum((said * bins).astype(int), bins - 1)
    return [
        Bin(float(said[number == i].mean()), float(true[number == i].mean()), int((number == i).sum()))
        for i in np.unique(number)
    ]


def calibration_error(labels: Labels, probabilities: npt.ArrayLike, bins: int = 10) -> float:
    """The expected calibration error Σ_b (n_b / n) |share_b - probability_b|, over bins of ``reliability``.

    Source: Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
    """
    found = reliability(labels, probabilities, bins)
    total = sum(each.items for each in found)
    return sum(each.items * abs(each.share - each.probability) for each in found) / total


def temperature(labels: Labels, logits: npt.ArrayLike) -> float:
    """The T > 0 for which σ(logit / T) has the lowest cross-entropy on the labels. Fit it on validation data.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017.

    Raises ValueError as ``reliability`` does, or if there is no such T: every answer is right, so that a
    lower T is always better, or the logits are no better than guessing, so that a higher one is.
    """
    scores = np.asarray(logits, dtype=float)
    signed = np.where(_binary(labels, scores, "logits") == 1, scores, -scores)  # positive: right
    if signed.sum() <= 0:
        raise ValueError("these logits are no better than guessing, so no temperature is the best")
    if (signed >= 0).all():
        raise ValueError("every answer is right, so no temperature is low enough: fit it on more items")

    def slope(inverse: float) -> float:
        """Of the cross-entropy Σ log(1 + exp(-signed / T)) by 1 / T, which grows with 1 / T."""
        return float(-(signed * special.expit(-inverse * signed)).sum())

    high = 1.0
    while slope(high) < 0:
        high *= 2
    return 1 / float(optimize.brentq(slope, 0, high))


def _binary(labels: Labels, values: np.ndarray, name: str) -> np.ndarray:
    """Labels of 0 and 1 as an array, if they fit to ``values`` of shape (items,)."""
    true = np.asarray(labels)
    if true.ndim != 1 or true.shape != values.shape or len(true) == 0:
        raise ValueError(
            f"labels and {name} must have one shape (items,), got {true.shape} and {values.shape}"
        )
    if not np.isin(true, (0, 1)).all():
        raise ValueError("labels must be 0 and 1")
    return true.astype(int)


def _pair(labels: Labels, predictions: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Both as integers of shape (items,)."""
    true, predicted = np.asarray(labels), np.asarray(predictions)
    if true.ndim != 1 or true.shape != predicted.shape or len(true) == 0:
        raise ValueError(
            f"labels and predictions must have one shape (items,), got {true.shape} and {predicted.shape}"
        )
    for name, values in (("labels", true), ("predictions", predicted)):
        if values.dtype.kind not in "iub":
            raise ValueError(
                f"{name} must be integers, got {values.dtype}: are these scores, before a threshold?"
            )
        if values.dtype.kind == "i" and values.min() < 0:
            raise ValueError(f"{name} must be 0 or more, got {values.min()}")
    return true.astype(np.int64), predicted.astype(np.int64)
