"""Finding copies on this machine: whole ones, incomplete ones, and folders that may not be entered."""

import pytest
from toy_corpus import open_folder, ordinary_user, put, toy
from toy_server import sha256

from utils.data.published.archives import DataError
from utils.data.published.cache import cache_folder
from utils.data.published.copies import find, what_is_missing
from utils.data.published.fetch import fetch
from utils.data.published.registry import File, StandIn

PAGES = {f"{name}.txt": name.encode() for name in ("one", "two", "three")}


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """An empty cache and an empty COURSE_DATA; no proxy between this machine and itself."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "copies"))
    monkeypatch.setenv("NO_PROXY", "*")
    (tmp_path / "copies").mkdir()


def refusal(corpus):
    with pytest.raises(DataError) as raised:
        fetch(corpus)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_published_files_in_the_cache_come_before_a_stand_in_in_course_data(tmp_path):
    other = StandIn(File("toy/slice.txt", sha256(b"slice")), "only a slice", {"all": 1})
    corpus = toy(PAGES, stand_in=other)
    put(tmp_path / "copies", {"slice.txt": b"slice"})
    assert find(corpus).note == "only a slice"
    put(cache_folder(), PAGES)
    copy = find(corpus)
    assert (copy.place, copy.note, copy.counts) == ("cache", "", {"all": 1000})


def test_what_is_missing_of_an_incomplete_copy(tmp_path):
    corpus = toy(PAGES)
    assert what_is_missing(corpus) == ""
    put(tmp_path / "copies", {"one.txt": b"one", "three.txt": b"three"})
    assert find(corpus) is None and what_is_missing(corpus) == "COURSE_DATA lacks toy/two.txt"
    put(cache_folder(), {"one.txt": b"one"})
    assert what_is_missing(corpus).endswith("; the cache lacks toy/two.txt and 1 more file")
    put(tmp_path / "copies", PAGES)
    assert what_is_missing(corpus).startswith("the cache lacks") and find(corpus).place == "COURSE_DATA"


def test_without_a_network_the_sentence_says_what_course_data_lacks(tmp_path):
    corpus, folder = toy(PAGES), tmp_path / "copies"
    assert refusal(corpus).startswith(
        f"COURSE_DATA ({folder}) lacks toy/one.txt and 2 more files, and toy can"
    )
    put(folder, {"one.txt": b"one", "three.txt": b"three"})
    sentence = refusal(corpus)
    assert sentence.startswith(f"COURSE_DATA ({folder}) lacks toy/two.txt, and toy cannot be downloaded from")
    assert sentence.endswith("add what is missing, or run `course data fetch toy` where there is a network")


def test_course_data_one_level_too_deep(tmp_path, monkeypatch):
    put(tmp_path / "copies", PAGES)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "copies/toy"))
    assert f": set COURSE_DATA to {tmp_path / 'copies'}, where toy is complete, or" in refusal(toy(PAGES))


@pytest.mark.parametrize("name", ["~no-such-user/data", "nowhere", "copies/file", "x" * 5000])
def test_course_data_that_cannot_be_a_folder(name, tmp_path, monkeypatch):
    (tmp_path / "copies/file").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", name)
    assert name in refusal(toy(PAGES))


def test_a_user_without_a_home(monkeypatch):
    pwd = pytest.importorskip("pwd")

    def unknown(_):
        raise KeyError("uid not found")

    for variable in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert "set XDG_CACHE_HOME to a folder" in refusal(toy(PAGES))


@pytest.mark.parametrize("closed", ["", "toy", "toy/two.txt"])
def test_a_copy_that_may_not_be_read(closed, monkeypatch):
    with open_folder() as folder:
        monkeypatch.setenv("COURSE_DATA", str(put(folder / "copies", PAGES)))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "home"))
        path = folder / "copies" / closed
        mode = path.stat().st_mode
        path.chmod(0)
        with ordinary_user():
            sentence = refusal(toy(PAGES))
        path.chmod(mode)
    first = "two" if closed == "toy/two.txt" else "one"
    assert sentence.startswith(
        f"{folder}/copies/toy/{first}.txt cannot be read (Permission denied): mend its"
    )
