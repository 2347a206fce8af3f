"""What was unpacked into the cache stays what was unpacked."""

import shutil

import pytest
from toy_corpus import put, toy
from toy_server import zipped

from utils.data.published.cache import cache_folder
from utils.data.published.fetch import fetch
from utils.data.published.unpacked import opened

ENTRIES = {"set/one.txt": b"first", "set/deep/two.txt": b"second", "three.txt": b""}
PAGES = {"set.zip": zipped(ENTRIES)}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The archive's entries, unpacked once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_DATA", str(put(tmp_path / "copies", PAGES)))
    return opened(fetch(toy(PAGES)))[0]


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


SPOIL = {
    "cut": lambda folder: (folder / "set/one.txt").write_bytes(b"fir"),
    "deleted": lambda folder: (folder / "set/deep/two.txt").unlink(),
    "deleted empty": lambda folder: (folder / "three.txt").unlink(),
    "folder deleted": lambda folder: shutil.rmtree(folder / "set"),
    "all deleted": lambda folder: shutil.rmtree(folder),
    "renamed": lambda folder: (folder / "set/one.txt").rename(folder / "set/1.txt"),
    "added": lambda folder: (folder / "set/four.txt").write_bytes(b"4"),
    "list deleted": lambda folder: folder.with_suffix(".json").unlink(),
    "list cut": lambda folder: folder.with_suffix(".json").write_text('{"set/one.txt"'),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
def test_what_was_spoilt_is_unpacked_anew(spoil, folder, monkeypatch):
    spoil(folder)
    assert opened(fetch(toy(PAGES))) == [folder]
    assert contents(folder) == ENTRIES
    assert not list(cache_folder().glob("*.part"))
    monkeypatch.setattr("utils.data.published.unpacked.unpack", lambda *_: pytest.fail("unpacked again"))
    assert opened(fetch(toy(PAGES))) == [folder]


def test_a_cache_that_is_whole_is_only_read(folder, monkeypatch):
    monkeypatch.setattr(
        "utils.data.published.unpacked.scratch_folder", lambda _: pytest.fail("written to the cache")
    )
    assert opened(fetch(toy(PAGES))) == [folder]
