"""A class: submissions in; gradebook, results and feedback out.

Workers grade (:mod:`utils.grading.pool`), one writer writes (:mod:`utils.grading.gradebook.writer`). A run
that is stopped, however it is stopped, goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from utils.common.errors import UserError, about_file
from utils.grading.answer_key import Release, read_release
from utils.grading.gradebook.by_hand import by_hand_rows
from utils.grading.gradebook.journal import Journal, Staged, cannot_write
from utils.grading.gradebook.writer import Gradebook
from utils.grading.one_task import check_task, others_kept
from utils.grading.packages import course_digest
from utils.grading.pool import spread
from utils.grading.reports.class_pages import Pages
from utils.grading.reports.class_report import write_grades
from utils.grading.reports.feedback import feedback_page
from utils.grading.result import Result
from utils.grading.settings import MODELS
from utils.grading.submission import Submission
from utils.grading.worker import Graded, warm_up

ALONE = "|"  # in a result's digest, before each task that was graded alone since the others


class Class:
    """One assignment of one class, in an nbgrader course directory of its own.

    Args:
        source: the folder with the assignment's source notebook; its name is the assignment's.
        to: the course directory. nbgrader's commands, formgrader too, work inside it.
        timeout: seconds that one cell may take.
        db_url: the address of a PostgreSQL gradebook; without one it is a file in ``to``.
        duedate: until when there is no penalty.
        hints: how far the students' pages go when they know the mistake
            (:data:`utils.grading.result.HINTS`).
    """

    def __init__(
        self,
        source: Path,
        to: Path,
        timeout: float = 60,
        db_url: str | None = None,
        duedate: datetime | None = None,
        hints: str = "pointer",
    ) -> None:
        self.source = source
        self.to = to
        self.db_url = db_url
        self.duedate = duedate
        self.hints = hints
        self.release = read_release(source, timeout)
        course = course_digest([*self.release.uses, *self.release.modules, MODELS])
        self.environment = f"{self.release.digest}{course}{timeout:g}"

    def grade(
        self,
        submissions: list[Submission],
        force: bool = False,
        progress: Callable[[Result, bool], None] = lambda result, unchanged: None,
        jobs: int = 1,
        scheduler: str = "",
        tell: Callable[[str], None] = lambda sentence: None,
        require_sandbox: bool = False,
        task: str = "",
    ) -> list[Result]:
        """Grade the submissions that are new or changed (all of them with ``force``).

        Args:
            progress: called with each result, and whether it stood already.
            jobs, scheduler: see :func:`utils.grading.pool.spread`.
            tell: called with a sentence when something is waited for.
            require_sandbox: grade nothing where students' code cannot be shut in.
            task: grade this one alone; the others keep their points. Whoever was not graded yet, or has
                handed in anew since, is told and left as it is, and has no result.
        """
        if task:
            check_task(self.release, task)
        with Gradebook(self.to, self.db_url, progress=tell) as gradebook:
            gradebook.take_lock()  # before reading: a second run then finds what the first one did
            known = gradebook.read_results(self.release.assignment)
            if known and (changed := gradebook.recount_penalties(self.release.assignment, self.duedate)):
                tell(f"{changed} late penalties changed, with the due date, an extension or the penalty.")
            waiting, results = [], {}
            earlier = self.earlier(submissions, tell) if task else {}
            for submission in submissions:
                if task and submission.student not in earlier:
                    continue
                stood = known.get(submission.student)
                if not force and stood is not None and self.stands(stood, submission, require_sandbox, task):
                    results[submission.student] = stood
                    progress(stood, True)
                else:
                    waiting.append(submission)
            if waiting:
                if not scheduler:
                    warm_up(self.release)
                gradebook.enter(self.release, self.source, self.duedate)
            release = replace(self.release, require_sandbox=require_sandbox)
            by_student = {submission.student: submission for submission in waiting}
            # closed here when the run is stopped: what is under way ends before anything else is done
            with closing(self.graded(release, waiting, jobs, scheduler)) as stream:
                for graded in stream:
                    student, alone = graded.result.student, []
                    if task:
                        before = earlier[student]
                        graded = others_kept(task, before, self.autograded(student), graded)
                        digest, *alone = before.digest.split(ALONE)
                        alone = [*alone, task] if digest == self.digest(by_student[student]) else [task]
                    result = self.write(gradebook, by_student[student], graded, alone)
                    results[result.student] = result
                    progress(result, False)
        return [results[one.student] for one in submissions if one.student in results]

    def earlier(
        self, submissions: list[Submission], tell: Callable[[str], None] = lambda sentence: None
    ) -> dict[str, Result]:
        """By student, how the same work was graded before; a sentence on everybody else."""
        # as the journal has it: the gradebook forgets points as soon as their tests change
        known = Journal(self.to / f"{self.release.assignment}.results.jsonl").results()
        found = {}
        for submission in submissions:
            result = known.get(submission.student)
            if result is None or result.status != "graded":
                tell(f"{submission.student} is not graded yet: do it without --task.")
            elif not result.digest.startswith(submission.digest()):
                tell(f"{submission.student} has handed in anew since: grade that without --task.")
            else:
                found[submission.student] = result
        return found

    def autograded(self, student: str) -> nbformat.NotebookNode | None:
        """The notebook as it was run last."""
        folder = self.to / "autograded" / student / self.release.assignment
        path = folder / f"{self.release.notebook}.ipynb"
        return nbformat.read(path, as_version=4) if path.exists() else None

    def stands(self, result: Result, submission: Submission, require_sandbox: bool, task: str = "") -> bool:
        """Whether grading the submission again, or this task of it, would give this result."""
        safe = result.walls in ("bubblewrap", "") or not require_sandbox
        digest, *alone = result.digest.split(ALONE)
        return safe and digest == self.digest(submission) and (not task or not alone or task in alone)

    def unchanged(
        self,
        submissions: list[Submission],
        force: bool = False,
        require_sandbox: bool = False,
        task: str = "",
    ) -> set[str]:
        """The students whose result stands, so that they would not be graded again."""
        if force or not self.graded_before():
            return set()
        known = self.read_results()
        return {
            s.student
            for s in submissions
            if s.student in known and self.stands(known[s.student], s, require_sandbox, task)
        }

    def graded_before(self) -> bool:
        """Whether there are results; where there are none, opening the gradebook would make one."""
        journal = self.to / f"{self.release.assignment}.results.jsonl"
        return journal.exists() and (self.db_url is not None or (self.to / "gradebook.db").exists())

    def graded(
        self, release: Release, submissions: list[Submission], jobs: int, scheduler: str
    ) -> Generator[Graded, None, None]:
        if submissions:
            yield from spread(release, submissions, min(jobs, len(submissions)), scheduler)

    def digest(self, submission: Submission) -> str:
        when = submission.when.isoformat() if submission.when else ""
        return submission.digest() + when + self.environment

    def write(
        self, gradebook: Gradebook, submission: Submission, graded: Graded, alone: Sequence[str] = ()
    ) -> Result:
        """Put one result down: the student's page first, then the gradebook, which says that it is done.

        Args:
            alone: the tasks that were graded as things stand, where others were not.
        """
        # without a digest, no later run takes it for done
        digest = ALONE.join([self.digest(submission), *alone])
        result = replace(graded.result, digest="" if graded.result.again else digest)
        result.notes = [*submission.notes, *result.notes]
        notebook = nbformat.reads(graded.notebook, as_version=4) if graded.notebook else None
        page = (
            self.to / "feedback" / result.student / self.release.assignment / f"{self.release.notebook}.html"
        )
        staged = Staged()
        try:
            written = feedback_page(self.release.assignment, result, notebook, hints=self.hints)
            staged.add(page, written.encode())
            staged.settle()
        except OSError as error:
            raise cannot_write(error, self.to) from error
        finally:
            staged.discard()
        return gradebook.write(submission, result, notebook)

    def read_results(self) -> dict[str, Result]:
        """The newest result of each student."""
        with Gradebook(self.to, self.db_url) as gradebook:
            return gradebook.read_results(self.release.assignment)

    def finish(self, grades: Path) -> list[dict[str, Any]]:
        """Write the table of grades, and anew the pages that must say more than grading found: points given
        by hand, penalties, comments, an earlier attempt that counts.

        Returns:
            What a person grades: see :func:`utils.grading.gradebook.by_hand.by_hand_rows`.
        """
        with Gradebook(self.to, self.db_url) as gradebook:
            name = self.release.assignment
            results = list(gradebook.read_results(name).values())
            if not results:
                return []
            rows, comments = gradebook.final(name)
        pages = Pages(self.to, name, self.release.notebook, rows, comments, hints=self.hints)
        for _ in pages.write(filter(pages.must_change, results)):
            pass
        try:
            write_grades(results, grades, rows)
        except OSError as error:
            raise UserError(
                f"{about_file(error, grades)}. The grades are in the gradebook; "
                "the same command writes the file"
            ) from error
        return by_hand_rows(results, rows)
