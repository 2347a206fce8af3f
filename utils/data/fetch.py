"""The files of the real data sets: found on this machine or downloaded, their bytes always checked.

A set is looked for in the folder that the environment variable ``COURSE_DATA`` names, then in the course's
cache, then at its address. Nothing is left half-written, and two processes do not fetch the same set twice.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from utils.data.archives import DataError, is_archive, unpack
from utils.data.registry import Corpus, File

TIMEOUT = 30  # seconds without a byte


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


def cache_folder() -> Path:
    """Where downloads are kept, in the user's cache folder (``XDG_CACHE_HOME``, by default ~/.cache)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "recurrent-networks-course" / "data"


def fetch(corpus: Corpus, progress: bool = False) -> Copy:
    """A complete copy of ``corpus`` with the right bytes, downloaded if there is none on this machine.

    ``progress`` draws a bar on stderr during a download.

    Raises DataError if there is no copy and none can be downloaded, a file does not have its hash, or the
    disk is full.
    """
    copy = find(corpus)
    if copy is None:
        _download(corpus, progress)
        copy = Copy("cache", cache_folder(), corpus.files, corpus.counts)
    for file, path in zip(copy.files, copy.paths, strict=True):
        _check(path, file)
    return copy


def find(corpus: Corpus) -> Copy | None:
    """The copy on this machine that ``fetch`` would use, its bytes not yet checked; None if there is none.

    Raises DataError if COURSE_DATA names no folder.
    """
    for place, folder in _places():
        if _all_there(folder, corpus.files):
            return Copy(place, folder, corpus.files, corpus.counts)
        other = corpus.stand_in
        if other and (folder / other.file.path).is_file():
            return Copy(place, folder, (other.file,), other.counts, other.note)
    return None


def opened(copy: Copy) -> list[Path]:
    """The paths of ``copy``, the folder of its entries in place of an archive (unpacked once, in the cache).

    Raises DataError if an archive is damaged or has an entry outside its folder, or the disk is full.
    """
    return [
        _unpacked(file, path) if is_archive(path) else path
        for file, path in zip(copy.files, copy.paths, strict=True)
    ]


def _places() -> list[tuple[str, Path]]:
    places = [("cache", cache_folder())]
    if named := os.environ.get("COURSE_DATA"):
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise DataError(f"COURSE_DATA names {named}, which is not a folder: mend it or unset it")
        places.insert(0, ("COURSE_DATA", folder))
    return places


def _all_there(folder: Path, files: tuple[File, ...]) -> bool:
    return all((folder / file.path).is_file() for file in files)


def _check(path: Path, file: File) -> None:
    try:
        found = _sha256(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): mend its permissions") from error
    if found != file.sha256:
        raise DataError(
            f"{path} is not the published file (its SHA-256 begins with {found[:12]}, not with "
            f"{file.sha256[:12]}): delete it and fetch it again"
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _download(corpus: Corpus, progress: bool) -> None:
    """Put every missing file of ``corpus`` into the cache, each when it is complete and has its hash."""
    with _scratch(corpus.name) as scratch:
        for number, file in enumerate(corpus.files):
            path = cache_folder() / file.path
            if path.is_file():  # another process fetched it while this one waited
                continue
            fresh = _received(corpus, file, scratch / str(number), progress)
            if (found := _sha256(fresh)) != file.sha256:
                raise DataError(
                    f"{file.url} serves other bytes than the course expects (for {file.path}, SHA-256 "
                    f"{found[:12]}… in place of {file.sha256[:12]}…): nothing was kept; try again, and if it "
                    f"stays so, set COURSE_DATA to a folder that holds the published {file.path}"
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.replace(path)


def _received(corpus: Corpus, file: File, scratch: Path, progress: bool) -> Path:
    """Download one file into ``scratch``; the member, where the address serves an archive."""
    import pooch
    import requests

    scratch.mkdir()
    received = scratch / Path(urlsplit(file.url).path).name
    try:
        pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT)(file.url, str(received), None)
    except requests.RequestException as error:
        answer = getattr(error, "response", None)
        reason = type(error).__name__ if answer is None else f"answer {answer.status_code}"
        others = f" and {len(corpus.files) - 1} more files" if len(corpus.files) > 1 else ""
        raise DataError(
            f"there is no copy of {corpus.name} on this machine and it cannot be downloaded from "
            f"{urlsplit(file.url).hostname} ({reason}): run `course data fetch {corpus.name}` where there is "
            f"a network, or set COURSE_DATA to a folder that holds {corpus.files[0].path}{others}"
        ) from error
    if not file.member:
        return received
    unpack(received, scratch / "entries", file.member)
    member = scratch / "entries" / file.member
    if not member.is_file():
        raise DataError(f"{file.url} serves an archive without {file.member}: nothing was kept")
    return member


def _unpacked(file: File, archive: Path) -> Path:
    folder = cache_folder() / "unpacked" / file.sha256
    if not folder.is_dir():
        with _scratch(file.sha256) as scratch:
            if not folder.is_dir():  # another process unpacked it while this one waited
                unpack(archive, scratch / "entries", file.entries)
                folder.parent.mkdir(parents=True, exist_ok=True)
                (scratch / "entries").replace(folder)
    return folder


@contextlib.contextmanager
def _scratch(name: str) -> Iterator[Path]:
    """A folder of the cache for one process at a time, empty at the start and gone at the end.

    What a process left that was killed is gone as well: the next one begins with an empty folder.
    """
    from filelock import FileLock

    cache = cache_folder()
    scratch = cache / f".{name}.part"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{name}.lock"):
            try:
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or error
        raise DataError(
            f"cannot write to {cache} ({why}): nothing was kept; make room there, or set XDG_CACHE_HOME to "
            "another folder"
        ) from error
