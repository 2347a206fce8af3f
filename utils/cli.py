"""The command ``course``: each step of the course's life, one sub-command each."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from utils.data_cli import data
from utils.errors import UserError

SITE, SOURCE, CLASSES = "build/book", "build/source", "build/classes"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def course() -> None:
    """Recurrent Networks for Language in PyTorch: a book with graded assignments."""


course.add_command(data)


@course.command()
@click.option(
    "--check", is_flag=True, help="Change nothing; fail if assignments/ is not what solutions/ gives."
)
def release(check: bool) -> None:
    """Generate the students' notebooks from solutions/ into assignments/."""
    from utils import release as releasing

    root = find_root()
    if check:
        if wrong := releasing.stale(root):
            raise UserError("\n".join(wrong))
        click.echo("assignments/ is what solutions/ gives.")
        return
    assignments = releasing.find_assignments(root)
    changed = releasing.release(assignments, root / SOURCE, root / "assignments")
    for assignment in assignments:
        click.echo(
            f"assignments/{assignment.name}: {'written' if assignment.name in changed else 'unchanged'}"
        )


@course.command()
def book() -> None:
    """Build the book strictly; only pages that changed are executed."""
    from utils.book import build_book

    root = find_root()
    site = build_book(root, root / SITE)
    click.echo(f"The book: {site.relative_to(root) / 'index.html'}")


@course.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Where gradebook, grades and feedback go.")
@click.option("--timeout", default=60, show_default=True, help="Seconds that one cell may take.")
@click.option("--force", is_flag=True, help="Grade unchanged submissions again, too.")
def grade(assignment: str, folder: Path, to: Path | None, timeout: int, force: bool) -> None:
    """Grade the submissions in FOLDER, one sub-folder a student.

    Runs the students' code with your rights: grade only a class that you trust.
    """
    from utils.grading.collect import collect
    from utils.grading.engine import Class
    from utils.grading.report import line, write_grades
    from utils.release import find_assignment

    root = find_root()
    chosen = find_assignment(root, assignment)
    submissions = collect(folder, chosen.name)
    to = to or root / CLASSES / folder.resolve().name
    graded = Class(root / SOURCE / chosen.name, to, timeout)
    count = iter(range(1, len(submissions) + 1))
    results = graded.grade(
        submissions,
        force,
        progress=lambda result, unchanged: click.echo(
            f"{next(count)}/{len(submissions)} {line(result, unchanged)}"
        ),
    )
    write_grades(results, to / "grades.csv")
    broken = sum(result.status != "graded" for result in results)
    click.echo(f"{len(results) - broken} graded, {broken} not graded.")
    for what, name in (("Grades", "grades.csv"), ("Feedback", "feedback"), ("Gradebook", "gradebook.db")):
        click.echo(f"{what}: {shown(to / name)}")


@course.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
def sample(assignment: str, folder: Path) -> None:
    """Write a small sample class for ASSIGNMENT into FOLDER."""
    from utils.release import find_assignment
    from utils.variants import write_sample_class

    root = find_root()
    write_sample_class(find_assignment(root, assignment), root / "assignments", folder)
    click.echo(f"A sample class: {shown(folder)}")


@course.command()
@click.argument("assignment")
def variants(assignment: str) -> None:
    """Grade ASSIGNMENT's right and wrong variants, and show which test catches which."""
    from utils import variants as answers
    from utils.release import find_assignment

    root = find_root()
    chosen = find_assignment(root, assignment)
    results = answers.grade_variants(chosen, root, root / CLASSES / f"variants-{chosen.name}", click.echo)
    click.echo(answers.matrix(results))
    if wrong := answers.complaints(answers.read_variants(chosen), results):
        raise UserError("\n".join(wrong))


@course.command()
def where() -> None:
    """Say where the results of `make course` lie."""
    root = find_root()
    results = {
        "The book": root / SITE / "_build/html/index.html",
        "The students' files": root / "assignments",
        "Grades and feedback": root / CLASSES / "sample",
    }
    for what, path in results.items():
        click.echo(f"{what + ':':<21}{shown(path) if path.exists() else 'not made yet'}")


def find_root() -> Path:
    """The course's folder: the nearest one, from the working directory up, with solutions/ and book/."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "solutions").is_dir() and (folder / "book").is_dir():
            return folder
    raise UserError("run this inside the course's folder, the one that holds solutions/ and book/")


def shown(path: Path) -> str:
    """``path`` as seen from the working directory, where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def main() -> None:
    """Run the command; a user's mistake is one message and exit code 1."""
    try:
        course()
    except UserError as error:
        click.echo(f"course: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
