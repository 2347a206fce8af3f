"""From an assignment's source to the student's notebook."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.validator import Validator
from traitlets.config.loader import PyFileConfigLoader
from warm_stock import warm_kernel

from utils.authoring import release
from utils.authoring.answers import answer_notebook, solutions
from utils.common.errors import UserError
from utils.grading.answer_key import is_by_hand, is_test

ROOT = Path(__file__).parents[2]

SOURCE = '''
# %% [markdown]
# # A tiny assignment

# %% given="imports"
import math

# %% task="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" checks="small" points=2
assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-3) == -6
### END HIDDEN TESTS
'''


def make_course(root: Path, source: str = SOURCE) -> release.Assignment:
    """A course of one assignment in ``root``."""
    folder = root / "solutions" / "01-tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.py").write_text(source, encoding="utf-8")
    return release.find_assignment(root, "1")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A course whose one assignment is released."""
    root = tmp_path_factory.mktemp("course")
    assert release.release([make_course(root)], root / "source", root / "assignments") == ["01-tiny"]
    return root


def read(root: Path) -> nbformat.NotebookNode:
    return nbformat.read(root / "assignments/01-tiny/tiny.ipynb", as_version=4)


def test_the_students_notebook_has_neither_solution_nor_hidden_test(tiny):
    text = nbformat.writes(read(tiny))
    assert "raise NotImplementedError()" in text and "double(2) == 4" in text
    assert "return 2 * x" not in text and "double(-3)" not in text
    nbformat.validate(read(tiny))


def test_marks_become_nbgrader_metadata(tiny):
    given, task, test = (cell.metadata.nbgrader for cell in read(tiny).cells if "nbgrader" in cell.metadata)
    assert (given.grade_id, given.locked, given.grade, given.solution) == ("imports", True, False, False)
    assert (task.grade_id, task.locked, task.grade, task.solution) == ("double", False, False, True)
    assert (test.grade_id, test.locked, test.grade, test.points) == ("double-small", True, True, 2)


def test_generating_again_gives_the_same_bytes_and_writes_nothing(tiny):
    path = tiny / "assignments/01-tiny/tiny.ipynb"
    before, written = path.read_bytes(), path.stat().st_mtime_ns
    assignments = release.find_assignments(tiny)
    assert release.release(assignments, tiny / "source", tiny / "assignments") == []
    assert release.release(assignments, tiny / "source2", tiny / "assignments2") == ["01-tiny"]
    assert path.stat().st_mtime_ns == written
    assert (tiny / "assignments2/01-tiny/tiny.ipynb").read_bytes() == before


def test_stale_assignments_are_found(tiny, tmp_path):
    root = shutil.copytree(tiny, tmp_path / "course")
    notebook = root / "assignments/01-tiny/tiny.ipynb"
    notebook.write_text(notebook.read_text() + "\n")
    shutil.copytree(root / "assignments/01-tiny", root / "assignments/02-orphan")
    first, second = release.stale(root)
    assert "01-tiny is not what its source gives" in first and "02-orphan has no source" in second


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("points=2", "points=0", "needs points="),
        ("points=2", "", "needs points="),
        ('checks="small"', 'checks="so small"', "a Python name"),
        ('test="double"', 'test="triple"', "no cell is marked as"),
        ('task="double"', 'given="double"', "no cell is marked as"),
        ("### END SOLUTION", "", "BEGIN SOLUTION without its END"),
        ("### END HIDDEN TESTS", "", "BEGIN HIDDEN TESTS without its END"),
        ("assert double(2) == 4", "# look inside", "has hidden tests only"),
        ("assert double(-3) == -6", "double(-3) == -6", "ends in an expression"),
        ("assert double(2) == 4", "double(2) == 4", "ends in an expression"),
        ('given="imports"', 'given="double"', "two cells are called 'double'"),
        ("points=2\n", 'points=2\n\n# %% by_hand="essay" points=3\n', 'needs a cell rubric="…" before it'),
        (
            "points=2\n",
            'points=2\n\n# %% rubric="essay"\n\n# %% by_hand="essay"\n',
            "is graded by hand, and needs",
        ),
    ],
)
def test_a_source_that_would_grade_wrongly_is_refused(tmp_path, old, new, sentence):
    assert old in SOURCE
    assignment = make_course(tmp_path, SOURCE.replace(old, new))
    with pytest.raises(UserError, match=r"tiny\.py") as refusal:
        release.source_notebook(assignment)
    assert sentence in str(refusal.value)


def test_a_test_cell_that_uses_the_checks_ends_by_saying_that_it_has_passed(tmp_path):
    checked = SOURCE.replace("import math", "from utils import checks")
    checked = checked.replace("assert double(2) == 4", "checks.true(double(2) == 4, 'No.')")
    alone = checked.replace("### BEGIN HIDDEN TESTS\nassert double(-3) == -6\n### END HIDDEN TESTS\n", "")
    for name, source, line in (
        ("hidden", checked, "checks.passed(more=True)"),
        ("shown", alone, "checks.passed()"),
        ("plain", SOURCE, "### END HIDDEN TESTS"),
    ):
        notebook = release.source_notebook(make_course(tmp_path / name, source))
        (test,) = filter(is_test, notebook.cells)
        assert test.source.splitlines()[-1] == line


def test_an_unknown_assignment_is_named_with_the_known_ones(tmp_path):
    make_course(tmp_path)
    with pytest.raises(UserError, match=r"no assignment 'nine'; the assignments are: 01-tiny"):
        release.find_assignment(tmp_path, "nine")


def test_the_committed_assignments_are_what_the_sources_give():
    assert release.stale(ROOT) == []


@pytest.mark.parametrize("assignment", release.find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_an_assignment_has_enough_tasks_and_20_points_without_a_grader(assignment):
    cells = [
        c.metadata.nbgrader for c in release.source_notebook(assignment).cells if "nbgrader" in c.metadata
    ]
    assert sum(cell.solution for cell in cells) >= 4
    assert sum(cell.points for cell in cells if cell.grade and not cell.solution) == 20


@pytest.mark.slow
@pytest.mark.parametrize("assignment", release.find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_the_validate_button_passes_a_solution_and_names_what_is_missing(assignment, tmp_path):
    """JupyterLab's *Validate* button runs this very class on the saved notebook."""
    path = tmp_path / f"{assignment.notebook}.ipynb"
    notebook = nbformat.read(ROOT / "assignments" / assignment.name / path.name, as_version=4)
    nbformat.write(answer_notebook(notebook, solutions(assignment)), path)
    config = PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config()
    with warm_kernel():
        assert Validator(config=config).validate(str(path)) == {}
    nbformat.write(notebook, path)
    with warm_kernel():
        failed = Validator(config=config).validate(str(path))["failed"]
    unwritten = [cell for cell in failed if "is not written yet" in cell["raw_error"]]
    assert len(unwritten) == sum(map(is_test, notebook.cells))
    empty = [cell for cell in failed if "You did not provide a response." in cell["raw_error"]]
    assert len(empty) == sum(map(is_by_hand, notebook.cells)) == len(failed) - len(unwritten)
