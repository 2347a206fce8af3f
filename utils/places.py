"""Where the course is, and how a path is told to somebody who stands in it."""

from __future__ import annotations

from pathlib import Path

from utils.errors import UserError


def find_root() -> Path:
    """The course's folder: the nearest one, from the working directory up, with solutions/ and book/."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "solutions").is_dir() and (folder / "book").is_dir():
            return folder
    raise UserError("run this inside the course's folder, the one that holds solutions/ and book/")


def shown(path: Path) -> str:
    """``path`` as seen from the working directory, where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
