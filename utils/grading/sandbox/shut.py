"""Keeps files from being read, and a process from being searched, where Python can tell.

Python tells an audit hook of each file that it opens, and of each search through its memory. A hook cannot be
taken away, and this one looks at nothing that could be changed: all that it uses it holds itself. What opens
files in C++ does not tell; behind bubblewrap these files are not there.
"""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Iterable
from pathlib import Path

from utils.grading.packages import PACKAGE, Offer

SENTENCE = "may not be called here: it belongs to what this process must leave alone"
SEARCHES = ("gc.get_objects", "gc.get_referrers", "gc.get_referents")
MEMORY = "ctypes."  # all that Python tells of it: ctypes.dlopen, ctypes.dlsym/handle, ctypes.cdata, …


def shut(offer: Offer | None, closed: Iterable[Path] = ()) -> None:
    """Let files of packages that are not offered, and those in ``closed``, not be opened any more."""
    closed = list(closed)
    files = {path for path in closed if path.is_file()}
    folders = {path for path in closed if path.is_dir()}
    for folder in folders:
        files |= {path for path in folder.rglob("*") if path.is_file()}
    # whoever has a folder open can open what lies in it without naming it
    around = {parent for path in (*files, *folders) for parent in path.parents} | folders
    known = frozenset(number for path in (*files, *around) for number in number_of(path))
    inside = tuple(f"{folder}/" for folder in folders)
    sites: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    if offer is not None:
        homes = {*offer.sites, str(PACKAGE), str(PACKAGE.resolve())}
        sites = tuple(f"{home}/" for home in homes)
        offered = tuple(f"{path}/" for path in (*offer.entries, *offer.course))
        offered += tuple(f"{home}/__pycache__/" for home in offer.sites)
    sys.addaudithook(hook(known, inside, sites, offered))


def number_of(path: Path) -> list[tuple[int, int]]:
    """The device and number of a file, whatever names it has."""
    try:
        about = path.stat()
    except OSError:
        return []
    return [(about.st_dev, about.st_ino)]


def hook(known: frozenset, inside: tuple[str, ...], sites: tuple[str, ...], offered: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """The audit hook. It looks nothing up outside itself, where students' code could change it."""
    stat, decode, real = os.stat, os.fsdecode, posixpath.realpath
    text, whole, error, wrong = str, int, PermissionError, (OSError, ValueError, TypeError)
    kind, searches, memory, sentence = isinstance, SEARCHES, MEMORY, SENTENCE

    def watch(event: str, args: tuple) -> None:
        if event in searches or event.startswith(memory):
            raise error(f"{event} {sentence}")
        if event not in ("open", "os.link", "os.symlink", "os.rename"):
            return
        path = args[0]
        try:
            about = stat(path)
            refused = (about.st_dev, about.st_ino) in known
            if not refused and not kind(path, whole):
                place = real(path if kind(path, text) else decode(path)) + "/"
                refused = place.startswith(inside) or (
                    place.startswith(sites) and not place.startswith(offered)
                )
        except wrong:
            return  # it is not there
        if refused:
            raise error(f"{path!r} {sentence}")

    return watch
