"""nbgrader's Python API on a course directory of ours, and the reason when it refuses.

The course does without; benchmarks and tests compare it with stock nbgrader by this.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from traitlets.config import Config


def nbgrader_api(course: Path, **settings: dict):
    """nbgrader's API on the course directory ``course``.

    Args:
        settings: more of nbgrader's configuration, by class: ``Execute={"timeout": 60}``.
    """
    # slow to import; `course --help` does without
    from nbgrader.apps import NbGraderAPI

    from utils.grading.gradebook.database import make_gradebook

    gradebook = course.resolve() / "gradebook.db"
    make_gradebook(gradebook)  # nbgrader itself would start a second Python to do so, and that takes seconds
    config = Config(settings)
    config.CourseDirectory.root = str(course.resolve())
    config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
    # a kernel on this machine's own loopback would warn, once a submission, that its channel is not encrypted
    config.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
    # nbgrader's use of SQLAlchemy is out of date in a way that changes nothing but what is printed
    warnings.filterwarnings("ignore", message="Object of type .* not in session")
    return NbGraderAPI(config=config)


REASONS = {
    "DeadKernelError": "its code ended Python: a crash, too much memory, or a call such as os._exit.",
    "UnresponsiveKernelError": "a cell could not be interrupted: is there a loop that does not end?",
    "metadata may be corrupted": "its cells are not this release's; copy the answers into a fresh download.",
    "an old version": "marks of its cells are damaged or doubled; copy the answers into a fresh download.",
    "a newer version": "its cells are marked by a newer nbgrader; copy the answers into a fresh download.",
}


def last_error(outcome: dict) -> str:
    """Why nbgrader failed: a sentence where the reason is known, or the last exception that it reported."""
    report = outcome.get("log", "") + "\n" + outcome.get("error", "")
    for sign, reason in REASONS.items():
        if sign in report:
            return reason
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in report.splitlines()]
    named = [line for line in lines if re.match(r"[\w.]+: ", line)]
    own = [line for line in named if "NbGraderException: Please see the" not in line]
    return (own or named or [line for line in lines if line] or ["it gave no reason"])[-1]
