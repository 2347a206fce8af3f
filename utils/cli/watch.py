"""The command ``course watch``."""

from __future__ import annotations

import os
import signal
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from utils.cli.class_folder import class_to_grade, remember_origin
from utils.cli.grade import SOURCE, about_lateness, check_can_grade, check_walls
from utils.cli.options import above_zero, db_url, due, hints, jobs, require_sandbox, results_folder, timeout
from utils.cli.output import as_json, say, tell
from utils.common.errors import UserError
from utils.common.layout import find_root, shown
from utils.grading.result import Result


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@results_folder
@click.option(
    "--every",
    default=1.0,
    show_default=True,
    callback=above_zero,
    help="Seconds between two looks at FOLDER.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=0,
    help="Attempts of one student that are graded. [default: all]",
)
@click.option(
    "--wait",
    "pause",
    type=click.FloatRange(0, 7 * 24 * 60),
    default=0.0,
    help="Minutes between two attempts of one student. [default: none]",
)
@jobs
@db_url
@timeout
@due
@require_sandbox
@hints
@as_json
def watch(
    assignment: str,
    folder: Path,
    to: Path | None,
    every: float,
    limit: int,
    pause: float,
    jobs: int | None,
    db_url: str | None,
    timeout: float,
    due: datetime | None,
    require_sandbox: bool,
    hints: str,
    as_json: bool,
) -> None:
    """Grade what is handed in into FOLDER as it comes, until Ctrl-C.

    Where the tests give points at once, --limit and --wait keep students from guessing at them. The same
    command goes on where it was stopped; `course grade` may follow it, on the same folder.
    """
    from utils.authoring.release import check_released, find_assignment
    from utils.grading.answer_key import read_release
    from utils.grading.class_run import Class
    from utils.grading.collect.by_student import collect
    from utils.grading.watch import Limits, Watch

    check_can_grade()
    root = find_root()
    chosen = find_assignment(root, assignment)
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder; name the one into which work is put, STUDENT/NOTEBOOK")
    source = root / SOURCE / chosen.name
    release = read_release(source)
    check_released(chosen, source)
    given, to = to, class_to_grade(folder, to)
    if given is None:
        remember_origin(folder, to)

    def warn(sentence: str) -> None:
        tell(as_json, sentence, event="problem", problem=sentence)

    check_walls(warn, require_sandbox)
    for sentence in about_lateness(to, []) if due else ():
        warn(sentence)
    count = 0

    def progress(result: Result) -> None:
        from utils.grading.reports.class_report import line

        nonlocal count
        count += 1
        score = {"score": result.score, **asdict(result)}
        say(as_json, f"{datetime.now():%H:%M:%S} {line(result, False)}", event="result", **score)

    watching = Watch(
        Class(source, to, timeout, db_url, due, hints),
        folder,
        lambda: collect(folder, chosen.name, release.notebook),
        to / f"{chosen.name}-grades.csv",
        jobs or os.cpu_count() or 1,
        every,
        Limits(limit, timedelta(minutes=pause)),
        require_sandbox,
        progress,
        warn,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it so gets the same sentence
    say(as_json, f"Watching {folder}; Ctrl-C ends it. Feedback: {shown(to / 'feedback')}", event="begin")
    try:
        watching.run()
    except KeyboardInterrupt:
        text = f"Stopped after {count} graded; the same command goes on from there."
        say(as_json, text, event="end", graded=count)
