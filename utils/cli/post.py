"""The command ``course post``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from utils.cli.class_folder import check_names, class_of, find, read_gradebook, read_results
from utils.cli.options import class_folder, gradebook_address, hints, only
from utils.cli.output import as_json, finish, say, tell
from utils.common.errors import UserError

TOKEN = "CANVAS_TOKEN"  # the environment variable; its value is never written or shown


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--canvas",
    "address",
    required=True,
    help="The course on Canvas, https://…/courses/12, or the assignment.",
)
@click.option(
    "--title", default="", help="The assignment's on Canvas. [default: the one that holds its name]"
)
@click.option("--send", is_flag=True, help="Do it; without this, say what would be sent.")
@click.option("--scale", is_flag=True, help="Convert points to Canvas's own maximum.")
@hints
@click.option("--no-comments", is_flag=True, help="Send points alone.")
@gradebook_address
@class_folder
@only
@as_json
def post(
    assignment: str,
    folder: Path,
    address: str,
    title: str,
    send: bool,
    scale: bool,
    hints: str,
    no_comments: bool,
    gradebook: str | None,
    to: Path | None,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Give the grades of a class to Canvas, with a comment that says where points were lost.

    A token of yours is taken from the environment variable CANVAS_TOKEN. What Canvas has already is not sent
    again, so the same command goes on where it was stopped.
    """
    from dataclasses import replace

    from utils.grading.reports.canvas import Canvas, entries

    chosen = find(assignment)
    to = class_of(folder, to)
    results = read_results(to, chosen)
    check_names(only, {result.student for result in results}, f"nobody who is graded in {to}")
    results = [result for result in results if not only or result.student in only]
    rows, _ = read_gradebook(to, chosen, gradebook)
    rows = [row for row in rows if not only or row["student_id"] in only]
    if not (token := os.environ.get(TOKEN, "").strip()):
        raise UserError(f"put a token into the environment: read -rs {TOKEN}; export {TOKEN}")
    canvas = Canvas(address, token, chosen.name, title)
    everybody, notes = entries(canvas, results, rows, hints, scale)
    for note in notes:
        tell(as_json, note, note=note)
    failed = sent = 0
    for number, entry in enumerate(everybody, 1):
        entry = replace(entry, comment="") if no_comments else entry
        was = "nothing" if entry.before is None else f"{entry.before:g}"
        state, text = "there", f"{entry.points:g}, as it is."
        if not entry.there:
            state, text = "to be sent", f"{was} -> {entry.points:g}" + ", and a comment" * bool(entry.comment)
        if send and not entry.there:
            try:
                canvas.send(entry)
                state, sent = "sent", sent + 1
            except UserError as error:
                state, text, failed = "failed", str(error), failed + 1
        about = {"student": entry.student, "state": state, "points": entry.points, "before": entry.before}
        say(as_json, f"{number}/{len(everybody)} {entry.student}: {text}", **about)
    if send:
        say(as_json, f"{sent} sent, {failed} failed.", sent=sent, failed=failed)
    else:
        waiting = sum(not entry.there for entry in everybody)
        say(as_json, f"{waiting} would be sent; --send does it.", waiting=waiting)
    finish(failed)
