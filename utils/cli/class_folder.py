"""What the commands about a class share: where its results are, and reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from utils.common.errors import UserError, about_file
from utils.common.layout import find_root, shown

if TYPE_CHECKING:
    from utils.authoring.release import Assignment
    from utils.grading.collect.by_student import Collected
    from utils.grading.result import Result

CLASSES = "build/classes"
ORIGIN = ".handed-in-at"  # a file in a class's folder: where its submissions are


def find(assignment: str) -> Assignment:
    from utils.authoring.release import find_assignment

    return find_assignment(find_root(), assignment)


def read_class(folder: Path, assignment: Assignment, attempts: str) -> Collected:
    from utils.grading.collect.by_student import collect

    return collect(folder, assignment.name, assignment.notebook, attempts)


def check_names(only: Iterable[str], known: set[str], nobody: str) -> None:
    """One sentence for a ``--student`` who is not there."""
    if unknown := sorted(set(only) - known):
        raise UserError(f"{nobody} is called {', '.join(unknown)}; without --student, the names are listed")


def class_of(folder: Path, to: Path | None) -> Path:
    """Where the results of the class in ``folder`` are: ``to``, or a folder of its name in build/classes."""
    return to or find_root() / CLASSES / folder.resolve().name.removesuffix(".zip")


def class_to_grade(folder: Path, to: Path | None) -> Path:
    """``class_of``, for a command that writes there.

    Raises:
        UserError: ``to`` lies among the submissions, or the folder is that of a class from elsewhere.
    """
    here, place = folder.resolve(), class_of(folder, to)
    if to is not None:
        if here in (to.resolve(), *to.resolve().parents):
            raise UserError(f"{to} is where the submissions are; let --to name a folder outside of {folder}")
        return to
    origin = place / ORIGIN
    if origin.exists() and (other := origin.read_text(encoding="utf-8").strip()) != address(folder):
        raise UserError(
            f"{shown(place)} holds the class that was handed in at {other}; for another class, name another "
            f"folder with --to; if it is the same one, --to {shown(place)}"
        )
    return place


def address(folder: Path) -> str:
    """Where ``folder`` is: within the course, which may be moved, or on this machine."""
    here, root = folder.resolve(), find_root().resolve()
    return str(here.relative_to(root) if here.is_relative_to(root) else here)


def remember_origin(folder: Path, place: Path) -> None:
    """Write down where the class in ``place`` was handed in."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / ORIGIN).write_text(f"{address(folder)}\n", encoding="utf-8")
    except OSError as error:
        raise UserError(about_file(error, place)) from error


def read_results(place: Path, assignment: Assignment) -> list[Result]:
    """The results that `course grade` kept in ``place``."""
    from utils.grading.gradebook.journal import Journal

    results = Journal(place / f"{assignment.name}.results.jsonl").results()
    if not results:
        raise UserError(
            f"{place} holds no results for {assignment.name}; run `course grade` first, "
            "or name with --to the folder that it was given"
        )
    return list(results.values())


def read_gradebook(place: Path, assignment: Assignment, address: str | None) -> tuple[list[dict], dict]:
    """What the class's gradebook says of everybody, and a person's comments; nothing where there is none."""
    if address is None and not (place / "gradebook.db").exists():
        return [], {}
    from utils.grading.gradebook.database import read_address
    from utils.grading.gradebook.writer import Gradebook

    url = read_address(place, address)
    if url.drivername.startswith("sqlite") and not Path(url.database or "").exists():
        raise UserError(f"there is no gradebook {url.database}")  # opening it would make one
    with Gradebook(place, address) as gradebook:
        return gradebook.final(assignment.name)
