"""Grades for the instructor: a table to open in a spreadsheet, lines to read, and a page about the class."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from utils.grading.gradebook.by_hand import by_hand_rows, given
from utils.grading.reports.charts import histogram
from utils.grading.reports.items import Analysis, analyse
from utils.grading.reports.rendering import page, plain
from utils.grading.reports.tables import Table
from utils.grading.result import Result

HARDEST, COMMONEST = 12, 15  # rows of two tables


def write_grades(results: Iterable[Result], path: Path, rows: Iterable[Mapping[str, Any]] = ()) -> None:
    """A row for each student, a column for each task.

    ``score`` is what counts: points given by hand and penalties for lateness, which the gradebook has, are
    in it, and for a submission that could not be graded an earlier attempt's, if there is one. Otherwise it
    has no score rather than a 0. The tasks' points are the automatic ones; a task that a person grades has
    none while it waits.

    Args:
        rows: of the gradebook, as :func:`utils.grading.gradebook.queries.gradebook_rows` has them.
    """
    results = list(results)
    known = {row["student_id"]: row for row in rows}
    tasks = list(dict.fromkeys(task for result in results for task in result.tasks))
    people = list(dict.fromkeys(cell for result in results for cell in result.by_hand))
    table = Table(["student", "status", "score", "max_score", "late_penalty", *tasks, *people, "problem"], [])
    for result in results:
        book = known.get(result.student, {})
        points = [f"{result.tasks[task][0]:g}" if task in result.tasks else "" for task in tasks]
        points += ["" if (got := given(result, cell, book)[0]) is None else f"{got:g}" for cell in people]
        score, possible = book.get("score"), book.get("max_score")
        if result.status == "graded":
            score, possible = result.score if score is None else score, result.possible
        total = ["", ""] if score is None else [f"{score:g}", f"{possible:g}"]
        penalty = f"{book['late_submission_penalty']:g}" if book.get("late_submission_penalty") else ""
        table.rows.append([result.student, result.status, *total, penalty, *points, result.problem])
    table.write(path)


def line(result: Result, unchanged: bool) -> str:
    """One line of progress."""
    if result.status != "graded":
        return f"{result.student}: not graded. {result.problem}"
    when = "unchanged" if unchanged else f"{result.seconds:.1f} s"
    return f"{result.student}: {result.points} ({when})"


def report_page(
    assignment: str,
    results: Iterable[Result],
    problems: Sequence[str] = (),
    rows: Iterable[Mapping[str, Any]] = (),
    notebook: str = "",
    anonymous: bool = False,
    moved: Mapping[str, Any] | None = None,
    came: Mapping[str, Any] | None = None,
) -> str:
    """The page about a class, as HTML: points by task, mistakes that are known, what was hard, what the
    points say about the tests, what went wrong, how the run went.

    Args:
        problems: sentences about what was handed in and is in no submission.
        rows: of the gradebook, which knows what a person gave.
        notebook: the assignment's, after which the students' pages are called: the page links to them.
        anonymous: whether to name no student and show nobody's own text, as on a projector.
        moved: how the results have moved (:func:`utils.grading.reports.history.moves`).
        came: when the work came (:func:`utils.grading.reports.history.times`).
    """
    results = list(results)
    graded = [result for result in results if result.status == "graded"]
    possible = max((result.max_score for result in graded), default=0.0)
    return page(
        "report.html",
        assignment=assignment,
        anonymous=anonymous,
        moved=moved or {},
        came=came or {},
        mistakes=mistake_rows(graded, assignment, notebook),
        analyses=[("tasks", analyse(graded, by_task=True)), ("tests", analyse(graded))],
        results=results,
        graded=graded,
        broken=[result for result in results if result.status != "graded"],
        noted=[result for result in results if result.notes],
        problems=[] if anonymous else [plain(problem) for problem in problems],
        possible=possible,
        summary=summary([result.score for result in graded]),
        all_points=histogram([result.score for result in graded], possible, "the whole assignment"),
        tasks=task_rows(graded),
        by_hand=by_hand_rows(graded, rows),
        hardest=hardest_tests(graded)[:HARDEST],
        failures=commonest_failures(graded)[:COMMONEST],
        parts=time_by_part(results),
        walls=walls(results),
    )


def report_data(
    assignment: str,
    results: Iterable[Result],
    anonymous: bool = False,
    moved: Mapping[str, Any] | None = None,
    came: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page says, as plain data; numbers that are not known are None."""
    results = list(results)
    graded = [result for result in results if result.status == "graded"]
    mistakes = mistake_rows(graded)
    for row in mistakes:
        names = [student["name"] for student in row.pop("students")]
        row |= {} if anonymous else {"students": names}
    tasks = [{key: row[key] for key in ("name", "mean", "possible")} for row in task_rows(graded)]
    return {
        "assignment": assignment,
        "handed_in": len(results),
        "graded": len(graded),
        "possible": max((result.max_score for result in graded), default=0.0),
        "summary": summary([result.score for result in graded]),
        "tasks": tasks,
        "mistakes": mistakes,
        "moved": dict(moved or {}),
        "came": dict(came or {}),
        "items": {
            "tasks": analysis_data(analyse(graded, by_task=True)),
            "tests": analysis_data(analyse(graded)),
        },
        "hardest": hardest_tests(graded),
    }


def analysis_data(analysis: Analysis | None) -> Any:
    """An item analysis as plain data."""

    def known(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: known(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [known(item) for item in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    return None if analysis is None else known(asdict(analysis))


def mistake_rows(graded: Sequence[Result], assignment: str = "", notebook: str = "") -> list[dict[str, Any]]:
    """The mistakes that are known, by task, with who made them; the commonest first.

    Args:
        assignment, notebook: for the addresses of the students' pages, seen from the class's folder.
    """
    students: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    sections: dict[tuple[str, str], dict[str, str]] = {}
    for result in graded:
        page_of = f"feedback/{quote(result.student)}/{quote(assignment)}/{quote(notebook)}.html"
        for task, about in result.diagnoses.items():
            key = (task, about["misconception"])
            students[key].append({"name": result.student, "page": page_of if notebook else ""})
            sections[key] = {name: about.get(name, "") for name in ("section", "address")}
    rows = [
        {
            "task": task,
            "misconception": sentence,
            **sections[task, sentence],
            "count": len(who),
            "students": who,
        }
        for (task, sentence), who in students.items()
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["task"], row["misconception"]))


def summary(scores: Sequence[float]) -> dict[str, float]:
    """Least, quartiles, mean and most of the scores; empty for nobody's."""
    if not scores:
        return {}
    low, middle, high = statistics.quantiles(scores, n=4, method="inclusive") if scores[1:] else [*scores] * 3
    mean = statistics.fmean(scores)
    return {"lowest": min(scores), "quarter": low, "median": middle} | {
        "three quarters": high,
        "highest": max(scores),
        "mean": mean,
    }


def task_rows(graded: Sequence[Result]) -> list[dict[str, Any]]:
    """Each task with the mean of its points and their histogram, in the notebook's order."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for result in graded:
        for task, pair in result.tasks.items():
            points[task].append(pair)
    rows = []
    for task, pairs in points.items():
        got, possible = [pair[0] for pair in pairs], max(pair[1] for pair in pairs)
        chart = histogram(got, possible, f"task {task}")
        rows.append({"name": task, "mean": statistics.fmean(got), "possible": possible, "chart": chart})
    return rows


def hardest_tests(graded: Sequence[Result]) -> list[dict[str, Any]]:
    """Tests with the share of students who lost points on them, the largest first; none that nobody lost."""
    tried: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for result in graded:
        for test, (got, possible) in result.scores.items():
            tried[test] += 1
            lost[test] += got < possible
    rows = [{"name": test, "lost": lost[test], "of": tried[test]} for test in tried if lost[test]]
    return sorted(rows, key=lambda row: (-row["lost"] / row["of"], row["name"]))


def commonest_failures(graded: Sequence[Result]) -> list[dict[str, Any]]:
    """Why tests failed, by how many students; sentences that differ in numbers alone are one."""
    students: dict[tuple[str, str], list[str]] = defaultdict(list)
    examples: dict[tuple[str, str], str] = {}
    for result in graded:
        for test, sentence in result.failures.items():
            key = (test, without_numbers(sentence))
            students[key].append(result.student)
            examples.setdefault(key, shortened(sentence))
    rows = [
        {"test": test, "sentence": examples[test, kind], "students": who}
        for (test, kind), who in students.items()
    ]
    return sorted(rows, key=lambda row: (-len(row["students"]), row["test"], row["sentence"]))


def without_numbers(sentence: str) -> str:
    return re.sub(r"-?\d+(\.\d+)?(e[+-]?\d+)?", "0", sentence)


def shortened(sentence: str, longest: int = 240) -> str:
    sentence = " ".join(plain(sentence).split())
    return sentence if len(sentence) <= longest else sentence[:longest] + "…"


def time_by_part(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Where a submission's time went: seconds in the mean, and the share of all, the largest first."""
    timed = [result for result in results if result.seconds]
    sums: dict[str, float] = defaultdict(float)
    for result in timed:
        for name, seconds in result.parts.items():
            sums[name] += seconds
    whole = sum(result.seconds for result in timed)
    if (rest := whole - sum(sums.values())) > 0.005 * whole and sums:
        sums["everything else"] = rest
    return [
        {"name": name, "seconds": seconds / len(timed), "share": seconds / whole if whole else 0.0}
        for name, seconds in sorted(sums.items(), key=lambda part: -part[1])
    ]


def walls(results: Sequence[Result]) -> dict[str, Any]:
    """How the students' processes were kept in, and how long submissions took."""
    seconds = sorted(result.seconds for result in results if result.seconds)
    kinds = Counter(result.walls for result in results if result.walls)
    return {
        "kinds": dict(kinds.most_common()),
        "open": kinds["limits"],
        "total": sum(seconds),
        "median": statistics.median(seconds) if seconds else 0.0,
        "slowest": max(results, key=lambda result: result.seconds) if seconds else None,
    }
