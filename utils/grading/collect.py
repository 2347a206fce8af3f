"""From a folder of hand-ins to submissions."""

from __future__ import annotations

from pathlib import Path

from utils.errors import UserError
from utils.grading.submission import Submission


def collect(folder: Path, assignment: str) -> list[Submission]:
    """The submissions in ``folder``, one for each sub-folder, which is named for its student.

    A student's notebooks lie in ``STUDENT/`` or, as nbgrader has it, in ``STUDENT/ASSIGNMENT/``.

    Raises:
        UserError: there is no such folder, or nobody's work in it.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder; name the folder that holds one sub-folder a student")
    students = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    if not students:
        raise UserError(f"{folder} holds no sub-folders; put each student's notebook into STUDENT/")
    return [
        Submission.read(student.name, student / assignment if (student / assignment).is_dir() else student)
        for student in students
    ]
