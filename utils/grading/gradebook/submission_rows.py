"""The rows of one student's submission: what nbgrader's rules make of an executed notebook.

They are read, judged and saved in bulk, by columns that have an index in nbgrader's schema: the time for one
student does not grow with the class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sql
from nbformat import NotebookNode
from nbgrader import api
from nbgrader import utils as rules
from sqlalchemy.engine import Connection, Row

from utils.grading.gradebook.assignment_rows import (
    CELL,
    COMMENT,
    COMMENTED,
    GRADE,
    GRADED,
    NOTEBOOK,
    SUBMITTED,
    WORK,
    add_work,
    insert,
)

STUDENT = api.Student.__table__
Scores = dict[str, tuple[float, float]]


@dataclass
class Mark:
    """A row of nbgrader's table of grades."""

    cell: str
    kind: str
    key: dict[str, str]  # the ids of the cell and of the notebook that was handed in
    id: str | None = None
    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = True

    def __post_init__(self) -> None:
        self.before = self.values()

    @property
    def score(self) -> float:
        """The manual score, or else the automatic one, and the extra credit."""
        points = self.auto_score if self.manual_score is None else self.manual_score
        return 0.0 if points is None else points + (self.extra_credit or 0.0)

    def judge(self, cell: NotebookNode | None, scores: Scores, changed: bool) -> None:
        """Give the automatic score, and say whether a person must look.

        Manual scores are not touched. As in nbgrader, one that is there must be looked at again, and so
        must a cell without an automatic score. Unlike nbgrader, not when the work and its score are what
        they were: then the person has seen it, and grading again changes nothing.

        Args:
            cell: the executed cell, where the student's notebook has it.
            changed: the student handed in something else than before.
        """
        before = self.before["auto_score"]
        self.auto_score = None if self.kind == "TaskCell" else auto_score(self.cell, cell, scores)
        if self.kind == "TaskCell":
            self.needs_manual_grade |= before is not None
        elif changed or before != self.auto_score:
            self.needs_manual_grade = self.manual_score is not None or self.auto_score is None

    def values(self) -> dict[str, Any]:
        return {"auto_score": self.auto_score, "needs_manual_grade": self.needs_manual_grade}


@dataclass
class Remark:
    """A row of nbgrader's table of comments."""

    cell: str
    kind: str
    key: dict[str, str]
    id: str | None = None
    auto_comment: str | None = None

    def __post_init__(self) -> None:
        self.before = self.values()

    def judge(self, cell: NotebookNode | None) -> None:
        """Say so where an answer is still the text that was released. A person's comment is not touched."""
        self.auto_comment = "No response." if cell is not None and untouched(cell) else None

    def values(self) -> dict[str, Any]:
        return {"auto_comment": self.auto_comment}


@dataclass
class Work:
    """The notebook of a submission, and its marks and remarks."""

    id: str
    penalty: float | None = None
    marks: list[Mark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.penalty_before = self.penalty

    @property
    def score(self) -> float:
        return sum(mark.score for mark in self.marks)

    @property
    def judged(self) -> bool:
        """Whether anything in it has a score."""
        return any(mark.auto_score is not None or mark.manual_score is not None for mark in self.marks)

    def judge(self, run: NotebookNode, scores: Scores, changed: bool) -> None:
        """Give every cell its automatic score and comment. See ``Mark.judge``."""
        cells: dict[str, NotebookNode] = {}
        for cell in run.cells:
            cells.setdefault(name_of(cell), cell)
        for mark in self.marks:
            mark.judge(cells.get(mark.cell), scores, changed)
        for remark in self.remarks:
            remark.judge(cells.get(remark.cell))


def name_of(cell: NotebookNode) -> str:
    """What nbgrader calls a cell; empty where it, or a student who edits metadata, gave it no name."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def untouched(cell: NotebookNode) -> bool:
    """Whether an answer is still as it was released."""
    if not rules.is_solution(cell) or rules.is_task(cell):
        return False
    try:
        return cell.metadata.nbgrader.get("checksum") == rules.compute_checksum(cell)
    except (ValueError, KeyError, TypeError):  # text that is no text (a lone surrogate), or damaged marks
        return False


def auto_score(name: str, cell: NotebookNode | None, scores: Scores) -> float | None:
    """The points of a cell: from ``scores``, or by nbgrader's rule from what the cell shows.

    None where a person decides: a manually graded answer, a cell that the student deleted, and partial
    credit that is not a number of points, over which nbgrader would stop.
    """
    if name in scores:
        return float(scores[name][0])
    if cell is None or not rules.is_grade(cell):
        return None
    try:
        return rules.determine_grade(cell)[0]
    except (ValueError, KeyError, TypeError):
        return None


def find_attempt(connection: Connection, assignment_id: str, student: str) -> Row:
    """The row of the student's submission, which is made, with the student's, where there is none."""
    columns = (SUBMITTED.c.id, SUBMITTED.c.timestamp, SUBMITTED.c.extension)
    query = sql.select(*columns).where(
        SUBMITTED.c.assignment_id == assignment_id, SUBMITTED.c.student_id == student
    )
    found = connection.execute(query).first()
    if found is None:
        if connection.scalar(sql.select(STUDENT.c.id).where(STUDENT.c.id == student)) is None:
            insert(connection, STUDENT, [{"id": student}])
        insert(connection, SUBMITTED, [{"assignment_id": assignment_id, "student_id": student}])
        found = connection.execute(query).one()
    return found


def read_work(connection: Connection, assignment_id: str, attempt_id: str) -> Work:
    """The notebook of a submission, with a mark and a remark for every cell that takes one."""
    query = sql.select(NOTEBOOK.c.id).where(NOTEBOOK.c.assignment_id == assignment_id)
    notebook_id = connection.scalars(query).one()
    there = connection.execute(
        sql.select(WORK.c.id, WORK.c.late_submission_penalty).where(
            WORK.c.notebook_id == notebook_id, WORK.c.assignment_id == attempt_id
        )
    ).first()
    work = Work(*there) if there else Work(add_work(connection, notebook_id, [attempt_id])[0])
    cells = connection.execute(
        sql.select(CELL.c.id, CELL.c.name, CELL.c.type).where(CELL.c.notebook_id == notebook_id)
    ).all()
    grades = read_rows(connection, GRADE, [cell.id for cell in cells if cell.type in GRADED], work.id)
    comments = read_rows(connection, COMMENT, [cell.id for cell in cells if cell.type in COMMENTED], work.id)
    for cell in cells:
        key = {"cell_id": cell.id, "notebook_id": work.id}
        if cell.type in GRADED:
            work.marks.append(Mark(cell.name, cell.type, key, **grades.get(cell.id, {})))
        if cell.type in COMMENTED:
            work.remarks.append(Remark(cell.name, cell.type, key, **comments.get(cell.id, {})))
    return work


READ = {
    GRADE: ("id", "auto_score", "manual_score", "extra_credit", "needs_manual_grade"),
    COMMENT: ("id", "auto_comment"),
}


def read_rows(connection: Connection, table: sql.Table, cells: list[str], work: str) -> dict[str, dict]:
    """The grades or comments of one submission, by cell."""
    query = sql.select(table.c.cell_id, *(table.c[name] for name in READ[table])).where(
        table.c.cell_id.in_(cells), table.c.notebook_id == work
    )
    return {
        row.cell_id: {name: row[name] for name in READ[table]} for row in connection.execute(query).mappings()
    }


def save_work(connection: Connection, work: Work) -> None:
    """Write the rows that are new or were judged differently."""
    if work.penalty != work.penalty_before:
        of_work = WORK.update().where(WORK.c.id == work.id)
        connection.execute(of_work.values(late_submission_penalty=work.penalty))
    rows: list[tuple[sql.Table, list]] = [(GRADE, work.marks), (COMMENT, work.remarks)]
    for table, marks in rows:
        insert(connection, table, [{**mark.key, **mark.values()} for mark in marks if mark.id is None])
        changed = [mark for mark in marks if mark.id is not None and mark.values() != mark.before]
        if changed:
            by_id = sql.update(table).where(table.c.id == sql.bindparam("row"))
            connection.execute(by_id, [{"row": mark.id, **mark.values()} for mark in changed])
