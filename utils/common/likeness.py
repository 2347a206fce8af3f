"""In what wrong values are like the right ones: what a sentence about them can say beside two numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import torch
from torch import Tensor

FEWEST = 3  # different values below which a likeness may be chance
LARGEST = 10**7  # numbers that a search for rows in another order may compare


def likeness(got: Tensor, expected: Tensor, tolerance: float) -> str:
    """A sentence about all values at once, or "" if none is true of them.

    It says what is seen, not which mistake was made: a common factor, a common difference, the opposite sign,
    two axes exchanged, or the right values at other places along one axis.

    Args:
        got, expected: two real tensors of one shape, in float64; they differ.
        tolerance: up to which two values count as the same.
    """
    if not (got.isfinite().all() and expected.isfinite().all()):
        return ""
    if min(len(got.unique()), len(expected.unique())) < FEWEST:
        return ""
    return (
        common_factor(got, expected, tolerance)
        or common_difference(got, expected, tolerance)
        or exchanged_axes(got, expected, tolerance)
        or next(filter(None, (other_places(got, expected, d, tolerance) for d in range(got.ndim))), "")
    )


def common_factor(got: Tensor, expected: Tensor, tolerance: float) -> str:
    factor = float((got * expected).sum() / expected.square().sum())
    if min(abs(factor), abs(factor - 1)) < 1e-3:  # nearly zero, or nearly right
        return ""
    if not same(got, factor * expected, tolerance * max(1.0, abs(factor))):
        return ""
    if abs(factor + 1) < 1e-3:
        return "Every value has the opposite sign."
    simple = Fraction(factor).limit_denominator(20)
    told = str(simple) if abs(simple - factor) < 1e-4 * abs(factor) else f"{factor:.4g}"
    return f"Every value is {told} times what it should be."


def common_difference(got: Tensor, expected: Tensor, tolerance: float) -> str:
    difference = float((got - expected).mean())
    if not same(got, expected + difference, tolerance):
        return ""
    return f"Every value is too {'large' if difference > 0 else 'small'} by {abs(difference):.4g}."


def exchanged_axes(got: Tensor, expected: Tensor, tolerance: float) -> str:
    for one, other in combinations(range(got.ndim), 2):
        if got.shape[one] == got.shape[other] and same(got.transpose(one, other), expected, tolerance):
            return f"Axes {one} and {other} are exchanged."
    return ""


def other_places(got: Tensor, expected: Tensor, axis: int, tolerance: float) -> str:
    """What is said of the right values that stand elsewhere along an axis."""
    size, along = got.shape[axis], f"Along axis {axis} stand the right values"
    if same(got.flip(axis), expected, tolerance):
        return f"{along} in the opposite order."
    if size > FEWEST:
        for late, (first, second) in {"late": (got, expected), "early": (expected, got)}.items():
            if same(first.narrow(axis, 1, size - 1), second.narrow(axis, 0, size - 1), tolerance):
                return f"{along} one place too {late}."
    rows, wanted = (values.movedim(axis, 0).reshape(size, -1) for values in (got, expected))
    if size < FEWEST or size * rows.numel() > LARGEST:
        return ""
    found = torch.cdist(rows, wanted, p=torch.inf) <= tolerance
    if bool((found.sum(dim=0) == 1).all() and (found.sum(dim=1) == 1).all()):
        return f"{along} in another order."
    return ""


def same(one: Tensor, other: Tensor, tolerance: float) -> bool:
    return bool(((one - other).abs() <= tolerance).all())
