"""``course data``: what it prints and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from utils.data.published.registry import CORPORA

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Run ``course data`` without a network, with an empty cache and no COURSE_DATA."""
    environment = {key: value for key, value in os.environ.items() if key.lower() != "no_proxy"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "home"), "HTTPS_PROXY": "http://127.0.0.1:9"}
    environment |= {"https_proxy": "http://127.0.0.1:9", "COURSE_DATA": "", "PYTHONPATH": str(ROOT)}

    def run(*arguments, **changes):
        return subprocess.run(
            [sys.executable, "-m", "utils.cli.main", "data", *arguments],
            cwd=tmp_path,  # data may be fetched from anywhere
            env=environment | changes,
            capture_output=True,
            text=True,
        )

    return run


def test_list_shows_every_set_with_its_licence_and_address(course):
    outcome = course("list")
    assert outcome.returncode == 0 and outcome.stderr == ""
    assert outcome.stdout.count("not on this machine") == 12
    for part in ("5,574 messages", "CC BY 4.0", "Maas, Daly", "https://nlp.stanford.edu/data/glove.6B.zip",
                 "load('spam', source='real')", "load('imdb', source='real')"):  # fmt: skip
        assert part in outcome.stdout
    assert outcome.stdout.splitlines()[-1].endswith("spam, surnames, tagged, translation, vectors")


def test_a_set_has_the_name_that_load_gives_it_too(course):
    for command in ("fetch", "check"):
        assert course(command, "spam").stderr == course(command, "sms").stderr != ""


def test_fetch_without_a_network_is_one_sentence_and_exit_code_1(course, tmp_path):
    outcome = course("fetch", "sms")
    assert outcome.returncode == 1
    assert len(outcome.stderr.splitlines()) == 1
    assert outcome.stderr.startswith("course: there is no copy of sms on this machine")
    assert "`course data fetch sms`" in outcome.stderr and "set COURSE_DATA" in outcome.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("fetch",), "name the sets to fetch, or pass --all; there are: sms, names"),
        (("fetch", "smss"), "there is no real data set 'smss'; there are: sms, names"),
        (("fetch", "--all", "smss"), "there is no real data set 'smss'; there are: sms, names"),
        (("check", "smss"), "there is no real data set 'smss'; there are: sms, names"),
        (("check", "sms"), "sms is not on this machine: run `course data fetch sms`"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, sentence, course):
    outcome = course(*arguments)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"course: {sentence}") and len(outcome.stderr.splitlines()) == 1


def test_check_without_names_passes_over_what_is_not_here(course):
    outcome = course("check")
    assert outcome.returncode == 0 and outcome.stdout.count("not on this machine") == 12


def test_a_changed_copy_fails_the_check(course, tmp_path):
    copy = tmp_path / "copies" / "sms" / "SMSSpamCollection"
    copy.parent.mkdir(parents=True)
    copy.write_text("ham\tone\n")
    for arguments in (("check",), ("fetch", "sms")):
        outcome = course(*arguments, COURSE_DATA=str(tmp_path / "copies"))
        assert outcome.returncode == 1
        assert "SMSSpamCollection is not the published file" in outcome.stderr
    assert course("list", COURSE_DATA=str(tmp_path / "none")).stderr.endswith("mend it or unset it\n")


def test_an_incomplete_copy_is_shown_as_such(course, tmp_path):
    for path in CORPORA["names"].files[:-2]:
        (tmp_path / path.path).parent.mkdir(exist_ok=True)
        (tmp_path / path.path).touch()
    lacks = "incomplete (COURSE_DATA lacks names/Spanish.txt and 1 more file)"
    assert f"surnames of 18 languages; {lacks}\n" in course("list", COURSE_DATA=str(tmp_path)).stdout
    outcome = course("check", COURSE_DATA=str(tmp_path))
    assert outcome.returncode == 0 and f"names: {lacks}\n" in outcome.stdout
    outcome = course("check", "names", COURSE_DATA=str(tmp_path))
    assert outcome.returncode == 1
    assert outcome.stderr == f"course: names is {lacks}: run `course data fetch names`\n"
    outcome = course("fetch", "names", COURSE_DATA=str(tmp_path))
    assert outcome.returncode == 1
    assert f"COURSE_DATA ({tmp_path}) lacks names/Spanish.txt and 1 more file, and" in outcome.stderr


def test_list_shows_what_a_stand_in_holds(course, tmp_path):
    stand_in = CORPORA["glove"].stand_in
    (tmp_path / "glove").mkdir()
    (tmp_path / stand_in.file.path).touch()
    shown = course("list", COURSE_DATA=str(tmp_path)).stdout
    assert f"in COURSE_DATA ({stand_in.note})" in shown and "30,000 words" in shown
    assert "400,000" not in shown


@pytest.mark.parametrize("name", ["~no-such-user/data", "/no/such/folder"])
@pytest.mark.parametrize("command", ["fetch", "check", "list"])
def test_course_data_that_is_nowhere_is_one_sentence(command, name, course):
    outcome = course(command, *(["sms"] if command == "fetch" else []), COURSE_DATA=name)
    assert outcome.returncode == 1
    assert outcome.stderr == f"course: COURSE_DATA names {name}, which is not a folder: mend it or unset it\n"


NEEDS_COURSE_DATA = pytest.mark.skipif(
    not os.environ.get("COURSE_DATA"), reason="COURSE_DATA names no folder with copies of the real data"
)


@NEEDS_COURSE_DATA
def test_fetch_says_that_a_stand_in_is_not_the_published_set(course):
    folder = Path(os.environ["COURSE_DATA"])
    published, stand_in = CORPORA["glove"].files[0], CORPORA["glove"].stand_in
    if (folder / published.path).is_file() or not (folder / stand_in.file.path).is_file():
        pytest.skip("COURSE_DATA holds no stand-in for glove")
    outcome = course("fetch", "glove", COURSE_DATA=str(folder))
    assert outcome.returncode == 0
    assert f"is in {folder}/glove ({stand_in.note})\n" in outcome.stdout
    missing = "the published set was not fetched: `course data fetch` does that with COURSE_DATA unset"
    assert outcome.stderr == f"glove: {missing}\n"


@NEEDS_COURSE_DATA
def test_check_counts_what_course_data_holds(course):
    folder = os.environ["COURSE_DATA"]
    if not (Path(folder) / "sms/SMSSpamCollection").is_file():
        pytest.skip("COURSE_DATA holds no copy of sms")
    outcome = course("check", "sms", COURSE_DATA=folder)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout == "sms: 5,574 messages, as documented\n"
    assert "in COURSE_DATA" in course("list", COURSE_DATA=folder).stdout
    assert f"is in {folder}/sms\n" in course("fetch", "sms", COURSE_DATA=folder).stdout


def test_make_says_what_the_default_sets_hold(course):
    outcome = course("make", "spam", "surnames")
    spam, surnames = outcome.stdout.splitlines()
    assert spam.startswith("spam (default): ") and surnames.startswith("surnames (default): ")
    outcome = course("make", "imdb")
    assert outcome.returncode == 1 and "there is no default data set 'imdb'" in outcome.stderr
