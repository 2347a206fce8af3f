"""The page that a student gets back: for each task its points, and for each lost point the reason.

Hidden tests are named and their sentences shown; their code is not, unless the instructor asks for it. The
page is one file, without scripts and without anything from elsewhere. Of what a student's cells showed it
takes text and PNG figures (``rendering.py``); HTML, JavaScript and SVG, which could run or fetch something,
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from utils.grading.answer_key import RUBRIC
from utils.grading.gradebook.by_hand import given, graded_by_hand
from utils.grading.notebooks import causes
from utils.grading.notebooks.changes import position
from utils.grading.reports.rendering import MOST_READ, clip, page, plain, show_outputs
from utils.grading.result import Result, task_of

BEYOND = "beyond-automatic-points"  # marks a page that says more than what grading found
ASSERTIONS = ("AssertionError", "CheckFailed")  # their text is a sentence for the student
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


@dataclass
class Test:
    """One test cell: its points, and why they were lost.

    Attributes:
        cause: a sentence that comes before the test's own message, when the task's cell has stopped.
    """

    name: str
    got: float
    possible: float
    message: str = ""
    cause: str = ""
    frames: str = ""
    printed: str = ""
    code: str = ""
    hides: bool = False
    comment: str = ""
    waits: bool = False  # for a person

    @property
    def passed(self) -> bool:
        return self.got >= self.possible

    @property
    def comparison(self) -> dict[str, str]:
        """The parts of a message of the form *what: expected this, got that: a hint*; empty for any other."""
        found = re.fullmatch(r"(?P<what>.+?): expected (?P<expected>.+), got (?P<rest>.+)", self.message)
        if not found:
            return {}
        got, _, hint = found["rest"].partition(": ")
        hint = hint[:1].upper() + hint[1:]
        return {"what": found["what"], "expected": found["expected"], "got": got.rstrip("."), "hint": hint}


@dataclass
class Task:
    """One task: the student's answer, what it showed when run, and its tests.

    Attributes:
        hint: the mistake behind its lost points, where it is known: the ``misconception``, a ``question``
            that leads to it, the smallest ``example``, the ``section`` to read again and its ``address``; as
            much as may be said.
    """

    title: str
    code: str = ""
    outputs: list[dict[str, str]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    comment: str = ""
    stopped: str = ""
    rubric: str = ""
    prose: bool = False
    hint: dict[str, str] = field(default_factory=dict)

    @property
    def got(self) -> float:
        return sum(test.got for test in self.tests)

    @property
    def possible(self) -> float:
        return sum(test.possible for test in self.tests)

    @property
    def waits(self) -> bool:
        return any(test.waits for test in self.tests)


def feedback_page(
    assignment: str,
    result: Result,
    graded: NotebookNode | None,
    show_hidden: bool = False,
    comments: Mapping[str, str] | None = None,
    row: Mapping[str, Any] | None = None,
    notice: str = "",
    hints: str = "pointer",
) -> str:
    """The page for one student, as HTML.

    Args:
        graded: the notebook as it was run; None when it could not be.
        show_hidden: whether to show the code of hidden tests.
        comments: what the instructor wrote, by the name of the cell.
        row: what the gradebook says of the student (:func:`utils.grading.gradebook.queries.gradebook_rows`):
            the points that count, where a person or lateness changed them.
        notice: a sentence to begin with.
        hints: one of :data:`utils.grading.result.HINTS`.
    """
    final, penalty = (row or {}).get("score"), (row or {}).get("late_submission_penalty") or 0.0
    counts = result.score if final is None else final
    return page(
        "feedback.html",
        assignment=assignment,
        student=result.student,
        score=counts,
        max_score=result.possible,
        waiting=sum(result.by_hand[cell] for cell in result.by_hand if given(result, cell, row or {})[1]),
        notice=plain(notice),
        commented=bool(comments) or graded_by_hand(result, row or {}),
        beyond=BEYOND,
        by_hand=counts + penalty - result.score if final is not None and counts else 0.0,
        penalty=penalty,
        problem=result.problem if result.status != "graded" else "",
        tasks=read_tasks(graded, result, show_hidden, comments or {}, row or {}, hints) if graded else [],
    )


def read_tasks(
    graded: NotebookNode,
    result: Result,
    show_hidden: bool = False,
    comments: Mapping[str, str] | None = None,
    row: Mapping[str, Any] | None = None,
    hints: str = "pointer",
) -> list[Task]:
    """The tasks of a graded notebook in its order, each under the heading that stands above it."""
    rubrics = {}
    tasks: dict[str, Task] = {}
    comments = comments or {}
    answers: dict[int, int | None] = {}  # places of the student's own cells, by their execution counts
    heading = ""
    for cell in graded.cells:
        marks = cell.metadata.get("nbgrader", {})
        name = marks.get("grade_id", "")
        if name.endswith(RUBRIC):
            rubrics[name.removesuffix(RUBRIC)] = re.sub(r"[`*]", "", cell.source)
        elif cell.cell_type == "markdown" and not marks.get("solution"):
            heading = next((line for line in cell.source.splitlines() if line.startswith("#")), heading)
        elif marks.get("solution"):
            tasks[name] = Task(plain_heading(heading), clip(cell.source), show_outputs(cell))
            tasks[name].comment = comments.get(name, "")
            tasks[name].stopped = clip(causes.stopped(cell))
            tasks[name].rubric, tasks[name].prose = rubrics.get(name, ""), cell.cell_type == "markdown"
        if name in result.by_hand and name in tasks:
            points, waits = given(result, name, row or {})
            test = Test("by a person", points or 0.0, result.by_hand[name], waits=waits)
            test.message = result.failures.get(name, "")
            tasks[name].tests.append(test)
        if cell.cell_type == "code" and not marks.get("grade") and cell.get("execution_count"):
            answers[cell.execution_count] = position(cell)
        if marks.get("grade") and name in result.scores:
            task = tasks.setdefault(task_of(name), Task(plain_heading(heading)))
            task.tests.append(read_test(cell, result, answers, show_hidden, task.stopped))
            task.tests[-1].comment = comments.get(name, "")
    for name, task in tasks.items():
        if task.got < task.possible:
            task.hint = hint(result.diagnoses.get(name, {}), hints)
    return list(tasks.values())


def hint(mistake: Mapping[str, str], hints: str) -> dict[str, str]:
    """What a page says of a mistake that is known."""
    said = {"none": (), "question": ("question",)}.get(
        hints, ("misconception", "question", "example", "section", "address", "several")
    )
    return {key: mistake[key] for key in said if mistake.get(key)}


def plain_heading(line: str) -> str:
    """A Markdown heading as text, without its marks and with formulas as they were typed."""
    return re.sub(r"[$`*]", "", line).strip("# ")


def read_test(
    cell: NotebookNode,
    result: Result,
    answers: Mapping[int, int | None],
    show_hidden: bool = False,
    stopped: str = "",
) -> Test:
    """A test cell's points, and why it took some: why its task's cell stopped, and what it says itself."""
    grade_id = cell.metadata.nbgrader.grade_id
    test = Test(grade_id.partition("-")[2] or grade_id, *result.scores[grade_id])
    test.hides = HIDDEN[0] in cell.source and not show_hidden
    test.code = cell.source if show_hidden else visible(cell.source)
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            test.message = error_sentence(output) or failed_line(cell, output)
            if output.ename not in ASSERTIONS:
                test.frames = own_frames(output.traceback, answers)
        elif output.output_type == "stream" and output.name == "stderr":
            test.message = test.message or f"It wrote to stderr, which costs the points: {clip(output.text)}"
        elif output.output_type == "stream":
            test.printed += clip(output.text)
    if not test.passed:
        test.cause = stopped
        if stopped and any(map(causes.follows, cell.get("outputs", []))):
            test.message = ""
        elif not test.message:
            failure = result.failures.get(grade_id, "")
            test.message = failure.removeprefix(stopped).strip() or "It does not hold."
    return test


def visible(source: str) -> str:
    """A test's code without its hidden parts."""
    kept, inside = [], False
    for line in source.splitlines():
        inside = inside or line.strip() == HIDDEN[0]
        if not inside:
            kept.append(line)
        inside = inside and line.strip() != HIDDEN[1]
    return "\n".join(kept).strip()


def error_sentence(output: NotebookNode) -> str:
    """The sentence of a failed check; for any other error its name too; empty for a bare ``assert``."""
    text = clip(output.evalue).strip()
    if output.ename in ASSERTIONS:
        return text
    if output.ename == "CellTimeoutError":
        return "It took too long and was stopped: is there a loop that does not end?"
    return f"{output.ename}: {text}"


def failed_line(cell: NotebookNode, output: NotebookNode) -> str:
    """What to say of an ``assert`` without a message: the line itself, when the student may see it."""
    shown = visible(cell.source).splitlines()
    lines = set(map(str.strip, shown))
    for frame in output.get("traceback", []):
        for line in re.findall(r"^-+> *\d+ (.*)$", plain(frame[:MOST_READ]), flags=re.MULTILINE):
            if line.strip() in lines:
                return f"This does not hold: {line.strip()}"
    return "A hidden check does not hold." if HIDDEN[0] in cell.source else "An assertion failed."


def own_frames(traceback: list[str], answers: Mapping[int, int | None]) -> str:
    """The parts of a traceback that lie in the student's own cells: the others would show hidden tests.

    Cells are named by their places in the student's notebook.
    """
    own = []
    for frame in (plain(frame[:MOST_READ]).strip() for frame in traceback):
        found = re.match(r"Cell In\[(\d+)\]", frame)
        if found and int(found[1]) in answers:
            place = answers[int(found[1])]
            own.append(f"Cell {place} of your notebook{frame[found.end() :]}" if place else frame)
    return clip("\n\n".join(own))
