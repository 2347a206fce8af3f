"""At which level of a folder or a zip the students' folders lie: an export may wrap them in its own.

Several folders that each hold the assignment's notebook are several students. Where they may as well be one
student's versions, nothing is graded: the sentence says what to do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from utils.common.errors import UserError
from utils.grading.collect.names import as_notebook, copy_number, place_of
from utils.grading.collect.zip_or_folder import File, Listing
from utils.grading.submission import printable

OF_A_COURSE = {"autograded", "feedback", "release", "source", "submitted"}  # folders of a course in nbgrader
VERSION = re.compile(
    r"(v|ver|version|attempt|try|old|older|new|newest|final|draft|backup|copy|original|part|\d{1,2})[\s_.-]*\d*",
    re.I,
)
NAMED = 5  # folders that a sentence names


def students_level(listing: Listing, where: object, assignment: str, notebook: str, zipped: bool) -> Listing:
    """``listing`` without the folders that all students' folders lie in.

    Args:
        where: what was handed in, for the sentence.
        assignment: the assignment's name; a folder that is called so lies inside a student's.
        notebook: the assignment's notebook, without its ending.
        zipped: it is a zip, in which one folder around everything is no student's.

    Raises:
        UserError: it cannot be told whose work is whose.
    """
    tops = {file.path.partition("/")[0] for file in listing.files if "/" in file.path}
    if len(tops) != 1 or any(map(is_platforms, (file.path for file in listing.files))):
        return listing
    (top,) = tops
    below = [file.path[len(top) + 1 :] for file in listing.files if file.path.startswith(f"{top}/")]
    if any(map(is_platforms, below)):
        return students_level(without(listing, top), where, assignment, notebook, zipped)
    folders = {path.partition("/")[0] for path in below if "/" in path}
    if assignment in folders:
        return listing
    students = with_work(below, notebook)
    own = holds_work(below, notebook)
    only_folders = all("/" in path for path in below) and len(below) == len(listing.files)
    if len(students) > 1 and (
        own or folders & OF_A_COURSE or all(VERSION.fullmatch(name) for name in students)
    ):
        raise UserError(doubt(f"{where}: the folder {printable(top)}", students, notebook))
    if several(below, notebook) or (zipped and not own and only_folders):
        return students_level(without(listing, top), where, assignment, notebook, zipped)
    if zipped and not own and students:
        (student,) = map(printable, students)
        raise UserError(
            f"{where} holds the folder {printable(top)}, in which there are files and the folder {student} "
            f"with {notebook}.ipynb: either may be the student; make a zip whose folders are the students'"
        )
    return listing


def is_platforms(path: str) -> bool:
    """Whether a learning platform has named the file."""
    place = place_of(path)
    return place is not None and place.platform != ""


def without(listing: Listing, top: str) -> Listing:
    """``listing`` as seen from inside its folder ``top``; what lies beside that folder stays where it is."""

    def inner(path: str) -> str:
        return path[len(top) + 1 :] if path.startswith(f"{top}/") else path

    files = [File(inner(file.path), file.read, file.when) for file in listing.files]
    folders = [inner(path) for path in listing.folders if inner(path)]
    closed = {inner(path) or "./": why for path, why in listing.closed.items()}
    return Listing(files, folders, listing.problems, closed)


def is_work(path: str, notebook: str) -> bool:
    """Whether a file is the assignment's notebook by its name, or a zip that may hold it."""
    name = as_notebook(path.rpartition("/")[2])
    return path.lower().endswith(".zip") or (name is not None and copy_number(name, notebook) is not None)


def with_work(paths: Iterable[str], notebook: str) -> list[str]:
    """The folders among ``paths`` that hold the assignment's notebook, at whatever depth."""
    inside: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, slash, below = path.partition("/")
        if slash:
            inside[folder].append(below)
    return sorted(
        folder for folder, below in inside.items() if any(is_work(path, notebook) for path in below)
    )


def holds_work(paths: Iterable[str], notebook: str) -> bool:
    """Whether the assignment's notebook lies among ``paths`` and in none of their folders."""
    return any("/" not in path and is_work(path, notebook) for path in paths)


def several(paths: Iterable[str], notebook: str) -> list[str]:
    """The folders, below others maybe, that may be several students'; none, where a notebook comes before."""
    paths = list(paths)
    while not holds_work(paths, notebook):
        found = with_work(paths, notebook)
        if len(found) != 1:
            return found
        paths = [path[len(found[0]) + 1 :] for path in paths if path.startswith(f"{found[0]}/")]
    return []


def doubt(what: str, folders: list[str], notebook: str) -> str:
    """The sentence about folders that may be several students' or one student's versions."""
    names = ", ".join(map(printable, folders[:NAMED]))
    more = f" and {len(folders) - NAMED} more" if len(folders) > NAMED else ""
    return (
        f"{what} holds several folders with {notebook}.ipynb ({names}{more}), which may be several students' "
        "work or versions of one student's: hand over one folder a student, with one version in it."
    )
