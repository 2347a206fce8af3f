"""From an assignment's one source to what a student downloads.

``solutions/NN-name/name.py`` is a notebook in jupytext's percent format. Marks on its cells say
what each is for; everything else is text and scratch space that a student may change:

=============================================  ==================================================
``# %% given="imports"``                       code that the student needs and may not change
``# %% task="neuron"``                         the student's cell; what stands between
                                               ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is removed
``# %% test="neuron" checks="shape" points=2`` a test of the task *neuron*; what stands between
                                               ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS``
                                               runs at grading only
``# %% [markdown] by_hand="essay" points=4``   an answer, text or code, that a person grades
``# %% [markdown] rubric="essay"``             what the person and the student go by, in a cell before it
=============================================  ==================================================

:func:`source_notebook` turns the marks into nbgrader's metadata, and
:mod:`utils.grading.answer_key` makes the answer key and the student's notebook of that. The same source gives
the same bytes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat import write as write_notebook

from utils.authoring.kept_work import put_release
from utils.authoring.source_rules import problems
from utils.authoring.variant_files import library
from utils.common.address import course_cell
from utils.common.errors import UserError
from utils.common.files import replace_folder, same_folder
from utils.grading.answer_key import RUBRIC, is_test, key_of, write_key, write_student_version
from utils.grading.symbols import names

PUBLIC = "this is the public part of the course; solutions/, which grading needs, is in its private part"
MARKS = ("given", "task", "test", "rubric", "by_hand")
NO_METADATA = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}


@dataclass(frozen=True)
class Assignment:
    """One folder of ``solutions/``: ``name`` is the folder's, ``notebook`` the source's without ``.py``."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def source(self) -> Path:
        sources = sorted(self.folder.glob("*.py"))
        if len(sources) != 1:
            raise UserError(
                f"{self.folder} holds {len(sources)} .py files; an assignment has exactly one source"
            )
        return sources[0]

    @property
    def notebook(self) -> str:
        return self.source.stem


def is_public(root: Path) -> bool:
    """Whether ``root`` holds the public part of the course alone (see ``utils.book.publishing.public``)."""
    return (root / "assignments").is_dir() and not (root / "solutions").is_dir()


def find_assignments(root: Path) -> list[Assignment]:
    """Every assignment below ``root``, in the course's order.

    Raises:
        UserError: ``root`` has the public part of the course alone.
    """
    if is_public(root):
        raise UserError(PUBLIC)
    return [
        Assignment(folder) for folder in sorted((root / "solutions").glob("[0-9][0-9]-*")) if folder.is_dir()
    ]


def find_assignment(root: Path, name: str) -> Assignment:
    """The assignment called ``name``; its number alone (``1``, ``01``) will do."""
    found = find_assignments(root)
    for assignment in found:
        number = assignment.name.partition("-")[0]
        if name in (assignment.name, number, number.lstrip("0")):
            return assignment
    known = ", ".join(assignment.name for assignment in found) or "none"
    raise UserError(f"there is no assignment {name!r}; the assignments are: {known}")


def source_notebook(assignment: Assignment) -> NotebookNode:
    """The instructor's notebook: solutions, hidden tests and nbgrader's metadata in place.

    Each test cell ends by saying that it has passed (:func:`utils.checks.passed`).

    Raises:
        UserError: the source breaks a rule of :func:`problems`; the message lists each one.
    """
    notebook = jupytext.read(assignment.source, fmt="py:percent")
    about = notebook.metadata.get("course")
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **({"course": about} if about else {}),
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        marks = {key: cell.metadata.pop(key) for key in (*MARKS, "checks", "points") if key in cell.metadata}
        cell.metadata = {"nbgrader": nbgrader_metadata(marks)} if marks else {}
        # jupytext draws random ids; these stay the same, so that the released bytes do too
        cell["id"] = cell.metadata["nbgrader"]["grade_id"] if marks else f"text-{number:02d}"
        if is_test(cell) and "checks" in names(cell.source).needs:
            hidden = "### BEGIN HIDDEN TESTS" in cell.source
            cell.source += f"\nchecks.passed({'more=True' if hidden else ''})"
    add_course_cell(notebook, assignment.folder.parent.parent)
    if wrong := problems(notebook):
        raise UserError("\n".join(f"{assignment.source.name}: {sentence}" for sentence in wrong))
    return notebook


def add_course_cell(notebook: NotebookNode, root: Path) -> None:
    """Before the first cell that imports the course's package, put one that says where to get it."""
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and any(name.startswith("utils") for name in names(cell.source).modules):
            first = nbformat.v4.new_code_cell(course_cell(root), id="course")
            first.metadata = {"nbgrader": nbgrader_metadata({"given": "course"})}
            notebook.cells.insert(place, first)
            return


def nbgrader_metadata(marks: dict) -> dict:
    """nbgrader's metadata (schema 3) for a cell with these marks."""
    if "given" in marks:
        return {**NO_METADATA, "grade_id": marks["given"], "locked": True}
    if "rubric" in marks:
        return {**NO_METADATA, "grade_id": f"{marks['rubric']}{RUBRIC}", "locked": True}
    if "by_hand" in marks:
        about = {"grade_id": marks["by_hand"], "grade": True, "solution": True}
        return {**NO_METADATA, **about, "points": marks.get("points", 0)}
    if "task" in marks:
        return {**NO_METADATA, "grade_id": marks["task"], "solution": True}
    grade_id = f"{marks.get('test')}-{marks.get('checks')}"
    return {
        **NO_METADATA,
        "grade_id": grade_id,
        "grade": True,
        "locked": True,
        "points": marks.get("points", 0),
    }


def release(
    assignments: list[Assignment],
    source_to: Path,
    release_to: Path,
    tell: Callable[[str], None] = lambda sentence: None,
) -> list[str]:
    """Generate the assignments and put them into the two folders; the names of those that changed.

    Args:
        tell: called with a sentence for each notebook that somebody has worked in. None is lost: see
            :func:`utils.authoring.kept_work.put_release`.

    Raises:
        UserError: a source breaks a rule, or nbgrader refuses it. Nothing is written then.
    """
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        for assignment in assignments:
            folder, student = fresh / "source" / assignment.name, fresh / "release" / assignment.name
            folder.mkdir(parents=True)
            notebook = source_notebook(assignment)
            write_notebook(notebook, folder / f"{assignment.notebook}.ipynb")
            write_student_version(write_key(folder, library(assignment.folder, notebook)), folder, student)
        changed = []
        for assignment in assignments:
            made, to = fresh / "source" / assignment.name, source_to / assignment.name
            replace_folder(made, to)
            unfinished = key_of(to).with_suffix(".new")  # so that a stop leaves no half of a key
            shutil.copyfile(key_of(made), unfinished)
            unfinished.replace(key_of(to))
            new, kept = fresh / "release" / assignment.name, source_to.parent / "kept"
            is_new, said = put_release(new, release_to / assignment.name, kept)
            for sentence in said:
                tell(sentence)
            if is_new:
                changed.append(assignment.name)
    return changed


def check_released(assignment: Assignment, source: Path) -> None:
    """Raises UserError if the notebook in the folder ``source`` is not what the assignment's source gives."""
    released = source / f"{assignment.notebook}.ipynb"
    if nbformat.read(released, as_version=4) != source_notebook(assignment):
        raise UserError(
            f"{assignment.source} has changed since `course release`; run it again, so that the tests of now "
            "are graded with"
        )


def stale(root: Path) -> list[str]:
    """What in ``assignments/`` is not what ``solutions/`` gives, one sentence each."""
    found = []
    expected = find_assignments(root)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        release(expected, fresh / "source", fresh / "release")
        for assignment in expected:
            if not same_folder(fresh / "release" / assignment.name, root / "assignments" / assignment.name):
                found.append(
                    f"assignments/{assignment.name} is not what its source gives; run `course release`"
                )
    names = {assignment.name for assignment in expected}
    for folder in sorted((root / "assignments").glob("*/")):
        if folder.name not in names:
            found.append(f"assignments/{folder.name} has no source in solutions/; remove it")
    return found
