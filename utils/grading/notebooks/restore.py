"""A submission's notebook made fit for grading: what students may not change is as it was released.

nbgrader's own preprocessors do the work, in its order. What they take from the gradebook comes from the
release, so that a worker needs no gradebook; and damage that they would refuse a whole submission for is
repaired before.
"""

from __future__ import annotations

import copy
import json
import logging
from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.grading.answer_key import MARK, Release, is_task, is_test
from utils.grading.notebooks.changes import HANDED_IN, Changes
from utils.grading.symbols import names

LONGEST = 10_000  # characters that a student has written in locked cells, and that are kept


class Storage:
    """What nbgrader's preprocessors ask of a gradebook, answered by a release."""

    def __init__(self, release: Release) -> None:
        self.release = release

    def find_source_cell(self, name: str, *_: Any) -> Any:
        from nbgrader.api import MissingEntry

        if name not in self.release.cells:
            raise MissingEntry(name)
        cell = self.release.cells[name]
        about = cell["metadata"]["nbgrader"]
        return SimpleNamespace(
            name=name,
            cell_type=cell["cell_type"],
            locked=about["locked"],
            checksum=about["checksum"],
            source=cell["source"],
        )

    def find_graded_cell(self, name: str, *_: Any) -> Any:
        return SimpleNamespace(max_score=self.release.cells[name]["metadata"]["nbgrader"]["points"])


def restore(release: Release, notebook: NotebookNode, look: bool = True) -> tuple[NotebookNode, list[str]]:
    """The submitted notebook with all of the instructor's cells as they were, and what had been changed.

    Args:
        notebook: as :meth:`utils.grading.submission.Submission.notebook` gives it; it is changed.
        look: whether to recognise answers without marks by their code, which is read for it.
    """
    changes = Changes(other_release=notebook.metadata.get(MARK, release.mark) != release.mark)
    recognise_locked(notebook, release)
    if look:
        recognise_answers(notebook, release)
    for number, cell in enumerate(notebook.cells, 1):
        mend(cell, release, changes)
        cell["id"] = f"{HANDED_IN}{number}"
    count = Counter(cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata)
    notes = [
        f"Cell {name} was there {times} times; one counts." for name, times in count.items() if times > 1
    ]
    notebook = overwrite(notebook, release)
    notes += put_back(notebook, release, changes)
    notebook.metadata = nbformat.from_dict(copy.deepcopy(release.metadata))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook, [*changes.sentences(), *notes]


def written_over(release: Release, notebook: NotebookNode) -> dict[str, str]:
    """What the student has written in locked cells, by their names: an answer may be among it.

    It is the lines that the release does not have there, up to a length; none for a notebook of another.
    """
    if notebook.metadata.get(MARK, release.mark) != release.mark:
        return {}
    found: dict[str, str] = {}
    left = LONGEST
    for cell in notebook.cells:
        original = release.cells.get(grade_id(cell) or "")
        if original is None or not original["metadata"]["nbgrader"]["locked"] or left <= 0:
            continue
        name = original["metadata"]["nbgrader"]["grade_id"]
        known = {
            line.strip() for text in (release.visible[name], original["source"]) for line in text.splitlines()
        }
        own = "\n".join(line for line in cell.source.splitlines() if line.strip() not in known)[:left]
        if own := own.strip("\n"):
            found[name] = f"{found[name]}\n\n{own}" if name in found else own
            left -= len(own)
    return found


def recognise_locked(notebook: NotebookNode, release: Release) -> None:
    """Give a cell that lost its marks its name back, where its text says which of the locked cells it is."""
    there = {grade_id(cell) for cell in notebook.cells}
    missing = {
        release.visible[name].strip(): name
        for name, cell in release.cells.items()
        if cell["metadata"]["nbgrader"]["locked"] or is_test(cell)
        if name not in there
    }
    for cell in notebook.cells:
        if grade_id(cell) not in release.cells and (name := missing.pop(cell.source.strip(), None)):
            cell.metadata["nbgrader"] = {"grade_id": name}


def recognise_answers(notebook: NotebookNode, release: Release) -> None:
    """Give an answer that lost its marks its name back, where it defines what the released cell defines.

    Of several such cells it is the last, whose definitions hold. Each cell stays where it is and as it is.
    """
    there = {grade_id(cell) for cell in notebook.cells}
    missing = [
        name
        for name, cell in release.cells.items()
        if name not in there and is_task(cell) and cell["cell_type"] == "code"
    ]
    if not missing:
        return
    nobodys = [
        (cell, names(cell.source).binds)
        for cell in notebook.cells
        if cell.cell_type == "code" and grade_id(cell) not in release.cells
    ]
    for name in missing:
        defined = names(release.visible[name]).binds
        found = [place for place, (_, binds) in enumerate(nobodys) if defined and defined <= binds]
        if found:
            cell, _ = nobodys.pop(found[-1])
            cell.metadata["nbgrader"] = {"grade_id": name}


def grade_id(cell: NotebookNode) -> str | None:
    about = cell.metadata.get("nbgrader", {})
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def mend(cell: NotebookNode, release: Release, changes: Changes) -> None:
    """Give one of nbgrader's cells its marks back; another cell has none."""
    about = cell.metadata.get("nbgrader", {})
    name = grade_id(cell) or ""
    original = release.cells.get(name)
    cell.metadata = nbformat.from_dict({})
    if original is None:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        return
    marks = original["metadata"]["nbgrader"]
    if what := difference(about, marks):
        changes.add(what, name)
    if cell.cell_type != original["cell_type"]:
        changes.add("kind", name)
    if marks["locked"] and cell.source.strip() not in (
        release.visible[name].strip(),
        original["source"].strip(),
    ):
        changes.add("changed", name, called(original))
    fresh = {"cell_type": original["cell_type"], "source": cell.source, "metadata": {"nbgrader": dict(marks)}}
    if original["cell_type"] == "code":
        fresh |= {"outputs": [], "execution_count": None}
    cell.clear()
    cell.update(nbformat.from_dict(fresh))


def difference(about: Mapping[str, Any], marks: Mapping[str, Any]) -> str:
    """How the marks ``about`` a submitted cell differ from the release's, as :class:`Changes` calls it.

    Other points are no sign of a change by the student: the release may have been made again since.
    """
    kept = [key for key in ("grade", "solution", "locked", "task", "points") if key in marks]
    differing = [key for key in kept if about.get(key, False) != marks[key]]
    if not differing:
        return ""
    if set(about) == {"grade_id"}:
        return "no marks"
    return "old points" if set(differing) <= {"points", "grade"} else "marks"


def called(original: Mapping[str, Any]) -> str:
    """What a sentence calls a cell of the release."""
    return "answer cell" if is_task(original) else "test cell" if is_test(original) else "cell"


def overwrite(notebook: NotebookNode, release: Release) -> NotebookNode:
    """nbgrader's own restoring of the cells that are locked, and of doubled ones."""
    from nbgrader.preprocessors import ClearOutput, DeduplicateIds, OverwriteCells
    from nbgrader.preprocessors.base import NbGraderPreprocessor

    resources: dict = {"nbgrader": {}}
    for step in (ClearOutput(), DeduplicateIds()):
        step.log = quiet()
        notebook, _ = step.preprocess(notebook, resources)
    for cell in notebook.cells:  # a cell that was copied has lost its marks
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
    step = OverwriteCells()
    step.log = quiet()
    step.gradebook = Storage(release)
    step.notebook_id, step.assignment_id = release.notebook, release.assignment
    notebook, _ = super(NbGraderPreprocessor, step).preprocess(notebook, resources)
    return notebook


def put_back(notebook: NotebookNode, release: Release, changes: Changes) -> list[str]:
    """Insert the instructor's cells that are missing, each after the nearest one that came before it.

    A test whose answer is missing, too, comes as late as it can: the answer may be in a cell of the student's
    own. An answer that a person grades is not put back: it would look as if there were none. Returned is a
    sentence for each of these.
    """
    notes = []
    there = {name: place for place, cell in enumerate(notebook.cells) if (name := grade_id(cell))}
    kept = set(there)
    order = list(release.cells)
    place, answered = -1, True
    for number, (name, original) in enumerate(release.cells.items()):
        answered = name in kept if is_task(original) else answered
        if name in there:
            place = max(place, there[name])
            continue
        if is_task(original) and original["metadata"]["nbgrader"]["grade"]:
            notes.append(f"The answer to {name} was missing; a person must look for it.")
            continue
        if is_test(original) and not answered:
            later = [there[other] for other in order[number:] if other in kept]
            place = max(place, min(later, default=len(notebook.cells)) - 1)
        place += 1
        notebook.cells.insert(place, nbformat.from_dict(json.loads(json.dumps(original))))
        notebook.cells[place]["id"] = f"put-back-{number}"
        there = {key: at + (at >= place) for key, at in there.items()} | {name: place}
        changes.add("no answer" if is_task(original) else "missing", name, called(original))
    return notes


def quiet() -> logging.Logger:
    log = logging.getLogger("course.restore")
    log.setLevel(logging.CRITICAL)
    return log
