"""Grades for other programs: nbgrader's table, Canvas's gradebook, Moodle's grading worksheet.

Sources for the layouts: nbgrader's ``plugins/export.py``, Canvas's ``lib/gradebook_importer.rb``, Moodle's
``mod/assign/feedback/offline/importgradeslib.php``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from utils.common.errors import UserError
from utils.grading.reports.columns import (
    NO,
    canvas_columns,
    cells,
    has_commas,
    moodle_columns,
    number,
)
from utils.grading.reports.tables import Cell, Table, read_table
from utils.grading.result import Result

NBGRADER = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_KEPT = (*CANVAS, "LastName", "FirstName", "Integration ID", "Root Account")
MOODLE = ("Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Last modified (grade)")


def scores(results: Iterable[Result], final: Mapping[str, float]) -> dict[str, float]:
    """Points by student: those of ``final``, else the result's. Who could not be graded has none."""
    return {
        result.student: final.get(result.student, result.score)
        for result in results
        if result.status == "graded" or result.student in final
    }


def final_scores(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The points that count, by student, of what :func:`utils.grading.gradebook.queries.gradebook_rows` has.

    Who has none is not among them: a submission that could not be graded is no 0.
    """
    return {str(row["student_id"]): float(row["score"]) for row in rows if row["score"] is not None}


def write_nbgrader(
    results: Iterable[Result], assignment: str, rows: Iterable[Mapping[str, Any]], to: Path
) -> list[str]:
    """The columns of ``nbgrader export``, and sentences about what to know.

    Args:
        rows: of the gradebook, as :func:`utils.grading.gradebook.queries.gradebook_rows` has them; a result
            that is not among them gets a row of its own.
    """
    results, rows = list(results), list(rows)
    table = Table(list(NBGRADER), [[written(row.get(name)) for name in NBGRADER] for row in rows])
    known = {row[NBGRADER.index("student_id")] for row in table.rows}
    others = [result for result in results if result.student not in known]
    for result in others:
        values: dict[str, object] = {"assignment": assignment, "student_id": result.student}
        if result.status == "graded":
            values |= {"raw_score": result.score, "score": result.score, "max_score": result.possible}
        table.rows.append([str(values.get(name, "")) for name in NBGRADER])
    table.write(to)
    return not_graded(results, scores(results, final_scores(rows)))


def written(value: object) -> str:
    return "" if value is None else str(value)


def write_canvas(
    results: Iterable[Result],
    assignment: str,
    to: Path,
    roster: Path | None = None,
    column: str | None = None,
    final: Mapping[str, float] | None = None,
    scale: bool = False,
    columns: Mapping[str, str] | None = None,
) -> list[str]:
    """A file for Canvas's *Import*: who, and this assignment's points. Sentences about what to know.

    It holds no other assignment's column, so that importing it changes no other grade.

    Args:
        roster: Canvas's *Export*, which tells the numbers of the students and of the assignment. Without it,
            Canvas makes a new assignment.
        column: the assignment's column in the roster, such as ``"Assignment 1 (4757)"``; by default the one
            whose name begins with or holds the assignment's.
        final: points by student that replace the results' own.
        scale: convert points to Canvas's own maximum.
        columns: names of the roster's columns, as :func:`utils.grading.reports.columns.read_columns` has
            them.
    """
    results = list(results)
    points, possible = scores(results, final or {}), most(results)
    notes = not_graded(results, points)
    if roster is None:
        rows = [["    Points Possible", "", "", "", "", f"{possible:g}"]]
        for student, score in points.items():
            own = platform_number(student)
            rows.append([student, own, "", "" if own else student, "", f"{score:g}"])
        Table([*CANVAS, column or assignment], rows).write(to)
        return notes
    table = read_table(roster)
    named = columns or {}
    place = canvas_column(table, assignment, column or named.get("grade"), roster)
    numbers, logins, keep = canvas_columns(table, named, place, roster)
    keep = table.places(*CANVAS_KEPT) if table.places("Student") else keep
    commas = has_commas(cells(table, place))
    who = Students(points)
    unit, rows = 1.0, []
    for row in table.rows:
        if row[numbers].strip():
            found = who.find([row[i] for i in (*logins, numbers)], row[numbers].strip())
            if found is not None:  # for the others, Canvas's own entry changes nothing there
                row[place] = entered(row[place], points[found] * unit, commas)
        elif number(row[place]) is not None:  # the row of the points possible
            unit, more = units(possible, row[place], "Canvas", scale)
            notes += more
        rows.append([row[i] for i in keep] + [row[place]])
    header = [table.header[i] for i in (*keep, place)]
    keys = (*table.keys, table.header[numbers].strip())
    Table(header, rows, table.delimiter, table.bom, table.ending, keys).write(to)
    return notes + who.left(roster)


def entered(cell: str, points: float, commas: bool) -> str:
    """What is written in place of ``cell``."""
    text = f"{points:.6g}".replace(".", ",") if commas else f"{points:.6g}"
    return cell.changed(text) if isinstance(cell, Cell) else text


class Students:
    """Looks up students in a platform's lists, and remembers whom it found."""

    def __init__(self, points: Mapping[str, float]) -> None:
        self.by_name = {student.casefold(): student for student in points}
        self.by_number = {number: student for student in points if (number := platform_number(student))}
        self.missing = dict.fromkeys(points)

    def find(self, names: Iterable[str], number: str) -> str | None:
        """Who has one of ``names``, or the platform's ``number``; None when nobody has."""
        known = [self.by_name[n] for name in names if (n := name.strip().casefold()) in self.by_name]
        student = known[0] if known else self.by_number.get(number)
        self.missing.pop(student or "", None)
        return student

    def left(self, roster: object) -> list[str]:
        """A sentence for each student who was not found."""
        return [f"{student} is not in {roster}, and has no row." for student in self.missing]


def platform_number(student: str) -> str:
    """The student's number on Canvas or Moodle, which ends the names of their files there."""
    found = re.search(r"_(\d+)$", student)
    return found[1] if found else ""


def canvas_column(table: Table, assignment: str, column: str | None, roster: Path) -> int:
    """The assignment's column in a roster."""
    titles = [(i, name.strip()) for i, name in enumerate(table.header) if re.search(r"\(\d+\)\s*$", name)]
    if column is not None:
        found = [i for i, name in titles if column in (name, name.rpartition("(")[0].strip())]
    else:
        short = squeezed(re.sub(r"^\d+-", "", assignment))
        found = [i for i, name in titles if squeezed(assignment) in squeezed(name) or short in squeezed(name)]
    if len(found) != 1:
        there = ", ".join(repr(name) for _, name in titles) or "none"
        raise UserError(
            f"{len(found) or 'no'} columns of {roster} fit {column or assignment!r}; "
            f"name one with --column: {there}"
        )
    return found[0]


def squeezed(title: str) -> str:
    return re.sub(r"[\W_]", "", title.casefold())


def write_moodle(
    results: Iterable[Result],
    to: Path,
    roster: Path | None = None,
    column: str | None = None,
    final: Mapping[str, float] | None = None,
    scale: bool = False,
    names: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[str]:
    """A grading worksheet for Moodle's *Upload grading worksheet*. Sentences about what to know.

    Args:
        roster: the worksheet that Moodle wrote (*Download grading worksheet*); only its grades change.
        column: the grades' column in it; ``"Grade"`` by default.
        final: points by student that replace the results' own.
        scale: convert points to Moodle's own maximum.
        names: full names by student.
        columns: names of the worksheet's columns, as :func:`utils.grading.reports.columns.read_columns` has
            them.
    """
    results = list(results)
    points, possible = scores(results, final or {}), most(results)
    notes = not_graded(results, points)
    who = Students(points)
    if roster is None:
        rows = []
        for student, score in points.items():
            if who.find([], own := platform_number(student)):
                name = (names or {}).get(student, student)
                rows.append([f"Participant {own}", name, "", f"{score:g}", f"{possible:g}", "-"])
        Table(list(MOODLE), rows).write(to)
        return notes + who.left("a Moodle export, which numbers its students")
    table = read_table(roster)
    named = dict(columns or {}) | ({"grade": column} if column else {})
    there = moodle_columns(table, named, roster)
    commas = has_commas(cells(table, there.grade) + (cells(table, there.maximum) if there.maximum else []))
    for row in table.rows:
        number_there = re.sub(r".*?(\d*)$", r"\1", row[there.identifier].strip())
        logins = [name for i in there.logins for name in (row[i], row[i].partition("@")[0])]
        found = who.find(logins, number_there)
        if found is None:
            continue
        if there.changeable is not None and row[there.changeable].strip().casefold() in NO:
            notes.append(f"{found} keeps the grade on Moodle, which says that it cannot be changed.")
            continue
        unit, more = units(possible, row[there.maximum] if there.maximum is not None else "", "Moodle", scale)
        notes += [note for note in more if note not in notes]
        row[there.grade] = entered(row[there.grade], points[found] * unit, commas)
    table.keys = (*table.keys, table.header[there.identifier].strip())
    table.write(to)
    return notes + who.left(roster)


def most(results: list[Result]) -> float:
    """Points possible."""
    return max((result.possible for result in results), default=0.0)


def units(possible: float, theirs: str, platform: str, scale: bool) -> tuple[float, list[str]]:
    """What to multiply points with, and a sentence when the platform's maximum is another."""
    maximum = number(theirs)
    if not possible or not maximum or maximum == possible:
        return 1.0, []
    if scale:
        return maximum / possible, []
    return 1.0, [
        f"{platform} has {maximum:g} points for this assignment, which has {possible:g}; points are written "
        "as they are (--scale converts them)."
    ]


def not_graded(results: Iterable[Result], points: Container[str]) -> list[str]:
    """A sentence for each student who has no points."""
    return [f"{r.student} has no score: {r.problem}" for r in results if r.student not in points]
