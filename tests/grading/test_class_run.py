"""A class with every kind of trouble in it: nothing that one student hands in changes another's grade."""

import copy
import csv
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.common.errors import UserError
from utils.grading.class_run import Class
from utils.grading.reports.class_report import write_grades
from utils.grading.submission import Submission

pytestmark = pytest.mark.slow

SOURCE = """
# %% [markdown]
# ## Task 1: double (3 points)

# %% task="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" checks="small" points=1
assert double(2) == 4, "double(2) is 4"

# %% test="double" checks="negative" points=2
assert double(1) == 2
### BEGIN HIDDEN TESTS
SECRET_OF_THE_TEST = -3
assert double(SECRET_OF_THE_TEST) == -6, "double(-3) is -6"
### END HIDDEN TESTS
"""

ANSWERS = {
    "right": "def double(x):\n    return x + x",
    "wrong": "def double(x):\n    return abs(2 * x)",
    "raises": "def double(x):\n    return x.twice",
    "syntax": "def double(x) return",
    "endless": "def double(x):\n    while True:\n        pass",
    "exits": "def double(x):\n    import os\n    os._exit(1)",
    "shouts": "import sys\ndef double(x):\n    print('hm', file=sys.stderr)\n    return 2 * x",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("course")
    (root / "solutions" / "01-tiny").mkdir(parents=True)
    (root / "solutions" / "01-tiny" / "tiny.py").write_text(SOURCE)
    release.release(release.find_assignments(root), root / "source", root / "assignments")
    return root


@pytest.fixture(scope="module")
def submissions(course) -> dict[str, Submission]:
    notebook = nbformat.read(course / "assignments/01-tiny/tiny.ipynb", as_version=4)
    notebooks = {name: answer_notebook(notebook, {"double": code}) for name, code in ANSWERS.items()}
    notebooks["deleted"] = copy.deepcopy(notebooks["right"])
    del notebooks["deleted"].cells[-1]
    notebooks["edited"] = copy.deepcopy(notebooks["wrong"])
    notebooks["edited"].cells[-1].source = "assert True"
    files = {name: nbformat.writes(filled).encode() for name, filled in notebooks.items()}
    files["cut"] = files["right"][:200]
    found = {name: Submission(name, {"tiny.ipynb": content}) for name, content in files.items()}
    return found | {"absent": Submission("absent", {}), "last": Submission("last", found["right"].files)}


@pytest.fixture(scope="module")
def graded(course, submissions):
    graded = Class(course / "source" / "01-tiny", course / "class", timeout=2)
    return {result.student: result for result in graded.grade(list(submissions.values()))}


def test_each_submission_gets_its_own_grade(graded):
    scores = {name: result.score for name, result in graded.items() if result.status == "graded"}
    expected = {
        "right": 3,
        "wrong": 1,
        "raises": 0,
        "syntax": 0,
        "endless": 0,
        "exits": 0,
        "shouts": 3,  # a warning costs nothing
        "edited": 1,
        "deleted": 3,  # the test was put back
        "last": 3,
    }
    assert {name: scores[name] for name in expected} == expected
    assert all(result.max_score == 3 for result in graded.values() if result.status == "graded")


def test_what_cannot_be_graded_says_why_in_one_sentence(graded):
    broken = {name: result.problem for name, result in graded.items() if result.status == "broken"}
    assert set(broken) == {"cut", "absent"}
    assert "is not JSON" in broken["cut"] and "is missing" in broken["absent"]
    assert all(problem and "\n" not in problem and "Traceback" not in problem for problem in broken.values())


def test_the_instructor_is_told_what_happened(graded):
    notes = {name: " ".join(result.notes) for name, result in graded.items()}
    assert not any(notes[name] for name in ("right", "wrong", "raises", "syntax", "shouts", "last"))
    assert "had been changed; it was put back" in notes["edited"]
    assert "was missing; it was put back" in notes["deleted"]
    assert "took more than 2 seconds" in notes["endless"]
    assert "ended Python (exit code 1)" in notes["exits"]


def test_the_gradebook_is_nbgraders_and_agrees(course, graded):
    with Gradebook(f"sqlite:///{course / 'class' / 'gradebook.db'}") as gradebook:
        for name, result in graded.items():
            if result.status == "graded":
                assert gradebook.find_submission("01-tiny", name).score == result.score


def test_grades_csv_has_a_row_for_everybody_and_no_score_where_nothing_was_graded(tmp_path, graded):
    write_grades(graded.values(), tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(graded)
    assert (rows["wrong"]["score"], rows["wrong"]["max_score"], rows["wrong"]["double"]) == ("1", "3", "1")
    assert (rows["cut"]["score"], rows["cut"]["status"]) == ("", "broken")


def test_feedback_teaches_and_hides_the_hidden_tests(course, graded):
    pages = {name: (course / f"class/feedback/{name}/01-tiny/tiny.html").read_text() for name in graded}
    assert "double(-3) is -6" in pages["wrong"] and "Task 1: double" in pages["wrong"]
    assert "AttributeError" in pages["raises"] and "x.twice" in pages["raises"]
    assert "a loop that does not end" in pages["endless"]
    assert "double-negative" in pages["exits"] and "ended Python" in pages["exits"]
    assert "is not JSON" in pages["cut"]
    assert not any("SECRET_OF_THE_TEST" in page or "<script" in page for page in pages.values())


def test_only_what_changed_is_graded_again(course, submissions, graded):
    again = Class(course / "source" / "01-tiny", course / "class", timeout=2)
    edited = dict(submissions, wrong=Submission("wrong", submissions["right"].files))
    fresh = {}
    results = again.grade(
        list(edited.values()), progress=lambda result, unchanged: fresh.update({result.student: unchanged})
    )
    assert [name for name, unchanged in fresh.items() if not unchanged] == ["wrong"]
    assert {r.student: r.score for r in results}["wrong"] == 3


def test_an_assignment_whose_tests_changed_is_graded_again_and_the_old_gradebook_kept(
    course, submissions, tmp_path
):
    pair = [submissions["right"], submissions["wrong"]]
    Class(course / "source" / "01-tiny", tmp_path / "class").grade(pair)
    (tmp_path / "solutions" / "01-tiny").mkdir(parents=True)
    harder = SOURCE + '\n# %% test="double" checks="zero" points=4\nassert double(0) == 0\n'
    (tmp_path / "solutions" / "01-tiny" / "tiny.py").write_text(harder)
    release.release(release.find_assignments(tmp_path), tmp_path / "source", tmp_path / "assignments")
    again = Class(tmp_path / "source" / "01-tiny", tmp_path / "class").grade(pair)
    assert [result.max_score for result in again] == [7, 7]
    assert [result.scores["double-negative"] for result in again] == [(2, 2), (0, 2)]
    old = list((tmp_path / "class").glob("gradebook-*.db"))
    assert len(old) == 1
    with Gradebook(f"sqlite:///{old[0]}") as gradebook:
        assert gradebook.find_submission("01-tiny", "right").score == 3


def test_one_task_is_graded_again_and_the_others_stay(submissions, tmp_path):
    def class_with(double: str, triple: str) -> Class:
        """Both tasks, each with one hidden test."""
        source = SOURCE.replace("SECRET_OF_THE_TEST) == -6", f"SECRET_OF_THE_TEST) == {double}")
        source += '\n# %% task="triple"\ndef triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n'
        source += '    ### END SOLUTION\n\n# %% test="triple" checks="one" points=4\n'
        source += f"assert triple(0) == 0\n### BEGIN HIDDEN TESTS\nassert triple(1) == {triple}, 'No.'\n"
        folder = tmp_path / "solutions" / "01-tiny"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tiny.py").write_text(source + "### END HIDDEN TESTS\n")
        release.release(release.find_assignments(tmp_path), tmp_path / "source", tmp_path / "assignments")
        return Class(tmp_path / "source" / "01-tiny", tmp_path / "class")

    def points(results) -> dict:
        return {result.student: result.tasks for result in results}

    first = class_with("-6", "4")  # a mistake in the test of triple
    notebook = nbformat.read(tmp_path / "assignments/01-tiny/tiny.ipynb", as_version=4)
    answers = {"double": ANSWERS["right"], "triple": "def triple(x):\n    return 3 * x"}
    content = nbformat.writes(answer_notebook(notebook, answers)).encode()
    work = [Submission(name, {"tiny.ipynb": content}) for name in ("ada", "bob")]
    assert points(first.grade(work)) == {n: {"double": (3, 3), "triple": (0, 4)} for n in ("ada", "bob")}
    mended = class_with("-7", "3")  # and by then one in the test of double
    said: list[str] = []
    newer = Submission("bob", {"tiny.ipynb": content + b" "})
    late = Submission("cy", {"tiny.ipynb": content})
    results = mended.grade([work[0], newer, late], tell=said.append, task="triple")
    assert points(results) == {"ada": {"double": (3, 3), "triple": (4, 4)}}
    assert said == [
        "bob has handed in anew since: grade that without --task.",
        "cy is not graded yet: do it without --task.",
    ]
    page = (tmp_path / "class/feedback/ada/01-tiny/tiny.html").read_text()
    assert "7 of 7" in page and "No." not in page
    with Gradebook(f"sqlite:///{tmp_path / 'class' / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission("01-tiny", "ada").score == 7
    assert mended.unchanged([work[0]]) == mended.unchanged([work[0]], task="triple") == {"ada"}
    assert mended.unchanged([work[0]], task="double") == set()
    (again,) = mended.grade([work[0]], task="double")
    assert again.tasks == {"double": (1, 3), "triple": (4, 4)}
    assert mended.unchanged([work[0]], task="triple") == {"ada"}
    with pytest.raises(UserError, match="has no task 'twice' with tests; it has: double, triple"):
        mended.grade(work, task="twice")


def test_a_run_that_is_stopped_goes_on_where_it_was(course, submissions, tmp_path):
    class_of_three = [submissions["right"], submissions["wrong"], submissions["last"]]

    def stop_after_two(result, unchanged):
        if result.student == "wrong":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Class(course / "source" / "01-tiny", tmp_path / "class").grade(
            class_of_three, progress=stop_after_two
        )
    stood = []
    results = Class(course / "source" / "01-tiny", tmp_path / "class").grade(
        class_of_three, progress=lambda result, unchanged: stood.append(unchanged)
    )
    assert stood == [True, True, False]
    assert [result.score for result in results] == [3, 1, 3]


def test_asking_what_would_be_graded_writes_nothing(course, submissions, tmp_path):
    asked = Class(course / "source" / "01-tiny", tmp_path)
    assert asked.unchanged([submissions["right"]]) == set() and not list(tmp_path.iterdir())
    asked.grade([submissions["cut"]])
    assert asked.unchanged([submissions["right"], submissions["cut"]]) == {"cut"}
    (tmp_path / "gradebook.db").unlink()
    assert asked.unchanged([submissions["cut"]]) == set() and not (tmp_path / "gradebook.db").exists()
