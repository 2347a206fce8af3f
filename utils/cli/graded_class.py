"""Before and after grading: ``course collect``, ``status``, ``feedback``, ``export``, ``report``, ``similar``

Each takes the assignment and what was handed in, prints a line for each student or problem, and with
``--json`` a line of JSON instead; exit codes are those of :mod:`utils.cli.output`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from utils.cli.class_folder import check_names, class_of, find, read_class, read_gradebook, read_results
from utils.cli.options import attempts, class_folder, gradebook_address, hints, only
from utils.cli.output import as_json, finish, say, tell
from utils.common.layout import find_root, shown

if TYPE_CHECKING:
    from utils.grading.result import Result


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@attempts
@only
@as_json
def collect(assignment: str, folder: Path, attempts: str, only: tuple[str, ...], as_json: bool) -> None:
    """Show what would be graded in FOLDER, a folder or a zip, and write nothing.

    FOLDER holds one sub-folder a student, or is what Canvas, Moodle or nbgrader's exchange gave.
    """
    chosen = find(assignment)
    collected = read_class(folder, chosen, attempts)
    check_names(only, {one.student for one in collected.submissions}, f"nobody in {folder}")
    bad = 0
    for one in collected.submissions:
        if only and one.student not in only:
            continue
        problem = one.problem(chosen.notebook)
        bad += problem is not None
        when = one.when.isoformat(timespec="seconds") if one.when else ""
        said = problem or " ".join([*([f"handed in {when}."] if when else []), *one.notes]) or "ready."
        say(
            as_json,
            f"{one.student}: {said}",
            student=one.student,
            name=one.name,
            when=when,
            problem=problem or "",
            notes=list(one.notes),
            files=sorted(one.files),
        )
    for problem in collected.problems:
        tell(as_json, problem, problem=problem)
    finish(bad)


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@attempts
@class_folder
@as_json
def status(assignment: str, folder: Path, attempts: str, to: Path | None, as_json: bool) -> None:
    """Show who in FOLDER is graded, changed since, not graded yet, or cannot be graded."""
    chosen = find(assignment)
    results = {result.student: result for result in read_results(class_of(folder, to), chosen)}
    bad, seen = 0, set()
    for one in read_class(folder, chosen, attempts).submissions:
        seen.add(one.student)
        state, said = state_of(one, results.get(one.student), chosen.notebook)
        bad += state in ("broken", "waiting")
        say(as_json, f"{one.student}: {said}", student=one.student, state=state, said=said)
    for student in sorted(set(results) - seen):
        said = f"graded earlier, and no longer in {folder}."
        say(as_json, f"{student}: {said}", student=student, state="missing", said=said)
    finish(bad)


def state_of(submission: Any, result: Result | None, notebook: str) -> tuple[str, str]:
    """A submission's state in a word and in a sentence."""
    if problem := submission.problem(notebook):
        return "broken", " ".join([problem, *(result.stands if result else [])])
    if result is None:
        return "waiting", "not graded yet."
    if result.again:
        return "waiting", f"{result.problem} The next run tries it again."
    changed = not result.digest.startswith(submission.digest())
    if result.status != "graded":
        return ("waiting", "handed in anew, not graded yet.") if changed else ("broken", result.problem)
    said = f"{result.points}, and changed since." if changed else f"{result.points}."
    return ("changed" if changed else "graded"), said


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@class_folder
@click.option("--show-hidden", is_flag=True, help="Show the code of hidden tests, too.")
@hints
@gradebook_address
@only
@as_json
def feedback(
    assignment: str,
    folder: Path,
    to: Path | None,
    show_hidden: bool,
    hints: str,
    gradebook: str | None,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write the students' pages of a graded class anew, with the points and comments given by hand."""
    from utils.grading.reports.class_pages import Pages

    chosen = find(assignment)
    to = class_of(folder, to)
    results = read_results(to, chosen)
    check_names(only, {result.student for result in results}, f"nobody who is graded in {to}")
    rows, comments = read_gradebook(to, chosen, gradebook)
    pages = Pages(to, chosen.name, chosen.notebook, rows, comments, show_hidden, hints)
    for result, page in pages.write(result for result in results if not only or result.student in only):
        say(as_json, f"{result.student}: {shown(page)}", student=result.student, page=str(page))


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "nbgrader", "canvas", "moodle"]),
    default="csv",
    show_default=True,
    help="csv has a column a task; the others are what these programs read.",
)
@click.option("--roster", type=click.Path(path_type=Path), help="The file that Canvas or Moodle exported.")
@click.option("--column", help="The grades' column in the roster.")
@click.option(
    "--columns",
    multiple=True,
    help="The roster's columns, where they cannot be told: grade=Bewertung; also identifier, maximum, "
    "changeable, login.",
)
@click.option("--scale", is_flag=True, help="Convert points to the platform's own maximum.")
@click.option("--output", type=click.Path(path_type=Path), help="The file to write.")
@gradebook_address
@class_folder
@as_json
def export(
    assignment: str,
    folder: Path,
    kind: str,
    roster: Path | None,
    column: str | None,
    columns: tuple[str, ...],
    scale: bool,
    output: Path | None,
    gradebook: str | None,
    to: Path | None,
    as_json: bool,
) -> None:
    """Write the grades of a class for another program.

    Points that were given by hand and penalties for lateness, which the gradebook has, are counted.
    """
    from utils.grading.reports import export as exporting
    from utils.grading.reports.class_report import write_grades
    from utils.grading.reports.columns import read_columns

    chosen = find(assignment)
    to = class_of(folder, to)
    results = read_results(to, chosen)
    output = output or to / f"{chosen.name}-{'grades' if kind == 'csv' else kind}.csv"
    notes: list[str] = []
    named = read_columns(columns)
    rows, _ = read_gradebook(to, chosen, gradebook)
    final = exporting.final_scores(rows)
    if kind == "csv":
        write_grades(results, output, rows)
    elif kind == "nbgrader":
        notes = exporting.write_nbgrader(results, chosen.name, rows, output)
    elif kind == "canvas":
        notes = exporting.write_canvas(results, chosen.name, output, roster, column, final, scale, named)
    else:
        notes = exporting.write_moodle(results, output, roster, column, final, scale, columns=named)
    for note in notes:
        tell(as_json, note, note=note)
    say(as_json, f"Grades: {shown(output)}", file=str(output))
    finish(sum(result.status != "graded" for result in results))


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@class_folder
@gradebook_address
@click.option("--anonymous", is_flag=True, help="Name no student, as on a projector.")
@as_json
def report(
    assignment: str, folder: Path, to: Path | None, gradebook: str | None, anonymous: bool, as_json: bool
) -> None:
    """Write a page about a graded class: points by task, mistakes that are known, what the points say about
    the tests, failures, what waits for a person. Beside it, the same as JSON."""
    from utils.grading.gradebook.by_hand import by_hand_rows
    from utils.grading.gradebook.journal import Journal
    from utils.grading.reports.class_report import report_data, report_page
    from utils.grading.reports.history import moves, results_before, times

    chosen = find(assignment)
    to = class_of(folder, to)
    results = read_results(to, chosen)
    rows, _ = read_gradebook(to, chosen, gradebook)
    page = to / f"{chosen.name}-report{'-anonymous' if anonymous else ''}.html"
    journal = Journal(to / f"{chosen.name}.results.jsonl")
    moved, came = moves(results, results_before(journal)), times(rows, journal)
    text = report_page(
        chosen.name,
        results,
        rows=rows,
        notebook=chosen.notebook,
        anonymous=anonymous,
        moved=moved,
        came=came,
    )
    page.write_text(text, encoding="utf-8")
    data = report_data(chosen.name, results, anonymous, moved, came)
    page.with_suffix(".json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    for row in by_hand_rows(results, rows):
        text = f"{row['name']}: {row['waiting']} wait for a person, {row['given']} graded by hand."
        say(as_json, text, **row)
    say(as_json, f"Report: {shown(page)}", page=str(page))
    finish(sum(result.status != "graded" for result in results))


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="What part of the shorter one's code a pair has in common, at least.",
)
@attempts
@class_folder
@as_json
def similar(
    assignment: str, folder: Path, share: float, attempts: str, to: Path | None, as_json: bool
) -> None:
    """Find pairs of submissions in FOLDER whose code is similar, and write a page that shows them."""
    import nbformat

    from utils.grading.reports import similar as comparing

    chosen = find(assignment)
    released = find_root() / "assignments" / chosen.name / f"{chosen.notebook}.ipynb"
    collected = read_class(folder, chosen, attempts)
    release = nbformat.read(released, as_version=4)
    found = comparing.compare(collected.submissions, chosen.notebook, release, share)
    to = class_of(folder, to)
    to.mkdir(parents=True, exist_ok=True)
    page = to / f"{chosen.name}-similar.html"
    page.write_text(comparing.similar_page(chosen.name, found), encoding="utf-8")
    for pair in found.pairs:
        text = f"{pair.one} and {pair.other}: {pair.share:.0%}, {pair.lines} lines word for word"
        say(as_json, text, one=pair.one, other=pair.other, share=round(pair.share, 3), lines=pair.lines)
    if found.compared < 2:
        tell(as_json, f"There is nothing to compare: {found.compared} of the submissions answer a task.")
    say(as_json, f"{len(found.pairs)} pairs among {found.compared}: {shown(page)}", page=str(page))


COMMANDS = (collect, status, feedback, export, report, similar)
