"""Grades out of the gradebook, with what people gave by hand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sql
from nbgrader import api
from sqlalchemy.engine import Connection

from utils.grading.gradebook.assignment_rows import (
    ASSIGNMENT,
    CELL,
    COMMENT,
    GRADE,
    KINDS,
    NOTEBOOK,
    SUBMITTED,
    WORK,
)
from utils.grading.result import Result

POINTS = (KINDS["GradeCell"], KINDS["TaskCell"])  # where a cell's possible points are


def by_student(assignment: str, table: sql.Table, *columns: Any) -> sql.Select:
    """A query for student, cell and these columns of the grades or comments of an assignment."""
    return (
        sql.select(SUBMITTED.c.student_id, CELL.c.name, *columns)
        .join_from(table, CELL, CELL.c.id == table.c.cell_id)
        .join(WORK, WORK.c.id == table.c.notebook_id)
        .join(SUBMITTED, SUBMITTED.c.id == WORK.c.assignment_id)
        .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMITTED.c.assignment_id)
        .where(ASSIGNMENT.c.name == assignment)
    )


def read_marks(connection: Connection, assignment: str) -> dict[str, dict[str, float | None]]:
    """The automatic scores of everybody who handed in, by student and cell."""
    handed_in = sql.select(SUBMITTED.c.student_id).join(ASSIGNMENT).where(ASSIGNMENT.c.name == assignment)
    marks: dict[str, dict[str, float | None]] = {student: {} for student in connection.scalars(handed_in)}
    for student, cell, score in connection.execute(by_student(assignment, GRADE, GRADE.c.auto_score)):
        marks[student][cell] = score
    return marks


def agrees(result: Result, marks: dict[str, float | None] | None) -> bool:
    """Whether the gradebook has what ``result`` says; ``marks`` is None for a student it does not know."""
    if marks is None:
        return False
    scores = result.scores if result.status == "graded" else {}
    return all(marks.get(cell, got) == got for cell, (got, _) in scores.items())


def read_totals(connection: Connection) -> list[dict[str, Any]]:
    """The totals of every submission. One pass: nbgrader's own totals look through all grades for each."""
    possible: dict[str, float] = {}
    for table in POINTS:
        query = sql.select(NOTEBOOK.c.assignment_id, sql.func.sum(table.c.max_score))
        query = query.join_from(table, CELL, CELL.c.id == table.c.id).join(NOTEBOOK)
        for assignment_id, points in connection.execute(query.group_by(NOTEBOOK.c.assignment_id)):
            possible[assignment_id] = possible.get(assignment_id, 0.0) + points
    graded = sql.func.count(sql.func.coalesce(GRADE.c.manual_score, GRADE.c.auto_score))
    look = sql.func.max(sql.case((GRADE.c.needs_manual_grade, 1), else_=0))
    points = (
        sql.select(WORK.c.assignment_id, sql.func.sum(api.Grade.score).label("raw"), graded.label("graded"))
        .add_columns(look.label("look"))
        .join_from(WORK, GRADE, GRADE.c.notebook_id == WORK.c.id)
        .group_by(WORK.c.assignment_id)
        .subquery()
    )
    penalties = (
        sql.select(WORK.c.assignment_id, sql.func.sum(WORK.c.late_submission_penalty).label("penalty"))
        .group_by(WORK.c.assignment_id)
        .subquery()
    )
    query = (
        sql.select(SUBMITTED.c.student_id, SUBMITTED.c.timestamp, ASSIGNMENT.c.id, ASSIGNMENT.c.name)
        .add_columns(ASSIGNMENT.c.duedate, points.c.raw, points.c.graded, points.c.look, penalties.c.penalty)
        .join_from(SUBMITTED, ASSIGNMENT, ASSIGNMENT.c.id == SUBMITTED.c.assignment_id)
        .outerjoin(points, points.c.assignment_id == SUBMITTED.c.id)
        .outerjoin(penalties, penalties.c.assignment_id == SUBMITTED.c.id)
        .order_by(ASSIGNMENT.c.name, SUBMITTED.c.student_id)
    )
    return [
        {
            "assignment": row.name,
            "student": row.student_id,
            "timestamp": row.timestamp,
            "duedate": row.duedate,
            "raw_score": row.raw or 0.0,
            "late_submission_penalty": row.penalty or 0.0,
            "score": max(0.0, row.raw - (row.penalty or 0.0)) if row.graded else None,
            "max_score": possible.get(row.id, 0.0),
            "needs_manual_grade": bool(row.look),
        }
        for row in connection.execute(query)
    ]


def gradebook_rows(connection: Connection, assignment: str) -> list[dict[str, Any]]:
    """``read_totals`` of one assignment, with the students' names, by nbgrader's names of columns.

    Points are None where nothing was graded. ``by_hand`` is of :func:`read_by_hand`.
    """
    by_hand = read_by_hand(connection, assignment)
    names = {
        row.id: {name: row._mapping[name] or "" for name in ("last_name", "first_name", "email")}
        for row in connection.execute(sql.select(api.Student.__table__))
    }
    rows = []
    for row in read_totals(connection):
        if row["assignment"] == assignment:
            student = row.pop("student")
            graded = row["score"] is not None
            rows.append({**row, "student_id": student, **names[student], "by_hand": by_hand.get(student, {})})
            rows[-1] |= {} if graded else {"raw_score": None, "late_submission_penalty": None}
    return rows


def read_by_hand(connection: Connection, assignment: str) -> dict[str, dict[str, tuple[float | None, bool]]]:
    """What a person gave, by student and cell: the points, and whether it waits for a person (again).

    Cells that no person graded or must look at are not among them.
    """
    given = GRADE.c.manual_score + sql.func.coalesce(GRADE.c.extra_credit, 0)
    query = by_student(assignment, GRADE, given, GRADE.c.needs_manual_grade).where(
        GRADE.c.manual_score.is_not(None) | GRADE.c.needs_manual_grade
    )
    found: dict[str, dict[str, tuple[float | None, bool]]] = {}
    for student, cell, points, waits in connection.execute(query):
        found.setdefault(student, {})[cell] = (points, bool(waits))
    return found


def read_comments(connection: Connection, assignment: str) -> dict[str, dict[str, str]]:
    """What a person wrote about the work, by student and cell."""
    query = by_student(assignment, COMMENT, COMMENT.c.manual_comment).where(
        COMMENT.c.manual_comment.is_not(None)
    )
    comments: dict[str, dict[str, str]] = {}
    for student, cell, text in connection.execute(query):
        comments.setdefault(student, {})[cell] = text
    return comments
