"""The writer against nbgrader's own, and against everything that can interrupt it."""

import copy
import csv
import errno
import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from gradebook_course import (
    CELLS,
    DUE,
    SCORES,
    TINY,
    address,
    enter,
    executed,
    files,
    grade_by_hand,
    hand_in,
    state,
    write_source,
)
from nbgrader import api
from nbgrader.plugins import CsvExportPlugin
from postgres import PASSWORD, Cluster, cluster  # noqa: F401

from utils.common.errors import UserError
from utils.grading.answer_key import MARK, read_release
from utils.grading.gradebook import journal
from utils.grading.gradebook.nbgrader_api import nbgrader_api
from utils.grading.gradebook.writer import Gradebook
from utils.grading.result import Result
from utils.grading.submission import Submission

EARLY, LATE = DUE - timedelta(hours=1), DUE + timedelta(hours=1)


@pytest.fixture
def source(tmp_path) -> Path:
    return write_source(tmp_path / "source" / TINY)


@pytest.fixture
def course(tmp_path) -> Path:
    return tmp_path / "class"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, course, tmp_path) -> str:
    """The address of an empty gradebook, of both kinds."""
    if request.param == "sqlite":
        return address(course)
    server = request.getfixturevalue("cluster")
    return server.create(f"class{abs(hash(tmp_path))}").replace("postgresql:", "postgresql+psycopg:")


def fill(course: Path, source: Path, url: str | None, students: list[str], **opening) -> None:
    """A run of the writer: what a kill interrupts, and what a rerun does again."""
    with Gradebook(course, url, **opening) as gradebook:
        enter(gradebook, source, DUE)
        done = gradebook.read_results()
        for student in students:
            submission, result, notebook = hand_in(course, student, when=LATE if student > "d" else EARLY)
            if student not in done or done[student].digest != result.digest:
                gradebook.write(submission, result, notebook)


def newest(course: Path) -> dict[str, Result]:
    return journal.Journal(course / f"{TINY}.results.jsonl").results()


def rows(gradebook: Gradebook) -> list[dict]:
    return gradebook.final(TINY)[0]


def history(course: Path, student: str) -> list:
    return journal.Journal(course / f"{TINY}.results.jsonl").history(student)


# against nbgrader


@pytest.mark.slow
def test_the_gradebook_is_what_nbgrader_itself_would_write(tmp_path):
    """Cells of every kind, by every student; a notebook that nobody asked for."""
    source = write_source(tmp_path / "source" / TINY)
    stock, ours = tmp_path / "stock", tmp_path / "ours"
    write_source(stock / "source" / TINY)
    late = {"LateSubmissionPlugin": {"penalty_method": "zero"}}
    nbgrader = nbgrader_api(stock, **late)
    assert nbgrader.generate_assignment(TINY)["success"]
    with nbgrader.gradebook as gradebook:
        gradebook.update_or_create_assignment(TINY, duedate=DUE.replace(tzinfo=None))
    ours.mkdir()
    (ours / "nbgrader_config.py").write_text('c.LateSubmissionPlugin.penalty_method = "zero"\n')

    released = nbformat.read(stock / "release" / TINY / "numbers.ipynb", as_version=4)
    ours_to_students = nbformat.from_dict(read_release(stock / "source" / TINY).student)
    assert ours_to_students.cells == released.cells and ours_to_students.metadata.pop(MARK)
    assert ours_to_students.metadata == released.metadata
    right, deleted = copy.deepcopy(released), copy.deepcopy(released)
    right.cells[1].source = "def double(x):\n    return 2 * x"
    right.cells[5].source = "x = 2"
    deleted.cells[1].source = "def double(x):\n    return abs(2 * x)"
    del deleted.cells[3]
    handed_in = {
        "ada": ({"numbers": right}, EARLY),
        "alan": ({"numbers": right}, LATE),
        "barbara": ({"numbers": deleted, "extra": right}, EARLY),
    }

    def grade(student: str) -> None:
        notebooks, when = handed_in[student]
        contents = {f"{name}.ipynb": nbformat.writes(nb).encode() for name, nb in notebooks.items()}
        folder = stock / "submitted" / student / TINY
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        (folder / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC")
        assert nbgrader.autograde(TINY, student)["success"]
        run = nbformat.read(stock / "autograded" / student / TINY / "numbers.ipynb", as_version=4)
        gradebook.write(Submission(student, contents, when), Result(student, "graded"), run)

    with Gradebook(ours) as gradebook:
        enter(gradebook, source, DUE)
        for student in handed_in:
            grade(student)
        assert state(address(ours)) == state(address(stock))
        totals = {row["student_id"]: row for row in rows(gradebook)}
        with nbgrader.gradebook as stock_book:
            for student, row in totals.items():
                attempt = stock_book.find_submission(TINY, student)
                assert row["raw_score"] == attempt.score and row["max_score"] == attempt.max_score
                assert row["late_submission_penalty"] == attempt.late_submission_penalty
        assert totals["ada"]["score"] > totals["barbara"]["score"] > 0 == totals["alan"]["score"]

        for url in (address(stock), address(ours)):
            grade_by_hand(url, "ada")
        handed_in["ada"][0]["numbers"].cells[6].source = "An essay."
        grade("ada")
        assert state(address(ours)) == state(address(stock))
    assert (ours / "submitted/barbara" / TINY / "extra.ipynb").exists()


def test_nbgraders_own_api_works_on_it(course, source, url):
    fill(course, source, url, ["ada", "alan"])
    with Gradebook(course, url) as written:
        totals = {row["student_id"]: row["score"] for row in rows(written)}
    with api.Gradebook(url) as gradebook:
        to = course / "grades.csv"
        CsvExportPlugin(to=str(to)).export(gradebook)
        with to.open(newline="") as file:
            assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == totals
        assert gradebook.find_submission(TINY, "ada").score == 2.5
        assert gradebook.find_submission_notebook("numbers", TINY, "alan").needs_manual_grade
        gradebook.add_student("nobody")


def test_result_scores_decide_where_they_name_a_cell(course, source):
    """Only the engine knows that a warning on stderr costs nothing; nbgrader's rule would give 0."""
    with Gradebook(course) as gradebook:
        enter(gradebook, source)
        submission, result, notebook = hand_in(course, "ada", dict(SCORES, **{"double-hard": (2.0, 2.0)}))
        notebook.cells[3].outputs = [nbformat.v4.new_output("stream", name="stderr", text="careful")]
        gradebook.write(submission, result, notebook)
        assert state(address(course))[TINY, "ada", "numbers", "grade", "double-hard"][0] == 2.0


# regrading


def test_writing_the_same_again_changes_nothing_also_after_a_person_graded(course, source, url):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        work = hand_in(course, "ada")
        gradebook.write(*work)
        grade_by_hand(url, "ada")
        before, there = state(url), files(course)
        gradebook.write(*work)
        enter(gradebook, source)
        assert (state(url), files(course)) == (before, there)
        assert len(history(course, "ada")) == 1  # the same twice is one
    assert not list(course.glob("gradebook-*.db"))


def test_a_new_attempt_keeps_what_a_person_gave_and_asks_to_look_again(course, source, url):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        grade_by_hand(url, "ada")
        better = dict(SCORES, **{"double-hard": (2.0, 2.0)})
        gradebook.write(*hand_in(course, "ada", better, mark="second"))
        seen = state(url)
        assert seen[TINY, "ada", "numbers", "grade", "essay"][:4] == (None, 1.5, 0.25, True)
        assert seen[TINY, "ada", "numbers", "comment", "essay"][1] == "Good."
        assert seen[TINY, "ada", "numbers", "grade", "double-hard"][0] == 2.0
        assert [result.score for _, result in history(course, "ada")] == [2.5, 4.5]
        assert rows(gradebook)[0]["score"] == 2.5 + 2 + 1.5 + 0.25


def test_a_deleted_test_keeps_no_mark_of_the_attempt_before(course, source):
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        submission, result, notebook = hand_in(course, "ada", mark="second")
        del notebook.cells[2], result.scores["double-easy"]
        gradebook.write(submission, result, notebook)
        assert state(address(course))[TINY, "ada", "numbers", "grade", "double-easy"][:4] == (
            None,
            None,
            None,
            True,
        )


def test_changed_cells_keep_manual_marks_and_drop_marks_of_tests_that_are_gone(course, source, url, tmp_path):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        for student in ("ada", "alan"):
            gradebook.write(*hand_in(course, student))
        for cell in ("essay", "sketch"):
            grade_by_hand(url, "ada", cell)
        with api.Gradebook(url) as book:
            book.find_grade("drawing", "numbers", TINY, "ada").manual_score = 4
            book.find_comment("drawing", "numbers", TINY, "ada").manual_comment = "A fine line."
            book.db.commit()
        before = state(url)
        cells = dict(
            CELLS, **{"double-part": (CELLS["double-part"][0], "test", 6), "new": ("assert 1", "test", 7)}
        )
        del cells["double-hard"]
        cells["sketch"] = ("Draw with words.", "manual text", 3)
        cells["drawing"] = ("Draw it here.", "manual text", 5)
        enter(gradebook, write_source(tmp_path / "changed" / TINY, cells))

        seen = state(url)
        ada = {key[-1]: row for key, row in seen.items() if key[:2] == (TINY, "ada") and "grade" in key}
        assert set(ada) == {"double-easy", "double-part", "sketch", "essay", "drawing", "new"}
        assert ada["double-easy"][:2] == (1.0, None)  # it did not change
        assert ada["double-part"][:4] == (None, None, None, True)
        assert ada["new"][:4] == (None, None, None, True)
        assert [ada[cell][1] for cell in ("essay", "sketch", "drawing")] == [1.5, 1.5, 4]
        assert seen[TINY, "ada", "numbers", "comment", "essay"][1] == "Good."
        assert seen[TINY, "ada", "numbers", "comment", "drawing"][1] == "A fine line."
        assert seen[TINY][0] == 1 + 6 + 3 + 2 + 5 + 7

        fresh = tmp_path / "fresh"
        with Gradebook(fresh) as unspoilt:
            enter(unspoilt, tmp_path / "changed" / TINY, DUE)
        assert state(address(fresh))[TINY, "numbers"] == seen[TINY, "numbers"]
    kept = list(course.glob("gradebook-*.db"))
    assert len(kept) == 1 and state(f"sqlite:///{kept[0]}") == before


def test_a_notebook_that_is_gone_leaves_and_a_new_one_comes(course, source, url, tmp_path):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        enter(gradebook, write_source(tmp_path / "other" / TINY, notebook="letters"))
        seen = state(url)
        assert (TINY, "ada", "letters") in seen and (TINY, "ada", "numbers") not in seen
        assert rows(gradebook)[0]["score"] is None


def test_a_gradebook_that_no_longer_has_the_marks_is_filled_again(course, source, tmp_path):
    """The journal's word counts only where the gradebook agrees."""
    students = ["ada", "alan"]
    fill(course, source, None, students)
    copied = (course / "gradebook.db").read_bytes()
    fill(course, source, None, [*students, "barbara"])
    whole = state(address(course))
    (course / "gradebook.db").write_bytes(copied)  # an older copy is put back
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole
    (course / "gradebook.db").unlink()
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole
    harder = dict(CELLS, **{"double-hard": (CELLS["double-hard"][0], "test", 9)})
    with Gradebook(course) as gradebook:  # other points, and back again before anybody was graded
        enter(gradebook, write_source(tmp_path / "harder" / TINY, harder))
        enter(gradebook, source)
        assert {result.digest for result in gradebook.read_results().values()} == {""}
    assert len(list(course.glob("gradebook-*.db"))) == 2  # also when both were in the same second
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole


def test_an_extension_counts_and_a_plugin_of_ones_own(course, source):
    course.mkdir()
    (course / "nbgrader_config.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Half(BasePlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n"
        "        return {'ada': score / 2, 'alan': 1000, 'barbara': None, 'claude': -1}[student]\n"
        "c.AssignLatePenalties.plugin_class = Half\n"
    )
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        for student in ("ada", "alan", "barbara", "claude"):
            gradebook.write(*hand_in(course, student, when=LATE))
        assert [row["score"] for row in rows(gradebook)] == [1.25, 0, 2.5, 2.5]
        with api.Gradebook(address(course)) as book:
            book.grant_extension(TINY, "ada", hours=2)
        gradebook.write(*hand_in(course, "ada", when=LATE))
        assert rows(gradebook)[0]["score"] == 2.5
        with pytest.raises(UserError, match="plugin failed for edsger"):
            gradebook.write(*hand_in(course, "edsger", when=LATE))
        assert len(rows(gradebook)) == 4
    (course / "nbgrader_config.py").write_text("c.LateSubmissionPlugin.penalty_method = 'guess'\n")
    with pytest.raises(UserError, match=r"nbgrader_config\.py cannot be used"):
        Gradebook(course)


# broken submissions


def test_a_broken_submission_waits_for_a_person_and_has_no_score(course, source, url):
    broken = Result("cut", "broken", problem="numbers.ipynb is not JSON.", digest="1")
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(Submission("cut", {"numbers.ipynb": b"{"}), broken, None)
        assert rows(gradebook)[0]["score"] is None and rows(gradebook)[0]["needs_manual_grade"]
        assert gradebook.read_results() == {"cut": broken}
        assert list(files(course)) == [f"broken/cut/{TINY}/numbers.ipynb"]
        gradebook.write(*hand_in(course, "cut"))
        assert rows(gradebook)[0]["score"] == 2.5
        assert not [name for name in files(course) if name.startswith("broken")]


def test_a_broken_attempt_leaves_the_grade_of_an_earlier_one_and_says_so(course, source):
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        before, there = state(address(course)), files(course)
        broken = Result("ada", "broken", problem="numbers.ipynb is empty.", digest="2")
        written = gradebook.write(Submission("ada", {"numbers.ipynb": b""}, LATE), broken, None)
        assert state(address(course)) == before
        assert {name: data for name, data in files(course).items() if "broken" not in name} == there
        assert written.notes == ["The grade of an earlier attempt stands: 2.5 points."]
        assert [result.status for _, result in history(course, "ada")] == ["graded", "broken"]
        assert gradebook.read_results()["ada"] == written


@pytest.mark.parametrize("student", ["../ada", "a/b", "", ".", "x" * 200, "a\0b"])
def test_a_name_that_is_no_folder_is_refused(course, source, student):
    with Gradebook(course) as gradebook:
        enter(gradebook, source)
        submission, result, notebook = hand_in(course, "ada")
        with pytest.raises(UserError, match="cannot be a student's name"):
            gradebook.write(Submission(student, submission.files), result, notebook)


def test_odd_contents_stop_nothing(course, source):
    """Half a character, marks that are no marks, a name that climbs, an own timestamp."""
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        submission, result, notebook = hand_in(course, "ada", when=None)
        notebook.cells[1].source = "'\ud800'"
        notebook.cells[5].metadata.nbgrader = 5
        notebook.cells[6].metadata.nbgrader.grade_id = ["essay"]
        odd = {"../../climbed": b"1", "timestamp.txt": b"1999-01-01", "data/x.csv": b"1", "x" * 300: b"1"}
        submission = Submission("ada", submission.files | odd)
        gradebook.write(submission, result, notebook)
        assert rows(gradebook)[0]["score"] == 2.5 and rows(gradebook)[0]["timestamp"] is None
    there = {name.partition(f"{TINY}/")[2] for name in files(course) if name.startswith("submitted")}
    assert there == {"numbers.ipynb", "data/x.csv"} and not list(course.parent.glob("**/climbed"))


# the journal


def test_a_torn_last_line_of_the_journal_is_ignored_and_mended(course, source):
    fill(course, source, None, ["ada", "alan"])
    journal = course / f"{TINY}.results.jsonl"
    whole = journal.read_bytes()
    for cut in (1, 20, len(whole.splitlines()[-1])):
        journal.write_bytes(whole[:-cut])
        assert set(newest(course)) - {"alan"} == {"ada"}
        fill(course, source, None, ["ada", "alan"])
        rows = [json.loads(line) for line in journal.read_text().splitlines()]
        assert [row["student"] for row in rows] == ["ada", "alan"]


def test_history_keeps_what_differs_and_drops_what_repeats(tmp_path):
    kept = journal.Journal(tmp_path / "x.results.jsonl")
    for seconds, score in enumerate([1.0, 1.0, 2.0, 1.0, 1.0]):
        result = Result(
            "ada", "graded", {"t": (score, 2.0)}, seconds=seconds, notes=["½ ✓"], parts={"run": 0.1}
        )
        kept.append(result)
        kept.append(Result("alan", "broken", problem="x", seconds=seconds))
    before = kept.results()
    kept.compact()
    assert [result.score for _, result in kept.history("ada")] == [1.0, 2.0, 1.0]
    assert len(kept.history("alan")) == 1 and kept.results() == before
    assert kept.results()["ada"].scores == {"t": (1.0, 2.0)}


# interruptions


def in_child(work) -> int:
    """Run ``work`` in a fork of this process; its wait status."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def compare_with_undisturbed(course: Path, source: Path, students: list[str], tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    if not calm.exists():
        fill(calm, source, None, students)
    assert state(address(course)) == state(address(calm))
    assert files(course) == files(calm)
    whole = {student: (result.status, result.scores) for student, result in newest(course).items()}
    assert whole == {student: (result.status, result.scores) for student, result in newest(calm).items()}


@pytest.mark.slow
def test_a_kill_at_every_step_of_the_writing_loses_nothing(source, tmp_path):
    """Killed before and after each file that is synced, moved or committed, in turn."""
    students = ["ada", "emmy"]
    moments = 0
    for fatal in range(1000):
        course = tmp_path / f"class{fatal}"

        def run(course=course, fatal=fatal):
            steps = iter(range(fatal, -1, -1))

            def step():
                if next(steps) == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            def fatally(function):
                def wrapped(*arguments, **named):
                    step()
                    answer = function(*arguments, **named)
                    step()
                    return answer

                return wrapped

            for owner, name in (
                (os, "fsync"),
                (Path, "replace"),
                (Gradebook, "record"),
                (Gradebook, "bring_in"),
            ):
                setattr(owner, name, fatally(getattr(owner, name)))
            fill(course, source, None, students)

        status = os.waitpid(in_child(run), 0)[1]
        if not os.WIFSIGNALED(status):
            assert status == 0
            break
        moments += 1
        results = newest(course)
        if results:
            seen = state(address(course))
            assert all(seen[TINY, student][2] == result.score for student, result in results.items())
        fill(course, source, None, students)
        compare_with_undisturbed(course, source, students, tmp_path)
    assert moments > 30


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_nothing(source, tmp_path):
    """Thirty random moments, several in the life of one gradebook."""
    students = [f"{letter}{number}" for letter in "abcdef" for number in range(5)]
    start = time.monotonic()
    fill(tmp_path / "calm", source, None, students)
    lasts = time.monotonic() - start
    random.seed(5)
    kills = 0
    while kills < 30:
        course = tmp_path / f"class{kills}"
        for _ in range(4):
            child = in_child(lambda course=course: fill(course, source, None, students))
            time.sleep(random.uniform(0, lasts))
            os.kill(child, signal.SIGKILL)
            kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        fill(course, source, None, students)
        compare_with_undisturbed(course, source, students, tmp_path)


@pytest.mark.parametrize("holds", [1.5, None], ids=["for a while", "for ever"])
def test_a_locked_gradebook_is_waited_for(course, source, holds):
    said: list[str] = []
    with Gradebook(course, patience=1.0 if holds is None else 30, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        other = sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        before = files(course)
        if holds is None:
            with pytest.raises(UserError, match=r"gradebook\.db is in use .* nothing is lost"):
                gradebook.write(*hand_in(course, "alan"))
            assert files(course) == before and set(newest(course)) == {"ada"}
            other.execute("ROLLBACK")
        else:
            threading.Timer(holds, lambda: other.execute("ROLLBACK")).start()
        gradebook.write(*hand_in(course, "alan"))
        assert "in use by another program; waiting" in said[0]
    assert set(newest(course)) == {"ada", "alan"}
    assert state(address(course))[TINY, "alan"][2] == 2.5


def test_a_second_writer_waits_for_the_first(course, source):
    with Gradebook(course) as first:
        enter(first, source)

        def second():
            with (
                Gradebook(course, patience=0.3) as gradebook,
                pytest.raises(UserError, match="another process"),
            ):
                enter(gradebook, source)

        assert os.waitpid(in_child(second), 0)[1] == 0
        with Gradebook(course) as reader:  # who only reads need not wait
            assert rows(reader) == [] and reader.read_results(TINY) == {}


def test_a_full_disk_is_told_and_leaves_nothing_half_written(course, source, monkeypatch):
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        really = os.fsync
        for good in range(20):
            before, there = state(address(course)), files(course)
            calls = iter(range(good, -1, -1))

            def full(handle, calls=calls):
                if next(calls, 1) == 0:
                    raise OSError(errno.ENOSPC, "No space left on device")
                really(handle)

            monkeypatch.setattr(os, "fsync", full)
            try:
                gradebook.write(*hand_in(course, f"s{good}"))
            except UserError as error:
                assert "is full; make room and run again" in str(error)
                if state(address(course)) == before:
                    assert files(course) == there
                assert f"s{good}" not in newest(course)
            else:
                assert good > 3
                break
            finally:
                monkeypatch.setattr(os, "fsync", really)
            gradebook.write(*hand_in(course, f"s{good}"))
            assert rows(gradebook)[-1]["score"] == 2.5 and f"s{good}" in newest(course)
        else:
            raise AssertionError("the writer never wrote")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_is_really_full(source, tmp_path):
    """From no room at all upwards, so that each of the files is the one that finds none."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        course = small / "class"
        students = [f"s{number}" for number in range(14)]
        refused = 0
        with Gradebook(course) as gradebook:
            enter(gradebook, source, DUE)
            for number, student in enumerate(students):
                before, there = state(address(course)), files(course)
                room = os.statvfs(small)
                ballast = small / "ballast"
                ballast.write_bytes(b"x" * (room.f_bavail * room.f_frsize - number * 4096))
                try:
                    gradebook.write(*hand_in(course, student, when=EARLY))
                except UserError as error:
                    refused += 1
                    assert "full; make room and run again" in str(error)
                    if state(address(course)) == before:
                        assert files(course) == there
                    assert student not in newest(course)
                ballast.unlink()
                gradebook.write(*hand_in(course, student, when=EARLY))
        assert refused > 3
        calm = tmp_path / "calm"
        with Gradebook(calm) as gradebook:
            enter(gradebook, source, DUE)
            for student in students:
                gradebook.write(*hand_in(calm, student, when=EARLY))
        compare_with_undisturbed(course, source, students, tmp_path)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


# PostgreSQL


def test_a_server_that_is_restarted_in_the_middle(cluster: Cluster, source, tmp_path):  # noqa: F811
    url = cluster.create("restarted")
    students = [f"s{number}" for number in range(12)]
    said: list[str] = []
    course = tmp_path / "class"
    with Gradebook(course, url, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        for number, student in enumerate(students):
            if number == 3:  # between two submissions
                cluster.stop()
                threading.Timer(1.0, cluster.start).start()
            if number == 7:  # in the middle of a transaction
                record = gradebook.record

                def interrupted(connection, *arguments, record=record):
                    gradebook.record = record
                    answer = record(connection, *arguments)
                    cluster.stop()
                    threading.Timer(1.0, cluster.start).start()
                    return answer

                gradebook.record = interrupted
            gradebook.write(*hand_in(course, student, when=EARLY))
    calm = tmp_path / "calm"
    with Gradebook(calm) as gradebook:
        enter(gradebook, source, DUE)
        for student in students:
            gradebook.write(*hand_in(calm, student, when=EARLY))
    assert state(url.replace("postgresql:", "postgresql+psycopg:")) == state(address(calm))
    assert files(course) == files(calm) and set(newest(course)) == set(students)
    assert any(
        "does not answer; waiting" in sentence or "restarted; waiting" in sentence for sentence in said
    )


def test_a_lock_on_the_server_is_waited_for(cluster: Cluster, source, course):  # noqa: F811
    import psycopg

    url, said = cluster.create("locked"), []
    with Gradebook(course, url, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE grade")
            threading.Timer(1.5, other.rollback).start()
            gradebook.write(*hand_in(course, "ada"))
        assert rows(gradebook)[0]["score"] == 2.5 and "in use by another program" in said[0]


def test_no_sentence_shows_the_password(cluster: Cluster, course, tmp_path):  # noqa: F811
    right = cluster.url("absent")
    sentences = []
    for address_ in (
        right,
        right.replace("grader:", "stranger:"),
        right.replace(f":{cluster.port}/", ":1/"),
        right.replace("postgresql:", "mysql:"),
        f"postgresql//grader:{PASSWORD}@host",
    ):
        with pytest.raises(UserError) as refused:
            Gradebook(course, address_)
        sentences.append(str(refused.value))
    assert not any(PASSWORD in sentence or "\n" in sentence for sentence in sentences)
    assert "absent" in sentences[0] and "stranger" in sentences[1] and "refused" in sentences[2]


def test_a_gradebook_of_another_nbgrader_is_refused(course, source):
    fill(course, source, None, ["ada"])
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'old'")
    with pytest.raises(UserError, match="nbgrader db upgrade"):
        Gradebook(course)


def test_what_nbgrader_refuses_is_told_in_one_sentence(source):
    notebook = nbformat.read(source / "numbers.ipynb", as_version=4)
    notebook.cells[2].metadata.nbgrader.grade_id = "double"
    nbformat.write(notebook, source / "numbers.ipynb")
    with pytest.raises(UserError, match="nbgrader refuses the notebook of 01-tiny") as refused:
        read_release(source)
    assert "\n" not in str(refused.value)
    assert executed(notebook, {}).cells == notebook.cells
