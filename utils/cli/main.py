"""The command ``course``: each step of the course's life, one sub-command each."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import click

import utils.grading  # noqa: F401  it says why it comes before nbformat
from utils.cli import book
from utils.cli.data import data
from utils.cli.grade import grade
from utils.cli.graded_class import COMMANDS
from utils.cli.options import above_zero
from utils.cli.post import post
from utils.cli.watch import watch
from utils.common.errors import UserError, about_file
from utils.common.interrupts import kept
from utils.common.layout import find_root, shown
from utils.common.terminal import say, warn

SOURCE, CLASSES = "build/source", "build/classes"


class Stoppable(click.Group):
    """A group whose commands answer Ctrl-C with one sentence."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            raise UserError("stopped; the same command can be run again") from None


@click.group(cls=Stoppable, context_settings={"help_option_names": ["-h", "--help"]})
def course() -> None:
    """Recurrent Networks for Language in PyTorch: a book with graded assignments."""


course.add_command(data)
for command in (*book.COMMANDS, grade, watch, *COMMANDS, post):
    course.add_command(command)


@course.command()
@click.option(
    "--check", is_flag=True, help="Change nothing; fail if assignments/ is not what solutions/ gives."
)
def release(check: bool) -> None:
    """Generate the students' notebooks from solutions/ into assignments/."""
    from utils.authoring import release as releasing

    root = find_root()
    if check:
        if wrong := releasing.stale(root):
            raise UserError("\n".join(wrong))
        say("assignments/ is what solutions/ gives.")
        return
    assignments = releasing.find_assignments(root)
    changed = releasing.release(assignments, root / SOURCE, root / "assignments", warn)
    for assignment in assignments:
        say(f"assignments/{assignment.name}: {'written' if assignment.name in changed else 'unchanged'}")


@course.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
def sample(assignment: str, folder: Path) -> None:
    """Write a small sample class for ASSIGNMENT into FOLDER."""
    from utils.authoring.release import find_assignment
    from utils.authoring.variants import write_sample_class

    root = find_root()
    write_sample_class(find_assignment(root, assignment), root / "assignments", folder)
    say(f"A sample class: {shown(folder)}")


@course.command()
@click.argument("assignment")
def variants(assignment: str) -> None:
    """Grade ASSIGNMENT's right and wrong variants, and show which test catches which."""
    from utils.authoring import variants as answers
    from utils.authoring.release import find_assignment

    root = find_root()
    chosen = find_assignment(root, assignment)
    to = root / CLASSES / f"variants-{chosen.name}"
    results = answers.grade_variants(chosen, root, to, say, os.cpu_count() or 1)
    say(answers.matrix(results), lines=True)
    if wrong := answers.complaints(answers.read_variants(chosen), results):
        raise UserError("\n".join(wrong))


@course.command()
@click.argument("assignment")
@click.option(
    "--timeout", default=30, show_default=True, callback=above_zero, help="Seconds that one cell may take."
)
def mutants(assignment: str, timeout: int) -> None:
    """Grade small generated mistakes in ASSIGNMENT's solution, and show which ones no test catches."""
    from utils.authoring import mutants as mistakes
    from utils.authoring.release import find_assignment

    root = find_root()
    chosen = find_assignment(root, assignment)
    made, equivalent = mistakes.read_mutants(chosen), mistakes.read_equivalent(chosen)
    to = root / CLASSES / f"mutants-{chosen.name}"
    results = mistakes.grade_mutants(chosen, made, root, to, say, timeout, os.cpu_count() or 1)
    say(mistakes.table(made, equivalent, results), lines=True)
    if wrong := mistakes.complaints(made, equivalent, results):
        raise UserError("\n".join(wrong))


@course.command()
@click.argument("assignment")
def counterexamples(assignment: str) -> None:
    """Find the smallest inputs that show each wrong variant of ASSIGNMENT, and keep them beside its source.

    Run it when variants or tests have changed, then `course release`. It needs the package hypothesis.
    """
    from utils.authoring import counterexamples as examples
    from utils.authoring.release import find_assignment

    chosen = find_assignment(find_root(), assignment)
    found = examples.find_all(chosen, say)
    say(f"{len(found)} found: {shown(examples.keep(chosen.folder, found))}")


@course.command()
def where() -> None:
    """Say where the results of `make course` lie."""
    from utils.authoring import release as releasing

    root = find_root()
    results = {
        "The book": root / book.SITE / "_build/html/index.html",
        "The students' files": root / "assignments",
        "Grades and feedback": root / CLASSES / "sample",
    }
    for what, path in results.items():
        say(f"{what + ':':<21}{shown(path) if path.exists() else 'not made yet'}")
    if releasing.is_public(root):
        say(releasing.PUBLIC[0].upper() + releasing.PUBLIC[1:] + ".")


def main() -> None:
    """Run the command; a user's mistake, or a file that cannot be used, is one message and exit code 1."""
    try:
        with kept():
            course()
    except UserError as error:
        warn(f"course: {error}", lines=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise  # of no file, and so no mistake of the person at the keyboard
        warn(f"course: {about_file(error)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
