"""What in an assignment's source would grade wrongly."""

from __future__ import annotations

import ast

from nbformat import NotebookNode

from utils.authoring.crossing_rules import crossing_problems
from utils.grading.answer_key import RUBRIC, is_by_hand, is_test


def problems(notebook: NotebookNode) -> list[str]:
    """What in a source notebook would grade wrongly, one sentence each; empty when all is well."""
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [cell.metadata.nbgrader.grade_id for cell in marked]
    tasks = [cell.metadata.nbgrader.grade_id for cell in marked if cell.metadata.nbgrader.solution]
    tests = [cell for cell in marked if is_test(cell)]
    by_hand = [cell.metadata.nbgrader for cell in marked if is_by_hand(cell)]
    found = [
        f"two cells are called {name!r}; names must differ"
        for name in sorted({i for i in ids if ids.count(i) > 1})
    ]
    found += [f"task {task!r} must be a Python name" for task in tasks if not task.isidentifier()]
    for cell in tests:
        grade_id, points = cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.points
        task, _, checks = grade_id.partition("-")
        if task not in tasks:
            found.append(f"test {grade_id!r} is for task {task!r}, which no cell is marked as")
        if not checks.isidentifier():
            found.append(f'test {grade_id!r} needs checks="…", a Python name')
        if not is_count(points):
            found.append(f"test {grade_id!r} needs points=…, a whole number above 0")
        found += [f"test {grade_id!r} {sentence}" for sentence in test_problems(cell.source)]
    for answer in by_hand:
        if not is_count(answer.points):
            found.append(f"{answer.grade_id!r} is graded by hand, and needs points=…, a whole number above 0")
        before = ids[: ids.index(answer.grade_id)]
        if f"{answer.grade_id}{RUBRIC}" not in before:
            found.append(f'{answer.grade_id!r} is graded by hand, and needs a cell rubric="…" before it')
    for task in tasks:
        if task not in {answer.grade_id for answer in by_hand} and not any(
            cell.metadata.nbgrader.grade_id.startswith(f"{task}-") for cell in tests
        ):
            found.append(f"task {task!r} has no test")
    found += crossing_problems(notebook)
    for cell in notebook.cells:
        for what in ("SOLUTION", "HIDDEN TESTS"):
            if cell.source.count(f"### BEGIN {what}") != cell.source.count(f"### END {what}"):
                found.append(f"a cell has a BEGIN {what} without its END")
    return found


def is_count(points: object) -> bool:
    return isinstance(points, int) and points > 0


def test_problems(source: str) -> list[str]:
    """What makes nbgrader misread the test cell ``source``."""
    found = []
    visible = remove_region(source, "HIDDEN TESTS")
    if all(line.strip().startswith("#") or not line.strip() for line in visible.splitlines()):
        found.append("has hidden tests only, so that students get an empty cell; show one test")
    for text in {source, visible}:
        body = ast.parse(text).body
        if body and isinstance(body[-1], ast.Expr) and not is_check(body[-1].value):
            found.append(
                "ends in an expression, whose value nbgrader takes for partial credit; end in a statement"
            )
    return found


def is_check(node: ast.expr) -> bool:
    """Whether ``node`` calls ``checks.…`` , whose functions return None: nothing to take for a score."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "checks"
        and node.func.attr not in ("call", "call_in_place", "fresh_generator")
    )


def remove_region(source: str, what: str) -> str:
    """``source`` without what stands between ``### BEGIN what`` and ``### END what``."""
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == f"### BEGIN {what}":
            inside = True
        elif line.strip() == f"### END {what}":
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
