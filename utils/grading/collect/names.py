"""What the names of handed-in files tell: whose work it is, for what, and which attempt.

==================  ==========================================================================
a folder a student  ``STUDENT/…``, and ``STUDENT/ASSIGNMENT/…`` as in nbgrader's ``submitted``
nbgrader exchange   ``STUDENT+ASSIGNMENT+TIME+RANDOM/…``
Moodle              ``Full Name_1234567_assignsubmission_file_/…`` (since Moodle 4.1 without the
                    last ``_``), or the file's name right behind it
Canvas              ``lastnamefirst_LATE_12345_67890_NAME``: the student's number, then the file's
==================  ==========================================================================

Sources: nbgrader's ``exchange/default/submit.py``, Moodle's ``mod/assign/classes/downloader.php``, Canvas's
``lib/content_zipper.rb``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from utils.grading.collect.times import read_time

EXCHANGE = re.compile(
    r"(?P<who>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*?)(?:\+[\w=-]{12})?"
)
MOODLE = re.compile(
    r"(?P<name>[^/]+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.+)|_)?"
)
CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)??(?P<late>LATE_)?(?P<id>\d+|anon_[0-9A-Za-z]+)"
    r"_(?:\d+_(?P<rest>.+)|(?P<page>text|link)\.html)"
)
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")
LONGEST_ID = 80
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Place:
    """Whose a file is.

    Attributes:
        student: as the name tells it; :func:`safe_student` makes a folder's name of it.
        path: the file's path within the student's work.
        platform: ``"nbgrader"``, ``"Moodle"``, ``"Canvas"``, or ``""`` for a folder a student.
        name: the student's name, where the platform tells it.
        when: the time of handing in, where the name tells it.
        time: what the name says of the time; ``when`` is None where its zone cannot be told.
        assignment: the assignment, where the name tells it.
        late: whether the platform calls it late.
    """

    student: str
    path: str
    platform: str = ""
    name: str = ""
    when: datetime | None = None
    time: str = ""
    assignment: str = ""
    late: bool = False

    @property
    def attempt(self) -> str:
        """What tells one of a student's attempts from the others, and sorts them."""
        return str(self.when or self.time)


def place_of(path: str) -> Place | None:
    """Whose the file at ``path`` is; None for a file that lies outside every student's folder."""
    top, slash, below = path.partition("/")
    if (found := EXCHANGE.fullmatch(top)) and slash:
        when = read_time(found["time"])
        return Place(
            found["who"], below, "nbgrader", when=when, time=found["time"], assignment=found["assignment"]
        )
    if found := MOODLE.fullmatch(top):
        student = "_".join(filter(None, (found["name"], found["id"])))
        if slash or found["rest"]:
            return Place(student, below or found["rest"], "Moodle", name=found["name"])
    if not slash and (found := CANVAS.fullmatch(top)):
        student = "_".join(filter(None, (found["name"], found["id"])))
        rest = found["rest"] or f"{found['page']}.html"
        return Place(student, rest, "Canvas", name=found["name"] or "", late=bool(found["late"]))
    return Place(top, below) if slash else None


def safe_student(student: str, taken: dict[str, str]) -> tuple[str, str]:
    """The name of a folder for ``student``, and a sentence when it is not ``student`` itself.

    It is the same on every run and system: at most 80 characters, none of them special to a file system or a
    shell, and different from every other student's where capitals do not count. A name that had to be changed
    beyond that, or cut, ends in four characters that are drawn from the whole of it.

    Args:
        taken: the students so far, by the names of their folders without capitals; ``student`` is added.
    """
    name = unicodedata.normalize("NFC", student)
    name = re.sub(r"\s+", "-", name.strip())
    name = re.sub(r"[^\w.@+=,-]", "-", name)  # \w is a letter or digit of any script, or _
    name = name.strip(".-") or "nobody"
    if name.lower().partition(".")[0] in RESERVED:  # names of devices to Windows
        name = f"{name}-"
    mark = hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:4]
    if len(name.encode()) > LONGEST_ID:
        name = name.encode()[: LONGEST_ID - 5].decode(errors="ignore") + "-" + mark
    key = unicodedata.normalize("NFKC", name).casefold()
    why = "" if name == unicodedata.normalize("NFC", student) else "its name is not safe for a folder"
    if taken.get(key, student) != student:
        name, why = f"{name}-{mark}", f"another folder's name differs from it in too little ({taken[key]})"
        key = unicodedata.normalize("NFKC", name).casefold()
    taken[key] = student
    return name, why


def as_notebook(name: str) -> str | None:
    """The name of a notebook to which a browser or editor gave another ending; None for any other file.

    ``work.ipynb`` for ``work.ipynb.json``, ``work.ipynb.txt``, ``work.ipynb.download``, ``work.json``,
    ``work.ipnyb`` (mistyped) and ``work``.
    """
    if found := re.fullmatch(r"(.+?\.ipynb)([ ._~-].*)?", name, flags=re.IGNORECASE | re.DOTALL):
        return None if name.lower().endswith(ARCHIVES) else found[1]
    if found := re.fullmatch(
        r"(.+?)\.(json|txt|download|(?!py\b)[ijpynb]{2,7})", name, flags=re.IGNORECASE | re.DOTALL
    ):
        return f"{found[1]}.ipynb"
    return None if "." in name else f"{name}.ipynb"


def copy_number(name: str, notebook: str) -> int | None:
    """Which copy of ``notebook`` the file ``name`` is by its name; None when it is none.

    0 is the notebook under its own name or with other capitals, 1 is "name (1)", "name-1", "Copy of name",
    "name - Copy", "name-Copy1", "name copy".
    """
    if not name.lower().endswith(".ipynb"):
        return None
    stem = plain(name[: -len(".ipynb")])
    found = re.fullmatch(
        rf"(copy\ of\ )*{re.escape(plain(notebook))}(?P<copy>\ copy)?\ ?\(?(?P<number>\d{{0,4}})\)?", stem
    )
    if not found:
        return None
    copied = found[1] or found["copy"]
    return int(found["number"] or bool(copied))


def plain(name: str) -> str:
    """``name`` without capitals, and with spaces where it has ``_``, ``-`` or several of them."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()
