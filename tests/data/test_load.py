import random

import pytest
import torch
from real_data import needs_course_data, require

import utils.data
from utils.data import DataError, Dataset, load
from utils.data.load import DEFAULT, REAL, counts
from utils.data.published.corpora import PARSERS
from utils.data.published.registry import CORPORA


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """No copy anywhere, and a proxy that is not there in place of the network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for variable in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")


def test_the_function_is_exported():
    assert utils.data.load is load


@pytest.mark.parametrize("name", DEFAULT)
def test_every_default_is_there_offline_and_says_what_it_is(name, offline):
    state, torch_state = random.getstate(), torch.random.get_rng_state()
    data = load(name)
    assert isinstance(data, Dataset) and (data.name, data.source) == (name, "default")
    assert {"train", "test"} <= set(data) or list(data) == ["all"]
    assert all(len(items) > 0 and items[0] is not None for items in data.values())
    assert str(data).startswith(f"{name} (default): {data.title}")
    assert random.getstate() == state and torch.equal(torch.random.get_rng_state(), torch_state)


def test_the_book_sees_which_modules_make_the_defaults():
    grimp = pytest.importorskip("grimp")
    seen = grimp.build_graph("utils", cache_dir=None).find_modules_directly_imported_by("utils.data.load")
    assert {address.split(":")[0] for address in DEFAULT.values()} <= seen


@pytest.mark.parametrize("name", [*REAL, "imdb", "multi30k"])
def test_real_data_that_cannot_be_had_is_an_error_never_the_default(name, offline):
    with pytest.raises(DataError, match=r"run `course data fetch .* or set COURSE_DATA to"):
        load(name, source="real")


def test_every_real_name_leads_to_a_corpus_with_a_parser():
    assert set(REAL.values()) <= CORPORA.keys() == PARSERS.keys()
    assert not REAL.keys() & CORPORA.keys()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("spam", "reel"), "source must be 'default' or 'real', got 'reel'"),
        (("sapm",), r"there is no default data set 'sapm'; there are: .*spam"),
        (("sapm", "real"), r"there is no real data set 'sapm'; there are: .*imdb.*spam"),
        (("chorales",), r"'chorales' has no default data: load\('chorales', source='real'\)"),
        (("imdb",), r"'imdb' has no default data: load\('imdb', source='real'\)"),
    ],
)
def test_a_name_or_a_source_that_is_not_there(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        load(*arguments)


def test_counts_in_the_form_of_the_registry():
    data = Dataset("x", "real", "x", {"train": "abc", "valid": "de", "test": "f"})
    assert counts(data, {"all": 0}) == {"all": 6}
    assert counts(data, {"train+valid": 0, "test": 0}) == {"train+valid": 5, "test": 1}


@needs_course_data
def test_the_courses_names_lead_to_the_published_sets():
    require("sms")
    data = load("spam", source="real")
    assert str(data) == (
        "spam (real): SMS Spam Collection; "
        + ", ".join(f"{name} {len(data[name]):,}" for name in ("train", "valid", "test"))
    )
    assert data["train"] == load("sms", source="real")["train"]


def test_the_environment_chooses_the_source_where_the_caller_does_not(offline, monkeypatch):
    monkeypatch.setenv("COURSE_SOURCE", "real")
    assert load("spam", "default").source == "default"
    with pytest.raises(DataError, match="COURSE_DATA"):
        load("spam")
    with pytest.raises(ValueError, match="'signals' has no real data"):
        load("signals")
    monkeypatch.setenv("COURSE_SOURCE", "reel")
    with pytest.raises(ValueError, match="got 'reel'"):
        load("spam")
