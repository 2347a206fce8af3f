"""Comparing and replacing files and folders, so that only what changed is done again."""

from __future__ import annotations

import errno
import filecmp
import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def digest(paths: Iterable[Path]) -> str:
    """Changes when a file of ``paths`` does; the order of ``paths`` does not matter."""
    parts = hashlib.sha256()
    for path in sorted(paths):
        parts.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return parts.hexdigest()


def same_folder(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    names = [{path.relative_to(top) for path in top.rglob("*") if path.is_file()} for top in (one, other)]
    return names[0] == names[1] and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names[0]
    )


def replace_folder(fresh: Path, folder: Path) -> bool:
    """Make ``folder`` equal ``fresh``; False, and nothing touched, when it already is.

    Where the disk is full, ``folder`` stays as it was.
    """
    if same_folder(fresh, folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        copy = Path(scratch) / folder.name
        try:
            shutil.copytree(fresh, copy)
        except shutil.Error as error:  # it has the files' errors as text alone
            raise OSError(errno.ENOSPC, "", str(folder)) if is_full(folder.parent) else error from None
        shutil.rmtree(folder, ignore_errors=True)
        copy.rename(folder)
    return True


def is_full(folder: Path) -> bool:
    """Whether the disk that holds ``folder`` has no room for a megabyte more."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return file.write(bytes(1 << 20)) < 1 << 20
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
