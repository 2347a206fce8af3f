"""From what was handed in to submissions: a folder, a zip of it, or the export of Canvas or Moodle."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from utils.common.errors import UserError
from utils.grading.collect import zip_or_folder
from utils.grading.collect.levels import students_level
from utils.grading.collect.names import place_of, safe_student
from utils.grading.collect.work import Work, submission
from utils.grading.collect.zip_or_folder import Archive, Listing, Unreadable
from utils.grading.submission import Submission, printable

LARGEST_CLASS = 4_000_000_000  # bytes that a class's zip unpacks to: all of them are held in memory
ATTEMPTS = ("newest", "first")


@dataclass(frozen=True)
class Collected:
    """Everybody's work, in the order of their names.

    Attributes:
        problems: a sentence for each thing that was found and is in no submission.
    """

    submissions: list[Submission]
    problems: list[str]


def collect(where: Path, assignment: str, notebook: str, attempts: str = "newest") -> Collected:
    """What ``where`` holds for ``assignment``: each student's work, read into memory.

    A student who handed in nothing that can be read is among the submissions, and its problem says why.

    Args:
        where: a folder or a zip; :mod:`utils.grading.collect.names` lists the layouts.
        assignment: its name, which is the folder's in nbgrader's layouts.
        notebook: the assignment's notebook, without its ending.
        attempts: which one counts when a student handed in several: ``"newest"`` or ``"first"``.

    Raises:
        UserError: there is no such folder or zip, or nobody's work in it.
    """
    if attempts not in ATTEMPTS:
        raise UserError(f"attempts is {' or '.join(map(repr, ATTEMPTS))}, not {attempts!r}")
    check_exists(where)
    if where.is_dir():
        listing = students_level(zip_or_folder.list_folder(where), where, assignment, notebook, zipped=False)
        return sort_out(listing, where, assignment, notebook, attempts)
    try:
        with Archive(where, zip_or_folder.MOST_FILES_OF_A_CLASS, LARGEST_CLASS) as archive:
            listing = students_level(archive.listing(), where, assignment, notebook, zipped=True)
            return sort_out(listing, where, assignment, notebook, attempts)
    except Unreadable as why:
        raise UserError(f"{where} {why}") from None


def check_exists(where: Path) -> None:
    """One sentence for a folder or zip that is not there, before any work begins."""
    if not (where.is_dir() or where.is_file()):
        raise UserError(
            f"{where} is not a folder or a zip; name the folder that holds one sub-folder a student, "
            "or the zip that Canvas or Moodle made"
        )


def sort_out(listing: Listing, where: Path, assignment: str, notebook: str, attempts: str) -> Collected:
    """The submissions in ``listing``."""
    problems = list(listing.problems)
    students: dict[str, dict[str, Work]] = defaultdict(lambda: defaultdict(Work))  # by student and attempt
    for file in listing.files:
        place = place_of(file.path)
        if place is None:
            problems.append(f"{printable(file.path)} lies outside the students' folders and is nobody's.")
        elif place.assignment in ("", assignment):
            students[place.student][place.attempt].files.append((place, file))
    for folder in listing.folders:  # an empty one is a student who handed in nothing
        if (place := place_of(folder)) and place.platform == "":
            students[place.student].setdefault("", Work())
    for folder, why in listing.closed.items():
        place = place_of(folder)
        if place is None or folder == "./":
            raise UserError(f"{where} cannot be read ({why}); give yourself the right to read it")
        if place.assignment in ("", assignment):
            path = printable(folder.rstrip("/"))
            students[place.student][place.attempt].notes.append(
                f"The folder {path} cannot be read ({why}); give yourself the right to read it."
            )
    keep_assignment(students, assignment, problems)
    if not students:
        raise UserError(f"{where} holds no sub-folders; put each student's notebook into STUDENT/")
    taken: dict[str, str] = {}
    submissions = []
    for student in sorted(students):
        name, why = safe_student(student, taken)
        tries = sorted(students[student].values(), key=Work.start)
        work = tries[-1] if attempts == "newest" else tries[0]
        if why and not any(place.platform for place, _ in work.files):
            problems.append(f"{printable(student)} is called {name} here: {why}.")
        if len(tries) > 1:
            work.notes.append(f"It is the {attempts} of {len(tries)} attempts.")
        submissions.append(submission(name, work, notebook, attempts))
    return Collected(submissions, problems)


def keep_assignment(students: dict[str, dict[str, Work]], assignment: str, problems: list[str]) -> None:
    """In nbgrader's layout, keep of each student the folder of this assignment alone."""
    start = f"{assignment}/"
    layout = False
    for tries in students.values():
        work = tries.get("", Work())
        if inside := [(place, file) for place, file in work.files if place.path.startswith(start)]:
            layout = True
            work.files = inside
    if not layout:
        return
    for student, tries in list(students.items()):
        work = tries.get("", Work())
        elsewhere = all("/" in place.path and not place.path.startswith(start) for place, _ in work.files)
        if list(tries) == [""] and elsewhere and not work.notes:
            problems.append(f"{printable(student)} handed in nothing for {assignment}.")
            del students[student]
