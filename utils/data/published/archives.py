"""Unpacking archives that others made: whole or not at all, and never outside the folder."""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import shutil
import tarfile
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

SUFFIXES = (".zip", ".tar.gz", ".tgz")
# What the system says of names and places that no archive in order has.
ABSURD = (errno.EINVAL, errno.ENAMETOOLONG, errno.EEXIST, errno.EISDIR, errno.ENOTDIR)


class DataError(ValueError):
    """Data cannot be had; the message is one sentence that says why and what to do."""


class Damaged(DataError):
    """An archive is truncated or damaged; ``why`` is what its reader says."""

    def __init__(self, archive: Path, why: str) -> None:
        super().__init__(f"{archive.name} is truncated or damaged ({why}): delete it and fetch it again")
        self.why = why


def is_archive(path: Path) -> bool:
    """Whether the name says that this is an archive of files."""
    return path.name.endswith(SUFFIXES)


def unpack(archive: Path, folder: Path, pattern: str = "*") -> None:
    """Write the entries of ``archive`` whose names match ``pattern`` below ``folder``.

    On an error, ``folder`` does not exist afterwards.

    Raises DataError if any entry (matching or not) is a link or lies outside ``folder``, and its subclass
    Damaged if the archive is truncated or damaged.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with _told(archive), contextlib.closing(_entries(archive)) as entries:
            for name, content in entries:
                _refuse_outside(archive, name)
                if content is not None and fnmatch.fnmatchcase(name, pattern):
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with content, path.open("wb") as target:
                        shutil.copyfileobj(content, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _entries(archive: Path) -> Generator[tuple[str, IO[bytes] | None], None, None]:
    """Name and content of every entry; None is the content of a folder."""
    if archive.name.endswith(".zip"):
        with zipfile.ZipFile(archive) as zipped:
            for info in zipped.infolist():
                yield info.filename, None if info.is_dir() else zipped.open(info)
        return
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if not (member.isfile() or member.isdir()):
                raise DataError(
                    f"{archive.name}: {member.name!r} is a link or a device; do not use this archive"
                )
            yield member.name, tar.extractfile(member) if member.isfile() else None


def _refuse_outside(archive: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or (parts and (parts[0] == "/" or ":" in parts[0])):
        raise DataError(f"{archive.name}: {name!r} climbs out of its folder; do not use this archive")


@contextlib.contextmanager
def _told(archive: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damaged headers lead the readers to a dozen kinds of errors
        number = error.errno if isinstance(error, OSError) else None
        if number is not None and number not in ABSURD:  # the disk's fault, not the archive's
            raise
        raise Damaged(archive, str(error) or type(error).__name__) from error
