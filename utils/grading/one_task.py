"""Grading one task again, as when its tests have changed: the others keep what they had."""

from __future__ import annotations

import json
from dataclasses import replace

import nbformat

from utils.common.errors import UserError
from utils.grading.answer_key import Release, is_test
from utils.grading.result import Result, task_of
from utils.grading.worker import Graded


def check_task(release: Release, task: str) -> None:
    """Raises UserError, with the tasks that there are, if the assignment has no such task with tests."""
    known = list(dict.fromkeys(map(task_of, release.tests)))
    if task not in known:
        raise UserError(f"{release.assignment} has no task {task!r} with tests; it has: {', '.join(known)}")


def others_kept(task: str, before: Result, notebook: nbformat.NotebookNode | None, graded: Graded) -> Graded:
    """What was graded now for ``task``, and for every other task what was graded before.

    A test that is new, or that gives other points than before, counts as it is now.

    Args:
        before: the result of the same work, and ``notebook`` as it was run then; None if it is gone.
    """
    now = graded.result
    if now.status != "graded" or graded.notebook is None:
        return graded
    kept = {
        test
        for test, (_, possible) in now.scores.items()
        if task_of(test) != task and test in before.scores and before.scores[test][1] == possible
    }
    tasks = {task_of(test) for test in kept}
    failures = {test: text for test, text in before.failures.items() if test in kept}
    failures |= {test: text for test, text in now.failures.items() if test not in kept}
    diagnoses = {name: said for name, said in before.diagnoses.items() if name in tasks}
    diagnoses |= {name: said for name, said in now.diagnoses.items() if name not in tasks}
    result = replace(
        now,
        scores={test: before.scores[test] if test in kept else pair for test, pair in now.scores.items()},
        failures=failures,
        diagnoses=diagnoses,
    )
    return Graded(result, with_outputs(graded.notebook, notebook, kept))


def with_outputs(now: str, before: nbformat.NotebookNode | None, kept: set[str]) -> str:
    """The notebook that was run now, where the tests that are kept show what they showed before."""
    if before is None:
        return now
    shown = {cell.metadata.nbgrader.grade_id: cell.outputs for cell in before.cells if is_test(cell)}
    notebook = nbformat.from_dict(json.loads(now))
    for cell in notebook.cells:
        if is_test(cell) and (name := cell.metadata.nbgrader.grade_id) in kept & set(shown):
            cell.outputs = shown[name]
    return json.dumps(notebook)
