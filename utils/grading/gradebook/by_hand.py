"""Answers that a person grades: what was given, what waits. The points are in nbgrader's gradebook alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from utils.grading.result import Result


def given(result: Result, cell: str, row: Mapping[str, Any]) -> tuple[float | None, bool]:
    """What a person gave for an answer (None for nothing yet), and whether it waits for a person.

    Args:
        row: the student's, of :func:`utils.grading.gradebook.queries.gradebook_rows`; empty where there is
            none.
    """
    if result.status != "graded" or cell not in result.by_hand:
        return None, False
    settled = cell in result.failures or row
    return row.get("by_hand", {}).get(cell, (0.0, False) if settled else (None, True))


def graded_by_hand(result: Result, row: Mapping[str, Any]) -> bool:
    """Whether a person gave points for an answer, 0 among them."""
    return any(row.get("by_hand", {}).get(cell, (None, True))[0] is not None for cell in result.by_hand)


def by_hand_rows(results: Iterable[Result], rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each answer that a person grades: how many wait, how many are graded, and the mean of their points.

    What was left empty has 0 points, waits for nobody, and is counted as ``empty``.
    """
    known = {row["student_id"]: row for row in rows}
    counted: dict[str, dict[str, Any]] = {}
    for result in results:
        for cell, possible in result.by_hand.items():
            about = counted.setdefault(
                cell, {"name": cell, "possible": possible, "waiting": 0, "given": 0, "empty": 0, "points": []}
            )
            points, waits = given(result, cell, known.get(result.student, {}))
            empty = cell in result.failures and not points
            about["waiting" if waits else "empty" if empty else "given"] += 1
            about["points"] += [points] if points is not None and not waits else []
    return [
        {**about, "mean": statistics.fmean(points) if (points := about.pop("points")) else None}
        for about in counted.values()
    ]
