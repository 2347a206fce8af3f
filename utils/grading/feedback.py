"""The page that a student gets back: for each task its points, and for each lost point the reason.

Hidden tests are named and their sentences shown; their code is not. The page is one file, without scripts
and without anything from elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from nbformat import NotebookNode

from utils.grading.result import Result, task_of

LONGEST = 4000  # characters of one output
ASSERTIONS = ("AssertionError", "CheckFailed")  # their text is a sentence for the student


@dataclass
class Test:
    """One test cell: its points and why they were lost."""

    name: str
    got: float
    possible: float
    message: str = ""
    frames: str = ""
    printed: str = ""


@dataclass
class Task:
    """One task: the student's answer, what it showed when run, and its tests."""

    title: str
    code: str = ""
    outputs: list[dict[str, str]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)

    @property
    def got(self) -> float:
        return sum(test.got for test in self.tests)

    @property
    def possible(self) -> float:
        return sum(test.possible for test in self.tests)


def feedback_page(assignment: str, result: Result, graded: NotebookNode | None) -> str:
    """The page for one student, as HTML.

    Args:
        graded: the notebook as it was run; None when it could not be.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("feedback.html")
    return template.render(
        assignment=assignment,
        student=result.student,
        score=result.score,
        max_score=result.max_score,
        problem=result.problem,
        tasks=read_tasks(graded, result) if graded else [],
    )


def read_tasks(graded: NotebookNode, result: Result) -> list[Task]:
    """The tasks of a graded notebook in its order, each under the heading that stands above it."""
    tasks: dict[str, Task] = {}
    answers: set[int] = set()  # execution counts of the student's own cells
    heading = ""
    for cell in graded.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown":
            heading = next(
                (line.strip("# ") for line in cell.source.splitlines() if line.startswith("#")), heading
            )
        elif marks.get("solution"):
            outputs = [shown for output in cell.outputs if (shown := show_output(output))]
            tasks[marks["grade_id"]] = Task(heading, cell.source, outputs)
        if cell.cell_type == "code" and not marks.get("grade") and cell.execution_count:
            answers.add(cell.execution_count)
        if marks.get("grade") and marks["grade_id"] in result.scores:
            task = tasks.setdefault(task_of(marks["grade_id"]), Task(heading))
            task.tests.append(read_test(cell, result, answers))
    return list(tasks.values())


def read_test(cell: NotebookNode, result: Result, answers: set[int]) -> Test:
    """A test cell's points, and the reason it gave when it took some."""
    grade_id = cell.metadata.nbgrader.grade_id
    test = Test(grade_id.partition("-")[2] or grade_id, *result.scores[grade_id])
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            test.message = error_sentence(output)
            if output.ename not in ASSERTIONS:
                test.frames = own_frames(output.traceback, answers)
        elif output.output_type == "stream" and output.name == "stderr":
            test.message = test.message or f"It wrote to stderr, which costs the points: {clip(output.text)}"
        elif output.output_type == "stream":
            test.printed += clip(output.text)
    return test


def error_sentence(output: NotebookNode) -> str:
    """The sentence of a failed check; for any other error its name too."""
    text = plain(output.evalue).strip()
    if output.ename in ASSERTIONS:
        return text or "An assertion failed."
    if output.ename == "CellTimeoutError":
        return "It took too long and was stopped: is there a loop that does not end?"
    return f"{output.ename}: {text}"


def own_frames(traceback: list[str], answers: set[int]) -> str:
    """The parts of a traceback that lie in the student's own cells: the others would show hidden tests."""
    frames = [plain(frame).strip() for frame in traceback]
    cell = re.compile(r"Cell In\[(\d+)\]")
    own = [frame for frame in frames if (found := cell.match(frame)) and int(found.group(1)) in answers]
    return clip("\n\n".join(own))


def show_output(output: NotebookNode) -> dict[str, str]:
    """What a student's cell printed or drew; empty when there is nothing to show."""
    data = output.get("data", {})
    if "image/png" in data:
        return {"image": "".join(data["image/png"].split())}
    if output.output_type == "error":
        return {"text": clip(f"{output.ename}: {plain(output.evalue)}")}
    text = output.get("text", "") or data.get("text/plain", "")
    return {"text": clip(text)} if text.strip() else {}


def plain(text: str) -> str:
    """``text`` without the codes that colour a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def clip(text: str) -> str:
    """``text``, or its start when it is very long."""
    text = plain(text)
    return text if len(text) <= LONGEST else text[:LONGEST] + f"… ({len(text) - LONGEST} more characters)"
