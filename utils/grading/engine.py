"""A class through nbgrader: submissions in, results, gradebook and feedback out.

nbgrader's own Python API does the work, one submission after the other. It runs a student's code with the
rights of whoever grades, beside the hidden tests: grade only classes that you trust.
"""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from utils.errors import UserError
from utils.files import digest, package_digest, replace_folder
from utils.grading.nbgrader_api import last_error, nbgrader_api
from utils.grading.submission import Submission


@dataclass
class Result:
    """What became of one submission.

    Attributes:
        status: ``"graded"``, or ``"broken"`` when nothing could be graded.
        scores: points got and points possible, by the name of the test cell.
        problem: for a broken submission, why, in one sentence.
        digest: of the submission, the assignment and this package; the same digest gives the same grade.
    """

    student: str
    status: str
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    problem: str = ""
    seconds: float = 0.0
    digest: str = ""

    @property
    def score(self) -> float:
        return sum(got for got, _ in self.scores.values())

    @property
    def max_score(self) -> float:
        return sum(possible for _, possible in self.scores.values())


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
        """Put the assignment's cells and points into the gradebook."""
        made = self.api.generate_assignment(self.assignment, force=True)
        if not made["success"]:
            raise UserError(f"nbgrader refused {self.assignment}: {last_error(made)}")

    def grade_one(self, submission: Submission) -> Result:
        """Grade one submission; whatever goes wrong is in the result."""
        start = time.monotonic()
        problem = submission.problem(self.notebook)
        scores: dict[str, tuple[float, float]] = {}
        if problem is None:
            folder = self.to / "submitted" / submission.student / self.assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{self.notebook}.ipynb").write_bytes(submission.files[f"{self.notebook}.ipynb"])
            graded = self.api.autograde(self.assignment, submission.student, force=True)
            if graded["success"]:
                scores = self.read_scores(submission.student)
                self.api.generate_feedback(self.assignment, submission.student, force=True)
            else:
                problem = f"nbgrader could not grade it: {last_error(graded)}"
        if problem is not None:
            self.write_problem_page(submission.student, problem)
        return Result(
            student=submission.student,
            status="graded" if problem is None else "broken",
            scores=scores,
            problem=problem or "",
            seconds=time.monotonic() - start,
            digest=self.digest(submission),
        )

    def read_scores(self, student: str) -> dict[str, tuple[float, float]]:
        """A student's points by test cell, as the gradebook has them, in the notebook's order."""
        with self.api.gradebook as gradebook:
            graded = gradebook.find_submission_notebook(self.notebook, self.assignment, student)
            found = {grade.name: (grade.score, grade.max_score) for grade in graded.grades}
            order = [cell.name for cell in graded.notebook.grade_cells]
        return {name: found[name] for name in order if name in found}

    def feedback_page(self, student: str) -> Path:
        """Where the student's feedback lies."""
        return self.to / "feedback" / student / self.assignment / f"{self.notebook}.html"

    def write_problem_page(self, student: str, problem: str) -> None:
        """The feedback on a submission that could not be graded."""
        page = self.feedback_page(student)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            "<!DOCTYPE html><html lang=en><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width, initial-scale=1">'
            f"<title>{self.assignment}: not graded</title>"
            '<body style="font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">'
            f"<h1>{self.assignment}: not graded yet</h1><p>{html.escape(problem)}</p></body></html>\n",
            encoding="utf-8",
        )

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
