"""Submissions that cannot be graded, and odd ones, in the gradebook."""

import pytest
from gradebook_course import (
    DUE,
    LATE,
    TINY,
    address,
    enter,
    files,
    hand_in,
    history,
    rows,
    state,
)

from utils.common.errors import UserError
from utils.grading.gradebook.writer import Gradebook
from utils.grading.result import Result
from utils.grading.submission import Submission


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
