"""A small corpus for the tests, and a user who may not do everything."""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from toy_server import sha256

from utils.data.published.registry import Corpus, File

NOBODY = 65534


def toy(pages, **changes):
    """The corpus whose files have these names and bytes; nothing listens at its address."""
    files = tuple(
        File(f"toy/{name}", sha256(content), f"http://127.0.0.1:9/{name}") for name, content in pages.items()
    )
    return Corpus("toy", "a toy corpus", "lines", {"all": 1000}, "none", "nobody, 2020", files, **changes)


def put(folder, pages):
    """Write the files of ``toy(pages)`` below ``folder``."""
    (folder / "toy").mkdir(parents=True, exist_ok=True)
    for name, content in pages.items():
        (folder / "toy" / name).write_bytes(content)
    return folder


@contextlib.contextmanager
def open_folder():
    """A folder that every user may enter; pytest's own are closed to all but one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextlib.contextmanager
def ordinary_user():
    """Without the rights of root, for whom no file is closed."""
    if os.name != "posix":
        pytest.skip("permissions are those of POSIX")
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(NOBODY)
    except OSError:
        pytest.skip("root cannot become another user here")
    try:
        yield
    finally:
        os.seteuid(0)
