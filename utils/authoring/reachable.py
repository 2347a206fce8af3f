"""Which tasks of an assignment can an answer to one of them touch?

Read from the names that cells bind and need. To grade a wrong answer is to run what it can touch, and no
more: the training that another task asks for takes longer than all the rest.
"""

from __future__ import annotations

from nbformat import NotebookNode

from utils.grading.answer_key import is_task
from utils.grading.result import task_of
from utils.grading.symbols import names


def needed(notebook: NotebookNode) -> dict[str, set[str]]:
    """For each task, the tasks that must be answered for its tests to pass: itself, and those whose names its
    answer or its tests use, also by way of other cells.

    Args:
        notebook: with its answers typed in.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    uses = [names(cell.source) for cell in cells]
    needs = [about.needs - about.binds for about in uses]  # what a cell binds itself it takes from no other
    makers: dict[str, set[int]] = {}
    for index, about in enumerate(uses):
        for name in about.binds:
            makers.setdefault(name, set()).add(index)
    found = {}
    for task in (cell.metadata.nbgrader.grade_id for cell in cells if is_task(cell)):
        waiting = [
            i
            for i, cell in enumerate(cells)
            if task_of(cell.metadata.get("nbgrader", {}).get("grade_id", "")) == task
        ]
        reached, last = set(waiting), max(waiting)
        while waiting:
            further = set().union(*(makers.get(name, ()) for name in needs[waiting.pop()])) - reached
            further = {i for i in further if i < last}  # what comes later is not there yet
            reached |= further
            waiting += further
        found[task] = {cells[i].metadata.nbgrader.grade_id for i in reached if is_task(cells[i])}
    return found
