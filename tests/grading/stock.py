"""The same submissions through stock nbgrader and through ours, and what each gradebook says of every cell.

Both gradebooks are read by nbgrader's own API, so that nothing of ours stands between a grade and the table.
``PYTHONPATH=.:tests/tools python tests/grading/stock.py`` prints the table for everything: nbgrader's own
test files, every variant of the assignments, and the departures (some minutes).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import departures
import nbformat
import nbgrader
from departures import REFUSED, WHOLE
from nbgrader.api import Gradebook, MissingEntry
from warm_stock import warm_kernel

from benchmarks.nbgrader_api import last_error, nbgrader_api
from utils.authoring.answers import answer_notebook, solutions, student_name, tasks_to_grade
from utils.authoring.release import find_assignments, release, source_notebook
from utils.authoring.variants import all_answers
from utils.common.errors import UserError
from utils.grading.answer_key import without_library
from utils.grading.class_run import Class
from utils.grading.submission import Submission

ROOT = Path(__file__).parents[2]
WHEEL = Path(nbgrader.__file__).parent / "tests"
ASSIGNMENT, NOTEBOOK = "ps1", "p1"

# points got, points possible, whether a person must look; by the name of the cell
Grades = dict[str, tuple[float, float, bool]]


@dataclass
class Group:
    """A source notebook, and what students hand in for it.

    Attributes:
        source: the notebook; ``files`` lie beside it.
        work: by student, a notebook, or what makes one of the released one.
        timeout: seconds that a cell may take.
    """

    source: bytes
    work: dict[str, bytes | Callable[[bytes], bytes]]
    files: dict[str, bytes] = field(default_factory=dict)
    own_files: dict[str, bytes] = field(default_factory=dict)
    timeout: int = 20


@dataclass
class Pair:
    """What stock nbgrader and ours made of one submission: grades, or why there are none."""

    stock: Grades | str
    ours: Grades | str

    @property
    def agrees(self) -> bool:
        return self.stock == self.ours or (isinstance(self.stock, str) and isinstance(self.ours, str))

    def differences(self) -> dict[str, tuple[str, str]]:
        """What stock nbgrader gives and what we give, by cell, where it is not the same."""
        if self.agrees:
            return {}
        if isinstance(self.stock, str) or isinstance(self.ours, str):
            return {WHOLE: (points(self.stock), points(self.ours))}
        names = sorted(self.stock.keys() | self.ours.keys())
        shown = {name: (show(self.stock.get(name)), show(self.ours.get(name))) for name in names}
        return {name: (stock, ours) for name, (stock, ours) in shown.items() if stock != ours}


def show(grade: tuple[float, float, bool] | None) -> str:
    if grade is None:
        return "nothing"
    got, possible, manual = grade
    return f"{got:g}/{possible:g}" + (" (by hand)" if manual else "")


def points(grades: Grades | str) -> str:
    if isinstance(grades, str):
        return REFUSED
    got, possible = (sum(grade[i] for grade in grades.values()) for i in (0, 1))
    return f"{got:g}/{possible:g}"


def compare(group: Group, folder: Path) -> dict[str, Pair]:
    """Grade a group both ways, in ``folder``; by student."""
    source = folder / "stock" / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (source / f"{NOTEBOOK}.ipynb").write_bytes(group.source)
    for name, content in group.files.items():
        (source / name).write_bytes(content)
    api = nbgrader_api(folder / "stock", Execute={"timeout": group.timeout})
    made = api.generate_assignment(ASSIGNMENT, force=True)
    if not made["success"]:
        refused = last_error(made)
        return dict.fromkeys(group.work, Pair(refused, our_refusal(source, folder / "ours")))
    released = (folder / "stock" / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb").read_bytes()
    work = {
        student: made if isinstance(made, bytes) else made(released) for student, made in group.work.items()
    }
    stock = {}
    for student, content in work.items():
        submitted = folder / "stock" / "submitted" / student / ASSIGNMENT
        submitted.mkdir(parents=True)
        (submitted / f"{NOTEBOOK}.ipynb").write_bytes(content)
        for name, data in group.own_files.items():
            (submitted / name).write_bytes(data)
        with warm_kernel():
            outcome = api.autograde(ASSIGNMENT, student, force=True)
        stock[student] = read_grades(folder / "stock", student) if outcome["success"] else last_error(outcome)
    ours = grade_ours(group, source, folder / "ours", work)
    return {student: Pair(stock[student], ours[student]) for student in work}


def grade_ours(group: Group, source: Path, to: Path, work: dict[str, bytes]) -> dict[str, Grades | str]:
    handed_in = [
        Submission(student, {f"{NOTEBOOK}.ipynb": content, **group.own_files})
        for student, content in work.items()
    ]
    try:
        graded = Class(source, to, timeout=group.timeout)
        graded.release = without_library(graded.release)
        results = graded.grade(handed_in)
    except UserError as error:
        return dict.fromkeys(work, str(error))
    return {
        result.student: read_grades(to, result.student) if result.status == "graded" else result.problem
        for result in results
    }


def our_refusal(source: Path, to: Path) -> Grades | str:
    """Why ours refuses a source notebook; no grades when it does not."""
    try:
        Class(source, to).grade([Submission("nobody", {})])
    except UserError as error:
        return str(error)
    return {}


def read_grades(course: Path, student: str) -> Grades:
    """What the gradebook of a course directory says of one student's cells."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        try:
            work = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student)
        except MissingEntry:
            return {}
        return {
            grade.name: (grade.score, grade.max_score, bool(grade.needs_manual_grade))
            for grade in sorted(work.grades, key=lambda grade: grade.name)
        }


# ------------------------------------------------------------------ nbgrader's own files


def wheel(path: str) -> bytes:
    return (WHEEL / path).read_bytes()


def wheel_group(source: str, *work: str, files: tuple[str, ...] = (), **settings) -> Group:
    """A source notebook of nbgrader's tests with itself, its release and other notebooks as submissions."""
    handed_in = {"itself": wheel(source), "released": untouched}
    handed_in |= {file_name(path): wheel(path) for path in work}
    return Group(wheel(source), handed_in, {Path(path).name: wheel(path) for path in files}, **settings)


def untouched(released: bytes) -> bytes:
    return released


def file_name(path: str) -> str:
    """``apps-test-v1`` for ``apps/files/test-v1.ipynb``."""
    return path.removesuffix(".ipynb").replace("/files/", "-")


A, P = "apps/files/", "preprocessors/files/"


def wheel_groups() -> dict[str, Group]:
    """Every notebook of nbgrader's tests that can be a source, with the submissions that fit it."""
    squares = [f"{A}test{end}.ipynb" for end in ("", "-with-output", "-hidden-tests", "-no-metadata")]
    old = [f"{A}test-v0.ipynb", f"{A}test-v0-invalid.ipynb", f"{A}test-v1.ipynb", f"{A}test-v2.ipynb"]
    changed = [
        f"{A}submitted-{what}.ipynb"
        for what in (
            "changed",
            "cheat-attempt",
            "cheat-attempt-alternative",
            "grade-cell-changed",
            "locked-cell-changed",
        )
    ] + [
        f"{P}submitted-{what}.ipynb"
        for what in (
            "unchanged",
            "changed",
            "answer-cell-type-changed",
            "grade-cell-changed",
            "grade-cell-type-changed",
            "locked-cell-changed",
        )
    ]
    groups = {
        "test": wheel_group(f"{A}test.ipynb", *squares[1:], *old, f"{A}too-new.ipynb"),
        "test-with-output": wheel_group(f"{A}test-with-output.ipynb", squares[0]),
        "test-hidden-tests": wheel_group(f"{A}test-hidden-tests.ipynb", squares[0]),
        "test-no-metadata": wheel_group(f"{A}test-no-metadata.ipynb", squares[0]),
        "nose": wheel_group(f"{P}test.ipynb", squares[0]),
        "task-cell": wheel_group(f"{P}test_taskcell.ipynb", squares[0]),
        "submitted": wheel_group(f"{A}submitted-unchanged.ipynb", *changed),
        "timeout": wheel_group(f"{A}timeout.ipynb", timeout=2),
        "slow-enough": wheel_group(f"{A}timeout.ipynb", timeout=20),
        "relative-file": wheel_group(f"{A}open_relative_file.ipynb", files=(f"{A}data.txt",)),
        "data-not-there": wheel_group(f"{A}open_relative_file.ipynb"),
        "infinite-recursion": wheel_group(f"{P}infinite-recursion.ipynb"),
        "infinite-loop": wheel_group(f"{A}infinite-loop.ipynb", timeout=2),
        "infinite-loop-with-output": wheel_group(f"{A}infinite-loop-with-output.ipynb", timeout=2),
    }
    for kind in ("simple", "hashed", "multi"):
        path = f"{A}autotest-{kind}"
        work = (f"{path}-unchanged.ipynb", f"{path}-changed.ipynb")
        groups[f"autotest-{kind}"] = wheel_group(f"{path}.ipynb", *work, files=(f"{A}autotests.yml",))
    path = f"{A}autotest-hidden"
    work = tuple(f"{path}-{end}.ipynb" for end in ("unchanged", "changed-right", "changed-wrong"))
    groups["autotest-hidden"] = wheel_group(f"{path}.ipynb", *work, files=(f"{A}autotests.yml",))
    alone = [f"{A}side-effects", f"{A}validating-environment-variable", f"{A}validation-zero-points"]
    alone += [f"{P}manually-graded-code-cell", f"{P}long-output", f"{P}header", f"{P}warning-pattern"]
    alone += [f"{A}test-no-metadata-autotest", *(path.removesuffix(".ipynb") for path in old), f"{A}too-new"]
    alone += [f"{P}bad-markdown-cell-1", f"{P}bad-markdown-cell-2", f"{P}blank-grade-id", f"{P}blank-points"]
    alone += [f"{P}cell-type-changed", f"{P}duplicate-grade-ids", f"{P}no-cell-type"]
    return groups | {Path(path).name: wheel_group(f"{path}.ipynb") for path in alone}


def own_groups() -> dict[str, Group]:
    """The small assignments of :mod:`tests.grading.departures`."""
    sources = {name: departures.source_notebook(name) for name in ("agreed", "crossing", "accidents")}
    edits = {name: departures.edited(edit) for name, edit in departures.EDITS.items()}
    return {
        "agreed": Group(sources["agreed"], {"itself": sources["agreed"], "released": untouched}),
        "crossing": Group(sources["crossing"], {"itself": sources["crossing"]}),
        "accidents": Group(sources["accidents"], edits, timeout=4),
    }


# ------------------------------------------------------------------ the course's assignments


def variant_groups(
    folder: Path, names: tuple[str, ...] = (), left_out: list[str] | None = None
) -> Iterator[tuple[str, Group]]:
    """Each assignment with its variants as submissions: all of them whole, or those of ``names`` with answers
    to what they can touch, but for the tasks that are ``left_out``, each as ``"02/epoch"``."""
    assignments = find_assignments(ROOT)
    release(assignments, folder / "source", folder / "assignments")
    for assignment in assignments:
        file = f"{assignment.notebook}.ipynb"
        released = nbformat.read(folder / "assignments" / assignment.name / file, as_version=4)
        source, right, work = source_notebook(assignment), solutions(assignment), {}
        for name, code in all_answers(assignment).items():
            if names and name not in names:
                continue
            asked, _ = tasks_to_grade(source, right, code) if names else (set(code), set())
            asked = {task for task in asked if f"{assignment.name[:2]}/{task}" not in (left_out or [])}
            answers = {task: code[task] for task in code if task in asked}
            work[student_name(name)] = nbformat.writes(answer_notebook(released, answers)).encode()
        given = (folder / "source" / assignment.name / file).read_bytes()
        yield assignment.name, Group(given, work, timeout=60)


# ------------------------------------------------------------------ the table


def report(name: str, pairs: dict[str, Pair]) -> tuple[int, int]:
    """Print a group's rows; how many submissions agree, and how many differ in what is not listed."""
    new = 0
    for student, pair in pairs.items():
        found = pair.differences()
        unlisted = found != departures.expected(name, student)
        new += unlisted
        sign = "=" if pair.agrees else "≠"
        print(f"{name:<26} {student:<50} {sign} {points(pair.ours)}{'  NOT LISTED' if unlisted else ''}")
        for cell, (stock, ours) in found.items():
            why = f" ({pair.stock})" if isinstance(pair.stock, str) else ""
            print(f"{'':<26}   {cell}: stock {stock}{why}, ours {ours}")
    sys.stdout.flush()
    return sum(pair.agrees for pair in pairs.values()), new


def main(only: list[str]) -> None:
    """Print the table of all groups, or of those named."""
    agree = new = total = 0
    with tempfile.TemporaryDirectory() as folder:
        groups = [*wheel_groups().items(), *own_groups().items()]
        if not only or any(name[:2].isdigit() for name in only):
            groups += variant_groups(Path(folder) / "course")
        for name, group in groups:
            if not only or name in only:
                counts = report(name, compare(group, Path(folder) / name))
                agree, new, total = agree + counts[0], new + counts[1], total + len(group.work)
    print(f"{total} submissions: {agree} agree in every cell, {total - agree} differ, {new} unexpectedly")


if __name__ == "__main__":
    main(sys.argv[1:])
