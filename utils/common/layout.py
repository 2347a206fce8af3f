"""Where the course is, and how a path is told to somebody who stands in it."""

from __future__ import annotations

import os
from pathlib import Path

from utils.common.errors import UserError

COURSE = "recurrent-networks-course"  # the name of its folder where programs keep theirs


def course_cache() -> Path | None:
    """The course's folder in the user's cache (``XDG_CACHE_HOME``, or ~/.cache); None without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", COURSE)
    except RuntimeError:
        return None


def find_root() -> Path:
    """The course's folder: the nearest one, from the working directory up, with book/ and solutions/.

    The public part of the course has book/ and assignments/.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        parts = [name for name in ("solutions", "assignments") if (folder / name).is_dir()]
        if parts and (folder / "book").is_dir():
            return folder
    raise UserError("run this inside the course's folder, the one that holds assignments/ and book/")


def shown(path: Path) -> str:
    """``path`` as seen from the working directory, where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
