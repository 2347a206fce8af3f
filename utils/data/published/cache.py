"""The course's folder in the user's cache: where it is, and writing there whole files or nothing."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from utils.common.layout import course_cache
from utils.data.published.archives import DataError


def cache_folder() -> Path:
    """Where downloads are kept, in the user's cache folder (``XDG_CACHE_HOME``, by default ~/.cache).

    Raises DataError if there is no home folder to put it in.
    """
    cache = course_cache()
    if cache is None:
        raise DataError(
            "there is no home folder to keep data in: set XDG_CACHE_HOME to a folder that can be written"
        )
    return cache / "data"


@contextlib.contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """A folder of the cache for one process at a time, empty at the start and gone at the end.

    What a process left that was killed is gone as well: the next one begins with an empty folder.

    Raises DataError if the cache cannot be written.
    """
    from filelock import FileLock

    cache = cache_folder()
    scratch = cache / f".{name}.part"
    with cache_errors():
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{name}.lock"):
            try:
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def cache_errors() -> Iterator[None]:
    """Within it, an error of the disk is a DataError that says how to mend the cache."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why, mend = "the disk is full", "of this file nothing was kept; make room there, or "
        else:
            why, mend = error.strerror or str(error), ""
        raise DataError(
            f"cannot write to {cache_folder()} ({why}): {mend}set XDG_CACHE_HOME to another folder"
        ) from error
