"""Grades for other programs: nbgrader's table, Canvas's gradebook, Moodle's grading worksheet.

Sources for the layouts: nbgrader's ``plugins/export.py``, Canvas's ``lib/gradebook_importer.rb``, Moodle's
``mod/assign/feedback/offline/importgradeslib.php``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from utils.errors import UserError
from utils.grading.result import Result
from utils.grading.tables import Table, read_table

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

PATIENCE = 10.0  # seconds to wait for a gradebook that another program locks


def scores(results: Iterable[Result], final: Mapping[str, float]) -> dict[str, float]:
    """Points by student: those of ``final``, else the result's. Who could not be graded has none."""
    return {
        result.student: final.get(result.student, result.score)
        for result in results
        if result.status == "graded" or result.student in final
    }


def gradebook_rows(address: str, assignment: str) -> list[dict[str, str | float]]:
    """What the gradebook at ``address`` says of everybody who handed in ``assignment``: points given by hand
    and penalties for lateness included, by nbgrader's names of columns."""
    from nbgrader.api import Gradebook  # takes seconds to import

    with readable(address) as url, Gradebook(url) as gradebook:
        return [
            {
                "assignment": assignment,
                "duedate": str(one.assignment.duedate or ""),
                "timestamp": str(one.timestamp or ""),
                "student_id": one.student.id,
                "last_name": one.student.last_name or "",
                "first_name": one.student.first_name or "",
                "email": one.student.email or "",
                "raw_score": one.score,
                "late_submission_penalty": one.late_submission_penalty,
                "score": max(0.0, one.score - one.late_submission_penalty),
                "max_score": one.max_score,
            }
            for one in gradebook.assignment_submissions(assignment)
        ]


@contextlib.contextmanager
def readable(address: str) -> Iterator[str]:
    """The gradebook's address as nbgrader takes it; what its database refuses meanwhile is one sentence.

    Raises:
        UserError: there is no gradebook that can be read.
    """
    from sqlalchemy.exc import DBAPIError

    from utils.grading.database import Database, read_address

    url = read_address(Path(), address)
    file = Path(url.database or "")
    if url.drivername.startswith("sqlite") and not file.exists():
        raise UserError(f"there is no gradebook {file}")  # opening it would make one
    database = Database(url, PATIENCE, lambda sentence: None)
    try:
        yield url.render_as_string(hide_password=False)
    except DBAPIError as error:
        raise UserError(database.refusal(error)) from error
    finally:
        database.close()


def final_scores(rows: Iterable[Mapping[str, str | float]]) -> dict[str, float]:
    """The points that count, by student, of what :func:`gradebook_rows` has."""
    return {str(row["student_id"]): float(row["score"]) for row in rows}


def write_nbgrader(
    results: Iterable[Result], assignment: str, rows: Iterable[Mapping[str, str | float]], to: Path
) -> list[str]:
    """The columns of ``nbgrader export``, and sentences about what to know.

    Args:
        rows: of the gradebook, as :func:`gradebook_rows` has them; a result that is not among them gets a row
            of its own.
    """
    table = Table(list(NBGRADER), [[str(row.get(name, "")) for name in NBGRADER] for row in rows])
    known = {row[NBGRADER.index("student_id")] for row in table.rows}
    others = [result for result in results if result.student not in known]
    for result in others:
        values: dict[str, object] = {"assignment": assignment, "student_id": result.student}
        if result.status == "graded":
            values |= {"raw_score": result.score, "score": result.score, "max_score": result.max_score}
        table.rows.append([str(values.get(name, "")) for name in NBGRADER])
    table.write(to)
    return not_graded((result for result in others if result.status != "graded"), ())


def write_canvas(
    results: Iterable[Result],
    assignment: str,
    to: Path,
    roster: Path | None = None,
    column: str | None = None,
    final: Mapping[str, float] | None = None,
    scale: bool = False,
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
    """
    results = list(results)
    points, possible = scores(results, final or {}), most(results)
    notes = not_graded(results, points)
    if roster is None:
        rows = [["    Points Possible", "", "", "", "", f"{possible:g}"]]
        for student, score in points.items():
            number = platform_number(student)
            rows.append([student, number, "", "" if number else student, "", f"{score:g}"])
        Table([*CANVAS, column or assignment], rows).write(to)
        return notes
    table = read_table(roster, ("ID", "Section"))
    place = canvas_column(table, assignment, column, roster)
    keep = table.places(*CANVAS_KEPT)
    numbers, logins = table.places("ID")[0], table.places("SIS Login ID", "SIS User ID")
    who = Students(points)
    unit, rows = 1.0, []
    for row in table.rows:
        if row[0].strip() == "Points Possible":
            unit, more = units(possible, row[place], "Canvas", scale)
            notes += more
        elif row[numbers].strip():
            found = who.find([row[i] for i in (*logins, numbers)], row[numbers].strip())
            if found is not None:  # for the others, Canvas's own entry changes nothing there
                row[place] = f"{points[found] * unit:.6g}"
        rows.append([row[i] for i in keep] + [row[place]])
    Table([table.header[i] for i in keep] + [table.header[place]], rows, table.delimiter, table.bom).write(to)
    return notes + who.left(roster)


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
) -> list[str]:
    """A grading worksheet for Moodle's *Upload grading worksheet*. Sentences about what to know.

    Args:
        roster: the worksheet that Moodle wrote (*Download grading worksheet*); only its grades change.
        column: the grades' column in it; ``"Grade"`` by default.
        final: points by student that replace the results' own.
        scale: convert points to Moodle's own maximum.
        names: full names by student.
    """
    results = list(results)
    points, possible = scores(results, final or {}), most(results)
    notes = not_graded(results, points)
    who = Students(points)
    if roster is None:
        rows = []
        for student, score in points.items():
            if who.find([], number := platform_number(student)):
                name = (names or {}).get(student, student)
                rows.append([f"Participant {number}", name, "", f"{score:g}", f"{possible:g}", "-"])
        Table(list(MOODLE), rows).write(to)
        return notes + who.left("a Moodle export, which numbers its students")
    table = read_table(roster, ("Identifier", column or "Grade"))
    identity, place = table.places("Identifier")[0], table.places(column or "Grade")[0]
    maximum, changes = table.places("Maximum grade"), table.places("Grade can be changed")
    logins = table.places("ID number", "Username", "Email address")
    for row in table.rows:
        number = re.sub(r".*?(\d*)$", r"\1", row[identity].strip())
        found = who.find([name for i in logins for name in (row[i], row[i].partition("@")[0])], number)
        if found is None:
            continue
        if any(row[i].strip().casefold() == "no" for i in changes):
            notes.append(f"{found} keeps the grade on Moodle, which says that it cannot be changed.")
            continue
        unit, more = units(possible, row[maximum[0]] if maximum else "", "Moodle", scale)
        notes += [note for note in more if note not in notes]
        row[place] = f"{points[found] * unit:.6g}"
    table.write(to)
    return notes + who.left(roster)


def most(results: list[Result]) -> float:
    """Points possible."""
    return max((result.max_score for result in results), default=0.0)


def units(possible: float, theirs: str, platform: str, scale: bool) -> tuple[float, list[str]]:
    """What to multiply points with, and a sentence when the platform's maximum is another."""
    try:
        maximum = float(theirs.strip().replace(",", "."))
    except ValueError:
        return 1.0, []
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
