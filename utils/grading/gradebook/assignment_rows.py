"""An assignment's cells and points into the gradebook, and what becomes of the grades when they change.

The gradebook is brought in line with the answer key, in one transaction. A cell that stays keeps its row,
and with it everybody's manual scores and comments. nbgrader alone refuses to add or remove cells once
somebody was graded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import nbformat
import sqlalchemy as sql
from nbgrader import api
from nbgrader import utils as rules
from sqlalchemy.engine import Connection

from utils.grading.answer_key import Release
from utils.grading.gradebook.database import COURSE

ASSIGNMENT, NOTEBOOK = api.Assignment.__table__, api.Notebook.__table__
CELL, SOURCE = api.BaseCell.__table__, api.SourceCell.__table__
KINDS = {kind.__name__: kind.__table__ for kind in (api.GradeCell, api.SolutionCell, api.TaskCell)}
GRADED, COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")
SUBMITTED, WORK = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
GRADE, COMMENT = api.Grade.__table__, api.Comment.__table__
OWN = ("id", "notebook_id")  # columns that say which row it is, not what is in it

Row = dict[str, Any]
Name = tuple[str, str]  # a cell's name and its kind: one cell of a notebook may be of two kinds


@dataclass
class Sheet:
    """A notebook of an assignment, as a gradebook has it.

    Attributes:
        cells: rows of the graded, solution and task cells.
        sources: rows of the sources that nbgrader restores in a submission, by cell.
    """

    id: str
    kernelspec: str | None
    cells: dict[Name, Row] = field(default_factory=dict)
    sources: dict[str, Row] = field(default_factory=dict)

    def content(self) -> tuple:
        """What is compared: all but the rows' own names for themselves."""
        return (
            self.kernelspec,
            {name: content(row) for name, row in self.cells.items()},
            {name: content(row) for name, row in self.sources.items()},
        )

    def changed(self, other: Sheet, cell: str) -> bool:
        """Whether a graded cell has other points or another source there, so that its marks mean another."""
        rows = [
            [content(sheet.cells[name]) for kind in GRADED if (name := (cell, kind)) in sheet.cells]
            + [content(sheet.sources.get(cell, {}))]
            for sheet in (self, other)
        ]
        return rows[0] != rows[1]


def content(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in OWN}


def read_sheets(connection: Connection, assignment: str) -> dict[str, Sheet]:
    """The notebooks of an assignment by name; none when it is unknown."""
    query = sql.select(NOTEBOOK).join(ASSIGNMENT).where(ASSIGNMENT.c.name == assignment)
    sheets = {row.name: Sheet(row.id, row.kernelspec) for row in connection.execute(query)}
    for sheet in sheets.values():
        for kind, table in KINDS.items():
            query = sql.select(CELL.c.name, CELL.c.notebook_id, table).join(table)
            for row in connection.execute(query.where(CELL.c.notebook_id == sheet.id)).mappings():
                sheet.cells[row["name"], kind] = dict(row)
        query = sql.select(SOURCE).where(SOURCE.c.notebook_id == sheet.id)
        sheet.sources = {row["name"]: dict(row) for row in connection.execute(query).mappings()}
    return sheets


def sheet_of(key: Release) -> Sheet:
    """The assignment's notebook as nbgrader enters it (``nbgrader.preprocessors.SaveCells``)."""
    sheet = Sheet("", json.dumps(key.metadata.get("kernelspec", {})))
    for name, made in key.cells.items():
        cell = nbformat.from_dict(made)
        kinds = {"GradeCell": rules.is_grade(cell), "TaskCell": rules.is_task(cell)}
        for kind in (kind for kind, so in kinds.items() if so):
            points = float(cell.metadata.nbgrader.points)
            sheet.cells[name, kind] = {"name": name, "max_score": points, "cell_type": cell.cell_type}
        if rules.is_solution(cell):
            sheet.cells[name, "SolutionCell"] = {"name": name}
        if any(kinds.values()) or rules.is_solution(cell) or rules.is_locked(cell):
            sheet.sources[name] = {
                "name": name,
                "cell_type": cell.cell_type,
                "locked": rules.is_locked(cell),
                "source": cell.source,
                "checksum": cell.metadata.nbgrader.get("checksum"),
            }
    return sheet


def bring_in_line(connection: Connection, assignment: str, notebook: str, fresh: Sheet) -> None:
    """Make the gradebook's assignment equal ``fresh``, its one ``notebook``.

    - A cell that is gone takes its grades and comments with it; the caller keeps the old gradebook.
    - A cell that stays, by name, keeps manual scores, extra credit and comments, also when it turned from
      one kind of graded cell into another.
    - Where points or tests of a cell that stays have changed, the old automatic score is for another test:
      it is taken away, and the cell waits for a grade.
    """
    assignment_id = connection.scalar(sql.select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.name == assignment))
    if assignment_id is None:
        assignment_id = api.new_uuid()
        values = {"id": assignment_id, "name": assignment, "course_id": COURSE}
        connection.execute(ASSIGNMENT.insert().values(values))
    old = read_sheets(connection, assignment)
    if notebook not in old:
        old[notebook] = Sheet(api.new_uuid(), fresh.kernelspec)
        row = {"id": old[notebook].id, "name": notebook, "assignment_id": assignment_id}
        connection.execute(NOTEBOOK.insert().values(kernelspec=fresh.kernelspec, **row))
    update_notebook(connection, old[notebook], fresh)
    for name in old.keys() - {notebook}:
        remove_notebook(connection, old[name])
    add_missing_rows(connection, assignment_id)


def update_notebook(connection: Connection, old: Sheet, fresh: Sheet) -> None:
    """Make one notebook's cells equal ``fresh``."""
    changed = {cell for cell, kind in fresh.cells if kind in GRADED and fresh.changed(old, cell)}
    connection.execute(NOTEBOOK.update().where(NOTEBOOK.c.id == old.id).values(kernelspec=fresh.kernelspec))
    ids = {}
    for (cell, kind), row in fresh.cells.items():
        values = {key: value for key, value in content(row).items() if key != "name"}
        if (cell, kind) in old.cells:
            ids[cell, kind] = old.cells[cell, kind]["id"]
            if values:
                table = KINDS[kind]
                connection.execute(table.update().where(table.c.id == ids[cell, kind]).values(**values))
        else:
            ids[cell, kind] = api.new_uuid()
            base = {"id": ids[cell, kind], "name": cell, "notebook_id": old.id, "type": kind}
            connection.execute(CELL.insert().values(base))
            connection.execute(KINDS[kind].insert().values(id=base["id"], **values))
    gone = {name: row["id"] for name, row in old.cells.items() if name not in fresh.cells}
    for table, kinds in ((GRADE, GRADED), (COMMENT, COMMENTED)):
        for cell, kind in gone:
            heirs = [ids[cell, other] for other in kinds if kind in kinds and (cell, other) in ids]
            if heirs:  # it is the same cell still, of another kind
                moved = table.update().where(table.c.cell_id == gone[cell, kind])
                connection.execute(moved.values(cell_id=heirs[0]))
    remove_cells(connection, gone)
    graded = [cell_id for (cell, kind), cell_id in ids.items() if kind in GRADED and cell in changed]
    connection.execute(
        GRADE.update().where(GRADE.c.cell_id.in_(graded)).values(auto_score=None, needs_manual_grade=True)
    )
    connection.execute(SOURCE.delete().where(SOURCE.c.notebook_id == old.id))
    for row in fresh.sources.values():
        connection.execute(SOURCE.insert().values(id=api.new_uuid(), notebook_id=old.id, **content(row)))


def remove_cells(connection: Connection, cells: dict[Name, str]) -> None:
    """Remove cells, with the grades and comments that they have."""
    for (_, kind), cell_id in cells.items():
        connection.execute(GRADE.delete().where(GRADE.c.cell_id == cell_id))
        connection.execute(COMMENT.delete().where(COMMENT.c.cell_id == cell_id))
        connection.execute(KINDS[kind].delete().where(KINDS[kind].c.id == cell_id))
        connection.execute(CELL.delete().where(CELL.c.id == cell_id))


def remove_notebook(connection: Connection, sheet: Sheet) -> None:
    """Remove a notebook that the assignment has no more, with what was handed in for it."""
    remove_cells(connection, {name: row["id"] for name, row in sheet.cells.items()})
    connection.execute(SOURCE.delete().where(SOURCE.c.notebook_id == sheet.id))
    connection.execute(WORK.delete().where(WORK.c.notebook_id == sheet.id))
    connection.execute(NOTEBOOK.delete().where(NOTEBOOK.c.id == sheet.id))


def add_missing_rows(connection: Connection, assignment_id: str) -> None:
    """Give every submission a row for every notebook, and for each a row for every grade and comment."""
    sheets = sql.select(NOTEBOOK.c.id).where(NOTEBOOK.c.assignment_id == assignment_id)
    for notebook_id in connection.scalars(sheets).all():
        handed_in = connection.execute(
            sql.select(SUBMITTED.c.id, WORK.c.id)
            .outerjoin(WORK, (WORK.c.assignment_id == SUBMITTED.c.id) & (WORK.c.notebook_id == notebook_id))
            .where(SUBMITTED.c.assignment_id == assignment_id)
        ).all()
        missing = [submission_id for submission_id, work_id in handed_in if work_id is None]
        work_ids = [work_id for _, work_id in handed_in if work_id is not None]
        work_ids += add_work(connection, notebook_id, missing)
        cells = connection.execute(
            sql.select(CELL.c.id, CELL.c.type).where(CELL.c.notebook_id == notebook_id)
        )
        for cell_id, kind in cells.all():
            for table, kinds in ((GRADE, GRADED), (COMMENT, COMMENTED)):
                if kind in kinds:
                    there = connection.scalars(
                        sql.select(table.c.notebook_id).where(table.c.cell_id == cell_id)
                    )
                    absent = set(work_ids) - set(there)
                    insert(
                        connection,
                        table,
                        [{"cell_id": cell_id, "notebook_id": work_id} for work_id in absent],
                    )


def add_work(connection: Connection, notebook_id: str, submissions: Iterable[str]) -> list[str]:
    """Rows for a notebook in submissions that have none; their ids."""
    rows = [
        {"id": api.new_uuid(), "notebook_id": notebook_id, "assignment_id": submission}
        for submission in submissions
    ]
    insert(connection, WORK, rows)
    return [row["id"] for row in rows]


def insert(connection: Connection, table: sql.Table, rows: list[Row]) -> None:
    """Add ``rows``, which may be none."""
    if rows:
        connection.execute(sql.insert(table), rows)
