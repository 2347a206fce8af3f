"""Runs test cells once more: with a student's answers, and with the variants in the student's place."""

from __future__ import annotations

import contextlib
import io
import random
import secrets
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import CodeType

import numpy as np
import torch

from utils.grading.exchange.channel import Channel
from utils.grading.exchange.peer import Gone, Peer
from utils.grading.processes.diagnosis.events import (
    FAILED,
    Departed,
    Listening,
    OfChecks,
    Record,
    compiled,
    watched,
)
from utils.grading.processes.diagnosis.in_place_of_students import Actor, Cast
from utils.grading.processes.student_handle import Student
from utils.grading.processes.time_limits import CellTimeout
from utils.grading.processes.trial import Trial
from utils.grading.settings import CHECKS, COMPARING

SLOWEST = 0.2  # of the seconds that a submission has for this, for one test cell with the student's answers
LEAST, TIMES = 1.0, 3.0  # seconds that a cell may take with a variant: so many, and so often the student's
NOT, ROUGHLY, EXACTLY = 0, 1, 2  # how far a variant answers as the student does


class Replay:
    """Runs test cells again.

    Args:
        trial: as it stands when all cells have run; this fork of it is used up.
        until: when to stop.
        library: the wrong variants (:func:`utils.authoring.variant_files.library`), and ``maker``, to the
            process that makes those in which they answer.
    """

    def __init__(self, trial: Trial, until: float, library: dict, maker: Channel) -> None:
        self.trial = trial
        self.until = until
        self.variants = library["variants"]
        self.own = trial.students
        folder = str(Path.cwd()) if trial.plan["files"] else ""
        self.cast = Cast(maker, trial.plan["telling"], folder)
        self.listening: dict[int, Listening] = {}  # to each conversation
        self.record: Record | None = None
        self.slowest = SLOWEST * trial.plan["telling"]
        self.took: dict[int, float] = {}  # seconds of each cell with the student's answers
        self.seed = secrets.randbelow(2**32)
        self.drawn = random.Random(self.seed)
        trial.trusted = []
        trial.clock.tell = lambda message: None
        # what tests draw from `checks.fresh_generator` is drawn alike for everybody
        secrets.randbelow = self.drawn.randrange  # type: ignore[assignment]
        checks = sys.modules.get(CHECKS)
        for name in COMPARING if checks is not None else ():
            setattr(checks, name, watched(name, getattr(checks, name), lambda: self.record))

    def late(self) -> bool:
        return time.monotonic() > self.until

    def is_quick(self, place: int) -> bool:
        return self.trial.seconds[place] <= self.slowest

    def hear_student(self, place: int) -> Record | None:
        """What happens when the student answers; None where the process ends."""
        self.trial.students = self.own
        record = Record()
        start = time.monotonic()
        ended = self.play(place, record, self.slowest)
        self.took[place] = time.monotonic() - start
        return record if ended else None

    def agrees(self, number: int | None, heard: dict[int, Record], kind: type[Record] = Record) -> int:
        """How far the same happens with a variant (None: the solution) as happened with the student.

        Args:
            kind: :class:`OfChecks` where only what the checks see counts.
        """
        self.put_on(number)
        level = EXACTLY
        for place, before in heard.items():
            record = kind(before.checked if kind is OfChecks else before.events)
            ended = self.play(place, record, LEAST + TIMES * self.took[place])
            if not ended or not record.agrees:
                return NOT
            level = level if record.exact else ROUGHLY
        return level

    def passes(self, number: int, places: Iterable[int]) -> bool:
        """Whether a variant passes these test cells."""
        self.put_on(number)
        return all(self.play(place, None, LEAST + TIMES * self.trial.seconds[place]) for place in places)

    def put_on(self, number: int | None) -> None:
        """Let a variant answer from now on."""

        def actor(without: tuple[str, ...]) -> Student:
            return Actor(self.trial.control, self.until, without, self.cast, number, self.listen)

        self.trial.new_student = actor  # type: ignore[method-assign]
        self.trial.students = {(): actor(())}

    def play(self, place: int, record: Record | None, limit: float) -> bool:
        """Run a test cell with whoever answers now, for so many seconds at most; whether it came to its end.
        With a record, past what fails in it."""
        trial = self.trial
        source = trial.plan["cells"][place]["source"]
        code = compiled(source, frozenset(trial.from_student), record is not None)
        namespace = trial.shell.namespace
        namespace.clear()
        namespace.update(trial.starts[place])
        if record is not None:
            namespace[FAILED] = record.failed
        random.seed(self.seed)
        np.random.seed(self.seed)
        torch.manual_seed(self.seed)
        self.drawn.seed(self.seed)
        self.record = record
        trial.clock.timeout, trial.clock.timeouts = limit, 0
        ended = False
        try:
            with contextlib.redirect_stdout(io.StringIO()), trial.clock.alarm(limit):
                for student in trial.students.values():
                    if student.peer is not None:
                        self.listen(student.peer)
                self.listen(trial.students[()].begin(limit))
                trial.prepare(trial.students[()], source, time.monotonic() + limit)
                ended = code is not None and self.ran(code, record)
        except (Departed, Gone, CellTimeout):
            pass  # who does not answer any more, answers otherwise
        for student in trial.students.values():
            if student.peer is not None and student.peer.gone:
                student.end()
                ended = False
        return ended

    def ran(self, code: CodeType, record: Record | None) -> bool:
        """Whether a test cell comes to its end; with a record, an error that ends it is an event, too."""
        try:
            exec(code, self.trial.shell.namespace)
        except Exception as error:
            if record is None:
                return False
            record.failed(error)
        return True

    def listen(self, peer: Peer) -> None:
        """Let the record hear what is asked of a process."""
        known = self.listening.setdefault(id(peer), Listening(peer))
        known.record = self.record
