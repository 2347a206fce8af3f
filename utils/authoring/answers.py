"""Sets of answers to an assignment, through the real grading: what an answer can touch, and no more.

To grade a wrong answer is to run what it can touch; the training that another task asks for would take longer
than all the rest. Wrong answers that cannot touch each other stand in one notebook.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from utils.authoring.reachable import needed
from utils.authoring.release import Assignment, source_notebook
from utils.authoring.variant_files import without_marks
from utils.common.errors import UserError
from utils.grading.answer_key import without_library
from utils.grading.class_run import Class
from utils.grading.processes.time_limits import TOO_LONG
from utils.grading.reports.class_report import line
from utils.grading.result import Result, task_of
from utils.grading.submission import Submission
from utils.grading.worker import kept_warm

SOLUTION, UNTOUCHED = "solution", "untouched"
PATIENT = 300.0  # seconds for a cell of the solution, which shows how fast this machine is now


def answer_notebook(released: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The released notebook with ``answers`` typed into its task cells."""
    filled = copy.deepcopy(released)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in filled.cells if "nbgrader" in cell.metadata}
    for task, code in answers.items():
        if task not in cells or not cells[task].metadata.nbgrader.solution:
            raise UserError(f"the assignment has no task {task!r}")
        cells[task].source = code
    return filled


def solutions(assignment: Assignment) -> dict[str, str]:
    """The code of the source's own answers, by task."""
    return {
        cell.metadata.nbgrader.grade_id: without_marks(cell.source)
        for cell in source_notebook(assignment).cells
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.solution
    }


@dataclass(frozen=True)
class Answers:
    """One set of answers to an assignment.

    Attributes:
        code: of each answer, by task.
        changed: the tasks that are answered unlike the solution; none for the solution and what is not whole.
        asked: the tasks that must be answered to grade those that count.
        counted: the tasks whose points count.
    """

    name: str
    code: dict[str, str]
    changed: set[str]
    asked: set[str]
    counted: set[str]


def put_together(
    source: NotebookNode, right: dict[str, str], answers: dict[str, dict[str, str]]
) -> list[list[Answers]]:
    """Few groups that hold all sets of answers; those of one group cannot touch each other.

    Args:
        right: the solution's answers.
        answers: the code by task, by the name of the set.
    """
    groups: list[list[Answers]] = []
    for name, code in answers.items():
        asked, counted = tasks_to_grade(source, right, code)
        whole = set(code) == set(right)
        new = Answers(
            name, code, {task for task in code if whole and code[task] != right[task]}, asked, counted
        )
        for group in groups:
            if keep_apart(source, [*group, new]):
                group.append(new)
                break
        else:
            groups.append([new])
    return groups


def keep_apart(source: NotebookNode, group: list[Answers]) -> bool:
    """Whether each set of answers touches its own tasks alone, in one notebook with the others."""
    *others, new = group
    if not all(new.changed and one.changed for one in others):
        return False
    if any(new.changed & one.asked or one.changed & new.asked for one in others):
        return False
    # names may clash that none of them uses by itself
    needs = needed(answer_notebook(source, merged(group)))
    return all({task for task in needs if needs[task] & one.changed} == one.counted for one in group)


def merged(group: list[Answers]) -> dict[str, str]:
    """The code of a notebook that holds all of these sets of answers."""
    changed = {task: one.code[task] for one in group for task in one.changed}
    return group[0].code | changed


def grade_answers(
    assignment: Assignment,
    answers: dict[str, dict[str, str]],
    root: Path,
    to: Path,
    echo: Callable[[str], None],
    timeout: float = 60,
    jobs: int = 1,
) -> dict[str, Result]:
    """What each set of answers gets, by its name, on the tasks that it can touch.

    Args:
        timeout: seconds that one cell may take. Where the solution comes first, and takes more than a third
            of that here and now, three times what it took.
        jobs: processes that grade.
    """
    groups = put_together(source_notebook(assignment), solutions(assignment), answers)
    found = {}
    with kept_warm():
        if next(iter(answers)) == SOLUTION:
            found = grade_groups(assignment, [groups.pop(0)], root, to, echo, PATIENT, 1)
            timeout = max(timeout, 3 * found[SOLUTION].seconds)
        found |= grade_groups(assignment, groups, root, to, echo, timeout, jobs)
        if alone := [[one] for group in groups for one in hurried(group, found)]:
            found |= grade_groups(assignment, alone, root, to, echo, timeout, jobs)
    return {name: found[name] for name in answers}


def hurried(group: list[Answers], found: dict[str, Result]) -> list[Answers]:
    """Those of a notebook that may have had too little time: after each cell that runs out of it, the
    next ones have less, and this had cells of several sets of answers that did."""
    late = [one for one in group if any(TOO_LONG in why for why in found[one.name].failures.values())]
    return late if len(late) > 1 else []


def grade_groups(
    assignment: Assignment,
    groups: list[list[Answers]],
    root: Path,
    to: Path,
    echo: Callable[[str], None],
    timeout: float,
    jobs: int,
) -> dict[str, Result]:
    """What each set of answers gets, by its name, where those of a group stand in one notebook."""
    released = nbformat.read(
        root / "assignments" / assignment.name / f"{assignment.notebook}.ipynb", as_version=4
    )
    handed_in, by_student = [], {}
    for group in groups:
        code, asked = merged(group), set().union(*(one.asked for one in group))
        content = answer_notebook(released, {task: code[task] for task in code if task in asked})
        files = {f"{assignment.notebook}.ipynb": nbformat.writes(content).encode()}
        handed_in.append(Submission(student_name(group[0].name), files))
        by_student[student_name(group[0].name)] = group

    def tell(result: Result, unchanged: bool) -> None:
        for single in singles(result, by_student[result.student]).values():
            echo(line(single, unchanged))

    graded = Class(root / "build" / "source" / assignment.name, to, timeout)
    graded.release = without_library(graded.release)
    results = graded.grade(handed_in, progress=tell, jobs=jobs)
    found: dict[str, Result] = {}
    for group, result in zip(groups, results, strict=True):
        found |= singles(result, group)
    return found


def singles(result: Result, group: list[Answers]) -> dict[str, Result]:
    """What each set of answers in a notebook gets, by its name."""
    seconds = result.seconds / len(group)
    return {
        one.name: replace(only(result, one.counted), student=student_name(one.name), seconds=seconds)
        for one in group
    }


def student_name(name: str) -> str:
    """A variant's or a mutant's name as that of whoever hands it in."""
    return name.replace("/", "-").replace(":", "-")


def tasks_to_grade(
    source: NotebookNode, right: dict[str, str], answers: dict[str, str]
) -> tuple[set[str], set[str]]:
    """The tasks that must be answered, and those of them whose points count: all that an answer unlike the
    solution's can touch. Of the solution, and where a task has no answer, that is every task."""
    needs = needed(answer_notebook(source, answers))
    changed = {task for task, code in right.items() if answers.get(task) != code}
    counted = {task for task in needs if needs[task] & changed}
    if not changed or not answers:
        counted = set(needs)
    return set().union(*(needs[task] for task in counted)), counted


def only(result: Result, tasks: set[str]) -> Result:
    """The result on some of its tasks."""
    return replace(
        result, scores={test: got for test, got in result.scores.items() if task_of(test) in tasks}
    )
