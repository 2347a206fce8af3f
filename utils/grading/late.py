"""What a late submission costs, as nbgrader's plugin for it says."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config, PyFileConfigLoader

from utils.errors import UserError


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
