"""One student's work as bytes, and what is wrong with it."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.reader import reads as read_any_version

from utils.grading.answer_key import MARK
from utils.grading.unreadable import (
    AGAIN,
    FRESH,
    OWN,
    binary,
    why_no_json,
    why_no_notebook,
    why_no_text,
)

LARGEST = 20_000_000  # bytes of a notebook
MOST_CELLS = 5_000
DEEPEST = 100  # levels of its JSON; Jupyter writes about ten
DIGEST = 64  # characters of a submission's digest, with which a result's begins
LIGHTER = "; clear its outputs in Jupyter, save it and hand it in again."
CELL_ID = re.compile("[a-zA-Z0-9_-]{1,64}")  # nbformat's own rule


@dataclass(frozen=True)
class Submission:
    """What a student handed in: notebooks by file name.

    Attributes:
        student: who, as a name that is safe for a folder.
        files: the notebooks' bytes.
        when: the time of handing in (UTC), where it is known.
        name: the student's name as the learning platform has it; empty where it tells none.
        notes: sentences for the instructor about what was found and how it was read.
        unread: why its notebook is there and yet not in ``files``, in one sentence; empty when it is not so.
    """

    student: str
    files: dict[str, bytes]
    when: datetime | None = None
    name: str = ""
    notes: tuple[str, ...] = ()
    unread: str = ""

    @classmethod
    def read(cls, student: str, folder: Path) -> Submission:
        """The notebooks that lie in ``folder``."""
        return cls(student, {path.name: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))})

    def digest(self) -> str:
        """Changes when a byte of the submission does."""
        parts = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            parts.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        return parts.hexdigest()

    def problem(self, notebook: str) -> str | None:
        """Why the submission cannot be graded, in one sentence; None when it can.

        Args:
            notebook: the assignment's notebook, without its ending.
        """
        try:
            self.notebook(notebook)
        except ValueError as error:
            return str(error)
        return None

    def notebook(self, notebook: str) -> NotebookNode:
        """The submission's ``notebook`` (without its ending), in the current format.

        Raises:
            ValueError: what :meth:`problem` says.
        """
        name = f"{notebook}.ipynb"
        if name in self.files:
            return read_notebook(name, self.files[name])
        raise ValueError(self.unread or self.missing(name))

    def missing(self, name: str) -> str:
        """What to say when there is no notebook ``name``."""
        notes = " ".join(self.notes)
        if notes and not self.files:
            return f"{name} is missing: {notes}"
        there = ", ".join(map(printable, self.files)) or "no notebook at all"
        sentence = f"{name} is missing (there is {there}); hand it in under the name {name}."
        return f"{sentence} {notes}".strip()


def is_notebook(content: bytes) -> bool:
    """Whether ``content`` is that of a notebook, as far as one sees without reading its cells."""
    try:
        parse("", content)
    except ValueError:
        return False
    return True


def read_notebook(name: str, content: bytes) -> NotebookNode:
    """A notebook that somebody handed in, in the current format and without outputs.

    Older formats are upgraded. Outputs are dropped, since grading makes them anew; fields that Jupyter writes
    and other editors leave out are filled in.

    Raises:
        ValueError: ``content`` is no notebook, for whatever reason; the message is one sentence.
    """
    data = parse(name, content)
    version = data.get("nbformat")
    if type(version) is not int or version < 1:
        raise ValueError(f"{name} does not say which version of the notebook format it has{FRESH}")
    if version > 4:
        raise ValueError(
            f"{name} has the notebook format {version}, which is newer than this course reads (4); "
            "save it in format 4 and hand it in again."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if version < 4:  # these have their own layout, which nbformat knows
                data = nbformat.convert(read_any_version(json.dumps(data)), 4)
            notebook = nbformat.from_dict(mended(name, data))
            nbformat.validate(notebook, relax_add_props=True)
            nbformat.writes(notebook).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds half a character (a lone surrogate){FRESH}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name} is nested too deeply to be a notebook{FRESH}") from None
    except Refused as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # nbformat raises many kinds, and every one means the same to the student
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ValueError(f"{name} breaks the notebook format ({printable(reason)}){AGAIN}") from None
    return notebook


class Refused(ValueError):
    """A sentence that needs no more words around it."""


def parse(name: str, content: bytes) -> dict[str, Any]:
    """The JSON object in ``content``, when it looks like a notebook's."""
    if len(content) > LARGEST:
        raise ValueError(f"{name} {too_large(len(content), LARGEST)}{LIGHTER}")
    try:
        text = content.decode("utf-8-sig")  # some editors put a mark of three bytes in front
    except UnicodeDecodeError:
        raise ValueError(f"{name} {why_no_text(content)}") from None
    if not text.strip():
        raise ValueError(f"{name} is empty{OWN}")
    if about := binary(content):
        raise ValueError(f"{name} {about}")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} {why_no_json(text, error)}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name} is nested too deeply to be a notebook{FRESH}") from None
    except ValueError:  # a whole number of thousands of digits
        raise ValueError(f"{name} holds a number that is too long{FRESH}") from None
    if not isinstance(data, dict) or not ("cells" in data or "worksheets" in data):
        raise ValueError(f"{name} {why_no_notebook(data)}")
    if deeper_than(DEEPEST, data):
        raise ValueError(f"{name} is nested too deeply to be a notebook{FRESH}")
    return data


def too_large(size: int, limit: int) -> str:
    return f"has {size / 1e6:.0f} MB, and {limit / 1e6:.0f} MB is the most"


def deeper_than(most: int, data: Any) -> bool:
    """Whether lists and objects in ``data`` lie within each other more than ``most`` times."""
    level = [data]
    for _ in range(most):
        lists = [value for value in level if isinstance(value, list)]
        objects = [value.values() for value in level if isinstance(value, dict)]
        level = [inner for values in (*lists, *objects) for inner in values]
        if not level:
            return False
    return True


def mended(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """``data`` (format 4) without outputs, and with the fields that every notebook has, and no others."""
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refused(f"{name} is JSON but not a notebook: its cells are no list of cells{FRESH}")
    if not cells:
        raise Refused(f"{name} has no cells{OWN}")
    if len(cells) > MOST_CELLS:
        raise Refused(
            f"{name} has {len(cells)} cells, and {MOST_CELLS} is the most; "
            "copy the answers into a fresh download and hand it in again."
        )
    fresh = [mended_cell(number, cell) for number, cell in enumerate(cells, 1)]
    taken: set[str] = set()
    for cell in fresh:
        cell["id"] = free_id(cell["id"], taken)
        taken.add(cell["id"])
    return {"metadata": own_metadata(data), "cells": fresh, "nbformat": 4, "nbformat_minor": 5}


def own_metadata(data: dict[str, Any]) -> dict[str, str]:
    """Which release the notebook says it is, if it does.

    The rest (kernel, language) counts for nothing here, so no notebook is refused for it.
    """
    about = data.get("metadata")
    mark = about.get(MARK) if isinstance(about, dict) else None
    return {MARK: mark} if isinstance(mark, str) else {}


def mended_cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    """The cell without outputs, and with its lines ended as Python ends them; its id may be anything."""
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise ValueError(f"the text of cell {number} is no text")
    kind = cell.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        raise ValueError(f"cell {number} is neither code nor text")
    # Python reads the three ways of ending a line as one, within strings, too
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    about = cell.get("metadata")
    about = about if isinstance(about, dict) else {}
    mended = {"cell_type": kind, "id": cell.get("id"), "metadata": about, "source": source}
    if kind == "code":
        return mended | {"outputs": [], "execution_count": None}
    pictures = cell.get("attachments")
    return mended | ({"attachments": pictures} if isinstance(pictures, dict) else {})


def free_id(given: Any, taken: set[str]) -> str:
    """``given`` if it can be a cell's id and is not ``taken``, otherwise one that can."""
    if isinstance(given, str) and CELL_ID.fullmatch(given) and given not in taken:
        return given
    return next(name for count in itertools.count() if (name := f"cell-{count}") not in taken)


def printable(text: str) -> str:
    """``text`` without control characters, so that it cannot disturb a terminal or a line."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
