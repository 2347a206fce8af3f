"""What a class's points say about the tasks and tests themselves: classical item analysis.

Source: Lord and Novick, *Statistical Theories of Mental Test Scores* (1968), chapters 4 and 15. An interval
holds 95 % of what the same statistic gives in classes drawn from this one with replacement (Efron's
percentile bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from utils.grading.result import Result

DRAWS = 1000  # of the bootstrap
FEWEST = 10  # students; of fewer nothing is said
EASY, HARD, WEAK = 0.97, 0.2, 0.2  # shares of the points, and a correlation


@dataclass(frozen=True)
class Estimate:
    """A statistic of a class, and the interval in which it lies; NaN where it has none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Item:
    """A task, or a test cell.

    Attributes:
        difficulty: the mean share of its points that students got, from 0 (nobody) to 1 (everybody).
        discrimination: the correlation of its points with the points of all other items.
        flags: what to look at, a sentence each.
    """

    name: str
    difficulty: Estimate
    discrimination: Estimate
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """Of one class and one kind of items.

    Attributes:
        alpha: Cronbach's alpha: how far the items measure one thing.
    """

    students: int
    items: tuple[Item, ...]
    alpha: Estimate


def analyse(results: Iterable[Result], by_task: bool = False, seed: int = 0) -> Analysis | None:
    """The item analysis of a class's test cells, or of its tasks; None for fewer than ``FEWEST`` students,
    or fewer than two items. Results without one of the items, of another release, are left out."""
    pairs = [result.tasks if by_task else result.scores for result in results if result.status == "graded"]
    names, points, possible = table(pairs)
    if len(points) < FEWEST or len(names) < 2:
        return None
    draws = np.random.default_rng(seed).integers(len(points), size=(DRAWS, len(points)))
    difficulties = estimates(points, draws, lambda drawn: drawn.mean(axis=0) / possible)
    discriminations = estimates(points, draws, discrimination)
    items = tuple(
        Item(name, difficulty, correlation, flags(difficulty, correlation))
        for name, difficulty, correlation in zip(names, difficulties, discriminations, strict=True)
    )
    (alpha,) = estimates(points, draws, lambda drawn: np.array([cronbach(drawn)]))
    return Analysis(len(points), items, alpha)


def table(
    pairs: Sequence[Mapping[str, tuple[float, float]]],
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The items' names, the points (students, items), and the points possible (items,)."""
    names = list(dict.fromkeys(name for row in pairs for name in row))
    whole = [row for row in pairs if len(row) == len(names)]
    points = np.array([[row[name][0] for name in names] for row in whole], dtype=float)
    possible = np.array([max(row[name][1] for row in whole) for name in names] if whole else [])
    return names, points, possible


def estimates(
    points: np.ndarray, draws: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]
) -> list[Estimate]:
    """A statistic of each item, with its interval."""
    drawn = np.stack([statistic(points[rows]) for rows in draws])
    found = []
    for value, column in zip(statistic(points), drawn.T, strict=True):
        known = column[np.isfinite(column)]
        # an item that hardly varies has no correlation in many draws: then nothing is known of it
        bounds = np.percentile(known, [2.5, 97.5]) if len(known) > DRAWS / 2 else (np.nan, np.nan)
        found.append(Estimate(float(value), float(bounds[0]), float(bounds[1])))
    return found


def discrimination(points: np.ndarray) -> np.ndarray:
    """The corrected item-total correlation of each item: of its points with the sum of the others.

    r_i = cov(x_i, T - x_i) / sqrt(var(x_i) var(T - x_i)), with T the sum of all items. NaN where an item,
    or that sum, is the same for all.
    """
    rest = points.sum(axis=1, keepdims=True) - points
    x, y = points - points.mean(axis=0), rest - rest.mean(axis=0)
    scale = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scale > 1e-9, (x * y).sum(axis=0) / scale, np.nan)


def cronbach(points: np.ndarray) -> float:
    """alpha = k / (k - 1) (1 - sum_i var(x_i) / var(T)), for k items with the sum T; or NaN."""
    number = points.shape[1]
    whole = points.sum(axis=1).var(ddof=1)
    if whole <= 0:
        return float("nan")
    return float(number / (number - 1) * (1 - points.var(axis=0, ddof=1).sum() / whole))


def flags(difficulty: Estimate, correlation: Estimate) -> tuple[str, ...]:
    """What to look at in an item, a sentence each; nothing where the interval leaves it open."""
    found = []
    if difficulty.low >= EASY:
        found.append("Nearly everybody gets it: it tells nobody apart.")
    if difficulty.high <= HARD:
        found.append("Hardly anybody gets it: was it taught, and does its text say what is asked?")
    if correlation.high < 0:
        found.append("Strong students fail it more often than weak ones: look at its text and its tests.")
    elif correlation.high < WEAK:
        found.append(
            "Who does well elsewhere hardly gets it more often: it asks for another thing, or for luck."
        )
    return tuple(found)
