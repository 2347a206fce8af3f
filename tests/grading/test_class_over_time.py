"""A class over a term, by the commands: deadlines move, people give points, students hand in again."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.cli.main import course as command
from utils.common.errors import UserError
from utils.grading.class_run import Class
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.worker import Graded

pytestmark = pytest.mark.slow

SOURCE = """
# %% task="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" checks="small" points=2
assert double(2) == 4, "double(2) is 4"

# %% test="double" checks="negative" points=3
assert double(-1) == -2, "double(-1) is -2"
"""
RIGHT, HALF = "def double(x):\n    return x + x", "def double(x):\n    return abs(2 * x)"
PENALTY = "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
CANVAS = """Student,ID,SIS Login ID,Section,01-tiny (7)
    Points Possible,,,,5
Ada,101,ada,S1,
Bob,102,bob,S1,4
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A course with one tiny assignment."""
    root = tmp_path_factory.mktemp("course")
    (root / "solutions/01-tiny").mkdir(parents=True)
    (root / "solutions/01-tiny/tiny.py").write_text(SOURCE)
    (root / "book").mkdir()
    (root / "book/index.md").write_text("")
    release.release(release.find_assignments(root), root / "build/source", root / "assignments")
    return root


@pytest.fixture
def root(made, tmp_path, monkeypatch) -> Path:
    """A copy of the course with a class: ada's work is right, bob's cannot be read."""
    root = tmp_path / "course"
    shutil.copytree(made, root)
    monkeypatch.chdir(root)
    hand_in(root, "ada", RIGHT, "2026-01-12 12:00:00 UTC")
    (root / "hand-in/bob").mkdir()
    (root / "hand-in/bob/tiny.ipynb").write_text('{"cells": [')
    (root / "build/classes/hand-in").mkdir(parents=True)
    (root / "build/classes/hand-in/nbgrader_config.py").write_text(PENALTY)
    return root


def hand_in(root: Path, student: str, answer: str, when: str = "") -> None:
    folder = root / "hand-in" / student
    folder.mkdir(parents=True, exist_ok=True)
    released = nbformat.read(root / "assignments/01-tiny/tiny.ipynb", as_version=4)
    nbformat.write(answer_notebook(released, {"double": answer}), folder / "tiny.ipynb")
    if when:
        (folder / "timestamp.txt").write_text(when)


def course(*arguments: str, code: int | None = None) -> str:
    outcome = CliRunner().invoke(command, list(arguments))
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    assert code is None or outcome.exit_code == code, outcome.output
    return outcome.output


def grade(*options: str) -> str:
    return course("grade", "1", "hand-in", "--jobs", "1", *options)


def row(root: Path, student: str, name: str = "01-tiny-grades.csv") -> dict[str, str]:
    with (root / "build/classes/hand-in" / name).open(newline="", encoding="utf-8-sig") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def page(root: Path, student: str) -> str:
    return (root / f"build/classes/hand-in/feedback/{student}/01-tiny/tiny.html").read_text()


def test_who_could_not_be_graded_keeps_what_the_platform_has(root):
    grade()
    (root / "canvas.csv").write_text(CANVAS)
    said = course("export", "1", "hand-in", "--format", "canvas", "--roster", "canvas.csv", code=3)
    lines = (root / "build/classes/hand-in/01-tiny-canvas.csv").read_text().splitlines()
    assert "bob has no score" in said
    assert lines[2].endswith(",5") and lines[3].startswith("Bob,102") and lines[3].endswith(",4")
    course("export", "1", "hand-in", "--format", "canvas", code=3)
    assert "bob" not in (root / "build/classes/hand-in/01-tiny-canvas.csv").read_text()
    said = course("export", "1", "hand-in", "--format", "nbgrader", code=3)
    with (root / "build/classes/hand-in/01-tiny-nbgrader.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["bob"]["score"] == rows["bob"]["raw_score"] == "" and rows["ada"]["score"] == "5.0"
    assert "bob has no score" in said
    assert row(root, "bob")["score"] == "" and row(root, "bob")["status"] == "broken"


def test_a_due_date_that_moves_and_an_extension_move_the_penalties(root):
    hand_in(root, "cy", HALF)  # without a time
    said = grade("--due", "2026-01-11")
    assert "2 of 3 submissions come without a time, and get no late penalty." in said
    assert (row(root, "ada")["score"], row(root, "ada")["late_penalty"]) == ("0", "5")
    assert "5 points were taken off for lateness" in page(root, "ada") and "0 of 5" in page(root, "ada")
    said = grade("--due", "2026-01-15")
    assert "1 late penalties changed" in said and "ada: 5 of 5 (unchanged)" in said
    assert (row(root, "ada")["score"], row(root, "ada")["late_penalty"]) == ("5", "")
    assert "lateness" not in page(root, "ada")
    grade("--due", "2026-01-11")
    with Gradebook(f"sqlite:///{root}/build/classes/hand-in/gradebook.db") as gradebook:
        gradebook.grant_extension("01-tiny", "ada", days=3)
    grade()
    assert row(root, "ada")["score"] == "5"


def test_a_due_date_without_a_penalty_is_told(root):
    (root / "build/classes/hand-in/nbgrader_config.py").unlink()
    assert "c.LateSubmissionPlugin.penalty_method = 'zero'" in grade("--due", "2026-01-11")
    (root / "build/classes/hand-in/nbgrader_config.py").write_text(PENALTY)
    assert "1 late penalties changed" in grade()
    assert row(root, "ada")["score"] == "0"


def test_points_and_comments_given_by_hand_are_everywhere(root):
    hand_in(root, "cy", HALF)
    grade()
    with Gradebook(f"sqlite:///{root}/build/classes/hand-in/gradebook.db") as gradebook:
        mark = gradebook.find_grade("double-negative", "tiny", "01-tiny", "cy")
        mark.manual_score = 1.5
        remark = gradebook.find_comment("double", "tiny", "01-tiny", "cy")
        remark.manual_comment = "Nearly: think of negative numbers."
        gradebook.db.commit()
    course("feedback", "1", "hand-in")
    course("export", "1", "hand-in")
    assert row(root, "cy")["score"] == "3.5"
    assert "3.5 of 5" in page(root, "cy") and "Nearly: think of negative numbers." in page(root, "cy")
    assert "+1.5 points were given by hand" in page(root, "cy")
    grade()
    assert row(root, "cy")["score"] == "3.5" and "Nearly" in page(root, "cy")


def test_a_broken_second_attempt_leaves_the_first_ones_grade_and_page(root):
    grade()
    (root / "hand-in/ada/tiny.ipynb").write_text('{"cells": [')
    grade()
    assert (row(root, "ada")["status"], row(root, "ada")["score"]) == ("broken", "5")
    assert "5 of 5" in page(root, "ada") and "could not be graded" in page(root, "ada")
    assert "The grade of an earlier attempt stands: 5 points." in course("status", "1", "hand-in")


def test_the_grades_of_two_assignments_lie_side_by_side(root):
    grade()
    assert (root / "build/classes/hand-in/01-tiny-grades.csv").exists()
    assert not (root / "build/classes/hand-in/grades.csv").exists()


def test_results_do_not_go_among_the_submissions(root):
    for to in ("hand-in", "hand-in/results", "./hand-in/../hand-in"):
        with pytest.raises(UserError, match="is where the submissions are"):
            grade("--to", to)
    assert sorted(path.name for path in (root / "hand-in").iterdir()) == ["ada", "bob"]


def test_two_classes_of_one_name_are_not_mixed(root):
    grade()
    shutil.copytree(root / "hand-in", root / "autumn/hand-in")
    with pytest.raises(UserError, match="holds the class that was handed in at hand-in; for another"):
        course("grade", "1", "autumn/hand-in")
    course("grade", "1", "autumn/hand-in", "--to", "build/autumn", "--jobs", "1")
    assert (root / "build/autumn/01-tiny-grades.csv").exists()


def test_a_course_that_is_moved_knows_its_classes(root, monkeypatch):
    grade()
    moved = root.rename(root.with_name("moved"))
    monkeypatch.chdir(moved)
    assert "ada: 5 of 5 (unchanged)" in grade()


def test_tests_that_changed_since_the_release_are_not_passed_over(root):
    source = root / "solutions/01-tiny/tiny.py"
    source.write_text(source.read_text().replace("points=3", "points=4"))
    with pytest.raises(UserError, match="has changed since `course release`; run it again"):
        grade()
    course("release")
    assert "ada: 6 of 6" in grade()


def test_a_failure_of_the_grading_itself_is_tried_again(root, monkeypatch):
    failed = Result("ada", "broken", problem="grading it failed (OSError: ); please report this.", again=True)
    graded = Class(root / "build/source/01-tiny", root / "build/classes/hand-in")
    submission = Submission.read("ada", root / "hand-in/ada")
    with monkeypatch.context() as patch:
        patch.setattr(Class, "graded", lambda *arguments: (graded for graded in [Graded(failed)]))
        graded.grade([submission])
        assert "The next run tries it again." in course("status", "1", "hand-in", code=3)
    assert "ada: 5 of 5" in grade("--student", "ada")


def test_a_result_without_a_sandbox_does_not_stand_where_one_is_asked_for(root):
    graded = Class(root / "build/source/01-tiny", root / "build/classes/hand-in")
    submission = Submission.read("ada", root / "hand-in/ada")
    shut_in = Result("ada", "graded", walls="bubblewrap", digest=graded.digest(submission))
    assert graded.stands(shut_in, submission, require_sandbox=True)
    free = replace(shut_in, walls="limits")
    assert graded.stands(free, submission, require_sandbox=False)
    assert not graded.stands(free, submission, require_sandbox=True)


def test_another_time_limit_is_another_grading(root):
    submission = Submission.read("ada", root / "hand-in/ada")
    digests = {
        Class(root / "build/source/01-tiny", root / "x", limit).digest(submission) for limit in (1, 30)
    }
    assert len(digests) == 2
