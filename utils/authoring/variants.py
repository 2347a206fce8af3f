"""An assignment's right and wrong answers through the real grading, and who is caught by what.

The answers stand in files, as :mod:`utils.authoring.variant_files` reads them. A task that a variant's
header does not name must keep all its points. Tasks that a variant cannot touch, because their tests use no
name that its cells define, are left unanswered and not counted: they would say of it what they say of the
solution.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat

from utils.authoring.answers import (
    SOLUTION,
    UNTOUCHED,
    answer_notebook,
    grade_answers,
    solutions,
    student_name,
)
from utils.authoring.release import Assignment
from utils.authoring.variant_files import Variant, read_kind, read_variant
from utils.grading.result import Result
from utils.grading.submission import Submission

__all__ = ["Variant", "read_variant"]

STUDENTS = ("ada", "alan", "barbara", "claude", "donald", "edsger", "grace", "john")


def read_variants(assignment: Assignment) -> list[Variant]:
    """All variants of an assignment, the right ones first."""
    return [variant for kind in ("right", "wrong") for variant in read_kind(assignment.folder, kind)]


def all_answers(assignment: Assignment) -> dict[str, dict[str, str]]:
    """The answers of the solution, of the untouched release and of each variant, by the variant's name."""
    right = solutions(assignment)
    return {SOLUTION: right, UNTOUCHED: {}} | {
        variant.name: right | variant.answers for variant in read_variants(assignment)
    }


def submissions(assignment: Assignment, released: Path) -> dict[str, Submission]:
    """What each of :func:`all_answers` would hand in, whole."""
    notebook = nbformat.read(released / assignment.name / f"{assignment.notebook}.ipynb", as_version=4)
    return {
        name: Submission(
            student_name(name),
            {f"{assignment.notebook}.ipynb": nbformat.writes(answer_notebook(notebook, code)).encode()},
        )
        for name, code in all_answers(assignment).items()
    }


def grade_variants(
    assignment: Assignment, root: Path, to: Path, echo: Callable[[str], None], jobs: int = 1
) -> dict[str, Result]:
    """What each variant, the solution and the untouched release get, by the variant's name.

    Args:
        jobs: processes that grade.
    """
    return grade_answers(assignment, all_answers(assignment), root, to, echo, jobs=jobs)


def complaints(variants: list[Variant], results: dict[str, Result]) -> list[str]:
    """What the grading got wrong, one sentence each: right answers must get everything, the untouched release
    nothing, wrong answers the points of their band, and every test cell must catch a wrong answer."""
    found = [
        f"{name} was not graded: {result.problem}"
        for name, result in results.items()
        if result.status != "graded"
    ]
    for name, result in results.items():
        lost = [test for test, (got, possible) in result.scores.items() if got < possible]
        if name == UNTOUCHED and result.score > 0:
            found.append(f"the untouched release gets {result.score:g} points")
        if (name == SOLUTION or name.startswith("right/")) and lost:
            found.append(f"{name} is right and loses points on {', '.join(lost)}")
    for variant in variants:
        for task, (got, possible) in results[variant.name].tasks.items():
            least, most = variant.keeps.get(task, (possible, possible))
            if not least <= got <= most:
                found.append(f"{variant.name} gets {got:g} on {task}, which should be {least:g} to {most:g}")
        unknown = set(variant.keeps) - set(results[variant.name].tasks)
        found += [f"{variant.name} names a task {task!r} that does not exist" for task in sorted(unknown)]
    tests = results[SOLUTION].scores if SOLUTION in results else {}
    found += [
        f"the test {test} catches no wrong variant" for test in tests if not catchers(test, variants, results)
    ]
    return found


def catchers(test: str, variants: list[Variant], results: dict[str, Result]) -> list[str]:
    """The wrong variants that lose points on ``test``."""
    return [
        variant.name
        for variant in variants
        if variant.keeps
        and results[variant.name].scores.get(test, results[SOLUTION].scores[test])[0]
        < results[SOLUTION].scores[test][1]
    ]


def matrix(results: dict[str, Result]) -> str:
    """Which test cell catches which variant: ``x`` where a variant (row) loses points on a test (column),
    ``·`` where it loses none, nothing where it cannot lose any."""
    tests = list(results[SOLUTION].scores)
    width = max(map(len, results))
    head = [" " * width + "  " + "".join(f"{i + 1:>3}" for i in range(len(tests))) + "  points"]
    rows = []
    for name, result in results.items():
        marks = [
            " " if t not in result.scores else "·" if result.scores[t][0] == result.scores[t][1] else "x"
            for t in tests
        ]
        rows.append(f"{name:<{width}}  " + "".join(f"{mark:>3}" for mark in marks) + f"  {result.score:>6g}")
    return "\n".join(head + rows + [""] + [f"{i + 1:>3} {test}" for i, test in enumerate(tests)])


def write_sample_class(assignment: Assignment, released: Path, folder: Path) -> None:
    """A small class to grade: right, wrong and untouched work, and a file that is no notebook.

    The notebooks are the released one with the answers of variants, so that the sample tells the truth about
    what the assignment catches.
    """
    pool = submissions(assignment, released)
    right = [name for name in pool if name.startswith("right/")]
    wrong = [name for name in pool if name.startswith("wrong/")]
    work = [SOLUTION, right[0], *wrong[:: max(1, len(wrong) // 4)][:4], UNTOUCHED]
    for student, name in zip(STUDENTS, work, strict=False):
        hand_in(folder / student, pool[name].files)
    hand_in(folder / STUDENTS[-1], {f"{assignment.notebook}.ipynb": b'{"cells": [{"cell_type": "code", '})


def hand_in(folder: Path, files: dict[str, bytes]) -> None:
    """Write a submission's files, where they are not there already."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            (folder / name).write_bytes(content)
