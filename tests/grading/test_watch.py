"""Work that comes in while a folder is watched: whole, once each, within the limits, and nothing lost."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_class_run import course, submissions  # noqa: F401

from utils.cli.watch import watch
from utils.common.errors import UserError
from utils.grading.class_run import Class
from utils.grading.collect.by_student import collect
from utils.grading.gradebook.journal import Journal
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.watch import Limits, Watch, state_of


@pytest.fixture
def made(course, tmp_path):  # noqa: F811
    """Makes a watch of an empty folder, and what it says."""
    (tmp_path / "in").mkdir()

    def make(**settings) -> Watch:
        graded = Class(course / "source" / "01-tiny", tmp_path / "class", timeout=5)
        look = settings.pop("look", lambda: collect(tmp_path / "in", "01-tiny", "tiny"))
        return Watch(graded, tmp_path / "in", look, tmp_path / "grades.csv", 2, every=0.05, **settings)

    return make


def hand_in(watching: Watch, *texts: str) -> list[bool]:
    """Whether it is graded at each look, when ada's notebook has these texts one after the other."""
    watching.graded.stands = lambda result, one, safe: result.digest == one.digest()  # type: ignore
    found = []
    for text in texts:
        work = Submission("ada", {"tiny.ipynb": text.encode()} if text else {})
        watching.work = [(work, work.digest())]
        due = list(watching.due())
        for one in due:
            watching.results["ada"] = Result("ada", "graded", digest=one.digest())
            watching.attempts["ada"][one.digest()] = datetime.now(timezone.utc)
        found.append(bool(due))
    return found


def test_what_is_still_being_written_waits_and_what_is_graded_is_not_graded_again(made):
    assert hand_in(made(), "", "", "a", "ab", "ab", "ab", "") == [False] * 4 + [True] + [False] * 2


def test_no_more_attempts_are_graded_than_the_limit_and_it_is_said_once(made):
    said: list[str] = []
    watching = made(limits=Limits(most=2), tell=said.append)
    looks = ["a", "a", "b", "b", "c", "c", "c", "a", "a"]
    assert hand_in(watching, *looks) == [False, True, False, True] + [False] * 3 + [False, True]
    assert len(said) == 1 and said[0].startswith("ada has handed in again, after 2 graded attempts")


def test_the_next_attempt_waits_for_its_time(made):
    said: list[str] = []
    watching = made(limits=Limits(pause=timedelta(minutes=5)), tell=said.append)
    assert hand_in(watching, "a", "a", "b", "b", "b") == [False, True, False, False, False]
    assert len(said) == 1 and "graded from" in said[0]
    for digest in watching.attempts["ada"]:
        watching.attempts["ada"][digest] -= timedelta(minutes=6)
    assert hand_in(watching, "b") == [True]


def test_a_file_that_changes_in_place_is_seen(tmp_path):
    assert state_of(tmp_path / "none") == ()
    file = tmp_path / "ada" / "tiny.ipynb"
    file.parent.mkdir()
    seen = [state_of(tmp_path)]
    for text in ("{}", "{ }"):
        file.write_text(text)
        seen.append(state_of(tmp_path))
    assert len(set(seen)) == 3 and state_of(tmp_path) == seen[-1]


def test_a_folder_that_cannot_be_watched_is_told_in_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"is not a folder; name the one into which work is put"):
        CliRunner().invoke(watch, ["1", str(tmp_path / "none")], catch_exceptions=False)


@pytest.mark.slow
def test_what_comes_in_is_graded_once_each_and_a_stop_loses_nothing(made, submissions, tmp_path):  # noqa: F811
    folder, journal = tmp_path / "in", Journal(tmp_path / "class" / "01-tiny.results.jsonl")
    kinds = ["right", "wrong", "cut", "absent", "last"]

    def put(kind: str) -> None:
        (folder / kind).mkdir()
        for name, content in submissions[kind].files.items():
            (folder / kind / name).write_bytes(content)

    def stopped(result: Result) -> None:
        raise KeyboardInterrupt

    waiting = iter(kinds[:3])
    with pytest.raises(KeyboardInterrupt):  # in the middle of the first ones
        made(progress=stopped).run(lambda: bool((kind := next(waiting, "")) and put(kind)))
    assert len(journal.rows()) == 1
    said: list[str] = []
    seen: list[Result] = []
    waiting = iter(kinds[3:])

    def stop() -> bool:
        if kind := next(waiting, ""):
            put(kind)
        return len(seen) == 3

    made(progress=seen.append, tell=said.append).run(stop)
    results = journal.results()
    assert {name: result.status for name, result in results.items()} == {
        "right": "graded",
        "wrong": "graded",
        "cut": "broken",
        "last": "graded",
    }
    assert len(journal.rows()) == 4 and [results[name].score for name in ("right", "wrong", "last")] == [
        3,
        1,
        3,
    ]
    assert all((tmp_path / "class/feedback" / name / "01-tiny/tiny.html").exists() for name in results)
    assert Path(tmp_path / "grades.csv").read_text().count("\n") == 5
    assert not said
