"""When a class's work came, and what its results were before: how points and mistakes have moved since."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from utils.grading.gradebook.journal import Journal
from utils.grading.result import Result
from utils.grading.submission import DIGEST


def results_before(journal: Journal) -> dict[str, Result]:
    """By student, the graded result before the newest one; of who was graded once, none."""
    graded: dict[str, list[Result]] = {}
    for student, result in journal.everything():
        if result.status == "graded":
            graded.setdefault(student, []).append(result)
    return {student: results[-2] for student, results in graded.items() if len(results) > 1}


def moves(results: Iterable[Result], before: Mapping[str, Result]) -> dict[str, Any]:
    """How the results of those who were graded more than once have moved; empty where nobody was.

    ``students``: how many they are, and ``anew``: how many of them had handed in anew. ``tasks``: mean points
    before and now. ``mistakes``: how many had each before, and have it now, where that has changed.
    """
    pairs = [(before[r.student], r) for r in results if r.status == "graded" and r.student in before]
    if not pairs:
        return {}
    tasks = []
    for task in dict.fromkeys(task for _, now in pairs for task in now.tasks):
        both = [(old.tasks[task][0], now.tasks[task][0]) for old, now in pairs if task in old.tasks]
        if both:
            was, is_now = (statistics.fmean(column) for column in zip(*both, strict=True))
            possible = max(now.tasks[task][1] for _, now in pairs if task in now.tasks)
            tasks.append({"name": task, "before": was, "now": is_now, "possible": possible})
    had, have = (Counter(mistakes_of(column)) for column in zip(*pairs, strict=True))
    mistakes = [
        {"task": task, "misconception": said, "before": had[task, said], "now": have[task, said]}
        for task, said in sorted(had | have, key=lambda key: (-max(had[key], have[key]), key))
        if had[task, said] != have[task, said]
    ]
    anew = sum(old.digest[:DIGEST] != now.digest[:DIGEST] for old, now in pairs)
    return {"students": len(pairs), "anew": anew, "tasks": tasks, "mistakes": mistakes}


def times(rows: Iterable[Mapping[str, Any]], journal: Journal) -> dict[str, Any]:
    """When the work came, as far as a platform told; empty where nothing is known.

    ``timed``: how many came with a time. ``late``: how many of them after the deadline (extensions are not
    looked at), and ``hours_left``: the median of hours before it; both only where there is a deadline.
    ``attempts``: how many students had so many different attempts graded.
    """
    rows = [row for row in rows if row.get("timestamp") is not None]
    works: dict[str, set[str]] = {}
    for student, result in journal.everything():
        if result.status == "graded" and result.digest:
            works.setdefault(student, set()).add(result.digest[:DIGEST])
    found: dict[str, Any] = {"timed": len(rows)} if rows else {}
    left = [(row["duedate"] - row["timestamp"]).total_seconds() / 3600 for row in rows if row.get("duedate")]
    if left:
        found |= {"late": sum(hours < 0 for hours in left), "hours_left": statistics.median(left)}
    counts = Counter(len(digests) for digests in works.values())
    if len(counts) > 1 or any(number > 1 for number in counts):
        found["attempts"] = dict(sorted(counts.items()))
    return found


def mistakes_of(results: Iterable[Result]) -> list[tuple[str, str]]:
    """Each known mistake of each result: its task and what it is."""
    return [(task, about["misconception"]) for result in results for task, about in result.diagnoses.items()]
