"""One submission on trial: its cells run in the student's process, the test cells here.

This process holds the tests and nothing of the student's but plain data and stand-ins.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import Any

from utils.grading.imports import NOT_THERE
from utils.grading.peer import Gone
from utils.grading.shell import Shell
from utils.grading.student import Student
from utils.grading.student_process import put_files
from utils.grading.symbols import Telling, names
from utils.grading.wire import Channel

REFUSED = "may not be called here"  # what checks.forbidden says
SHORTEST = 5.0  # seconds that a cell gets at least, however often the submission ran out of time


class CellTimeout(BaseException):
    """A test cell took too long."""


class Trial:
    """Runs the cells of one submission.

    Args:
        plan: ``cells`` (kind, id and source of each code cell of the submission, in its order), ``trusted``
        (the
            instructor's own cells that tests build on), ``from_student`` (the names that students define) and
            ``timeout``, seconds for one cell.
        control: to the warm parent of students' processes.
        shell: for the tests.
    """

    def __init__(self, plan: dict, control: Channel, shell: Shell) -> None:
        self.plan = plan
        self.control = control
        self.shell = shell
        self.files = {**plan["own_files"], **plan["files"]}  # the instructor's win
        self.students: dict[tuple[str, ...], Student] = {(): Student(control, self.files)}
        self.trusted = list(plan["trusted"])
        self.from_student = set(plan["from_student"])
        self.bound: dict[str, Any] = {}  # the student's names in the test cell, and
        self.taken: dict[str, Any] = {}  # those that tests have deleted
        shell.ipython.ast_transformers.append(Telling(self.from_student))
        shell.namespace.update(__taken__=self.take_away, __given__=self.give_back)
        self.timeouts = 0
        self.notes: list[str] = []
        self.refused_here: Any = contextlib.nullcontext
        self.deadline_of_test = 0.0
        self.rang = False
        self.parts = {"student cells": 0.0, "test cells": 0.0, "starting processes": 0.0}

    def run(self) -> dict:
        """The outputs of each cell by its place, notes for the instructor, and where the time went."""
        if not self.plan["files"]:
            return self.run_cells()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            put_files(self.plan["files"])
            try:
                return self.run_cells()
            finally:
                os.chdir("/")

    def run_cells(self) -> dict:
        """:meth:`run`, in a folder that holds the assignment's files."""
        outputs = {}
        for place, cell in enumerate(self.plan["cells"]):
            start = time.monotonic()
            if cell["kind"] == "test":
                outputs[place] = self.test(cell, place)
                self.parts["test cells"] += time.monotonic() - start
            else:
                outputs[place] = self.student_cell(cell["source"], cell["label"], place + 1)
                self.parts["student cells"] += time.monotonic() - start
        for student in self.students.values():
            self.parts["starting processes"] += student.seconds
            student.end()
        return {"outputs": outputs, "notes": self.notes, "parts": self.parts}

    # ---------------------------------------------------------------- cells

    def student_cell(self, source: str, label: str, number: int) -> list[dict]:
        """Run one of the student's cells in each of the student's processes; the first one's outputs."""
        if not source.strip():
            return []
        outputs: list[dict] | None = None
        for student in list(self.students.values()):
            try:
                made = student.run(source, number, self.limit())
            except Gone:
                made = [gone(self.how(student, label))]
            outputs = made if outputs is None else outputs
            self.notes += [f"In {label}: {o['evalue']}" for o in made if REFUSED in o.get("evalue", "")][:1]
        return outputs or []

    def test(self, cell: dict, place: int) -> list[dict]:
        """Run a test cell here; its outputs."""
        limit = self.limit()
        student = self.students[()]
        before = {each.peer for each in self.students.values() if each.peer and each.peer.gone}
        self.rang = stopped = False
        try:
            student.begin(limit)  # a process that ended before is begun again; that is not the test's time
            with self.alarm(limit):
                self.run_trusted(cell["id"])
                self.prepare(student, cell["source"], time.monotonic() + limit)
                outputs = list(self.shell.run(cell["source"], place + 1))
                self.tidy(outputs)
        except Gone as error:
            outputs = [gone(f"{cell['label']} stopped: {error}.")]
        except CellTimeout:
            outputs = []
        for each in self.students.values():
            if each.peer is not None and each.peer.gone and each.peer not in before:
                stopped, sentence = True, self.how(each, cell["label"])
                outputs = [o for o in outputs if o["output_type"] != "error"] + [gone(sentence)]
        if self.rang and not stopped:
            outputs = [o for o in outputs if o["output_type"] != "error"]
            outputs.append(gone(self.too_long(cell["label"], limit)))
        for output in outputs:
            if any(sign in output.get("evalue", "") for sign in (REFUSED, NOT_THERE)):
                self.notes.append(f"In {cell['label']}: {output['evalue']}")
        return outputs

    def run_trusted(self, test: str) -> None:
        """Run the instructor's cells that stand before ``test`` and have not been run."""
        while self.trusted and test in self.trusted[0]["before"]:
            source = self.trusted.pop(0)["source"]
            if names(source).needs & self.from_student:
                self.prepare(self.students[()], source, time.monotonic() + self.limit())
            self.shell.run(source)
            checks = sys.modules.get("utils.checks")
            if checks is not None and checks.forbidden != self.forbidden:
                self.refused_here = checks.forbidden
                checks.forbidden = self.forbidden  # type: ignore[attr-defined]

    def prepare(self, student: Student, source: str, deadline: float) -> None:
        """Begin a test cell: bind the student's names that it needs."""
        for each in self.students.values():
            if each.peer is not None and not each.peer.gone:
                each.peer.channel.deadline = deadline
        self.deadline_of_test = deadline
        self.bound.clear()
        needed = names(source).needs & self.from_student
        for name in needed:
            self.shell.namespace.pop(name, None)
        self.bound.update(self.find(student, needed))
        self.shell.namespace.update(self.bound)

    def take_away(self, name: str) -> None:
        """The test has deleted a student's name: it is gone for the student's functions, too."""
        if name in self.bound:
            self.taken[name] = self.bound.pop(name)
            delattr(self.student_module(), name)

    def give_back(self, name: str) -> None:
        """The test has given a name a value: the student hears of it if it is what was taken away."""
        if name in self.taken and self.shell.namespace[name] is self.taken[name]:
            self.bound[name] = self.taken.pop(name)
            setattr(self.student_module(), name, self.bound[name])
        else:
            self.bound.pop(name, None)  # now it is a name of the test's own

    def student_module(self) -> Any:
        """A stand-in for the module that the student's cells run in."""
        return self.students[()].ask("module")

    def find(self, student: Student, names: Iterable[str]) -> dict[str, Any]:
        """What a student's process, made ready for a test cell, has under these names."""
        peer = student.begin(self.limit())
        peer.channel.deadline = self.deadline_of_test
        peer.hear = self.hear
        return student.find(sorted(names))

    @contextlib.contextmanager
    def forbidden(self, *forbidden: str) -> Iterator[None]:
        """In the block, the student's functions are those of a process from which these names are gone.

        The names are refused in this process, too: it is here that an ``nn.LSTM`` runs which the student's
        code has returned. And what was made outside the block, where nothing is gone, is not answered.
        """
        student = self.restricted(forbidden)
        namespace = self.shell.namespace
        swapped = {name: value for name, value in namespace.items() if name in self.from_student}
        others = [each.peer for each in self.students.values() if each is not student and each.peer]
        found = self.find(student, swapped)
        for name in swapped:
            del namespace[name]
            if name not in found:
                self.notes.append(f"{name} is missing where {', '.join(forbidden)} may not be called.")
        namespace.update(found)
        for peer in others:
            peer.resting = True
        try:
            with self.refused_here(*forbidden):
                yield
        finally:
            namespace.update(swapped)
            for peer in others:
                peer.resting = False

    def restricted(self, forbidden: tuple[str, ...]) -> Student:
        """The student's process without these names; all cells that ran so far run there, too."""
        if forbidden not in self.students:
            student = self.students[forbidden] = Student(self.control, self.files, forbidden)
            student.ran = list(self.students[()].ran)
        student = self.students[forbidden]
        with self.clock_stopped():
            student.begin(self.limit())
        return student

    def hear(self, text: str) -> None:
        """What the student's code prints while a test calls it is printed by the test."""
        if text:
            sys.stdout.write(text)

    @staticmethod
    def tidy(outputs: list[dict]) -> None:
        """A warning costs nothing: what went to stderr is shown as if it had been printed."""
        for output in outputs:
            if output.get("name") == "stderr":
                output["name"] = "stdout"

    # ----------------------------------------------------------------- time

    def limit(self) -> float:
        """Seconds for the next cell: fewer after each that ran out of time."""
        return max(min(SHORTEST, self.plan["timeout"]), self.plan["timeout"] / 2**self.timeouts)

    @contextlib.contextmanager
    def alarm(self, seconds: float) -> Iterator[None]:
        """Stop the block when the student's process does not use the time up, but the test itself does."""

        def ring(*_: Any) -> None:
            self.rang = True
            raise CellTimeout

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds + 0.5)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextlib.contextmanager
    def clock_stopped(self) -> Iterator[None]:
        """What happens in the block is not the test's time."""
        start = time.monotonic()
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, left)
            self.deadline_of_test += time.monotonic() - start

    def too_long(self, label: str, limit: float) -> str:
        self.timeouts += 1
        sentence = f"{label} took more than {limit:g} seconds; is there a loop that does not end?"
        self.notes.append(sentence)
        return sentence

    def how(self, student: Student, label: str) -> str:
        """Why a student's process is gone, in one sentence; it is ended, and noted."""
        reason = student.peer.gone if student.peer is not None else ""
        limit = self.limit()
        ended = student.end(grace=0.2 if reason == "its process ended" else 0.0)
        if reason == "out of time":
            return self.too_long(label, limit)
        if reason == "its process ended":
            reason = ended or "it ended Python"
        sentence = f"{label} stopped: {reason}."
        self.notes.append(sentence)
        return sentence


def gone(sentence: str) -> dict:
    """The output of a cell whose process is gone."""
    return {"output_type": "error", "ename": "Stopped", "evalue": sentence, "traceback": [sentence]}
