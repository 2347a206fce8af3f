"""The gradebook against what nbgrader itself would write, and makes of it."""

import copy
import csv
import sqlite3

import nbformat
import pytest
from gradebook_course import (
    DUE,
    EARLY,
    LATE,
    SCORES,
    TINY,
    address,
    enter,
    executed,
    fill,
    grade_by_hand,
    hand_in,
    rows,
    state,
    write_source,
)
from nbgrader import api
from nbgrader.plugins import CsvExportPlugin

from benchmarks.nbgrader_api import nbgrader_api
from utils.common.errors import UserError
from utils.grading.answer_key import MARK, read_release
from utils.grading.gradebook.writer import Gradebook
from utils.grading.result import Result
from utils.grading.submission import Submission


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
