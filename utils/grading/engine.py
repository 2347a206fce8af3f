"""A class through nbgrader: submissions in, results, gradebook and feedback out.

nbgrader's own Python API does the work, one submission after the other. It runs a student's code with the
rights of whoever grades, beside the hidden tests: grade only classes that you trust.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import nbformat

from utils.errors import UserError
from utils.files import digest, package_digest, replace_folder
from utils.grading.feedback import feedback_page
from utils.grading.nbgrader_api import last_error, nbgrader_api
from utils.grading.result import Result
from utils.grading.submission import Submission


class Class:
    """One assignment of one class, in an nbgrader course directory of its own.

    Args:
        source: the folder with the assignment's source notebook; its name is the assignment's.
        to: the course directory. nbgrader's commands, formgrader too, work inside it.
        timeout: seconds that one cell may take.
    """

    def __init__(self, source: Path, to: Path, timeout: int = 60) -> None:
        notebooks = sorted(source.glob("*.ipynb"))
        if len(notebooks) != 1:
            raise UserError(f"{source} holds {len(notebooks)} notebooks, not one; run `course release` first")
        self.assignment = source.name
        self.notebook = notebooks[0].stem
        self.to = to
        self.environment = digest(notebooks) + package_digest()
        self.results_file = to / f"{self.assignment}.json"
        replace_folder(source, to / "source" / self.assignment)
        self.api = nbgrader_api(to, Execute={"timeout": timeout})

    def grade(
        self,
        submissions: list[Submission],
        force: bool = False,
        progress: Callable[[Result, bool], None] = lambda result, unchanged: None,
    ) -> list[Result]:
        """Grade the submissions that are new or changed (all of them with ``force``).

        After each one the results are on disk: a run that is stopped goes on where it was.

        Args:
            progress: called with each result, and whether it stood already.
        """
        known = {} if force else self.read_results()
        if any(
            digest_of not in (r.digest for r in known.values()) for digest_of in map(self.digest, submissions)
        ):
            self.enter_assignment()
        results = []
        for submission in submissions:
            result = known.get(submission.student)
            unchanged = result is not None and result.digest == self.digest(submission)
            if not unchanged or result is None:
                result = self.grade_one(submission)
                known[submission.student] = result
                self.write_results(known)
            results.append(result)
            progress(result, unchanged)
        return results

    def digest(self, submission: Submission) -> str:
        return submission.digest() + self.environment

    def enter_assignment(self) -> None:
        """Put the assignment's cells and points into the gradebook.

        nbgrader refuses cells that were added or removed after somebody was graded. Then the old gradebook is
        put aside, the grades of this assignment leave the new one, and everybody is graded again.
        """
        made = self.api.generate_assignment(self.assignment, force=True)
        if not made["success"] and "submissions associated with" in made.get("log", ""):
            self.start_afresh()
            made = self.api.generate_assignment(self.assignment, force=True)
        if not made["success"]:
            raise UserError(f"nbgrader refused {self.assignment}: {last_error(made)}")

    def start_afresh(self) -> None:
        """Copy the gradebook aside, and take this assignment's submissions out of it."""
        shutil.copy(self.to / "gradebook.db", self.to / f"gradebook-{time.strftime('%Y%m%d-%H%M%S')}.db")
        with self.api.gradebook as gradebook:
            for submission in gradebook.assignment_submissions(self.assignment):
                gradebook.remove_submission(self.assignment, submission.student.id)

    def grade_one(self, submission: Submission) -> Result:
        """Grade one submission; whatever goes wrong is in the result."""
        start = time.monotonic()
        result = Result(submission.student, "broken", digest=self.digest(submission))
        result.problem = submission.problem(self.notebook) or ""
        if not result.problem:
            folder = self.to / "submitted" / submission.student / self.assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{self.notebook}.ipynb").write_bytes(submission.files[f"{self.notebook}.ipynb"])
            graded = self.api.autograde(self.assignment, submission.student, force=True)
            if graded["success"]:
                result.status, result.scores = "graded", self.read_scores(submission.student)
            else:
                result.problem = f"nbgrader could not grade it: {last_error(graded)}"
        self.write_feedback(result)
        result.seconds = time.monotonic() - start
        return result

    def read_scores(self, student: str) -> dict[str, tuple[float, float]]:
        """A student's points by test cell, as the gradebook has them, in the notebook's order."""
        with self.api.gradebook as gradebook:
            graded = gradebook.find_submission_notebook(self.notebook, self.assignment, student)
            found = {grade.name: (grade.score, grade.max_score) for grade in graded.grades}
            order = [cell.name for cell in graded.notebook.grade_cells]
        return {name: found[name] for name in order if name in found}

    def write_feedback(self, result: Result) -> None:
        """The student's page, where nbgrader's commands look for it."""
        graded = self.to / "autograded" / result.student / self.assignment / f"{self.notebook}.ipynb"
        notebook = nbformat.read(graded, as_version=4) if result.status == "graded" else None
        page = self.to / "feedback" / result.student / self.assignment / f"{self.notebook}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(feedback_page(self.assignment, result, notebook), encoding="utf-8")

    def read_results(self) -> dict[str, Result]:
        """The results of earlier runs, by student."""
        if not self.results_file.exists():
            return {}
        rows = json.loads(self.results_file.read_text(encoding="utf-8"))
        for row in rows:
            row["scores"] = {name: (got, possible) for name, (got, possible) in row["scores"].items()}
        return {row["student"]: Result(**row) for row in rows}

    def write_results(self, results: dict[str, Result]) -> None:
        """Keep the results; a kill in the middle leaves the earlier file whole."""
        unfinished = self.results_file.with_suffix(".unfinished")
        unfinished.write_text(
            json.dumps([asdict(result) for result in results.values()], indent=1), encoding="utf-8"
        )
        unfinished.replace(self.results_file)
