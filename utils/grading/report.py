"""Grades for the instructor: a table to open in a spreadsheet, and lines to read."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from utils.grading.engine import Result


def task_of(test: str) -> str:
    """The task that a test cell belongs to: ``"neuron"`` for ``"neuron-shape"``."""
    return test.partition("-")[0]


def points_by_task(result: Result) -> dict[str, tuple[float, float]]:
    """Points got and possible for each task, in the notebook's order."""
    tasks: dict[str, tuple[float, float]] = {}
    for test, (got, possible) in result.scores.items():
        before = tasks.get(task_of(test), (0.0, 0.0))
        tasks[task_of(test)] = (before[0] + got, before[1] + possible)
    return tasks


def write_grades(results: Iterable[Result], path: Path) -> None:
    """``grades.csv``: a row for each student, a column for each task.

    A submission that could not be graded has no score rather than a 0.
    """
    results = list(results)
    tasks = list(dict.fromkeys(task for result in results for task in points_by_task(result)))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "status", "score", "max_score", *tasks, "problem"])
        for result in results:
            graded = result.status == "graded"
            points = points_by_task(result)
            row = [f"{points[task][0]:g}" if task in points else "" for task in tasks]
            total = [f"{result.score:g}", f"{result.max_score:g}"] if graded else ["", ""]
            table.writerow([result.student, result.status, *total, *row, result.problem])


def line(result: Result, unchanged: bool) -> str:
    """One line of progress."""
    if result.status != "graded":
        return f"{result.student}: not graded. {result.problem}"
    when = "unchanged" if unchanged else f"{result.seconds:.1f} s"
    return f"{result.student}: {result.score:g} of {result.max_score:g} ({when})"
