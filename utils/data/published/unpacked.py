"""Archives unpacked into the cache once, and again when what lies there is no longer what was unpacked."""

from __future__ import annotations

import json
import os
from pathlib import Path

from utils.data.published.archives import is_archive, unpack
from utils.data.published.cache import cache_folder, scratch_folder
from utils.data.published.copies import Copy
from utils.data.published.registry import File


def opened(copy: Copy) -> list[Path]:
    """The paths of ``copy``, the folder of its entries in place of an archive (unpacked once, in the cache).

    Raises DataError if an archive is damaged or has an entry outside its folder, or the disk is full.
    """
    return [
        _unpacked(file, path) if is_archive(path) else path
        for file, path in zip(copy.files, copy.paths, strict=True)
    ]


def _unpacked(file: File, archive: Path) -> Path:
    folder = cache_folder() / "unpacked" / file.sha256
    if not _is_whole(folder):
        with scratch_folder(file.sha256) as scratch:
            if not _is_whole(folder):  # another process unpacked it while this one waited
                unpack(archive, scratch / "entries", file.entries)
                folder.parent.mkdir(parents=True, exist_ok=True)
                if folder.exists():
                    folder.replace(scratch / "spoilt")
                (scratch / "entries").replace(folder)
                draft = scratch / "manifest"
                draft.write_text(json.dumps(_manifest(folder)), encoding="utf-8")
                draft.replace(_manifest_path(folder))
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether ``folder`` holds the very files that were unpacked: cleaners of caches take some away."""
    try:
        return json.loads(_manifest_path(folder).read_text(encoding="utf-8")) == _manifest(folder)
    except (OSError, ValueError):  # not there, not readable, or not JSON
        return False


def _manifest_path(folder: Path) -> Path:
    return folder.with_suffix(".json")


def _manifest(folder: Path | str, place: str = "") -> dict[str, int]:
    """The size of every file below ``folder``, by its place there.

    Hashes would tell more, but to compare them takes as long as reading the data does.
    """
    sizes: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                sizes |= _manifest(entry.path, f"{place}{entry.name}/")
            else:
                sizes[place + entry.name] = entry.stat().st_size
    return sizes
