"""The copies of the real data sets on this machine: which are whole, which lack files, and where they are."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.data.published.archives import DataError
from utils.data.published.cache import cache_folder
from utils.data.published.registry import Corpus, File


@dataclass(frozen=True)
class Copy:
    """A copy of a set on this machine: in which place ("COURSE_DATA" or "cache"), in which folder."""

    place: str
    folder: Path
    files: tuple[File, ...]
    counts: dict[str, int]
    note: str = ""  # how a stand-in differs from what was published

    @property
    def paths(self) -> list[Path]:
        return [self.folder / file.path for file in self.files]


def find(corpus: Corpus) -> Copy | None:
    """The copy on this machine that ``fetch`` would use, its bytes not yet checked; None if there is none.

    A stand-in serves only where the published files are in none of the places.

    Raises DataError if COURSE_DATA names no folder, or a place may not be read.
    """
    places = _places()
    for place, folder in places:
        if not _missing(folder, corpus):
            return Copy(place, folder, corpus.files, corpus.counts)
    if other := corpus.stand_in:
        for place, folder in places:
            if _is_file(folder / other.file.path):
                return Copy(place, folder, (other.file,), other.counts, other.note)
    return None


def what_is_missing(corpus: Corpus) -> str:
    """Which files the places lack that have others of ``corpus``; "" if there is no such place.

    For example "COURSE_DATA lacks names/Polish.txt and 2 more files".

    Raises DataError as ``find`` does.
    """
    return "; ".join(
        f"{'COURSE_DATA' if place == 'COURSE_DATA' else 'the cache'} lacks {shortened(missing)}"
        for place, folder in _places()
        if 0 < len(missing := _missing(folder, corpus)) < len(corpus.files)
    )


def what_course_data_lacks(corpus: Corpus) -> tuple[str, str] | None:
    """Which files of ``corpus`` COURSE_DATA lacks, and how to mend that; None if it is unset.

    Raises DataError as ``find`` does.
    """
    folder = dict(_places()).get("COURSE_DATA")
    if folder is None:
        return None
    lacks = f"COURSE_DATA ({folder}) lacks {shortened(_missing(folder, corpus))}"
    above = folder.resolve().parent
    if _missing(above, corpus):
        return lacks, "add what is missing"
    return lacks, f"set COURSE_DATA to {above}, where {corpus.name} is complete"


def shortened(paths: list[str]) -> str:
    """The first of ``paths`` and how many more there are: "names/Polish.txt and 2 more files"."""
    more = len(paths) - 1
    return paths[0] + (f" and {more} more file{'s' if more > 1 else ''}" if more else "")


@contextlib.contextmanager
def reading_errors(path: Path) -> Iterator[None]:
    """Within it, an error of the disk is a DataError that says that ``path`` cannot be read."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): mend its permissions or those of its folder"
        ) from error


def _places() -> list[tuple[str, Path]]:
    places = [("cache", cache_folder())]
    if named := os.environ.get("COURSE_DATA"):
        try:
            folder = Path(named).expanduser()
        except RuntimeError:  # "~nobody/data": there is no such user
            folder = Path(named)
        if not _is(stat.S_ISDIR, folder):
            raise DataError(f"COURSE_DATA names {named}, which is not a folder: mend it or unset it")
        places.insert(0, ("COURSE_DATA", folder))
    return places


def _missing(folder: Path, corpus: Corpus) -> list[str]:
    return [file.path for file in corpus.files if not _is_file(folder / file.path)]


def _is_file(path: Path) -> bool:
    return _is(stat.S_ISREG, path)


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    with reading_errors(path):
        try:
            return kind(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False
