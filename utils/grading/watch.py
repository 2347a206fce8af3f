"""A class whose work is graded as it comes: a folder is looked at again and again.

What is new or changed is graded once two looks in a row have found it the same, so that a file that is still
being copied is left alone. Threads grade on one bench, and this one writes, as
:mod:`utils.grading.class_run` does: a run that is stopped, however it is stopped, goes on where it was.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from utils.common.errors import UserError
from utils.grading.class_run import Class
from utils.grading.collect.by_student import Collected
from utils.grading.collect.zip_or_folder import hidden
from utils.grading.gradebook.journal import Journal
from utils.grading.gradebook.writer import Gradebook
from utils.grading.pool import call_off
from utils.grading.result import Result
from utils.grading.submission import DIGEST, Submission
from utils.grading.worker import Graded, end_benches, grade, warm_up

PAUSE = 5.0  # seconds between two tables of grades, at least: each reads the whole class
RETRY = 60.0  # seconds until what could not be graded, through no fault of its own, is tried again


@dataclass(frozen=True)
class Limits:
    """How often a student's work is graded, so that tests cannot be guessed at.

    Attributes:
        most: attempts of one student; 0 for any number.
        pause: between two attempts of one student.
    """

    most: int = 0
    pause: timedelta = timedelta(0)


class Watch:
    """Grades what comes into a folder.

    Args:
        graded: the class.
        folder: where work comes in, and ``look``: reads it.
        grades: the table of grades, written anew whenever nothing is left to be graded.
        jobs: submissions under way at once.
        every: seconds between two looks.
        progress: called with each new result.
        tell: called with a sentence on what is not graded, once.
    """

    def __init__(
        self,
        graded: Class,
        folder: Path,
        look: Callable[[], Collected],
        grades: Path,
        jobs: int = 1,
        every: float = 1.0,
        limits: Limits = Limits(),
        require_sandbox: bool = False,
        progress: Callable[[Result], None] = lambda result: None,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.graded, self.folder, self.look, self.grades = graded, folder, look, grades
        self.jobs, self.every, self.limits, self.require_sandbox = jobs, every, limits, require_sandbox
        self.progress, self.tell = progress, tell
        self.release = replace(graded.release, require_sandbox=require_sandbox)
        self.results: dict[str, Result] = {}
        self.attempts: dict[str, dict[str, datetime]] = defaultdict(dict)  # by student, digest: when graded
        self.work: list[tuple[Submission, str]] = []  # with their digests
        self.seen: tuple = ()
        self.last: dict[str, str] = {}  # digests at the look before
        self.again: dict[str, float] = {}  # who is tried again, and when
        self.told: set[str] = set()
        self.under_way: dict[Future[Graded], Submission] = {}
        self.written = False
        self.tabled = time.monotonic()  # when the table of grades was written

    def run(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Go on until ``stop`` says so, Ctrl-C or an error; what is under way then is graded by the next run.

        Raises:
            UserError: the gradebook or a page cannot be written.
        """
        name = self.release.assignment
        pool = ThreadPoolExecutor(self.jobs)
        with Gradebook(self.graded.to, self.graded.db_url, progress=self.tell) as gradebook:
            gradebook.take_lock()
            self.results = gradebook.read_results(name)
            if self.results:
                gradebook.recount_penalties(name, self.graded.duedate)
            self.read_attempts()
            gradebook.enter(self.release, self.graded.source, self.graded.duedate)
            warm_up(self.release)
            try:
                while not stop():
                    until = time.monotonic() + self.every
                    self.look_again()
                    for submission in self.due():
                        self.under_way[pool.submit(grade, self.release, submission)] = submission
                    self.write(gradebook, until)
                    if not self.under_way and time.monotonic() > self.tabled + PAUSE:
                        self.write_grades()
            finally:
                call_off(pool, self.under_way)
                end_benches()
                self.write_grades()

    def read_attempts(self) -> None:
        """When each student's attempts were graded last."""
        for row in Journal(self.graded.to / f"{self.release.assignment}.results.jsonl").rows():
            if row.get("status") == "graded" and row.get("digest"):
                when = datetime.fromisoformat(row["at"])
                self.attempts[row["student"]][row["digest"][:DIGEST]] = when

    def look_again(self) -> None:
        """Read what is there, if anything in the folder has changed."""
        seen = state_of(self.folder)
        if seen == self.seen:
            return
        try:
            collected = self.look() if seen else Collected([], [])
        except UserError as error:  # as long as there are files, but no students yet
            collected = Collected([], [str(error)])
        self.seen = seen
        self.work = [(submission, submission.digest()) for submission in collected.submissions]
        for problem in collected.problems:
            self.tell_once(problem)

    def due(self) -> Iterator[Submission]:
        """What is to be graded now."""
        busy = {submission.student for submission in self.under_way.values()}
        for submission, digest in self.work:
            student = submission.student
            before, self.last[student] = self.last.get(student), digest
            stood = self.results.get(student)
            if before != digest or student in busy or not (submission.files or submission.unread):
                continue
            if stood is not None and self.graded.stands(stood, submission, self.require_sandbox):
                continue
            if time.monotonic() >= self.again.get(student, 0.0) and self.may(student, digest):
                yield submission

    def may(self, student: str, digest: str) -> bool:
        """Whether the limits let this be graded; what was graded already may be graded again."""
        attempts, limits = self.attempts[student], self.limits
        if digest in attempts or not attempts:
            return True
        if limits.most and len(attempts) >= limits.most:
            self.tell_once(
                f"{student} has handed in again, after {limits.most} graded attempts, which are the most; "
                f"the grade stands ({digest[:8]})."
            )
            return False
        earliest = max(attempts.values()) + limits.pause
        if earliest > datetime.now(timezone.utc):
            self.tell_once(
                f"{student} has handed in again; that is graded from {earliest.astimezone():%H:%M:%S} on "
                f"({digest[:8]})."
            )
            return False
        return True

    def tell_once(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.add(sentence)
            self.tell(sentence)

    def write(self, gradebook: Gradebook, until: float) -> None:
        """Put down what is done, until it is time to look again."""
        while True:
            left = until - time.monotonic()
            if not self.under_way:
                time.sleep(max(0.0, left))
                return
            done, _ = wait(self.under_way, max(0.0, left), FIRST_COMPLETED)
            if not done:
                return
            for future in done:
                submission = self.under_way.pop(future)
                result = self.graded.write(gradebook, submission, future.result())
                self.results[result.student] = result
                if result.again:
                    self.again[result.student] = time.monotonic() + RETRY
                if result.status == "graded":
                    when = datetime.now(timezone.utc)
                    self.attempts[result.student][submission.digest()] = when
                self.written = True
                self.progress(result)

    def write_grades(self) -> None:
        """The table of grades, when something has changed."""
        if self.written:
            self.written, self.tabled = False, time.monotonic()
            self.graded.finish(self.grades)


def state_of(folder: Path) -> tuple:
    """What changes when a file in the folder does: names, sizes and times; empty where there is none."""
    found = []
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not hidden(name)]
        for name in names:
            if hidden(name):
                continue
            try:
                about = Path(place, name).lstat()
            except OSError:  # gone meanwhile
                continue
            found.append((place, name, about.st_size, about.st_mtime_ns, about.st_ino))
    return tuple(sorted(found))
