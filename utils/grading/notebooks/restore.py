"""A submission's notebook made fit for grading: the key's cells, with the student's answers put into them.

Each cell that bears a name of the release is the key's. Only an answer keeps what the student has written,
and all cells keep the places that the student gave them, as in nbgrader. Cells of the student's own stay.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.grading.answer_key import MARK, Release, is_locked, is_task, is_test
from utils.grading.notebooks.changes import HANDED_IN, Changes
from utils.grading.symbols import names

LONGEST = 10_000  # characters that a student has written in locked cells, and that are kept


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
    found = [grade_id(cell) for cell in notebook.cells]
    count = Counter(name for name in found if name in release.cells)
    cells = []
    for number, (name, cell) in enumerate(zip(found, notebook.cells, strict=True), 1):
        made = own_cell(cell)
        if name in release.cells:
            tell_differences(cell, release.cells[name], changes, release.visible[name])
            if name not in found[number:]:  # of doubled cells the last counts, as in nbgrader
                made = cell_of_key(release.cells[name], made)
        cells.append(nbformat.from_dict({**made, "id": f"{HANDED_IN}{number}"}))
    notes = [
        f"Cell {name} was there {times} times; one counts." for name, times in count.items() if times > 1
    ]
    notes += put_back(cells, release, changes)
    restored = nbformat.v4.new_notebook(metadata=nbformat.from_dict(copy.deepcopy(release.metadata)))
    restored.cells, restored.nbformat_minor = cells, 5
    return restored, [*changes.sentences(), *notes]


def own_cell(cell: NotebookNode) -> dict[str, Any]:
    """A cell of the student's own: what is written in it, and nothing else."""
    made = {"cell_type": cell.cell_type, "source": cell.source, "metadata": {}}
    if cell.cell_type == "code":
        return {**made, "outputs": [], "execution_count": None}
    return {**made, "attachments": cell.attachments} if "attachments" in cell else made


def cell_of_key(original: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A cell of the key; where it is an answer, with what the student has put into it."""
    made = copy.deepcopy(dict(original))
    if not is_locked(original):
        made["source"] = own["source"]
        if "attachments" in own and made["cell_type"] != "code":
            made["attachments"] = own["attachments"]
    return made


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
        if original is None or not is_locked(original) or left <= 0:
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
        if is_locked(cell)
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


def tell_differences(cell: NotebookNode, original: Mapping[str, Any], changes: Changes, shown: str) -> None:
    """Tell how a submitted cell differs from that of the key, which students got as ``shown``."""
    marks = original["metadata"]["nbgrader"]
    name = marks["grade_id"]
    if what := difference(cell.metadata["nbgrader"], marks):
        changes.add(what, name)
    if cell.cell_type != original["cell_type"]:
        changes.add("kind", name)
    if is_locked(original) and cell.source.strip() not in (shown.strip(), original["source"].strip()):
        changes.add("changed", name, called(original))


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


def put_back(cells: list[NotebookNode], release: Release, changes: Changes) -> list[str]:
    """Insert the instructor's cells that are missing, each after the nearest one that came before it.

    A test whose answer is missing, too, comes as late as it can: the answer may be in a cell of the student's
    own. An answer that a person grades is not put back: it would look as if there were none. Returned is a
    sentence for each of these.
    """
    notes = []
    there = {name: place for place, cell in enumerate(cells) if (name := grade_id(cell))}
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
            place = max(place, min(later, default=len(cells)) - 1)
        place += 1
        cells.insert(place, nbformat.from_dict({**copy.deepcopy(original), "id": f"put-back-{number}"}))
        there = {key: at + (at >= place) for key, at in there.items()} | {name: place}
        changes.add("no answer" if is_task(original) else "missing", name, called(original))
    return notes
