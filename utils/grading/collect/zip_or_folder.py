"""What was handed in, as files that are read one by one: from a folder, or from a zip that nobody unpacks.

Nothing is written to disk, links are not followed, and no file is read beyond its limit. Whatever is wrong
with one file is a sentence about that file; the others are read all the same.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from utils.grading.submission import printable, too_large

LARGEST_ARCHIVE = 100_000_000  # bytes of one student's zip, and of the notebooks in it
MOST_FILES = 1_000  # in one student's zip
MOST_FILES_OF_A_CLASS = 200_000
LARGEST_RATIO = 200  # of a file's size to what it takes in the zip; text gets to 20 or so
SMALL = 1_000_000  # bytes; what unpacks to less is no bomb
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; a method that Python was built without
    ValueError,  # a UnicodeDecodeError too
    struct.error,
)


class Unreadable(Exception):
    """Why a file or an archive cannot be read: the rest of a sentence that starts with its name."""


class TooLarge(Unreadable):
    """It has more bytes than are read."""


@dataclass(frozen=True)
class File:
    """One file that somebody handed in.

    Attributes:
        path: where it lies in the folder or zip, with ``/`` between the parts.
        read: its bytes, of which there may be ``limit`` at most; raises :class:`Unreadable`.
        when: when it was last changed (UTC), where that is known.
    """

    path: str
    read: Callable[[int], bytes]
    when: datetime | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """What lies in a folder or zip: files in the order of their paths, folders (their paths end in ``/``),
    sentences for what is left out, and folders that cannot be read, with the reason."""

    files: list[File]
    folders: list[str]
    problems: list[str]
    closed: dict[str, str] = field(default_factory=dict)


def hidden(path: str) -> bool:
    """Whether ``path`` is of no interest: what an operating system or Jupyter keeps beside the work."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def list_folder(folder: Path) -> Listing:
    """Everything below ``folder``; links are listed as files, and refuse to be read."""
    files, folders = [], []
    closed: dict[str, str] = {}

    def refused(error: OSError) -> None:
        closed[relative_to(folder, error.filename) + "/"] = error.strerror or type(error).__name__

    for place, inner, names in os.walk(folder, onerror=refused):
        links = [name for name in inner if Path(place, name).is_symlink()]
        inner[:] = [name for name in inner if name not in links and not hidden(name)]
        for name in [*names, *links, *inner]:
            path = Path(place, name)
            relative = relative_to(folder, path)
            if name in inner:
                folders.append(relative + "/")
            elif not hidden(relative):
                files.append(File(relative, reader_of(path)))
    return Listing(sorted(files, key=lambda file: file.path), folders, [], closed)


def relative_to(folder: Path, path: Path | str) -> str:
    """Where ``path`` lies in ``folder``, with ``/`` between the parts."""
    # a name that is not UTF-8 comes with surrogates, which no gradebook takes
    return Path(path).relative_to(folder).as_posix().encode("utf-8", "replace").decode()


def reader_of(path: Path) -> Callable[[int], bytes]:
    """How the file ``path`` is read."""

    def read(limit: int) -> bytes:
        try:
            about = path.lstat()
            if stat.S_ISLNK(about.st_mode):
                raise Unreadable("is a link, and links are not followed")
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("is not an ordinary file")
            if about.st_size > limit:
                raise TooLarge(too_large(about.st_size, limit))
            with path.open("rb") as file:
                return file.read(limit)
        except OSError as error:
            raise Unreadable(f"cannot be read ({error.strerror})") from None

    return read


class Archive:
    """A zip, read where it lies.

    Args:
        where: the zip's path, or its bytes.
        most_files: how many files it may hold.
        budget: how many bytes all that is read from it may have.

    Raises:
        Unreadable: it is no zip, is cut short, or holds too many files.
    """

    def __init__(self, where: Path | bytes, most_files: int = MOST_FILES, budget: int = LARGEST_ARCHIVE):
        self.budget = self.left = budget
        try:
            self.file = io.BytesIO(where) if isinstance(where, bytes) else where.open("rb")
            # zipfile makes an object for each entry before one can ask how many there are
            if directory_size(self.file) > most_files * 1000:
                raise Unreadable(f"holds more than {most_files} files")
            self.zip = zipfile.ZipFile(self.file)
        except UnicodeDecodeError:
            raise Unreadable("holds file names that are not UTF-8 though it says so; zip it again") from None
        except BROKEN_ARCHIVE:
            raise Unreadable("is no zip, or is cut short") from None
        if len(self.zip.infolist()) > most_files:
            raise Unreadable(f"holds more than {most_files} files")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.zip.close()
        self.file.close()

    def listing(self) -> Listing:
        """The zip's files and folders; an entry that is left out has a sentence."""
        found: dict[str, File] = {}
        folders, problems = [], []
        for entry in self.zip.infolist():
            path, wrong = safe_path(real_name(entry))
            if wrong:
                problems.append(f"{printable(path)[:200]} {wrong}; it is left out.")
            elif hidden(path):
                continue
            elif path.endswith("/"):
                folders.append(path)
            else:
                if path in found:
                    problems.append(f"{printable(path)[:200]} is in the zip twice; the later one counts.")
                found[path] = File(path, self.reader_of(entry), changed(entry))
        return Listing([found[path] for path in sorted(found)], folders, problems)

    def reader_of(self, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
        """How ``entry`` is read: never more of it than it says, nor than the limits allow."""

        def read(limit: int) -> bytes:
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise Unreadable("is a link, and links are not followed")
            if entry.flag_bits & 1:
                raise Unreadable("is encrypted; hand it in without a password")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Unreadable("is packed in a way that is not read here; use an ordinary zip")
            if entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * max(1, entry.compress_size):
                raise Unreadable(f"unpacks to more than {LARGEST_RATIO} times its size, as a zip bomb does")
            if entry.file_size > limit:
                raise TooLarge(too_large(entry.file_size, limit))
            if entry.file_size > self.left:
                raise Unreadable(f"is one too many: the zip unpacks to more than {self.budget / 1e6:.0f} MB")
            self.left -= entry.file_size
            try:
                with self.zip.open(entry) as file:
                    return file.read(limit)  # which stops at entry.file_size, and checks the sum
            except BROKEN_ARCHIVE:
                raise Unreadable("is damaged inside the zip; zip it again") from None

        return read


def directory_size(file: io.BufferedIOBase) -> int:
    """Bytes of a zip's table of contents, as the zip's end tells; 0 when there is no such end.

    The layout is that of PKWARE's APPNOTE, 4.3.14 and 4.3.16.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 16:
        return 0
    (length,) = struct.unpack_from("<L", tail, at + 12)
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if length == 0xFFFFFFFF and wide >= 0 and len(tail) >= wide + 48:
        (length,) = struct.unpack_from("<Q", tail, wide + 40)
    return length


def real_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name. Many programs write UTF-8 without saying so, which is then read as code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def safe_path(name: str) -> tuple[str, str]:
    """The path ``name`` with ``/`` between its parts, and what is wrong with it; empty when nothing is."""
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return path, "is an absolute path"
    if ".." in path.split("/"):
        return path, "climbs out of its folder"
    if not path:
        return path, "has no name"
    return "/".join(part for part in path.split("/") if part not in ("", ".")) + "/" * path.endswith("/"), ""


def changed(entry: zipfile.ZipInfo) -> datetime | None:
    """When the entry was last changed (UTC).

    A zip tells the time of its maker's clock, without the zone; it is taken to be this machine's zone. An
    extended timestamp, which many programs add, is exact.
    """
    extra = entry.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 0x5455 and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            (seconds,) = struct.unpack_from("<l", extra, 5)
            return datetime.fromtimestamp(seconds, timezone.utc)
        extra = extra[4 + length :]
    if entry.date_time[0] <= 1980:  # what programs write that know no time
        return None
    try:
        return datetime(*entry.date_time).astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
