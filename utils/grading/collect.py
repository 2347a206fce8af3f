"""From what was handed in to submissions: a folder, a zip of it, or the export of Canvas or Moodle."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from utils.errors import UserError
from utils.grading import handed_in
from utils.grading.handed_in import Archive, File, Listing, TooLarge, Unreadable
from utils.grading.names import Place, copy_number, place_of, plain, read_time, safe_student
from utils.grading.submission import LARGEST, LIGHTER, Submission, printable

LARGEST_CLASS = 4_000_000_000  # bytes that a class's zip unpacks to: all of them are held in memory
MOST_NOTEBOOKS = 10  # of one student
ATTEMPTS = ("newest", "first")


@dataclass(frozen=True)
class Collected:
    """Everybody's work, in the order of their names.

    Attributes:
        problems: a sentence for each thing that was found and is in no submission.
    """

    submissions: list[Submission]
    problems: list[str]


@dataclass
class Work:
    """The files of one student, or of one of their attempts."""

    files: list[tuple[Place, File]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def start(self) -> str:
        """When it was handed in, as something to sort by."""
        whens = [place.when for place, _ in self.files if place.when]
        return max(whens).isoformat() if whens else ""


def collect(where: Path, assignment: str, notebook: str, attempts: str = "newest") -> Collected:
    """What ``where`` holds for ``assignment``: each student's work, read into memory.

    A student who handed in nothing that can be read is among the submissions, and its problem says why.

    Args:
        where: a folder or a zip; :mod:`utils.grading.names` lists the layouts.
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
        return sort_out(handed_in.list_folder(where), where, assignment, notebook, attempts)
    try:
        with Archive(where, handed_in.MOST_FILES_OF_A_CLASS, LARGEST_CLASS) as archive:
            listing = without_top(archive.listing(), assignment)
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


def without_top(listing: Listing, assignment: str) -> Listing:
    """A zip's files without the one folder that all of them lie in, when that is no student's."""
    paths = [file.path for file in listing.files]
    tops = {path.partition("/")[0] for path in paths}
    below = [path.partition("/")[2] for path in paths]
    if len(tops) != 1 or not all(below) or is_platforms(paths[0]):
        return listing
    folders = all("/" in path for path in below) and {p.partition("/")[0] for p in below} != {assignment}
    if not folders and not any(map(is_platforms, below)):
        return listing
    length = len(tops.pop()) + 1
    files = [File(file.path[length:], file.read, file.when) for file in listing.files]
    inner = [path[length:] for path in listing.folders if path[length:]]
    return without_top(Listing(files, inner, listing.problems), assignment)


def is_platforms(path: str) -> bool:
    place = place_of(path)
    return place is not None and place.platform != ""


def sort_out(listing: Listing, where: Path, assignment: str, notebook: str, attempts: str) -> Collected:
    """The submissions in ``listing``."""
    problems = list(listing.problems)
    students: dict[str, dict[str, Work]] = defaultdict(lambda: defaultdict(Work))  # by student and attempt
    for file in listing.files:
        place = place_of(file.path)
        if place is None:
            if file.name.lower().endswith((".ipynb", ".zip")):
                problems.append(f"{printable(file.path)} lies outside the students' folders and is nobody's.")
        elif place.assignment in ("", assignment):
            students[place.student][str(place.when or "")].files.append((place, file))
    for folder in listing.folders:  # an empty one is a student who handed in nothing
        if (place := place_of(folder)) and place.platform == "":
            students[place.student].setdefault("", Work())
    for folder, why in listing.closed.items():
        place = place_of(folder)
        if place is None or folder == "./":
            raise UserError(f"{where} cannot be read ({why}); give yourself the right to read it")
        if place.assignment in ("", assignment):
            path = printable(folder.rstrip("/"))
            students[place.student][str(place.when or "")].notes.append(
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


def submission(student: str, work: Work, notebook: str, attempts: str) -> Submission:
    """One student's submission: the notebook under its right name, and others beside it."""
    notes = list(work.notes)
    when = None
    found: list[tuple[Place, File]] = []
    for place, file in work.files:
        if file.name.lower().endswith(".zip"):
            inside, wrong = unpacked(file)
            notes += wrong
            # the times in a student's zip are the student's
            for inner in inside:
                path = f"{file.name}/{inner.path}"
                found.append((replace(place, path=path), File(inner.path, inner.read, file.when)))
        elif file.name.lower().endswith(".ipynb"):
            found.append((place, file))
        elif file.name == "timestamp.txt" and place.platform in ("", "nbgrader"):
            when = timestamp(file, notes)
    if any(place.late for place, _ in work.files):
        notes.append("Canvas marks it as late.")
    chosen = choose(found, notebook, attempts)
    files = {}
    unread: list[str] = []
    if chosen:
        place, file = chosen
        if (content := read(file, unread)) is not None:
            files[f"{notebook}.ipynb"] = content
        # Moodle dates the files in its zips; elsewhere a file's time is that of its last copy
        when = place.when or when or (file.when if place.platform == "Moodle" else None)
        handed = place.path.rpartition("/")[2]
        if handed != f"{notebook}.ipynb":
            notes.append(f"Its notebook was handed in as {printable(handed)}.")
    others = [pair for pair in found if pair is not chosen]
    files |= extras(others, f"{notebook}.ipynb", notes)
    if others and chosen:
        notes.append(not_graded(others))
    name = next((place.name for place, _ in work.files if place.name), "")
    return Submission(student, files, when, name, tuple(notes), "".join(unread))


def choose(found: list[tuple[Place, File]], notebook: str, attempts: str) -> tuple[Place, File] | None:
    """The file that is the assignment's notebook, as far as names tell.

    Its own name wins over copies, except on Canvas, which numbers the attempts: ``name-1`` is the second. A
    single notebook may have anything before or after the name.
    """
    ranked = []
    for pair in found:
        place, file = pair
        number = copy_number(place.path.rpartition("/")[2], notebook)
        if number is not None:
            own = number == 0 and place.platform != "Canvas"
            order = (number, file.when.isoformat() if file.when else "")
            ranked.append((own, -place.path.count("/"), order, pair))
    if ranked:
        newest = max(ranked, key=lambda rank: rank[:3])
        if attempts == "newest" or newest[0]:
            return newest[3]
        return min(ranked, key=lambda rank: (-rank[1], rank[2]))[3]
    if len(found) == 1 and plain(notebook) in plain(found[0][0].path):
        return found[0]
    return None


def extras(others: list[tuple[Place, File]], own: str, notes: list[str]) -> dict[str, bytes]:
    """The other notebooks, by names that can lie beside ``own``."""
    files: dict[str, bytes] = {}
    for place, file in others[:MOST_NOTEBOOKS]:
        name = re.sub(r"[^\w. ()+,-]", "-", place.path).lstrip(".-")[-120:]
        if name.lower() in {own.lower(), *map(str.lower, files)}:
            name = f"{len(files) + 2}-{name}"
        if (content := read(file, notes)) is not None:
            files[name] = content
    return files


def not_graded(others: list[tuple[Place, File]]) -> str:
    """A sentence that names the notebooks beside the one that is graded."""
    names = ", ".join(printable(place.path) for place, _ in others[:MOST_NOTEBOOKS])
    more = f" and {len(others) - MOST_NOTEBOOKS} more" if len(others) > MOST_NOTEBOOKS else ""
    return f"There is also {names}{more}, which is not graded."


def read(file: File, notes: list[str]) -> bytes | None:
    """The file's bytes; None, and a note, when it cannot be read."""
    try:
        return file.read(LARGEST)
    except TooLarge as why:
        notes.append(f"{printable(file.name)} {why}{LIGHTER}")
        return None
    except Unreadable as why:
        notes.append(f"{printable(file.name)} {why}.")
        return None


def unpacked(file: File) -> tuple[list[File], list[str]]:
    """The notebooks in a zip that a student handed in, and a sentence for all that is wrong with it."""
    try:
        inside = Archive(file.read(handed_in.LARGEST_ARCHIVE)).listing()
    except Unreadable as why:
        return [], [f"{printable(file.name)} {why}."]
    notes = [f"In {printable(file.name)}, {problem}" for problem in inside.problems]
    for inner in inside.files:
        if inner.name.lower().endswith(".zip"):
            notes.append(f"{printable(inner.name)} is a zip inside a zip, which is not opened.")
    return [inner for inner in inside.files if inner.name.lower().endswith(".ipynb")], notes


def timestamp(file: File, notes: list[str]) -> datetime | None:
    """The time in nbgrader's ``timestamp.txt``."""
    content = read(file, notes)
    when = read_time(content[:100].decode("utf-8", "replace")) if content is not None else None
    if content is not None and when is None:
        notes.append("Its timestamp.txt holds no time.")
    return when
