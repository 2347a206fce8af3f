"""What lies on disk beside the gradebook: files that take their places whole, and the journal of results."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import datetime, timezone
from functools import cache
from io import RawIOBase
from pathlib import Path, PurePosixPath

from utils.common.errors import UserError, about_file
from utils.grading.result import Result

LONGEST_NAME = 128  # of a student, in nbgrader's columns, and of a file
UNFINISHED = ".unfinished"
CLOCKS = ("at", "seconds", "parts")  # what differs when the same work is graded twice


class Staged:
    """Files written under temporary names, that take their places together.

    Whatever can fail (no room, no permission) fails in ``add`` or ``sync``, while every old file stands.
    """

    def __init__(self) -> None:
        self.moves: list[tuple[Path, Path]] = []

    def add(self, path: Path, content: bytes) -> None:
        """Write ``content``, to become ``path``; nothing to do where it is that already."""
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}{UNFINISHED}")
        self.moves.append((unfinished, path))
        unfinished.write_bytes(content)

    def sync(self) -> None:
        """Wait until every file is on the disk, not only in memory."""
        sync_all(unfinished for unfinished, _ in self.moves)

    def settle(self) -> None:
        """Put every file in its place. One rename is whole or not at all, even under ``kill -9``."""
        for unfinished, path in self.moves:
            unfinished.replace(path)
        sync_all({path.parent for _, path in self.moves})
        self.moves.clear()

    def discard(self) -> None:
        """Forget the files that were not settled."""
        for unfinished, _ in self.moves:
            unfinished.unlink(missing_ok=True)
        self.moves.clear()


def sync_all(paths: Iterable[Path]) -> None:
    """Put files, and folders' lists of names, on the disk: at once, for a busy disk takes them in one go."""
    list(waiting_threads().map(sync, paths))


@cache
def waiting_threads() -> ThreadPoolExecutor:
    """Threads that wait for the disk; they are started once, as that takes longer than most disks do."""
    return ThreadPoolExecutor(8)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=waiting_threads.cache_clear)  # a fork has none of them


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keep_only(folder: Path, paths: Iterable[Path]) -> None:
    """Remove the files in ``folder`` that are not among ``paths``: they are of an earlier attempt."""
    kept = set(paths)
    for path in [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]:
        if path not in kept:
            path.unlink(missing_ok=True)
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> bool:
    """Whether a file of this name can be written, and lies in the folder that it is put into."""
    try:
        long = any(len(part.encode()) > LONGEST_NAME for part in PurePosixPath(name).parts)
    except UnicodeEncodeError:
        return False
    path = PurePosixPath(name)
    climbs = not path.parts or path.is_absolute() or ".." in path.parts
    return not long and not climbs and "\0" not in name


class Journal:
    """The results of one assignment: a line of JSON for each, added at the end and never changed.

    A kill in the middle of a line leaves a torn last line, which is no result and is ignored. The newest
    line of a student counts; the earlier ones are the history.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, result: Result) -> None:
        """Add ``result``; it is on the disk when this returns, or not there at all."""
        row = {
            field.name: getattr(result, field.name) for field in fields(result) if field.name != "notebook"
        }
        row = {"at": datetime.now(timezone.utc).isoformat(timespec="seconds"), **row}
        with self.path.open("ab", buffering=0) as file:
            size = file.tell()
            try:
                write_all(file, encode(row))
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self.path, size)
                raise

    def rows(self) -> list[dict]:
        """Every whole line, oldest first."""
        if not self.path.exists():
            return []
        rows = [read_row(line) for line in self.path.read_bytes().split(b"\n")]
        return [row for row in rows if row]

    def results(self) -> dict[str, Result]:
        """The newest result of each student."""
        return {row["student"]: as_result(row) for row in self.rows()}

    def everything(self) -> list[tuple[str, Result]]:
        """All results with their students, oldest first."""
        return [(row["student"], as_result(row)) for row in self.rows()]

    def history(self, student: str) -> list[tuple[datetime, Result]]:
        """All results of one student with the times when they were written, oldest first."""
        rows = [row for row in self.rows() if row["student"] == student]
        return [(datetime.fromisoformat(row["at"]), as_result(row)) for row in rows]

    def compact(self) -> None:
        """Drop the torn line and, of results that say the same one after the other, all but the newest."""
        if not self.path.exists():
            return
        following: dict[str, dict] = {}
        kept = []
        for row in reversed(self.rows()):
            if not same_but_for_clocks(row, following.get(row["student"])):
                kept.append(row)
            following[row["student"]] = row
        content = b"".join(encode(row) for row in reversed(kept))
        if content != self.path.read_bytes():
            staged = Staged()
            staged.add(self.path, content)
            staged.sync()
            staged.settle()


def encode(row: dict) -> bytes:
    """``row`` as a line of the journal."""
    return json.dumps(row).encode("ascii") + b"\n"


def write_all(file: RawIOBase, content: bytes) -> None:
    """``file.write`` may stop early on a disk that fills up; the next call then says why."""
    while content:
        content = content[file.write(content) or 0 :]


def read_row(line: bytes) -> dict | None:
    """One line of the journal; None for a torn one, and for one that is no result."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if is_result(row) else None


def is_result(row: object) -> bool:
    """Whether a line of the journal says who got what, in the kinds of values that ``append`` writes."""
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("student", "at")):
        return False
    for field in fields(Result):
        usual = getattr(Result("", ""), field.name)
        kind = int | float if isinstance(usual, float) else type(usual)
        if not isinstance(row.get(field.name, None if field.name == "status" else usual), kind):
            return False
    return all(map(is_pair, row.get("scores", {}).values()))


def is_pair(points: object) -> bool:
    return isinstance(points, list) and len(points) == 2 and all(isinstance(p, int | float) for p in points)


def same_but_for_clocks(row: dict, other: dict | None) -> bool:
    """Whether two lines tell the same result, whenever and however fast it was found."""
    return other is not None and {**row, **{key: other.get(key) for key in CLOCKS}} == other


def as_result(row: dict) -> Result:
    """The result in a line of the journal; what another version of this package wrote there is left out."""
    known = {field.name: row[field.name] for field in fields(Result) if field.name in row}
    known["scores"] = {name: (got, possible) for name, (got, possible) in known.get("scores", {}).items()}
    return Result(**known)


def cannot_write(error: OSError, course: Path) -> UserError:
    """One sentence for a disk that is full or may not be written."""
    return UserError(about_file(error, course))
