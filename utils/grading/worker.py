"""One submission, from bytes to a result: what a worker does, with nothing but its arguments.

A worker keeps one bench (:mod:`utils.grading.processes.bench`), which is warm for the assignment that it
grades. Its threads share it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.common.torchtext_files import NoTorchtext, provide_for
from utils.grading.answer_key import Release, is_by_hand, is_task, is_test
from utils.grading.exchange.channel import Ended, Garbled, OutOfTime
from utils.grading.notebooks import causes
from utils.grading.notebooks.changes import position
from utils.grading.notebooks.preparing import Desk
from utils.grading.processes.bench import Bench
from utils.grading.result import Result, task_of
from utils.grading.submission import Submission

BENCHES: dict[str, Bench] = {}  # by what they are warm for
RUNS: list[bool] = []  # one for each `kept_warm` under way
LOCK = threading.Lock()
DESK = Desk()
NO_ANSWER = "Nothing was written."
SAID = ("question", "example", "section", "address")  # of a mistake, beside what it is
SEVERAL = "More than one thing is wrong in this task."


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
        prepared = DESK.prepare(release, submission)
        result.parts["restoring the notebook"] = time.monotonic() - start
        if "problem" in prepared:
            result.problem = prepared["problem"]
        else:
            result.notes, result.written_over = prepared["notes"], prepared["written_over"]
            notebook = nbformat.from_dict(json.loads(prepared["notebook"]))
            graded = run(release, submission, notebook, result)
    except NoTorchtext as error:
        result.problem, result.again = f"it could not be graded here: {error}.", True
    except Exception as error:  # a flaw of ours must not cost the class its grades
        result.problem = f"grading it failed ({type(error).__name__}: {error}); please report this."
        result.again = True
    result.seconds = time.monotonic() - start
    return Graded(result, graded)


def run(release: Release, submission: Submission, notebook: NotebookNode, result: Result) -> str | None:
    """Run the notebook, and fill in the result; the notebook with its outputs."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with bench_of(release) as bench:
        trial = on_trial(bench, release, submission, code, result)
    if trial is None:
        return None
    clock = time.monotonic()
    for place, cell in enumerate(code):
        cell.outputs = [nbformat.from_dict(output) for output in trial["outputs"].get(place, [])]
        cell.execution_count = place + 1
    causes.explain(code)
    result.notes += trial["notes"]
    result.parts |= trial["parts"]
    score(notebook, result)
    result.diagnoses = told(release.library, trial.get("diagnoses", {}), result)
    result.diagnoses |= told_of_two(release.library, trial.get("several", {}), result)
    result.status = "graded"
    written = json.dumps(notebook)
    result.parts["scoring"] = time.monotonic() - clock
    return written


def on_trial(
    bench: Bench, release: Release, submission: Submission, code: list, result: Result
) -> dict[str, Any] | None:
    """What came of the cells on a bench; None, and the result says why, where nothing did."""
    clock = time.monotonic()
    result.again = True
    try:
        bench.begin()
    except (Ended, Garbled, OutOfTime):
        result.problem = "it could not be graded: the processes that grade could not be started."
        return None
    result.walls = bench.walls
    if release.require_sandbox and bench.walls != "bubblewrap":
        result.problem = f"no sandbox where it would have run, and one was asked for. {bench.sentence}"
        return None
    result.parts["starting the workbench"] = time.monotonic() - clock
    trial = bench.run(plan(release, submission, code))
    if "failed" in trial:
        result.problem = f"it could not be graded: {trial['failed']}."
        return None
    result.again = False
    return trial


@contextlib.contextmanager
def bench_of(release: Release) -> Iterator[Bench]:
    """This process's bench for an assignment; benches of others are ended when nobody counts on them.

    Raises NoTorchtext if the assignment needs torchtext, which has to come before students' code is shut in.
    """
    with LOCK:
        new = Bench(release.modules, release.limits, release.uses, release.library)
        wanted = json.dumps([new.settings, os.environ.get("COURSE_WALLS")])
        if wanted not in BENCHES:
            provide_for(release.modules)
        for settings in [settings for settings, bench in BENCHES.items() if bench.over or not bench.users]:
            if settings != wanted or BENCHES[settings].over:
                BENCHES.pop(settings).end()
        bench = BENCHES.setdefault(wanted, new)
        bench.users += 1
    try:
        yield bench
    finally:
        with LOCK:
            bench.users -= 1


def warm_up(release: Release) -> None:
    """Let this process's bench begin while the caller does other things."""

    def begin() -> None:
        # what goes wrong, the first submission meets again, and says so
        with bench_of(release) as bench, contextlib.suppress(Ended, Garbled, OutOfTime):
            bench.begin()

    threading.Thread(target=begin, daemon=True).start()


@contextlib.contextmanager
def kept_warm() -> Iterator[None]:
    """Several runs follow one another: an idle bench stays for the next, as to begin one takes seconds."""
    RUNS.append(True)
    try:
        yield
    finally:
        RUNS.pop()
        end_run()


def end_run() -> None:
    """A run is over: what it kept warm is not needed any more, unless another follows."""
    if not RUNS:
        end_benches()


def end_benches() -> None:
    with LOCK:
        for bench in BENCHES.values():
            bench.end()
        BENCHES.clear()


atexit.register(end_benches)
atexit.register(DESK.close)


def plan(release: Release, submission: Submission, code: list) -> dict[str, Any]:
    """What is run in which process: see :class:`utils.grading.processes.trial.Trial`."""
    cells = []
    for cell in code:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        test = is_test(cell)
        label = f"the test {name}" if test else f"the cell {name}" if name else f"cell {position(cell)}"
        kind = "test" if test else "student"
        source = release.cells[name]["source"] if test else cell.source
        cells.append({"kind": kind, "id": name, "source": source, "label": label})
    own = {name: data for name, data in submission.files.items() if not name.endswith(".ipynb")}
    return {
        "cells": cells,
        "trusted": release.trusted,
        "from_student": release.from_student,
        "timeout": release.timeout,
        "telling": release.telling,
        "files": release.files,
        "own_files": own,
    }


def score(notebook: Any, result: Result) -> None:
    """Points of the tests by nbgrader's own rule, and the sentence of each failure.

    Answers that a person grades are named; the gradebook marks them as waiting, but for those left empty.
    """
    from nbgrader.utils import determine_grade

    stopped = {
        cell.metadata.nbgrader.grade_id: causes.stopped(cell) for cell in notebook.cells if is_task(cell)
    }
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if is_by_hand(cell):
            got, result.by_hand[name] = determine_grade(cell)
            if got == 0:
                result.failures[name] = NO_ANSWER
        if not is_test(cell):
            continue
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


def told(library: dict, found: dict[str, list[int]], result: Result) -> dict[str, dict[str, str]]:
    """The mistake behind each task that lost points, where the variants that answer alike mean one: what they
    have in common, for those that cannot be told from others; the misconception of any other."""
    mistakes = {}
    for task, numbers in found.items():
        got, possible = result.tasks.get(task, (0.0, 0.0))
        variants = [library["variants"][number] for number in numbers]
        said = agreed(variants, "common") or agreed(variants, "misconception")
        if got < possible and said:
            mistakes[task] = {
                "name": ", ".join(variant["name"] for variant in variants),
                "misconception": said,
            }
            mistakes[task] |= {key: agreed(variants, key) for key in SAID}
    return mistakes


def told_of_two(library: dict, found: dict[str, list[int]], result: Result) -> dict[str, dict[str, str]]:
    """That more than one thing is wrong in a task that lost points, without a name for either."""
    mistakes = {}
    for task, numbers in found.items():
        got, possible = result.tasks.get(task, (0.0, 0.0))
        names = [library["variants"][number]["name"] for number in numbers]
        if got < possible:
            mistakes[task] = {"name": " + ".join(names), "misconception": SEVERAL, "several": "yes"}
    return mistakes


def agreed(variants: list[dict], key: str) -> str:
    """What all of these variants say; empty where they say different things, or where there are none."""
    said = {variant[key] for variant in variants}
    return said.pop() if len(said) == 1 else ""


def failure(cell: Any, cause: str = "") -> str:
    """Why a test cell lost points: why its task's cell has stopped, and the line of its own error."""
    return f"{cause} {own_failure(cell, bool(cause))}".strip()


def own_failure(cell: Any, stopped: bool) -> str:
    """Why a test cell lost points, by itself; empty if it only says that its task's cell has stopped."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            if stopped and causes.follows(output):
                return ""
            first = (output.evalue.strip().splitlines() or [""])[0][: causes.LONGEST]
            if output.ename in ("CheckFailed", "AssertionError", "Stopped"):
                return first or "the assertion does not hold."
            return f"{output.ename}: {first}" if first else output.ename
    return "its value is less than full marks."
