"""Fetching from a server of this machine: what goes right, and each thing that may go wrong."""

import contextlib
import dataclasses
import errno
import shutil
import subprocess
import sys
import threading

import pooch
import pytest
from toy_server import Server, sha256, zipped

from utils.data.published.archives import DataError
from utils.data.published.cache import cache_folder
from utils.data.published.copies import find
from utils.data.published.fetch import fetch
from utils.data.published.registry import Corpus, File, StandIn
from utils.data.published.unpacked import opened

CONTENT = b"published bytes\n" * 1000


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty cache, no COURSE_DATA, and no proxy between this machine and itself."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


def corpus_of(server, pages, **changes):
    server.pages = {f"/{name}": content for name, content in pages.items()}
    files = tuple(
        File(f"toy/{name}", sha256(content), f"{server.address}/{name}") for name, content in pages.items()
    )
    corpus = Corpus("toy", "a toy corpus", "lines", {"all": 1000}, "none", "nobody, 2020", files)
    return dataclasses.replace(corpus, **changes)


@pytest.fixture
def corpus(server):
    return corpus_of(server, {"words.txt": CONTENT})


def course_data(tmp_path, monkeypatch, content=CONTENT, name="toy/words.txt"):
    path = tmp_path / "copies" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "copies"))
    return path


def kept():
    """The files in the cache, but for the empty locks."""
    cache = cache_folder()
    return sorted(p.relative_to(cache).as_posix() for p in cache.rglob("*") if p.suffix != ".lock")


def test_a_download_is_kept_and_serves_the_next_time(corpus, server, capfd):
    copy = fetch(corpus)
    assert copy.place == "cache" and [path.read_bytes() for path in copy.paths] == [CONTENT]
    assert fetch(corpus) == copy and server.asked == ["/words.txt"]
    assert kept() == ["toy", "toy/words.txt"]
    assert capfd.readouterr() == ("", "")


def test_progress_goes_to_stderr(corpus, capfd):
    fetch(corpus, progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "100%" in err


def test_course_data_comes_first_then_the_cache(corpus, server, tmp_path, monkeypatch):
    assert find(corpus) is None
    fetch(corpus)
    path = course_data(tmp_path, monkeypatch)
    assert fetch(corpus).paths == [path] and fetch(corpus).place == "COURSE_DATA"
    path.unlink()
    assert fetch(corpus).place == "cache"
    assert server.asked == ["/words.txt"]


def test_an_incomplete_set_in_course_data_is_no_copy(server, tmp_path, monkeypatch):
    corpus = corpus_of(server, {"one.txt": b"1", "two.txt": b"2"})
    course_data(tmp_path, monkeypatch, b"1", "toy/one.txt")
    assert fetch(corpus).place == "cache" and kept() == ["toy", "toy/one.txt", "toy/two.txt"]


def test_course_data_that_is_no_folder_is_not_passed_over(corpus, server, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="nowhere, which is not a folder: mend it or unset it"):
        fetch(corpus)
    assert server.asked == []


def test_without_a_network_the_sentence_names_both_ways_out(corpus, server):
    # a port where nobody listens
    file = dataclasses.replace(corpus.files[0], url="http://127.0.0.1:9/words.txt")
    with pytest.raises(DataError) as raised:
        fetch(dataclasses.replace(corpus, files=(file,)))
    sentence = str(raised.value)
    assert "run `course data fetch toy` where there is a network" in sentence
    assert "or set COURSE_DATA to a folder that holds toy/words.txt" in sentence
    assert "\n" not in sentence and kept() == []


def test_an_address_that_is_gone(corpus, server):
    server.pages.clear()
    with pytest.raises(DataError, match=r"127.0.0.1 \(answer 404\): run"):
        fetch(corpus)
    assert kept() == []


def test_a_connection_that_breaks_off(corpus, server):
    server.missing_bytes = 5000
    with pytest.raises(DataError, match=r"cannot be downloaded from|serves other bytes"):
        fetch(corpus)
    assert kept() == []
    server.missing_bytes = 0
    assert fetch(corpus).place == "cache"  # and the next time it works


def test_other_bytes_at_the_address_are_not_kept(corpus, server):
    server.pages["/words.txt"] = CONTENT + b"!"
    with pytest.raises(
        DataError, match=r"serves other bytes than the course expects .*: of this file nothing was kept"
    ):
        fetch(corpus)
    assert kept() == []


def test_a_failure_keeps_the_files_that_were_complete(server):
    corpus = corpus_of(server, {"one.txt": b"1", "two.txt": b"2"})
    server.pages["/two.txt"] = b"other"
    with pytest.raises(DataError):
        fetch(corpus)
    assert kept() == ["toy", "toy/one.txt"] and find(corpus) is None
    server.pages["/two.txt"] = b"2"
    fetch(corpus)
    assert server.asked == ["/one.txt", "/two.txt", "/two.txt"]


@pytest.mark.parametrize("place", ["COURSE_DATA", "cache"])
def test_a_changed_copy_is_an_error_not_a_reason_to_look_elsewhere(
    place, corpus, server, tmp_path, monkeypatch
):
    path = course_data(tmp_path, monkeypatch) if place == "COURSE_DATA" else fetch(corpus).paths[0]
    server.asked.clear()
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match=r"words.txt is not the published file .*: delete it"):
        fetch(corpus)
    assert server.asked == []


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_downloading(corpus, monkeypatch):
    def half(self, url, path, _):
        with open(path, "wb") as file:  # noqa: PTH123  as the library does
            file.write(CONTENT[:100])
        full()

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", half)
    with pytest.raises(DataError, match=r"the disk is full\): of this file nothing was kept; make room"):
        fetch(corpus)
    assert kept() == []


def test_a_full_disk_while_unpacking(server, monkeypatch):
    corpus = corpus_of(server, {"set.zip": zipped({"one.txt": b"1"})})
    copy = fetch(corpus)
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(DataError, match="the disk is full"):
        opened(copy)
    assert kept() == ["toy", "toy/set.zip"]


def test_a_cache_that_cannot_be_written(corpus, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot write to .*set XDG_CACHE_HOME to another folder"):
        fetch(corpus)


def test_processes_that_fetch_at_once_download_once(server):
    process_count = 3
    corpus = corpus_of(server, {"set.zip": zipped({f"{i}.txt": CONTENT for i in range(50)})})
    server.delay = 0.5
    code = (
        "from utils.data.published.fetch import fetch\n"
        "from utils.data.published.unpacked import opened\n"
        "from utils.data.published.registry import Corpus, File\n"
        f"(folder,) = opened(fetch({corpus!r}))\n"
        "print(sum(path.stat().st_size for path in folder.iterdir()))"
    )
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", code], stdout=-1, stderr=-1))
            for _ in range(process_count)
        ]
        outcomes = [process.communicate(timeout=60) for process in processes]
    assert outcomes == [(f"{50 * len(CONTENT)}\n".encode(), b"")] * process_count
    assert server.asked == ["/set.zip"]
    assert not [name for name in kept() if ".part" in name]


def test_what_a_killed_process_left_is_cleared(corpus):
    left = cache_folder() / ".toy.part" / "0" / "words.txt"
    left.parent.mkdir(parents=True)
    left.write_bytes(CONTENT[:10])
    assert fetch(corpus).paths[0].read_bytes() == CONTENT
    assert kept() == ["toy", "toy/words.txt"]


def test_a_member_of_the_archive_at_the_address(server):
    server.pages["/set.zip"] = zipped({"readme": b"read me", "words.txt": CONTENT})
    file = File("toy/words.txt", sha256(CONTENT), f"{server.address}/set.zip", member="words.txt")
    corpus = Corpus("toy", "a toy corpus", "lines", {"all": 1000}, "none", "nobody", (file,))
    assert fetch(corpus).paths[0].read_bytes() == CONTENT
    assert kept() == ["toy", "toy/words.txt"]


@pytest.mark.parametrize(
    ("entries", "cut", "sentence"),
    [
        ({"readme": b"read me"}, None, "serves an archive without words.txt"),
        ({"words.txt": b"other"}, None, "serves other bytes"),
        (
            {"words.txt": CONTENT},
            200,
            r"/set.zip serves an archive that is truncated .* nothing was kept; try",
        ),
        ({"words.txt": CONTENT, "../out.txt": b"owned"}, None, "climbs out of its folder"),
    ],
)
def test_a_served_archive_that_is_not_right(server, entries, cut, sentence):
    server.pages["/set.zip"] = zipped(entries)[:cut]
    file = File("toy/words.txt", sha256(CONTENT), f"{server.address}/set.zip", member="words.txt")
    corpus = Corpus("toy", "a toy corpus", "lines", {"all": 1000}, "none", "nobody", (file,))
    with pytest.raises(DataError, match=sentence):
        fetch(corpus)
    assert kept() == []


def test_an_archive_is_unpacked_once(server, monkeypatch):
    corpus = corpus_of(server, {"set.zip": zipped({"one.txt": b"1", "two.txt": b"2"}), "plain.txt": b"3"})
    copy = fetch(corpus)
    folder, plain = opened(copy)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one.txt": b"1", "two.txt": b"2"}
    assert plain.read_bytes() == b"3"
    monkeypatch.setattr("utils.data.published.unpacked.unpack", lambda *_: pytest.fail("unpacked again"))
    assert opened(copy) == [folder, plain]


def test_an_archive_that_climbs_out_leaves_nothing(server):
    corpus = corpus_of(server, {"set.zip": zipped({"one.txt": b"1", "../../out.txt": b"owned"})})
    copy = fetch(corpus)
    with pytest.raises(DataError, match="climbs out"):
        opened(copy)
    assert kept() == ["toy", "toy/set.zip"]


def test_a_stand_in_is_used_only_where_the_published_set_is_not_and_says_so(
    corpus, server, tmp_path, monkeypatch
):
    other = StandIn(File("toy/slice.txt", sha256(b"slice")), "only a slice", {"all": 1})
    corpus = dataclasses.replace(corpus, stand_in=other)
    path = course_data(tmp_path, monkeypatch, b"slice", "toy/slice.txt")
    copy = fetch(corpus)
    assert (copy.paths, copy.note, copy.counts) == ([path], "only a slice", {"all": 1})
    path.write_bytes(b"another")
    with pytest.raises(DataError, match=r"slice.txt is not the published file"):
        fetch(corpus)
    course_data(tmp_path, monkeypatch)
    assert fetch(corpus).note == "" and server.asked == []
