"""What a late submission costs, as nbgrader's plugin for it says."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import sqlalchemy as sql
from nbgrader.api import Grade
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy.engine import Connection
from traitlets.config import Config, PyFileConfigLoader

from utils.common.errors import UserError
from utils.grading.gradebook.assignment_rows import ASSIGNMENT, GRADE, SUBMITTED, WORK


class LatePenalties:
    """The late-submission plugin that the course's ``nbgrader_config.py`` chooses, or nbgrader's own.

    Raises:
        UserError: the configuration or the plugin cannot be used.
    """

    def __init__(self, course: Path) -> None:
        try:
            self.nbgrader = AssignLatePenalties(config=read_config(course))
            self.nbgrader.init_plugin()
        except Exception as error:  # both are the instructor's Python, which may raise anything
            raise UserError(f"{course / 'nbgrader_config.py'} cannot be used: {error}") from error

    def of(self, student: str, score: float, seconds: float) -> float | None:
        """The points, at least 0 and at most ``score``, for being ``seconds`` late; None for no penalty."""
        if seconds <= 0:
            return None
        try:
            penalty = self.nbgrader.plugin_inst.late_submission_penalty(student, score, seconds)
        except Exception as error:
            raise UserError(f"the late-submission plugin failed for {student}: {error!r}") from error
        if penalty is None:
            return None
        return self.nbgrader._check_late_penalty(SimpleNamespace(score=score), penalty)

    @property
    def none(self) -> bool:
        """Whether nobody loses points for lateness: nbgrader's own plugin, with no method chosen."""
        plugin = self.nbgrader.plugin_inst
        return type(plugin) is LateSubmissionPlugin and plugin.penalty_method == "none"

    def recount(self, connection: Connection, assignment: str, due: datetime | None = None) -> int:
        """Give everybody who was graded the penalty for the due date and the extensions of now.

        Args:
            due: the new due date; without one, the gradebook's.

        Returns:
            The number of penalties that changed.
        """
        if due is not None:
            by_name = ASSIGNMENT.update().where(ASSIGNMENT.c.name == assignment)
            connection.execute(by_name.values(duedate=parse_utc(due)))
        query = (
            sql.select(WORK.c.id, WORK.c.late_submission_penalty, sql.func.sum(Grade.score).label("score"))
            .add_columns(SUBMITTED.c.student_id, SUBMITTED.c.timestamp, SUBMITTED.c.extension)
            .add_columns(ASSIGNMENT.c.duedate)
            .join_from(WORK, GRADE, GRADE.c.notebook_id == WORK.c.id)
            .join(SUBMITTED, SUBMITTED.c.id == WORK.c.assignment_id)
            .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMITTED.c.assignment_id)
            .where(ASSIGNMENT.c.name == assignment)
            .group_by(WORK.c.id, SUBMITTED.c.id, ASSIGNMENT.c.id)
        )
        changed = []
        for row in connection.execute(query):
            late = seconds_late(row.timestamp, row.duedate, row.extension)
            penalty = self.of(row.student_id, row.score, late) if row.score else None
            if (penalty or 0.0) != (row.late_submission_penalty or 0.0):
                changed.append({"row": row.id, "penalty": penalty})
        if changed:
            by_id = sql.update(WORK).where(WORK.c.id == sql.bindparam("row"))
            connection.execute(by_id.values(late_submission_penalty=sql.bindparam("penalty")), changed)
        return len(changed)


def read_config(course: Path) -> Config:
    """The course's own ``nbgrader_config.py``; empty without one."""
    if not (course / "nbgrader_config.py").exists():
        return Config()
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def seconds_late(when: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """How late a submission is, as ``SubmittedAssignment.total_seconds_late`` has it."""
    if when is None or due is None:
        return 0.0
    return max(0.0, (when - due - (extension or timedelta())).total_seconds())
