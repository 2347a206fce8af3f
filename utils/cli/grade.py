"""The command ``course grade``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from utils.cli.class_folder import class_to_grade, remember_origin
from utils.cli.options import attempts, db_url, due, hints, jobs, require_sandbox, results_folder, timeout
from utils.cli.output import as_json, finish, say, tell
from utils.common import terminal
from utils.common.errors import UserError
from utils.common.layout import find_root, shown

SOURCE = "build/source"


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@results_folder
@jobs
@click.option("--scheduler", default="", help="A Dask scheduler, tcp://…, whose workers grade instead.")
@db_url
@timeout
@due
@attempts
@click.option("--student", "students", multiple=True, help="Grade only this student (may be repeated).")
@click.option("--task", default="", help="Grade this task again, as when its tests changed; others stay.")
@click.option("--force", is_flag=True, help="Grade unchanged submissions again, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be graded; run nothing, write nothing.")
@require_sandbox
@hints
@as_json
def grade(
    assignment: str,
    folder: Path,
    to: Path | None,
    jobs: int | None,
    scheduler: str,
    db_url: str | None,
    timeout: float,
    due: datetime | None,
    attempts: str,
    students: tuple[str, ...],
    task: str,
    force: bool,
    dry_run: bool,
    require_sandbox: bool,
    hints: str,
    as_json: bool,
) -> None:
    """Grade the submissions in FOLDER: a folder or a zip, also one that Canvas or Moodle exports.

    Students' code runs in processes of its own, inside bubblewrap where it is installed, and never beside the
    tests. A run that is stopped goes on where it was; what is unchanged is not graded again.

    Exit codes: 0 all graded; 1 an error of use, with one sentence; 2 unknown options; 3 finished, and some
    submissions could not be graded.
    """
    from utils.authoring.release import check_released, find_assignment
    from utils.grading.answer_key import read_release
    from utils.grading.class_run import Class
    from utils.grading.collect.by_student import check_exists, collect
    from utils.grading.one_task import check_task

    check_can_grade()
    root = find_root()
    chosen = find_assignment(root, assignment)
    check_exists(folder)
    source = root / SOURCE / chosen.name
    release = read_release(source)
    check_released(chosen, source)
    collected = collect(folder, chosen.name, release.notebook, attempts)
    submissions = [s for s in collected.submissions if not students or s.student in students]
    if unknown := set(students) - {submission.student for submission in collected.submissions}:
        raise UserError(
            f"nobody in {folder} is called {', '.join(sorted(unknown))}; `course collect` lists them"
        )
    given, to = to, class_to_grade(folder, to)
    if task:
        check_task(release, task)
    speaker = Speaker(as_json, len(submissions))
    for problem in collected.problems:
        speaker.problem(problem)
    if due is not None:
        speaker.deadline(due)
    graded = Class(source, to, timeout, db_url, due, hints)
    if dry_run:
        if task:
            earlier = graded.earlier(submissions, speaker.problem)
            submissions = [submission for submission in submissions if submission.student in earlier]
        speaker.plan(submissions, graded.unchanged(submissions, force, require_sandbox, task))
        return
    if given is None:
        remember_origin(folder, to)
    if due is not None:
        for sentence in about_lateness(to, [submission.when for submission in submissions]):
            speaker.problem(sentence)
    if not scheduler:
        check_walls(speaker.problem, require_sandbox)
    grades = to / f"{chosen.name}-grades.csv"
    try:
        results = graded.grade(
            submissions,
            force,
            speaker.result,
            jobs or os.cpu_count() or 1,
            scheduler,
            speaker.problem,
            require_sandbox,
            task,
        )
    except KeyboardInterrupt:
        graded.finish(grades)
        raise UserError("stopped; what was graded is kept, and the same command goes on from there") from None
    by_hand = graded.finish(grades)
    broken = sum(result.status != "graded" for result in results)
    speaker.end(results, broken, to, grades, sum(row["waiting"] for row in by_hand))
    finish(broken)


def check_can_grade() -> None:
    """One sentence where nothing can be graded at all."""
    if not hasattr(os, "fork"):
        raise UserError("grading needs Linux or macOS; on Windows, run it inside WSL")


def check_walls(tell: Callable[[str], None], require_sandbox: bool) -> None:
    """Warn where students' code is not shut in on this machine; refuse if it must be."""
    from utils.grading.sandbox.walls import find_walls

    walls = find_walls()
    if walls.name == "bubblewrap":
        return
    if require_sandbox:
        raise UserError(
            f"there is no sandbox on this machine, and --require-sandbox asks for one. {walls.sentence}"
        )
    tell(f"Warning: {walls.sentence} Install bubblewrap (Linux) to shut them in.")


def about_lateness(to: Path, times: list[datetime | None]) -> list[str]:
    """What keeps a due date from having its effect, a sentence each."""
    from utils.grading.gradebook.late import LatePenalties

    found = []
    if unknown := times.count(None):
        found.append(f"{unknown} of {len(times)} submissions come without a time, and get no late penalty.")
    if LatePenalties(to).none:
        found.append(
            "Nobody loses points for lateness: to change that, write "
            f"c.LateSubmissionPlugin.penalty_method = 'zero' into {shown(to / 'nbgrader_config.py')}."
        )
    return found


class Speaker:
    """Says how grading goes: sentences for people, JSON lines for machines.

    Args:
        total: of submissions.
    """

    def __init__(self, as_json: bool, total: int) -> None:
        self.as_json = as_json
        self.total = total
        self.count = self.fresh = 0
        self.start = time.monotonic()

    def result(self, result, unchanged: bool) -> None:
        from utils.grading.reports.class_report import line

        self.count += 1
        self.fresh += not unchanged
        text = f"{self.count}/{self.total} {line(result, unchanged)}{self.remaining()}"
        about = {"unchanged": unchanged, "score": result.score, **asdict(result)}
        say(self.as_json, text, event="result", **about)
        for note in result.notes if not unchanged and not self.as_json else ():
            terminal.say(f"    {note}")

    def remaining(self) -> str:
        """The time that is left, once there is enough to go by."""
        left = self.total - self.count
        if self.fresh < 10 or left == 0 or self.count % 10:
            return ""
        seconds = (time.monotonic() - self.start) / self.fresh * left
        return f"   about {seconds / 60:.0f} min left" if seconds > 90 else f"   about {seconds:.0f} s left"

    def problem(self, sentence: str) -> None:
        tell(self.as_json, sentence, event="problem", problem=sentence)

    def deadline(self, due: datetime) -> None:
        from utils.grading.collect.times import told

        say(self.as_json, f"The deadline is {told(due)}.", event="deadline", due=due.isoformat())

    def plan(self, submissions: list, unchanged: set[str]) -> None:
        for student in (submission.student for submission in submissions):
            what = "unchanged" if student in unchanged else "to be graded"
            say(self.as_json, f"{student}: {what}", event="plan", student=student, status=what)
        if not self.as_json:
            terminal.say(
                f"{len(submissions) - len(unchanged)} would be graded, {len(unchanged)} are unchanged."
            )

    def end(self, results: list, broken: int, to: Path, grades: Path, waiting: int) -> None:
        paths = {"Grades": grades, "Feedback": to / "feedback", "Gradebook": to / "gradebook.db"}
        places = {what: shown(path) for what, path in paths.items() if path.exists()}
        graded = len(results) - broken
        counts = {"graded": graded, "not_graded": broken, "waiting": waiting}
        say(self.as_json, f"{graded} graded, {broken} not graded.", event="end", **counts, **places)
        if self.as_json:
            return
        if waiting:
            shows = f"JupyterLab, started in {shown(to)}, shows them: Nbgrader → Formgrader"
            terminal.say(f"{waiting} answers wait for a person: {shows}.")
        for what, place in places.items():
            terminal.say(f"{what}: {place}")
