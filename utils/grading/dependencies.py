"""Which files of the course a grade depends on: an edit in one of them grades a class anew, no other does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from utils.common.files import digest
from utils.grading.packages import PACKAGE, parts_of_course


def course_digest(modules: Iterable[str]) -> str:
    """Changes when a file of the course does that a grade depends on: see :func:`course_files`."""
    return digest(course_files(modules))


def course_files(modules: Iterable[str]) -> set[Path]:
    """What a grade depends on in the course, where an assignment uses these ``modules`` of it.

    That is grading itself, what it stands on, the modules, and what they import: no grade is made anew
    because a drawing was mended.
    """
    parts = parts_of_course(name for name in modules if name.startswith("utils."))
    parts |= {PACKAGE / "grading", PACKAGE / "common"}
    return {file.resolve() for part in parts for file in (part.rglob("*.py") if part.is_dir() else [part])}
