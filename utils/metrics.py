"""How good is a classifier, and how sure can one be of it? Counts, scores, intervals, a comparison of two.

Labels and predictions are integers 0, 1, … of shape ``(items,)``: lists, NumPy arrays or tensors. Where a
score divides by zero (a class that nobody predicts has no precision), it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

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
