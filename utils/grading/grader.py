"""One submission, from bytes to a result: what a worker does, with nothing but its arguments.

A worker keeps one bench (:mod:`utils.grading.bench`), which is warm for the assignment that it grades. Its
threads share it.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.grading import causes
from utils.grading.bench import Bench
from utils.grading.release import Release, is_task, is_test
from utils.grading.restore import restore
from utils.grading.result import Result, task_of
from utils.grading.submission import Submission
from utils.grading.suspicion import suspicions
from utils.grading.wire import Ended, Garbled, OutOfTime

BENCHES: dict[str, Bench] = {}
LOCK = threading.Lock()
# Reading a notebook is for one thread at a time: `ast` and `warnings` keep what they count in one place for
# all threads. None waits longer for it, since they share Python's own lock anyway.
READING = threading.Lock()


@dataclass
class Graded:
    """A result, and the notebook with its outputs as JSON (none, when nothing could be run)."""

    result: Result
    notebook: str | None = None


def grade(release: Release, submission: Submission) -> Graded:
    """Grade one submission. Whatever goes wrong is in the result; nothing is raised for a student's work."""
    start = time.monotonic()
    result = Result(submission.student, "broken")
    graded = None
    try:
        with READING:
            notebook = submission.notebook(release.notebook)
    except ValueError as error:
        result.problem = str(error)
    else:
        try:
            graded = run(release, submission, notebook, result)
        except Exception as error:  # a flaw of ours must not cost the class its grades
            result.problem = f"grading it failed ({type(error).__name__}: {error}); please report this."
            result.again = True
    result.seconds = time.monotonic() - start
    return Graded(result, graded)


def run(release: Release, submission: Submission, notebook: NotebookNode, result: Result) -> str | None:
    """Run the notebook, and fill in the result; the notebook with its outputs."""
    clock = time.monotonic()
    with READING:
        notebook, result.notes = restore(release, notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        visible = [release.visible[name] for name in release.tests]
        result.notes += suspicions([cell.source for cell in code if not is_locked(cell)], visible)
    result.parts["restoring the notebook"] = time.monotonic() - clock
    clock = time.monotonic()
    bench = bench_for(release)
    bench.begin()
    result.walls = bench.walls
    if release.require_sandbox and bench.walls != "bubblewrap":
        result.problem = f"no sandbox where it would have run, and one was asked for. {bench.sentence}"
        result.again = True
        return None
    result.parts["starting the workbench"] = time.monotonic() - clock
    trial = bench.run(plan(release, submission, code))
    if "failed" in trial:
        result.problem = f"it could not be graded: {trial['failed']}."
        result.again = True
        return None
    clock = time.monotonic()
    with READING:
        for place, cell in enumerate(code):
            cell.outputs = [nbformat.from_dict(output) for output in trial["outputs"].get(place, [])]
            cell.execution_count = place + 1
        result.notes += trial["notes"]
        result.parts |= trial["parts"]
        score(notebook, result)
        result.status = "graded"
        written = nbformat.writes(notebook)
    result.parts["scoring"] = time.monotonic() - clock
    return written


def bench_for(release: Release) -> Bench:
    """This process's bench for an assignment; benches of others are ended when nobody uses them."""
    with LOCK:
        if release.digest not in BENCHES:
            for digest in [digest for digest, bench in BENCHES.items() if not bench.busy]:
                BENCHES.pop(digest).end()
            BENCHES[release.digest] = Bench(release.modules, release.limits, release.uses)
        return BENCHES[release.digest]


def warm_up(release: Release) -> None:
    """Let this process's bench begin while the caller does other things."""
    bench = bench_for(release)

    def begin() -> None:
        # what goes wrong, the first submission meets again, and says so
        with contextlib.suppress(Ended, Garbled, OutOfTime):
            bench.begin()

    threading.Thread(target=begin, daemon=True).start()


def end_benches() -> None:
    with LOCK:
        for bench in BENCHES.values():
            bench.end()
        BENCHES.clear()


atexit.register(end_benches)


def plan(release: Release, submission: Submission, code: list) -> dict[str, Any]:
    """What is run in which process: see :class:`utils.grading.trial.Trial`."""
    cells = []
    for number, cell in enumerate(code, 1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        test = is_test(cell)
        label = f"the test {name}" if test else f"the cell {name}" if name else f"cell {number}"
        kind = "test" if test else "student"
        source = release.cells[name]["source"] if test else cell.source
        cells.append({"kind": kind, "id": name, "source": source, "label": label})
    own = {name: data for name, data in submission.files.items() if not name.endswith(".ipynb")}
    return {
        "cells": cells,
        "trusted": release.trusted,
        "from_student": release.from_student,
        "timeout": release.timeout,
        "files": release.files,
        "own_files": own,
    }


def is_locked(cell: Any) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def score(notebook: Any, result: Result) -> None:
    """Points of the tests by nbgrader's own rule, and the sentence of each failure.

    Answers that a person grades are none of ours: the gradebook marks them as waiting.
    """
    from nbgrader.utils import determine_grade

    stopped = {
        cell.metadata.nbgrader.grade_id: causes.stopped(cell) for cell in notebook.cells if is_task(cell)
    }
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        name = cell.metadata.nbgrader.grade_id
        try:
            got, possible = determine_grade(cell)
        except (ValueError, KeyError):  # nbgrader would stop, and with it the whole submission
            result.notes.append(
                f"The value of the test {name} is no number of points; a person must grade it."
            )
            continue
        result.scores[name] = (got, possible)
        if got < possible:
            result.failures[name] = failure(cell, stopped.get(task_of(name), ""))


def failure(cell: Any, cause: str = "") -> str:
    """Why a test cell lost points: why its task's cell has stopped, and the line of its own error."""
    return f"{cause} {own_failure(cell, bool(cause))}".strip()


def own_failure(cell: Any, stopped: bool) -> str:
    """Why a test cell lost points, by itself; empty if it only says that its task's cell has stopped."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            if stopped and causes.follows(output):
                return ""
            first = (output.evalue.strip().splitlines() or [""])[0]
            if output.ename in ("CheckFailed", "AssertionError", "Stopped"):
                return first or "the assertion does not hold."
            return f"{output.ename}: {first}" if first else output.ename
    return "its value is less than full marks."
