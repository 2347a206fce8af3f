"""A mistake of the person at the keyboard, told in one sentence."""

from __future__ import annotations

import errno
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
