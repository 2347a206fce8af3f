"""The options that several commands share, each with one meaning and one sentence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from utils.common.errors import UserError
from utils.grading.result import HINTS

LONGEST = 24 * 60 * 60  # seconds


def above_zero(context: click.Context, option: click.Parameter, seconds: float) -> float:
    """The value of ``--timeout``."""
    if not 0 < seconds <= LONGEST:  # nan is not, either
        raise UserError(f"--timeout must be above 0 and at most {LONGEST} seconds (a day), not {seconds:g}")
    return seconds


def deadline(context: click.Context, option: click.Parameter, text: str | None) -> datetime | None:
    """The value of ``--due``, in UTC."""
    from utils.grading.collect.times import read_deadline

    return None if text is None else read_deadline(text)


only = click.option("--student", "only", multiple=True, help="Only this student; may be given several times.")
attempts = click.option(
    "--attempts",
    type=click.Choice(["newest", "first"]),
    default="newest",
    show_default=True,
    help="Which one counts when a student handed in several.",
)
class_folder = click.option(
    "--to", type=click.Path(path_type=Path), help="The class's folder, where `course grade` put its results."
)
gradebook_address = click.option(
    "--gradebook", help="The gradebook's address; by default the one in the class's folder."
)
results_folder = click.option(
    "--to", type=click.Path(path_type=Path), help="Where gradebook, grades and feedback go."
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=None,
    help="Submissions under way at once. [default: one a core]",
)
db_url = click.option(
    "--gradebook", "db_url", help="A PostgreSQL gradebook: postgresql://user:password@host/name."
)
timeout = click.option(
    "--timeout", default=60.0, show_default=True, callback=above_zero, help="Seconds that one cell may take."
)
due = click.option(
    "--due",
    callback=deadline,
    help="Until when there is no late penalty: 2026-11-20 (the end of that day), 2026-11-20T11:00, both UTC; "
    "2026-11-20T11:00+01:00; '2026-11-20T11:00 Europe/Berlin'.",
)
require_sandbox = click.option(
    "--require-sandbox", is_flag=True, help="Refuse to run students' code without bubblewrap."
)
hints = click.option(
    "--hints",
    type=click.Choice(HINTS),
    default="pointer",
    show_default=True,
    help="How far a student's page or comment goes when the mistake is known: nothing, a question that leads "
    "to it, or the mistake with the section to read again.",
)
