"""Grades for the instructor: a table to open in a spreadsheet, and lines to read."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from utils.grading.result import Result


def write_grades(results: Iterable[Result], path: Path) -> None:
    """``grades.csv``: a row for each student, a column for each task.

    A submission that could not be graded has no score rather than a 0.
    """
    results = list(results)
    tasks = list(dict.fromkeys(task for result in results for task in result.tasks))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", "status", "score", "max_score", *tasks, "problem"])
        for result in results:
            graded = result.status == "graded"
            row = [f"{result.tasks[task][0]:g}" if task in result.tasks else "" for task in tasks]
            total = [f"{result.score:g}", f"{result.max_score:g}"] if graded else ["", ""]
            table.writerow([result.student, result.status, *total, *row, result.problem])


def line(result: Result, unchanged: bool) -> str:
    """One line of progress."""
    if result.status != "graded":
        return f"{result.student}: not graded. {result.problem}"
    when = "unchanged" if unchanged else f"{result.seconds:.1f} s"
    return f"{result.student}: {result.score:g} of {result.max_score:g} ({when})"
