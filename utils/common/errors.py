"""A mistake of the person at the keyboard, or in a student's code, told in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path


class UserError(Exception):
    """What is wrong and how to mend it; the command line prints it alone, without a traceback."""


def about_file(error: OSError, near: Path | None = None) -> str:
    """One sentence for a file that cannot be read or written.

    Args:
        near: what to name where ``error`` names no file.
    """
    name = str(near) if error.filename is None else str(error.filename)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        disk = "the disk" if name == "None" else f"the disk that holds {near or name}"
        return f"{disk} is full; make room and run again: nothing is lost"
    if error.errno == errno.EISDIR:
        return f"{name} is a folder where a file should be; remove it or name another place"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        place = Path(name)  # or it lies below what is in the way
        blocking = next((path for path in (place, *place.parents) if path.is_file()), place)
        return f"{blocking} is a file where a folder should be; remove it or name another place"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{name} may not be read or written ({error.strerror}); allow it or name another place"
    return f"{name} cannot be read or written: {error.strerror or error}"


def not_here(name: str, forbidden: Sequence[str]) -> str:
    """The sentence for a call of ``name``, which is one of the names that are ``forbidden``.

    A private name says nothing to students, who have called something public that is made of it. The sentence
    names the public one that stands before it among the forbidden.
    """
    before = list(forbidden)[: list(forbidden).index(name)]
    public = next((other for other in reversed(before) if not is_private(other)), name)
    others = ", nor another function that is made of the same" if is_private(name) else ""
    shown = public if is_private(name) else name
    return f"{shown} may not be called here{others}: this task is to write what it does."


def is_private(name: str) -> bool:
    """Whether a dotted name ends in ``_name``; ``__init__`` is public."""
    last = name.rpartition(".")[2]
    return last.startswith("_") and not last.endswith("__")
