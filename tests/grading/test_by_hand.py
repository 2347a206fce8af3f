"""An answer that a person grades, from the source to the student's page."""

import csv
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.cli.main import course as command
from utils.grading.gradebook.by_hand import by_hand_rows
from utils.grading.result import Result

SOURCE = """
# %% task="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" checks="small" points=2
assert double(2) == 4, "double(2) is 4"

# %% [markdown]
# ## Task 2: why?

# %% [markdown] rubric="essay"
# - 2 points: it names **addition**.
# - 1 point: it gives an example.

# %% [markdown] by_hand="essay" points=3
# Write here.
#
# ### BEGIN SOLUTION
# Doubling is adding a number to itself: 2 + 2 = 4.
# ### END SOLUTION
"""
DOUBLE = "def double(x):\n    return x + x"
ESSAY = "It is <b>addition</b>, x + x."


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A course and a class: ada has answered everything, bob wrote no essay."""
    (tmp_path / "solutions/01-tiny").mkdir(parents=True)
    (tmp_path / "solutions/01-tiny/tiny.py").write_text(SOURCE)
    (tmp_path / "book").mkdir()
    (tmp_path / "book/index.md").write_text("")
    assignments = release.find_assignments(tmp_path)
    release.release(assignments, tmp_path / "build/source", tmp_path / "assignments")
    monkeypatch.chdir(tmp_path)
    hand_in(tmp_path, "ada", {"double": DOUBLE, "essay": ESSAY})
    hand_in(tmp_path, "bob", {"double": DOUBLE})
    return tmp_path


def hand_in(root: Path, student: str, answers: dict[str, str]) -> None:
    folder = root / "hand-in" / student
    folder.mkdir(parents=True, exist_ok=True)
    released = nbformat.read(root / "assignments/01-tiny/tiny.ipynb", as_version=4)
    nbformat.write(answer_notebook(released, answers), folder / "tiny.ipynb")


def course(*arguments: str) -> str:
    outcome = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def grade(*options: str) -> str:
    return course("grade", "1", "hand-in", "--jobs", "1", *options)


def row(root: Path, student: str) -> dict[str, str]:
    with (root / "build/classes/hand-in/01-tiny-grades.csv").open(newline="", encoding="utf-8-sig") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def page(root: Path, student: str) -> str:
    return (root / f"build/classes/hand-in/feedback/{student}/01-tiny/tiny.html").read_text()


def by_hand(student: str, points: float | None, comment: str | None = None) -> None:
    """What formgrader does when a person enters points and a comment."""
    with Gradebook("sqlite:///build/classes/hand-in/gradebook.db") as gradebook:
        mark = gradebook.find_grade("essay", "tiny", "01-tiny", student)
        assert mark.max_score == 3
        mark.manual_score, mark.needs_manual_grade = points, points is None
        gradebook.find_comment("essay", "tiny", "01-tiny", student).manual_comment = comment
        gradebook.db.commit()


def test_the_students_notebook_has_the_rubric_and_not_the_answer(root):
    notebook = nbformat.read(root / "assignments/01-tiny/tiny.ipynb", as_version=4)
    rubric, answer = (cell for cell in notebook.cells if "essay" in str(cell.metadata.get("nbgrader")))
    assert "it names **addition**" in rubric.source and rubric.metadata.nbgrader.locked
    assert "YOUR ANSWER HERE" in answer.source and "Doubling is adding" not in answer.source
    about = answer.metadata.nbgrader
    assert (about.grade, about.solution, about.locked, about.points) == (True, True, False, 3)


@pytest.mark.slow
def test_an_answer_waits_is_graded_by_hand_and_stays_so(root):
    said = grade()
    assert "ada: 2 of 2 by tests, up to 3 by hand" in said and "1 answers wait for a person" in said
    assert (row(root, "ada")["score"], row(root, "ada")["essay"], row(root, "ada")["max_score"]) == (
        "2",
        "",
        "5",
    )
    assert row(root, "bob")["essay"] == "0"  # nothing was written, and nobody has to look
    assert "essay: 1 wait for a person, 0 graded by hand." in course("report", "1", "hand-in")
    waiting = page(root, "ada")
    assert "2 of 5" in waiting and "up to 3, not graded yet" in waiting and "it names addition" in waiting
    assert "It is &lt;b&gt;addition&lt;/b&gt;, x + x." in waiting
    assert "Nothing was written." in page(root, "bob") and "0 of 3" in page(root, "bob")

    by_hand("ada", 1.5, "And an example?")
    course("feedback", "1", "hand-in")
    course("export", "1", "hand-in")
    assert (row(root, "ada")["score"], row(root, "ada")["essay"]) == ("3.5", "1.5")
    graded = page(root, "ada")
    assert "3.5 of 5" in graded and "1.5 of 3" in graded and "And an example?" in graded
    assert "not graded yet" not in graded and "it names addition" in graded
    assert "essay: 0 wait for a person, 1 graded by hand." in course("report", "1", "hand-in")
    report = (root / "build/classes/hand-in/01-tiny-report.html").read_text()
    assert "Graded by hand" in report and "0.8 of 3" in report  # bob's 0 counts

    said = grade("--force")
    assert "wait for a person" not in said
    assert row(root, "ada")["score"] == "3.5" and "And an example?" in page(root, "ada")

    hand_in(root, "ada", {"double": DOUBLE, "essay": "Another essay."})
    assert "1 answers wait for a person" in grade()  # the points stand until a person has looked again
    assert row(root, "ada")["score"] == "3.5" and "1.5 of 3" in page(root, "ada")

    by_hand("ada", 0.0)
    grade()
    assert row(root, "ada")["essay"] == "0" and "0 of 3" in page(root, "ada")
    assert "not graded yet" not in page(root, "ada")


def test_who_wrote_nothing_waits_for_nobody():
    tested = {"double-small": (2.0, 2.0)}
    full = Result("ada", "graded", tested, by_hand={"essay": 3.0})
    empty = Result(
        "bob", "graded", tested, by_hand={"essay": 3.0}, failures={"essay": "Nothing was written."}
    )
    broken = Result("cy", "broken")
    rows = [{"student_id": "ada", "by_hand": {"essay": (None, True)}}, {"student_id": "bob", "by_hand": {}}]
    [essay] = by_hand_rows([full, empty, broken], rows)
    assert (essay["waiting"], essay["given"], essay["empty"], essay["mean"]) == (1, 0, 1, 0.0)
    rows[0]["by_hand"] = {"essay": (2.5, False)}
    [essay] = by_hand_rows([full, empty, broken], rows)
    assert (essay["waiting"], essay["given"], essay["empty"], essay["mean"]) == (0, 1, 1, 1.25)
    assert full.possible == 5 and full.points == "2 of 2 by tests, up to 3 by hand"
