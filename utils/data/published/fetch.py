"""The files of the real data sets: found on this machine or downloaded, their bytes always checked.

A set is looked for in the folder that the environment variable ``COURSE_DATA`` names, then in the course's
cache, then at its address. Nothing is left half-written, and two processes do not fetch the same set twice.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from utils.data.published.archives import Damaged, DataError, unpack
from utils.data.published.cache import cache_folder, scratch_folder
from utils.data.published.copies import (
    Copy,
    find,
    reading_errors,
    shortened,
    what_course_data_lacks,
)
from utils.data.published.registry import Corpus, File

TIMEOUT = 30  # seconds without a byte


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


def _check(path: Path, file: File) -> None:
    with reading_errors(path):
        found = _sha256(path)
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
    with scratch_folder(corpus.name) as scratch:
        for number, file in enumerate(corpus.files):
            path = cache_folder() / file.path
            if path.is_file():  # another process fetched it while this one waited
                continue
            fresh = _received(corpus, file, scratch / str(number), progress)
            if (found := _sha256(fresh)) != file.sha256:
                hashes = f"SHA-256 {found[:12]}… in place of {file.sha256[:12]}…"
                raise _not_usable(file, f"other bytes than the course expects (for {file.path}, {hashes})")
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
        raise DataError(_no_network(corpus, file, error)) from error
    if not file.member:
        return received
    try:
        unpack(received, scratch / "entries", file.member)
    except Damaged as error:
        raise _not_usable(file, f"an archive that is truncated or damaged ({error.why})") from error
    member = scratch / "entries" / file.member
    if not member.is_file():
        raise _not_usable(file, f"an archive without {file.member}")
    return member


def _not_usable(file: File, what: str) -> DataError:
    return DataError(
        f"{file.url} serves {what}: of this file nothing was kept; try again, and if it stays so, set "
        f"COURSE_DATA to a folder that holds the published {file.path}"
    )


def _no_network(corpus: Corpus, file: File, error: Exception) -> str:
    answer = getattr(error, "response", None)
    reason = type(error).__name__ if answer is None else f"answer {answer.status_code}"
    from_there = f"from {urlsplit(file.url).hostname} ({reason})"
    again = f"run `course data fetch {corpus.name}` where there is a network"
    if lacking := what_course_data_lacks(corpus):
        lacks, mend = lacking
        return f"{lacks}, and {corpus.name} cannot be downloaded {from_there}: {mend}, or {again}"
    return (
        f"there is no copy of {corpus.name} on this machine and it cannot be downloaded {from_there}: "
        f"{again}, or set COURSE_DATA to a folder that holds {shortened([f.path for f in corpus.files])}"
    )
