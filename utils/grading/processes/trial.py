"""One submission on trial: its cells run in the student's process, the test cells here.

This process holds the tests and nothing of the student's but plain data and stand-ins.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from utils.grading.exchange.channel import Channel
from utils.grading.exchange.peer import Gone
from utils.grading.processes.bench import gone
from utils.grading.processes.imports import NOT_THERE
from utils.grading.processes.shell import Shell
from utils.grading.processes.student_handle import REFUSED, BoundNames, Student, fitted
from utils.grading.processes.student_process import put_files
from utils.grading.processes.time_limits import CellTimeout, Clock
from utils.grading.sandbox.enclose import KILLED
from utils.grading.settings import CHECKS
from utils.grading.symbols import Telling, names

ROOM = 20_000_000  # characters of all outputs together
ENDING = 5.0  # seconds that a process whose connection is closed may take to end, on a busy machine


class Trial:
    """Runs the cells of one submission.

    Args:
        plan: ``cells`` (kind, id and source of each code cell of the submission, in its order), ``trusted``
            (the instructor's own cells that tests build on), ``from_student`` (the names that students
            define), ``timeout`` (seconds for one cell), ``seconds`` (for all), ``telling`` (for telling
            mistakes), and of a trial that was cut off and goes on here ``done`` (outputs by the place of the
            cell) and ``notes``.
        control: to the warm parent of students' processes.
        shell: for the tests.
        tell: hears of each cell that begins or is done, and until when the tests' process may be busy: it
            may end at any moment, by what a student's answer does to it.
        after: called when all cells have run; what it finds is told with the rest. Where that is nothing
            (None), the student's processes are ended here.
    """

    def __init__(
        self,
        plan: dict,
        control: Channel,
        shell: Shell,
        tell: Callable[[dict], None],
        after: Callable[[Trial], dict[str, Any] | None] = lambda trial: None,
    ) -> None:
        self.plan = plan
        self.control = control
        self.shell = shell
        self.tell = tell
        self.after = after
        self.clock = Clock(plan["timeout"], tell)
        self.until = time.monotonic() + plan["seconds"]
        self.files = {**plan["own_files"], **plan["files"]}  # the instructor's win
        self.students: dict[tuple[str, ...], Student] = {(): self.new_student(())}
        self.trusted = list(plan["trusted"])
        self.from_student = set(plan["from_student"])
        self.bound = BoundNames(shell.namespace, self.student_module)
        shell.ipython.ast_transformers.append(Telling(self.from_student))
        shell.namespace.update(__taken__=self.bound.take_away, __given__=self.bound.give_back)
        self.room = ROOM
        self.notes: list[str] = list(plan["notes"])
        self.starts: dict[int, dict[str, Any]] = {}  # what a test cell found before it, by its place
        self.seconds: dict[int, float] = {}  # that it took
        self.failed: dict[int, dict] = {}  # the error of each test cell that failed
        self.refused_here: Any = contextlib.nullcontext
        self.parts = {"student cells": 0.0, "test cells": 0.0, "starting processes": 0.0}

    def new_student(self, without: tuple[str, ...]) -> Student:
        """A process for the student's cells, not begun."""
        return Student(self.control, self.files, self.until, without)

    def run(self) -> dict:
        """Notes for the instructor, and where the time went; the outputs of the cells have been told."""
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
        for place, cell in enumerate(self.plan["cells"]):
            start = time.monotonic()
            test = cell["kind"] == "test"
            self.tell({"cell": place})
            if place in self.plan["done"]:
                self.pass_over(cell, place)
            elif start > self.until:
                seconds = f"{self.plan['timeout'] * (len(self.plan['cells']) + 2):g} seconds"
                sentence = f"{cell['label']} was not run: all cells together had taken {seconds}."
                self.finish(place, [gone(self.note(sentence))])
            else:
                self.finish(place, self.test(cell, place) if test else self.student_cell(cell, place + 1))
            self.seconds[place] = time.monotonic() - start
            self.parts["test cells" if test else "student cells"] += self.seconds[place]
        for student in self.students.values():
            self.parts["starting processes"] += student.seconds
        found = self.after(self)
        if found is None:
            for student in self.students.values():
                student.end()
        return {"notes": self.notes, "parts": self.parts, **(found or {})}

    def finish(self, place: int, outputs: list[dict]) -> None:
        """Tell what came of a cell, unless it was our side that failed in it."""
        for student in self.students.values():
            if student.trouble is not None:
                raise student.trouble
        errors = [output for output in outputs if output["output_type"] == "error"]
        if errors and self.plan["cells"][place]["kind"] == "test":
            self.failed[place] = errors[0]
        outputs, self.room = fitted(outputs, self.room)
        self.tell({"place": place, "made": outputs, "notes": self.notes})

    def pass_over(self, cell: dict, place: int) -> None:
        """A cell whose outcome stands, of a trial that was cut off later: only what it defines is needed."""
        made = self.plan["done"][place]
        if any(output.get("ename") == "Stopped" for output in made):
            return
        if cell["kind"] != "test":
            for student in self.students.values() if cell["source"].strip() else ():
                if student.peer is None or student.peer.gone:
                    student.ran.append((cell["source"], place + 1))  # it is run when the process begins
                else:
                    self.run_in(student, cell, place + 1)
        elif names(cell["source"]).binds & self.needed_after(place):
            notes, timeouts = list(self.notes), self.clock.timeouts
            self.test(cell, place)
            self.notes, self.clock.timeouts = notes, timeouts

    def needed_after(self, place: int) -> set[str]:
        """The names that later tests look up."""
        later = [cell["source"] for cell in self.plan["cells"][place + 1 :] if cell["kind"] == "test"]
        return set().union(*(names(source).needs for source in later))

    # ---------------------------------------------------------------- cells

    def student_cell(self, cell: dict, number: int) -> list[dict]:
        """Run one of the student's cells in each of the student's processes; the first one's outputs."""
        if not cell["source"].strip():
            return []
        outputs: list[dict] | None = None
        for student in list(self.students.values()):
            made = self.run_in(student, cell, number)
            outputs = made if outputs is None else outputs
            refused = [output["evalue"] for output in made if REFUSED in output.get("evalue", "")]
            self.notes += [f"In {cell['label']}: {sentence}" for sentence in refused][:1]
        return outputs or []

    def run_in(self, student: Student, cell: dict, number: int, again: bool = False) -> list[dict]:
        """Run one of the student's cells in one process; once more, if that was ended from outside."""
        try:
            return student.run(cell["source"], number, self.clock.limit())
        except Gone:
            sentence = self.how(student, cell["label"])
        if KILLED in sentence and not again:
            return self.run_in(student, cell, number, again=True)
        return [gone(self.note(sentence))]

    def test(self, cell: dict, place: int, again: bool = False) -> list[dict]:
        """Run a test cell here; its outputs. Once more, if the student's process was ended from outside."""
        limit = self.clock.limit()
        student = self.students[()]
        before = {each.peer for each in self.students.values() if each.peer and each.peer.gone}
        self.clock.rang = stopped = False
        try:
            student.begin(limit)  # a process that ended before is begun again; that is not the test's time
            with self.clock.alarm(limit):
                self.run_trusted(cell["id"])
                self.starts.setdefault(place, dict(self.shell.namespace))
                self.prepare(student, cell["source"], time.monotonic() + limit)
                outputs = list(self.shell.run(cell["source"], place + 1))
                for output in outputs:
                    if output.get("name") == "stderr":  # a warning costs nothing: it is shown as if printed
                        output["name"] = "stdout"
        except Gone as error:
            outputs = [gone(f"{cell['label']} stopped: {error}.")]
        except CellTimeout:
            outputs = []
        for each in self.students.values():
            if each.peer is not None and each.peer.gone and each.peer not in before:
                stopped, sentence = True, self.how(each, cell["label"])
                if KILLED in sentence and not again:
                    return self.test(cell, place, again=True)
                outputs = [o for o in outputs if o["output_type"] != "error"] + [gone(self.note(sentence))]
        if self.clock.rang and not stopped:
            outputs = [o for o in outputs if o["output_type"] != "error"]
            outputs.append(gone(self.note(self.clock.too_long(cell["label"], limit))))
        for output in outputs:
            if any(sign in output.get("evalue", "") for sign in (REFUSED, NOT_THERE)):
                self.note(f"In {cell['label']}: {output['evalue']}")
        return outputs

    def note(self, sentence: str) -> str:
        """Keep a sentence for the instructor."""
        self.notes.append(sentence)
        return sentence

    def run_trusted(self, test: str) -> None:
        """Run the instructor's cells that stand before ``test`` and have not been run."""
        while self.trusted and test in self.trusted[0]["before"]:
            source = self.trusted.pop(0)["source"]
            if names(source).needs & self.from_student:
                self.prepare(self.students[()], source, time.monotonic() + self.clock.limit())
            self.shell.run(source)
            checks = sys.modules.get(CHECKS)
            if checks is not None and checks.forbidden != self.forbidden:
                self.refused_here = checks.forbidden
                checks.forbidden = self.forbidden  # type: ignore[attr-defined]

    def prepare(self, student: Student, source: str, deadline: float) -> None:
        """Begin a test cell: bind the student's names that it needs."""
        for each in self.students.values():
            if each.peer is not None and not each.peer.gone:
                each.peer.channel.deadline = deadline
        self.clock.deadline = deadline
        needed = names(source).needs & self.from_student
        self.bound.bind(needed, lambda: self.find(student, needed))

    def student_module(self) -> Any:
        """A stand-in for the module that the student's cells run in."""
        return self.students[()].ask("module")

    def find(self, student: Student, names: Iterable[str]) -> dict[str, Any]:
        """What a student's process, made ready for a test cell, has under these names."""
        peer = student.begin(self.clock.limit())
        peer.channel.deadline = self.clock.deadline
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
            student = self.students[forbidden] = self.new_student(forbidden)
            student.ran = list(self.students[()].ran)
        student = self.students[forbidden]
        peers = (each.peer for each in self.students.values())
        with self.clock.stopped(peer.channel for peer in peers if peer is not None):  # the others, too, wait
            student.begin(self.clock.limit())
        return student

    def hear(self, text: str) -> None:
        """What the student's code prints while a test calls it is printed by the test."""
        if text:
            sys.stdout.write(text)

    def how(self, student: Student, label: str) -> str:
        """Why a student's process is gone, in one sentence; it is ended."""
        reason = student.peer.gone if student.peer is not None else ""
        limit = self.clock.limit()
        ended = student.end(grace=ENDING if reason == "its process ended" else 0.0)
        if reason == "out of time":
            return self.clock.too_long(label, limit)
        if reason == "its process ended":
            reason = ended or "it ended Python"
        return f"{label} stopped: {reason}."
