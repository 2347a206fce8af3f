"""The students' pages of a whole class, with what the gradebook says beyond the automatic points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from utils.grading.gradebook.journal import Journal, Staged, cannot_write
from utils.grading.reports.feedback import BEYOND, feedback_page, graded_by_hand
from utils.grading.result import Result


class Pages:
    """Writes pages into the course directory ``to``.

    Args:
        rows: of the gradebook (:func:`utils.grading.gradebook.queries.gradebook_rows`): final points and
            penalties.
        comments: what a person wrote, by student and cell.
        show_hidden: whether to show the code of hidden tests.
        hints: how far a page goes when it knows the mistake (:data:`utils.grading.result.HINTS`).
    """

    def __init__(
        self,
        to: Path,
        assignment: str,
        notebook: str,
        rows: Iterable[Mapping[str, Any]] = (),
        comments: Mapping[str, Mapping[str, str]] | None = None,
        show_hidden: bool = False,
        hints: str = "pointer",
    ) -> None:
        self.to, self.assignment, self.notebook = to, assignment, notebook
        self.rows = {row["student_id"]: row for row in rows}
        self.comments = comments or {}
        self.show_hidden, self.hints = show_hidden, hints

    def write(self, results: Iterable[Result]) -> Iterator[tuple[Result, Path]]:
        """Write the page of each result; each with its path as it is done."""
        for result in results:
            page = self.path(result)
            staged = Staged()
            try:
                staged.add(page, self.page(result).encode())
                staged.settle()
            except OSError as error:
                raise cannot_write(error, self.to) from error
            finally:
                staged.discard()
            yield result, page

    def path(self, result: Result) -> Path:
        return self.to / "feedback" / result.student / self.assignment / f"{self.notebook}.html"

    def page(self, result: Result) -> str:
        row = self.rows.get(result.student, {})
        shown, notice = result, ""
        if result.status != "graded" and row.get("score") is not None:
            earlier = self.journal_of(result.student)
            if earlier is not None:
                shown = earlier
                notice = "What you handed in last could not be graded, so the attempt before it counts: "
                notice += result.problem
        return feedback_page(
            self.assignment,
            shown,
            self.graded(shown),
            self.show_hidden,
            self.comments.get(result.student),
            row,
            notice,
            self.hints,
        )

    def graded(self, result: Result) -> nbformat.NotebookNode | None:
        """The notebook as it was run."""
        path = self.to / "autograded" / result.student / self.assignment / f"{self.notebook}.ipynb"
        known = result.status == "graded" and path.exists()
        return nbformat.read(path, as_version=4) if known else None

    def journal_of(self, student: str) -> Result | None:
        """The student's newest result that was graded."""
        history = Journal(self.to / f"{self.assignment}.results.jsonl").history(student)
        return next((result for _, result in reversed(history) if result.status == "graded"), None)

    def must_change(self, result: Result) -> bool:
        """Whether the page says more than what grading alone found, or must say it."""
        path = self.path(result)
        return self.goes_beyond(result) or (path.exists() and BEYOND in path.read_text(encoding="utf-8"))

    def goes_beyond(self, result: Result) -> bool:
        """Whether a person, or lateness, has a say in the result."""
        row = self.rows.get(result.student, {})
        points = row.get("score")
        if result.status != "graded":
            return points is not None
        if result.student in self.comments or graded_by_hand(result, row):
            return True
        return points is not None and points != result.score
