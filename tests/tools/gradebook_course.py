"""A small course for the tests of the gradebook, and its state as nbgrader's own API reads it."""

import copy
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader import api

from utils.grading.answer_key import read_release
from utils.grading.gradebook import journal
from utils.grading.gradebook.writer import Gradebook
from utils.grading.result import Result
from utils.grading.submission import Submission

TINY = "01-tiny"
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
DUE = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
EARLY, LATE = DUE - timedelta(hours=1), DUE + timedelta(hours=1)
CELLS = {  # name: (source, kind, points)
    "double": ("def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "answer", 0),
    "double-easy": ("assert double(1) == 2", "test", 1),
    "double-hard": (
        "assert double(-1) == -2\n### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS",
        "test",
        2,
    ),
    "double-part": ("(double(2) == 4) + (double(-2) == -4) + 0.5", "test", 4),
    "sketch": ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "manual", 3),
    "essay": ("Write here.", "manual text", 2),
    "drawing": ("Draw it. \n=== BEGIN MARK SCHEME ===\nx\n=== END MARK SCHEME ===", "task", 5),
}
SCORES = {"double-easy": (1.0, 1.0), "double-hard": (0.0, 2.0), "double-part": (1.5, 4.0)}


def marked(source: str, name: str, kind: str, points: float) -> NotebookNode:
    """A cell as an instructor marks it with nbgrader's extension."""
    make = new_markdown_cell if kind in ("manual text", "task") else new_code_cell
    cell = make(source)
    graded, answer = kind in ("test", "manual", "manual text"), kind in ("answer", "manual", "manual text")
    cell.metadata.nbgrader = {
        "grade": graded,
        "grade_id": name,
        "locked": kind in ("test", "task"),
        "schema_version": 3,
        "solution": answer,
        "task": kind == "task",
    }
    if graded or kind == "task":
        cell.metadata.nbgrader["points"] = points
    return cell


def write_source(folder: Path, cells: dict = CELLS, notebook: str = "numbers") -> Path:
    """The instructor's version of the assignment."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [marked(source, cell, kind, points) for cell, (source, kind, points) in cells.items()]
    content = new_notebook(metadata=copy.deepcopy(KERNEL), cells=[new_markdown_cell("# Numbers"), *made])
    nbformat.write(content, folder / f"{notebook}.ipynb")
    return folder


def enter(gradebook: Gradebook, source: Path, due: datetime | None = None) -> None:
    """Enter the assignment whose source is in a folder."""
    gradebook.enter(read_release(source), source, due)


def executed(released: NotebookNode, scores: dict[str, tuple[float, float]]) -> NotebookNode:
    """The released notebook as if it had been run, with outputs that nbgrader's rule scores as ``scores``."""
    run = copy.deepcopy(released)
    for cell in run.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in scores:
            got, possible = scores[name]
            shown = new_output("execute_result", {"text/plain": str(got)}, execution_count=1)
            error = new_output("error", ename="AssertionError", evalue="no", traceback=[])
            cell.outputs = [] if got == possible else [shown] if got else [error]
    return run


def hand_in(course: Path, student: str, scores: dict = SCORES, when: datetime | None = DUE, mark: str = ""):
    """A submission, its result and its executed notebook, for ``write``."""
    released = nbformat.read(course / "release/01-tiny/numbers.ipynb", as_version=4)
    released.cells[1].source = f"def double(x):\n    return abs(x + x)  # {student} {mark}"
    released.cells[6].source = f"An essay by {student}."
    submission = Submission(student, {"numbers.ipynb": nbformat.writes(released).encode()}, when)
    result = Result(student, "graded", dict(scores), digest=submission.digest(), seconds=0.1)
    return submission, result, executed(released, scores)


def grade_by_hand(
    url: str, student: str, cell: str = "essay", points: float | None = 1.5, comment: str = "Good."
) -> None:
    """What formgrader does when an instructor gives points and a comment."""
    with api.Gradebook(url) as gradebook:
        grade = gradebook.find_grade(cell, "numbers", "01-tiny", student)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, 0.25, False
        gradebook.find_comment(cell, "numbers", "01-tiny", student).manual_comment = comment
        gradebook.db.commit()


def address(course: Path) -> str:
    return f"sqlite:///{course / 'gradebook.db'}"


def state(url: str) -> dict:
    """Every cell of every submission, and every total, as nbgrader's API sees them."""
    seen: dict = {}
    with api.Gradebook(url) as gradebook:
        for assignment in gradebook.assignments:
            seen[assignment.name] = (assignment.max_score, assignment.duedate)
            for notebook in assignment.notebooks:
                seen[assignment.name, notebook.name] = (
                    notebook.kernelspec,
                    sorted((c.name, c.max_score, c.cell_type) for c in notebook.grade_cells),
                    sorted((c.name, c.max_score, c.cell_type) for c in notebook.task_cells),
                    sorted(c.name for c in notebook.solution_cells),
                    sorted(
                        (c.name, c.cell_type, c.locked, c.source, c.checksum) for c in notebook.source_cells
                    ),
                )
            for attempt in assignment.submissions:
                who = (assignment.name, attempt.student.id)
                seen[who] = (
                    attempt.timestamp,
                    attempt.extension,
                    attempt.score,
                    attempt.late_submission_penalty,
                )
                for work in attempt.notebooks:
                    seen[(*who, work.name)] = (
                        work.flagged,
                        work.late_submission_penalty,
                        work.needs_manual_grade,
                    )
                    for grade in work.grades:
                        seen[(*who, work.name, "grade", grade.name)] = (
                            grade.auto_score,
                            grade.manual_score,
                            grade.extra_credit,
                            grade.needs_manual_grade,
                            grade.score,
                            grade.max_score,
                        )
                    for comment in work.comments:
                        seen[(*who, work.name, "comment", comment.name)] = (
                            comment.auto_comment,
                            comment.manual_comment,
                        )
    return seen


def files(course: Path) -> dict[str, bytes]:
    """The files of the submissions, those that a kill left over too."""
    kinds = ("submitted", "autograded", "broken")
    paths = [path for kind in kinds for path in sorted((course / kind).rglob("*")) if path.is_file()]
    return {str(path.relative_to(course)): path.read_bytes() for path in paths}


def fill(course: Path, source: Path, url: str | None, students: list[str], **opening) -> None:
    """A run of the writer: what a kill interrupts, and what a rerun does again."""
    with Gradebook(course, url, **opening) as gradebook:
        enter(gradebook, source, DUE)
        done = gradebook.read_results()
        for student in students:
            submission, result, notebook = hand_in(course, student, when=LATE if student > "d" else EARLY)
            if student not in done or done[student].digest != result.digest:
                gradebook.write(submission, result, notebook)


def newest(course: Path) -> dict[str, Result]:
    return journal.Journal(course / f"{TINY}.results.jsonl").results()


def rows(gradebook: Gradebook) -> list[dict]:
    return gradebook.final(TINY)[0]


def history(course: Path, student: str) -> list:
    return journal.Journal(course / f"{TINY}.results.jsonl").history(student)
