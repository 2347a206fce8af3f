"""Which mistake is it? The wrong variants of an assignment answer the tests that a student has failed.

When a submission has run, a fork of the tests' process runs each test cell that failed once more, first
with the student's answers and then with each wrong variant of the task in the student's place: on the same
inputs, with the same random numbers, and past the first failure (``events.py``). A variant is told whose
answers are the student's in every call of every failed cell of the task, and that passes what the student has
passed. Where none is, one counts whose answers are built otherwise, but in which the checks see the same.
Where the right answers agree, too, the mistake lies elsewhere, and no variant is told. Where one
variant answers one failed cell as the student does, and passes another, which a second variant answers as the
student does and the other way round, more than one thing is wrong.

Nothing of this reaches the student's process but the calls of the tests, and no points change.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from utils.grading.exchange.channel import Channel, Ended, Garbled, OutOfTime, pair
from utils.grading.processes.diagnosis.events import OfChecks, Record, says_all
from utils.grading.processes.diagnosis.replay import EXACTLY, NOT, ROUGHLY, Replay
from utils.grading.processes.trial import Trial
from utils.grading.result import task_of
from utils.grading.sandbox import namespaces

PATIENCE = 5.0  # seconds beyond the budget after which the fork is ended


def diagnose(trial: Trial, library: dict, maker: Channel) -> dict[str, Any] | None:
    """``diagnoses``: by task the numbers of the variants that answer as the student does; ``several``: by
    task those of two that have each a part in what the student does.

    The student's processes are ended. If the fork could not say that it was done, the lane is ``worn``: a
    conversation may be in the middle of a sentence. None where there is nothing to tell.

    Args:
        trial: whose cells have all run.
        library: the wrong variants (:func:`utils.authoring.variant_files.library`), and ``maker``, to the
            process that makes those in which they answer.
    """
    if not trial.failed or trial.plan["telling"] <= 0:
        return None
    start = time.monotonic()
    seconds = max(0.0, min(trial.plan["telling"], trial.until - time.monotonic()))
    trial.clock.watched(seconds + PATIENCE)
    here, there = pair()
    until = time.monotonic() + seconds
    child = os.fork()
    if child == 0:
        try:
            here.close()
            if sys.platform == "linux":
                namespaces.die_with_parent()
            tell = Channel(there).send
            try:
                Diagnosis(trial, until, library, maker).run(tell)
            except Exception as error:  # a flaw of ours, which the instructor hears of
                tell({"flaw": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(0)
    there.close()
    channel = Channel(here)
    channel.deadline = until + PATIENCE
    found: dict[str, list[int]] = {}
    several: dict[str, list[int]] = {}
    done = False
    with contextlib.suppress(Ended, Garbled, OutOfTime):
        while not done:
            message = channel.receive()
            done = "done" in message
            found |= message.get("found", {})
            several |= message.get("several", {})
            if "flaw" in message:
                trial.note(
                    f"Which mistake it is could not be looked for ({message['flaw']}); please report this."
                )
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    channel.close()
    trial.parts["telling mistakes"] = time.monotonic() - start
    return {"diagnoses": found, "several": several, **({} if done else {"worn": True})}


class Diagnosis(Replay):
    """Looks for the variants that answer as the student does."""

    def run(self, tell: Callable[[dict], None]) -> None:
        """Tell the variants of each task with failed tests, and then that it is done."""
        cells = self.trial.plan["cells"]
        tasks = {
            place: task_of(cell["id"])
            for place, cell in enumerate(cells)
            if cell["kind"] == "test" and place in self.trial.starts
        }
        failed = {tasks[place] for place in tasks if place in self.trial.failed}
        # the quickest first: one that trains may leave no time for others
        took = {task: sum(self.trial.seconds[p] for p in places_of(tasks, task)) for task in failed}
        for task in sorted(failed, key=took.__getitem__):
            self.parts: list[int] = []
            tell({"found": {task: self.variants_of(task, places_of(tasks, task))}})
            if self.parts:
                tell({"several": {task: self.parts}})
        for student in self.own.values():
            student.end()
        self.cast.end()
        tell({"done": True})

    def variants_of(self, task: str, places: list[int]) -> list[int]:
        """The variants of a task that answer as the student does."""
        candidates = [number for number, variant in enumerate(self.variants) if task in variant["tasks"]]
        failed = [place for place in places if place in self.trial.failed]
        if not candidates or any(says_all(self.trial.failed[place]) for place in failed):
            return []
        if not all(map(self.is_quick, failed)):
            return []
        heard: dict[int, Record] = {}
        self.took = {}
        for place in failed:
            if self.late() or (record := self.hear_student(place)) is None:
                return []
            heard[place] = record
        # most depart soon, but where each trains first, as long as the student did, there is not the time
        if max(self.took.values()) * len(candidates) > 2 * (self.until - time.monotonic()):
            return []
        solution = self.agrees(None, heard)
        if solution == EXACTLY:
            return []
        levels = {number: self.agrees(number, heard) for number in candidates if not self.late()}
        passed = [place for place in places if place not in self.trial.failed and self.is_quick(place)]
        # what is only roughly so, such as the answers of a trained model, counts where nothing is exactly so
        for level in (EXACTLY, ROUGHLY) if solution == NOT else (EXACTLY,):
            found = [number for number, its in levels.items() if its == level and not self.late()]
            if found := [number for number in found if self.passes(number, passed)]:
                return [] if self.late() else found
        if solution != NOT:
            return []
        if found := self.seen_alike(candidates, heard, passed):
            return found
        if len(heard) > 1:
            self.parts = self.two_parts(candidates, heard, passed)
        return []

    def seen_alike(self, candidates: list[int], heard: dict[int, Record], passed: list[int]) -> list[int]:
        """The variants in whose answers the checks see what they see in the student's."""
        if not any(record.telling for record in heard.values()) or self.agrees(None, heard, OfChecks):
            return []
        levels = {number: self.agrees(number, heard, OfChecks) for number in candidates if not self.late()}
        found = [number for number, level in levels.items() if level == EXACTLY and not self.late()]
        found = [number for number in found if self.passes(number, passed)]
        return [] if self.late() else found

    def two_parts(self, candidates: list[int], heard: dict[int, Record], passed: list[int]) -> list[int]:
        """Two variants that have each a part: every failed cell is answered as some variant does, and
        each of the two passes a failed cell of the other's. None if there are no such two."""
        alike: dict[int, list[int]] = {}
        for place, record in heard.items():
            alone = {place: record}
            if self.late() or self.agrees(None, alone) != NOT:
                return []
            alike[place] = [
                number for number in candidates if not self.late() and self.agrees(number, alone) == EXACTLY
            ]
            if not alike[place]:
                return []
        for one, other in itertools.combinations(heard, 2):
            first = self.first_that_passes(alike[one], [other, *passed])
            second = self.first_that_passes(alike[other], [one, *passed])
            if first is not None and second is not None and not self.late():
                return [first, second]
        return []

    def first_that_passes(self, numbers: list[int], places: list[int]) -> int | None:
        """The first of these variants that passes these test cells."""
        return next((n for n in numbers if not self.late() and self.passes(n, places)), None)


def places_of(tasks: dict[int, str], task: str) -> list[int]:
    """The test cells of a task."""
    return [place for place in tasks if tasks[place] == task]
