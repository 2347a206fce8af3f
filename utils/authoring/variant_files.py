"""An assignment's right and wrong answers as they stand in files, and the library for grading.

Beside the source of an assignment lie ``right/*.py`` and ``wrong/*.py``. Each holds the task cells that
it answers differently (``# %% task="…"``); the other tasks are answered as in the source. The header of
a wrong one names its misconception and, for each task that loses points, the least and the most that it may
keep. It may also ask a ``question:`` that leads a student to the mistake, and name the ``section:`` of the
book to read again. Where two misconceptions give the same answers to everything that is tested, both have in
``common:`` what can be said of either, and that is what a student reads.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from utils.common.address import configuration, public_address
from utils.common.errors import UserError
from utils.grading.answer_key import is_test

EXAMPLES = "counterexamples.json"
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


@dataclass(frozen=True)
class Variant:
    """One way to answer an assignment.

    Attributes:
        answers: the code of the task cells that differ from the source's.
        text: the way of a right variant, the misconception of a wrong one.
        keeps: least and most points of each task that loses some.
        question: leads a student who made the mistake to it.
        section: of the book, ``"Page, Section"``, or a page.
        common: what can be said of all variants that answer alike.
    """

    name: str
    answers: dict[str, str]
    text: str
    keeps: dict[str, tuple[float, float]] = field(default_factory=dict)
    question: str = ""
    section: str = ""
    common: str = ""


def read_variant(path: Path) -> Variant:
    """The variant in ``right/NAME.py`` or ``wrong/NAME.py``; its name is ``right/NAME`` or ``wrong/NAME``."""
    notebook = jupytext.read(path, fmt="py:percent")
    about = notebook.metadata.get("course", {})
    answers = {cell.metadata["task"]: cell.source for cell in notebook.cells if "task" in cell.metadata}
    wrong = path.parent.name == "wrong"
    text = about.get("misconception" if wrong else "way", "")
    keeps = {task: (float(least), float(most)) for task, (least, most) in about.get("keeps", {}).items()}
    if not answers or not text or wrong != bool(keeps):
        raise UserError(
            f"{path} needs task cells and a header with "
            + ("`misconception:` and `keeps:`" if wrong else "`way:` and no `keeps:`")
        )
    more = {key: about.get(key, "") for key in ("question", "section", "common")}
    return Variant(f"{path.parent.name}/{path.stem}", answers, text, keeps, **more)


def read_kind(folder: Path, kind: str) -> list[Variant]:
    """The variants of an assignment's folder that are ``"right"``, or ``"wrong"``."""
    return [read_variant(path) for path in sorted((folder / kind).glob("*.py"))]


def kept_examples(folder: Path) -> dict[str, str]:
    """The smallest example of each wrong variant, by its name, where one has been found
    (:mod:`utils.authoring.counterexamples`)."""
    path = folder / EXAMPLES
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def without_marks(source: str) -> str:
    """A task's cell without the lines that mark its solution."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in MARKS)


def address(section: str, chapter: Path) -> str:
    """Where a section ``"Page, Section"`` of a chapter, or a whole page, is in the built book.

    Raises:
        UserError: the chapter has no page of that title, or the page no section or exercise of that one.
    """
    for path in sorted(chapter.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        found = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
        page = plain_title(found[1]) if found else ""
        place = f"chapters/{chapter.name}/{path.stem}.html"
        if page and section == page:
            return place
        if not page or not section.startswith(f"{page}, "):
            continue
        wanted = section.removeprefix(f"{page}, ")
        titles = [plain_title(title) for title in re.findall(r"^##+ (.+)$", text, flags=re.MULTILINE)]
        if wanted in titles:
            return f"{place}#{re.sub('[^a-z0-9]+', '-', wanted.lower()).strip('-')}"
        if wanted in text:
            return place
    raise UserError(f"no page of {chapter} has a section {section!r}")


def plain_title(title: str) -> str:
    """A heading without its marks."""
    return re.sub("[`*$]", "", title).strip()


def library(folder: Path, notebook: NotebookNode) -> dict:
    """What tells a student's mistake by the wrong variants, as plain data: ``cells`` that are no tests, with
    their solutions, in order; and ``variants``, each with its answers and the tasks that lose points by it.
    Empty for an assignment without wrong variants.

    Args:
        folder: of the assignment's source.
        notebook: the source.
    """
    wrong = read_kind(folder, "wrong")
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and not is_test(cell)]
    cells = []
    for cell in code:
        marks = cell.metadata.get("nbgrader", {})
        about = {"id": marks.get("grade_id", ""), "task": marks.get("solution", False)}
        cells.append({**about, "source": without_marks(cell.source)})
    root = folder.parents[1]
    home = public_address(configuration(root))
    examples = kept_examples(folder)
    variants = [
        {
            "name": variant.name,
            "answers": variant.answers,
            "tasks": list(variant.keeps),
            "misconception": variant.text,
            "common": variant.common,
            "question": variant.question,
            "example": examples.get(variant.name, ""),
            "section": variant.section,
            "address": home + address(variant.section, root / "book" / "chapters" / folder.name)
            if home and variant.section
            else "",
        }
        for variant in wrong
    ]
    return {"cells": cells, "variants": variants} if variants else {}
