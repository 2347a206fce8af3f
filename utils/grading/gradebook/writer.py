"""The single writer: what workers send back, into nbgrader's gradebook and the folders it expects.

nbgrader's own API commits after every query, so a kill leaves half a submission behind. Here a submission is
one transaction. The rows are those that nbgrader's ``SaveAutoGrades`` and ``AssignLatePenalties`` would
leave, so that formgrader, manual grading and ``nbgrader export`` go on working on them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sql
from filelock import FileLock, Timeout
from nbformat import NotebookNode
from nbgrader import utils as rules
from sqlalchemy.engine import Connection

from utils.common.errors import UserError
from utils.common.files import replace_folder
from utils.grading.answer_key import Release, write_student_version
from utils.grading.gradebook import queries
from utils.grading.gradebook.assignment_rows import (
    ASSIGNMENT,
    SUBMITTED,
    bring_in_line,
    read_sheets,
    sheet_of,
)
from utils.grading.gradebook.database import PATIENCE, Database, Waiting, read_address, unused_name
from utils.grading.gradebook.journal import Journal, Staged, cannot_write, keep_only, safe_name
from utils.grading.gradebook.late import LatePenalties, seconds_late
from utils.grading.gradebook.submission_rows import find_attempt, read_work, save_work
from utils.grading.result import STANDS, Result
from utils.grading.submission import Submission


class Gradebook:
    """The gradebook of one course directory. Use it in a ``with`` block.

    Args:
        course: the course directory; nbgrader's commands, formgrader too, work inside it.
        db_url: the address of a PostgreSQL database, ``postgresql://user:password@host/name``; without one,
            the gradebook is the file ``gradebook.db`` in ``course``.
        patience: seconds to wait while another program has the gradebook, or a server does not answer.
        progress: called with a sentence while it waits.

    Raises:
        UserError: the gradebook cannot be opened.
    """

    def __init__(
        self,
        course: Path,
        db_url: str | None = None,
        patience: float = PATIENCE,
        progress: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.course, self.assignment, self.notebook = course, "", ""
        self.patience, self.progress = patience, progress
        try:
            course.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(error, course) from error
        self.lock = FileLock(course / ".gradebook.lock")
        self.penalties = LatePenalties(course)
        self.database = Database(read_address(course, db_url), patience, progress)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()
        self.lock.release()

    def enter(self, key: Release, source: Path, duedate: datetime | None = None) -> None:
        """Put the cells and points of an assignment into the gradebook, to be written.

        When its cells changed after somebody was graded, the old gradebook is kept beside the new one as
        ``gradebook-TIME.db``. Manual scores and comments stay with the cells that stay; automatic scores
        for tests that changed or are gone leave (see ``assignment_rows.bring_in_line``).

        Args:
            source: the folder that the key is of. nbgrader's commands want a copy of it in the course
                directory, and one of what students got.
            duedate: until when there is no penalty; without one, what the gradebook has.

        Raises:
            UserError: another program is writing this gradebook.
        """
        assignment = key.assignment
        try:
            self.take_lock()
            with tempfile.TemporaryDirectory(prefix="course-") as folder:
                write_student_version(key, source, Path(folder) / assignment)
                replace_folder(Path(folder) / assignment, self.course / "release" / assignment)
            replace_folder(source, self.course / "source" / assignment)
            self.database.transaction(lambda connection: self.bring_in(connection, key, duedate))
            self.assignment, self.notebook = assignment, key.notebook
            self.journal().compact()
        except OSError as error:
            raise cannot_write(error, self.course) from error

    def take_lock(self) -> None:
        """Only one process may write a course; a second one waits."""
        waiting = Waiting(self.patience, self.progress)
        while not self.lock.is_locked:
            try:
                self.lock.acquire(timeout=0)
            except Timeout:
                waiting.nap(f"{self.course} is being graded by another process")

    def bring_in(self, connection: Connection, key: Release, duedate: datetime | None) -> None:
        assignment, fresh = key.assignment, sheet_of(key)
        old = read_sheets(connection, assignment)
        if {name: sheet.content() for name, sheet in old.items()} != {key.notebook: fresh.content()}:
            graded = sql.select(SUBMITTED.c.id).join(ASSIGNMENT).where(ASSIGNMENT.c.name == assignment)
            if connection.execute(graded.limit(1)).first():
                self.database.copy_to(connection, unused_name(self.course))
            bring_in_line(connection, assignment, key.notebook, fresh)
        if duedate is not None:
            by_name = ASSIGNMENT.update().where(ASSIGNMENT.c.name == assignment)
            connection.execute(by_name.values(duedate=rules.parse_utc(duedate)))

    def write(self, submission: Submission, result: Result, notebook: NotebookNode | None) -> Result:
        """Put one graded submission into the gradebook, the folders and the journal.

        The order is what makes a kill harmless:

        1. all files are written to disk under temporary names (a full disk stops here, all old);
        2. the rows are written in one transaction (a lock or a lost server stops here, all old);
        3. the files take their places, by renaming;
        4. the result goes into the journal.

        The journal says what is done, and comes last: whatever a kill cuts off before it is graded again
        by the next run, and every step may be done twice. Only a kill between 2 and 4 shows at all, as new
        rows beside old files or an old result, until that next run.

        A broken submission has no score. It never takes away the grade of an earlier attempt, nor touches
        that attempt's files: a bad upload is not a reason to lose points that were earned, and the result
        says which grade stands. A student without one gets empty rows that wait for a manual grade, as with
        nbgrader, so that the instructor meets them in formgrader. The files lie in
        ``broken/STUDENT/ASSIGNMENT`` until an attempt is graded.

        Args:
            result: ``result.scores`` decides wherever it names a cell; nbgrader's own rule, by what the
                executed cell shows, decides elsewhere.
            notebook: as it was run.

        Returns:
            What was put down: ``result``, for a broken submission with a note on the grade that stands.

        Raises:
            UserError: the disk is full, or the gradebook was in use for longer than the patience. What stood
                stands, or else (the disk filled up at step 3 or 4) a rerun writes the same once more.
        """
        if not self.assignment:
            raise ValueError("enter an assignment before its submissions are written")
        if result.status == "graded" and not notebook:
            raise ValueError(f"the graded result of {submission.student} comes without its executed notebook")
        notebook = notebook if result.status == "graded" else None
        staged = Staged()
        try:
            kept = self.stage(staged, submission, notebook)
            changed = any(
                path.parent == self.folder("submitted", submission.student) for _, path in staged.moves
            )
            stands = self.database.transaction(
                lambda connection: self.record(connection, submission, result, notebook, changed)
            )
            staged.settle()
            for folder, paths in kept.items():
                keep_only(folder, paths)
            if stands:
                result = replace(result, notes=[*result.notes, stands])
            self.journal().append(result)
        except OSError as error:
            raise cannot_write(error, self.course) from error
        finally:
            staged.discard()
        return result

    def stage(
        self, staged: Staged, submission: Submission, notebook: NotebookNode | None
    ) -> dict[Path, list[Path]]:
        """Write the submission's files aside; the folders, and what belongs into each."""
        student = submission.student
        if not safe_name(student) or "/" in student:
            raise UserError(f"{student[:40]!r} cannot be a student's name: it names a folder and a row")
        files = {name: data for name, data in submission.files.items() if safe_name(name)}
        files.pop("timestamp.txt", None)  # the student does not say when it was handed in
        if submission.when is not None:
            when = rules.parse_utc(submission.when)
            files["timestamp.txt"] = f"{when:%Y-%m-%d %H:%M:%S.%f} UTC".encode()
        broken = self.folder("broken", student)
        contents = {broken: files}
        if notebook:
            # as nbformat.writes, without its indentation: that alone took half of a submission's time
            graded = {f"{self.notebook}.ipynb": json.dumps(notebook).encode()}
            graded |= {name: data for name, data in files.items() if name == "timestamp.txt"}
            contents = {
                self.folder("submitted", student): files,
                self.folder("autograded", student): graded,
                broken: {},
            }
        for folder, wanted in contents.items():
            for name, data in wanted.items():
                staged.add(folder / name, data)
        staged.sync()
        return {folder: [folder / name for name in wanted] for folder, wanted in contents.items()}

    def folder(self, kind: str, student: str) -> Path:
        return self.course / kind / student / self.assignment

    def record(
        self,
        connection: Connection,
        submission: Submission,
        result: Result,
        notebook: NotebookNode | None,
        changed: bool,
    ) -> str:
        """Write the rows of one submission; a sentence when an earlier attempt's grade stands instead."""
        by_name = ASSIGNMENT.c.name == self.assignment
        entered = connection.execute(sql.select(ASSIGNMENT.c.id, ASSIGNMENT.c.duedate).where(by_name)).first()
        if entered is None:
            raise UserError(f"{self.assignment} was taken out of the gradebook meanwhile; run again")
        attempt = find_attempt(connection, entered.id, submission.student)
        work = read_work(connection, entered.id, attempt.id)
        stands = ""
        if notebook:
            when = rules.parse_utc(submission.when)
            if when != attempt.timestamp:
                row = SUBMITTED.update().where(SUBMITTED.c.id == attempt.id)
                connection.execute(row.values(timestamp=when))
            late = seconds_late(when, entered.duedate, attempt.extension)
            work.judge(notebook, result.scores, changed)
            work.penalty = self.penalties.of(submission.student, work.score, late)
        elif work.judged:
            stands = f"{STANDS}: {work.score:g} points."
        save_work(connection, work)
        return stands

    def journal(self, assignment: str | None = None) -> Journal:
        return Journal(self.course / f"{assignment or self.assignment}.results.jsonl")

    def read_results(self, assignment: str | None = None) -> dict[str, Result]:
        """The newest result of each student; of the assignment that was entered, or of the one named.

        Its ``digest`` is empty, so that it is graded again, where the gradebook does not have these marks:
        it was removed or put back from a copy, is another one by now, or the tests had changed meanwhile.
        """
        name = assignment or self.assignment
        marks = self.database.transaction(lambda opened: queries.read_marks(opened, name), read=True)
        return {
            student: result if queries.agrees(result, marks.get(student)) else replace(result, digest="")
            for student, result in self.journal(name).results().items()
        }

    def recount_penalties(self, assignment: str, duedate: datetime | None = None) -> int:
        """Penalties for the due date (a new one, if given), extensions and configuration of now; how many
        of them changed."""
        self.take_lock()
        return self.database.transaction(
            lambda connection: self.penalties.recount(connection, assignment, duedate)
        )

    def final(self, assignment: str) -> tuple[list[dict], dict[str, dict[str, str]]]:
        """What counts (see ``queries.gradebook_rows``), and a person's comments by student and cell."""
        return self.database.transaction(
            lambda opened: (
                queries.gradebook_rows(opened, assignment),
                queries.read_comments(opened, assignment),
            ),
            read=True,
        )
