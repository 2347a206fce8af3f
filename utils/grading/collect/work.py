"""One student's files, or those of one attempt: which is the notebook, what comes along, and when it came."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from utils.grading.collect import zip_or_folder
from utils.grading.collect.levels import doubt, several
from utils.grading.collect.names import ARCHIVES, Place, as_notebook, copy_number, plain
from utils.grading.collect.times import NoZone, utc
from utils.grading.collect.zip_or_folder import Archive, File, TooLarge, Unreadable
from utils.grading.submission import LARGEST, LIGHTER, Submission, is_notebook, printable

MOST_NOTEBOOKS = 10  # of one student
MOST_BESIDE, LARGEST_BESIDE = 20, 1_000_000  # files beside a notebook that come along, and bytes of one


@dataclass
class Work:
    """The files of one student, or of one of their attempts."""

    files: list[tuple[Place, File]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def start(self) -> str:
        """When it was handed in, as something to sort by."""
        return max((place.attempt for place, _ in self.files), default="")


def submission(student: str, work: Work, notebook: str, attempts: str) -> Submission:
    """One student's submission: the notebook under its right name, and others beside it."""
    notes: list[str] = list(work.notes)
    unread: list[str] = []
    name = next((place.name for place, _ in work.files if place.name), "")
    entries = unfolded(work, notes)
    when = time_of(work, notes)
    if any(place.late for place, _ in work.files):
        notes.append("Canvas marks it as late.")
    if folders := several(own_paths(entries), notebook):
        return Submission(student, {}, when, name, tuple(notes), doubt("It", folders, notebook))
    found = [pair for pair in entries if pair[1].name.lower().endswith(".ipynb")]
    chosen = choose(found, notebook, attempts)
    if chosen is None:
        found += [pair for pair in entries if pair not in found and is_other_notebook(pair, notebook)]
        chosen = choose(found, notebook, attempts)
    files: dict[str, bytes] = {}
    if chosen:
        place, file = chosen
        if (content := read(file, unread)) is not None:
            files[f"{notebook}.ipynb"] = content
        # Moodle dates the files in its zips; elsewhere a file's time is that of its last copy
        when = place.when or when or (file.when if place.platform == "Moodle" else None)
        handed = place.path.rpartition("/")[2]
        if handed != f"{notebook}.ipynb":
            notes.append(f"Its notebook was handed in as {printable(handed)}.")
        files |= beside(chosen, entries, found, notes)
    others = [pair for pair in found if pair is not chosen]
    files |= extras(others, f"{notebook}.ipynb", notes)
    if others and chosen:
        notes.append(not_graded(others))
    notes += not_opened([pair for pair in entries if pair not in found], bool(chosen))
    return Submission(student, files, when, name, tuple(notes), "".join(unread))


def own_paths(entries: list[tuple[Place, File]]) -> list[str]:
    """Where the files of a folder of a student's own lie in it; none of those that a platform has named."""
    return [place.path for place, _ in entries if not place.platform]


def unfolded(work: Work, notes: list[str]) -> list[tuple[Place, File]]:
    """The student's files, with those in a zip of theirs in its place."""
    entries = []
    for place, file in work.files:
        if not file.name.lower().endswith(".zip"):
            entries.append((place, file))
            continue
        inside, wrong = unpacked(file)
        notes += wrong
        # the times in a student's zip are the student's
        for inner in inside:
            path = f"{file.name}/{inner.path}"
            entries.append((replace(place, path=path), File(inner.path, inner.read, file.when)))
    return entries


def time_of(work: Work, notes: list[str]) -> datetime | None:
    """The time in nbgrader's ``timestamp.txt``; a note where it, or that in a folder's name, is none."""
    if unclear := next((place.time for place, _ in work.files if place.time and not place.when), ""):
        notes.append(f"Its folder's name holds no time ({printable(unclear)}): it {why_no_time(unclear)}.")
    for place, file in work.files:
        if file.name == "timestamp.txt" and place.platform in ("", "nbgrader"):
            return timestamp(file, notes)
    return None


def why_no_time(text: str) -> str:
    try:
        utc(text)
    except NoZone as why:
        return str(why)
    except ValueError:
        pass
    return "is no time"


def is_other_notebook(pair: tuple[Place, File], notebook: str) -> bool:
    """Whether a file with another ending, or none, is a notebook."""
    place, file = pair
    handed = place.path.rpartition("/")[2]
    name = as_notebook(handed)
    if name is None or plain(notebook) not in plain(name):
        return False
    if ".ipynb" in handed.lower():  # whatever is wrong with it is said as of a notebook
        return True
    content = read(file, [])
    return content is not None and is_notebook(content)


def beside(
    chosen: tuple[Place, File],
    entries: list[tuple[Place, File]],
    found: list[tuple[Place, File]],
    notes: list[str],
) -> dict[str, bytes]:
    """What lies in the folder of the notebook, such as a module that it imports: small files, a few."""
    folder = chosen[0].path.rpartition("/")[0]
    files: dict[str, bytes] = {}
    left = 0
    for place, file in entries:
        home, _, name = place.path.rpartition("/")
        platforms = place.platform == "Canvas" or name in ("timestamp.txt", "onlinetext.html")
        if home != folder or (place, file) in found or platforms or name.lower().endswith(ARCHIVES):
            continue
        try:
            content = file.read(LARGEST_BESIDE)
        except Unreadable:
            content = None
        if content is None or len(files) == MOST_BESIDE:
            left += 1
        else:
            files[name] = content
    if left:
        notes.append(
            f"{left} of the files beside its notebook are left out: too many, too large, or not readable."
        )
    return files


def not_opened(others: list[tuple[Place, File]], graded: bool) -> list[str]:
    """A sentence that names archives, which are not opened; without a notebook, whatever else there is."""
    names = [printable(place.path) for place, file in others if file.name.lower().endswith(ARCHIVES)]
    if names:
        shown = ", ".join(names[:MOST_NOTEBOOKS])
        return [
            f"There is {'also ' * graded}{shown}, which is not opened; hand in a zip, or the notebook itself."
        ]
    names = [printable(place.path) for place, file in others if file.name != "timestamp.txt"]
    if names and not graded:
        return [f"There is {', '.join(names[:MOST_NOTEBOOKS])}, which is no notebook."]
    return []


def choose(found: list[tuple[Place, File]], notebook: str, attempts: str) -> tuple[Place, File] | None:
    """The file that is the assignment's notebook, as far as names tell.

    Its own name wins over copies, except on Canvas, which numbers the attempts: ``name-1`` is the second. A
    single notebook may have anything before or after the name.
    """
    ranked = []
    for pair in found:
        place, file = pair
        number = copy_number(as_notebook(place.path.rpartition("/")[2]) or "", notebook)
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
    """The files in a zip that a student handed in, and a sentence for all that is wrong with it."""
    try:
        inside = Archive(file.read(zip_or_folder.LARGEST_ARCHIVE)).listing()
    except Unreadable as why:
        return [], [f"{printable(file.name)} {why}."]
    notes = [f"In {printable(file.name)}, {problem}" for problem in inside.problems]
    for inner in inside.files:
        if inner.name.lower().endswith(".zip"):
            notes.append(f"{printable(inner.name)} is a zip inside a zip, which is not opened.")
    return [inner for inner in inside.files if not inner.name.lower().endswith(".zip")], notes


def timestamp(file: File, notes: list[str]) -> datetime | None:
    """The time in nbgrader's ``timestamp.txt``."""
    if (content := read(file, notes)) is None:
        return None
    text = content[:100].decode("utf-8-sig", "replace")
    try:
        return utc(text)
    except NoZone as why:
        notes.append(f"Its timestamp.txt holds no time: it {why}.")
    except ValueError:
        notes.append("Its timestamp.txt holds no time.")
    return None
