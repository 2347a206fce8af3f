"""What the released notebooks say of themselves, for the pages that lead into them.

A Sphinx extension with three directives. ``{assignment} 01-recurrent-neurons`` is the body of an assignment's
page, ``{assignments}`` a table of them all, and ``{semester}`` a plan, with a line for each week::

    1: read 1
    2: do 1
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from utils.common.address import configuration, repository

if TYPE_CHECKING:
    from sphinx.application import Sphinx

COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
EXPECT = re.compile(r"\s*Expect (\w+) to (\w+) hours\.")


@dataclass(frozen=True)
class About:
    """One released notebook.

    Attributes:
        practises: what one does in it, in Markdown. tasks: number, what one writes, and points of each.
        points: of all tests and answers. by_hand: those of them that a person gives. hours: least and most;
        empty if the notebook does not say.
    """

    path: Path
    title: str
    practises: str
    tasks: list[tuple[str, str, str]]
    points: int
    by_hand: int
    hours: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.path.parent.name

    @property
    def number(self) -> int:
        return int(self.name.partition("-")[0])

    @property
    def worth(self) -> str:
        return f"{self.points} points" + (
            f", of which {self.by_hand} are given by hand" if self.by_hand else ""
        )

    @property
    def time(self) -> str:
        return " to ".join(map(str, self.hours)) + " hours" if self.hours else ""


def read_assignment(path: Path) -> About:
    """What the released notebook at ``path`` says of itself.

    Raises:
        ValueError: its first cell has no title ``# Assignment N: …`` or no table of tasks.
    """
    notebook = nbformat.read(path, as_version=4)
    text = notebook.cells[0].source
    title = re.match(r"# Assignment \d+: (.+)\n", text)
    tasks = re.findall(r"^\| (\d+) \| (.+) \| (\d+)\D*\|$", text, re.MULTILINE)
    if title is None or not tasks:
        raise ValueError(
            f"the first cell of {path.name} needs its title, `# Assignment N: …`, and its table of tasks"
        )
    prose = " ".join(text[title.end() : text.index("| task")].split())
    hours = EXPECT.search(prose)
    graded = [
        cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    return About(
        path,
        title[1][0].upper() + title[1][1:],
        re.sub(r" Chapter \d+ of the book has all that you need\.", "", EXPECT.sub("", prose)),
        tasks,
        sum(cell.points for cell in graded),
        sum(cell.points for cell in graded if cell.solution),
        tuple(COUNTS.index(word) + 1 for word in hours.groups()) if hours else (),
    )


def assignment_page(about: About, chapter: str, at: str) -> str:
    """The body of an assignment's page, in MyST.

    Args:
        at: the repository's address and branch, under which Colab finds the notebook; "" for none.
    """
    relative = f"assignments/{about.name}/{about.path.name}"
    colab = at.replace("https://github.com/", "https://colab.research.google.com/github/")
    lines = [
        about.practises,
        "",
        f"**Chapter.** {{doc}}`/chapters/{chapter}/index`",
        "",
        f"**Worth.** {about.worth}",
        "",
        *([f"**Time.** {about.time}", ""] if about.hours else []),
        f"**Notebook.** {{download}}`{about.path.name} </../{relative}>`"
        + (f" · [open in Colab]({colab}/{relative})" if at and colab != at else ""),
        "",
        "| task | what you write | points |",
        "|--:|---|--:|",
        *(f"| {number} | {what} | {points} |" for number, what, points in about.tasks),
        "",
        "{doc}`/guides/students` takes you from the notebook to the first passed test.",
        "{doc}`/assignments` says how to work on it and what comes back.",
    ]
    return "\n".join(lines)


def table_of(assignments: list[About]) -> str:
    """A table of all assignments, in MyST."""
    rows = []
    for about in assignments:
        page, notebook = f"/assignments/{about.name}.md", f"/../assignments/{about.name}/{about.path.name}"
        by_hand = f" + {about.by_hand} by hand" if about.by_hand else ""
        points, hours = f"{about.points - about.by_hand}{by_hand}", about.time.removesuffix(" hours")
        download = f"{{download}}`notebook <{notebook}>`"
        rows.append(f"| [{about.number} {about.title}]({page}) | {points} | {hours} | {download} |")
    return "\n".join(["| assignment | points | hours | download |", "|---|---|---|---|", *rows])


def semester(lines: list[str], assignments: list[About], reading: dict[int, float]) -> str:
    """A table of weeks, in MyST.

    Args:
        lines: ``WEEK: read N, do N``, one for each week. reading: hours that each chapter takes.
    """
    known = {about.number: about for about in assignments}
    rows = ["| week | chapter | assignment | hours |", "|--:|---|---|--:|"]
    for line in lines:
        week, _, what = line.partition(":")
        cells, hours = {"read": "", "do": ""}, 0.0
        for verb, number in re.findall(r"(read|do) (\d+)", what):
            about = known[int(number)]
            if verb == "read":
                cells["read"] = f"{{doc}}`/chapters/{about.name}/index`"
                hours += reading[about.number]
            else:
                cells["do"] = f"[{about.number} {about.title}](/assignments/{about.name}.md)"
                hours += sum(about.hours) / max(1, len(about.hours))
        rows.append(f"| {week} | {cells['read']} | {cells['do']} | {halves(hours)} |")
    return "\n".join(rows)


def halves(hours: float) -> str:
    """Hours to the nearest half: 4½; "" for none."""
    whole, half = divmod(round(2 * hours), 2)
    return f"{whole or ''}{'½' * half}"


def reading_hours(book: Path) -> dict[int, float]:
    """The hours that each chapter's pages take, as the table in its opening states them."""
    found = {}
    for opening in sorted(book.glob("chapters/*/index.md")):
        minutes = re.findall(r"\| (\d+) min", opening.read_text(encoding="utf-8"))
        found[int(opening.parent.name.partition("-")[0])] = sum(map(int, minutes)) / 60
    return found


class FromNotebooks(SphinxDirective):
    """A directive whose text comes from the released notebooks."""

    has_content = True
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.srcdir)
        try:
            text = self.text(
                book, [self.about(path) for path in sorted(book.parent.glob("assignments/*/*.ipynb"))]
            )
        except (ValueError, KeyError) as error:
            raise self.error(str(error)) from None
        container = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), self.name), 0, container)
        return container.children

    def about(self, path: Path) -> About:
        self.env.note_dependency(str(path))
        return read_assignment(path)

    def text(self, book: Path, assignments: list[About]) -> str:
        raise NotImplementedError


class Assignment(FromNotebooks):
    required_arguments = 1
    optional_arguments = 0

    def text(self, book: Path, assignments: list[About]) -> str:
        (about,) = [one for one in assignments if one.name == self.arguments[0]]
        config = configuration(book.parent)
        address = repository(config)
        branch = (config.get("repository") or {}).get("branch", "main")
        return assignment_page(about, about.name, f"{address}/blob/{branch}" if address else "")


class Assignments(FromNotebooks):
    def text(self, book: Path, assignments: list[About]) -> str:
        return table_of(assignments)


class Semester(FromNotebooks):
    def text(self, book: Path, assignments: list[About]) -> str:
        for opening in book.glob("chapters/*/index.md"):
            self.env.note_dependency(str(opening))
        return semester(list(self.content), assignments, reading_hours(book))


def setup(app: Sphinx) -> dict[str, Any]:
    for name, directive in (("assignment", Assignment), ("assignments", Assignments), ("semester", Semester)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
