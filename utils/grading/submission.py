"""One student's work as bytes, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.reader import reads as read_any_version

LARGEST = 20_000_000  # bytes of a notebook
MOST_CELLS = 5_000
DEEPEST = 100  # levels of its JSON; Jupyter writes about ten
AGAIN = "; open it in Jupyter, save it and hand it in again."


@dataclass(frozen=True)
class Submission:
    """What a student handed in: notebooks by file name.

    Attributes:
        student: who, as a name that is safe for a folder.
        files: the notebooks' bytes.
        when: the time of handing in (UTC), where it is known.
        name: the student's name as the learning platform has it; empty where it tells none.
        notes: sentences for the instructor about what was found and how it was read.
    """

    student: str
    files: dict[str, bytes]
    when: datetime | None = None
    name: str = ""
    notes: tuple[str, ...] = ()

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
        name = f"{notebook}.ipynb"
        if name in self.files:
            return notebook_problem(name, self.files[name])
        if self.notes:
            return f"{name} is missing: {' '.join(self.notes)}"
        there = ", ".join(self.files) or "no notebook at all"
        return f"{name} is missing (there is {there}); hand it in under the name it was downloaded with."

    def notebook(self, notebook: str) -> NotebookNode:
        """The submission's ``notebook`` (without its ending), in the current format.

        Raises:
            ValueError: what :meth:`problem` says.
        """
        if problem := self.problem(notebook):
            raise ValueError(problem)
        return read_notebook(f"{notebook}.ipynb", self.files[f"{notebook}.ipynb"])


def notebook_problem(name: str, content: bytes) -> str | None:
    """Why ``content`` is not a notebook, in one sentence; None when it is one."""
    try:
        read_notebook(name, content)
    except ValueError as error:
        return str(error)
    return None


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
        raise ValueError(f"{name} does not say which version of the notebook format it has{AGAIN}")
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
        raise ValueError(f"{name} holds half a character (a lone surrogate){AGAIN}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name} is nested too deeply to be a notebook{AGAIN}") from None
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
        raise ValueError(
            f"{name} has {len(content) / 1e6:.0f} MB, and {LARGEST / 1e6:.0f} MB is the most; "
            "clear its outputs in Jupyter, save it and hand it in again."
        )
    try:
        text = content.decode("utf-8-sig")  # some editors put a mark of three bytes in front
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not UTF-8 text{AGAIN}") from None
    if not text.strip():
        raise ValueError(f"{name} is empty{AGAIN}")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} is not JSON (line {error.lineno}: {error.msg}){AGAIN}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name} is nested too deeply to be a notebook{AGAIN}") from None
    except ValueError:  # a whole number of thousands of digits
        raise ValueError(f"{name} holds a number that is too long{AGAIN}") from None
    if not isinstance(data, dict) or not ("cells" in data or "worksheets" in data):
        raise ValueError(f"{name} is JSON but not a notebook: it has no cells{AGAIN}")
    if deeper_than(DEEPEST, data):
        raise ValueError(f"{name} is nested too deeply to be a notebook{AGAIN}")
    return data


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
    """``data`` (format 4) without outputs, and with the fields that every notebook has."""
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refused(f"{name} is JSON but not a notebook: its cells are no list of cells{AGAIN}")
    if not cells:
        raise Refused(f"{name} has no cells{AGAIN}")
    if len(cells) > MOST_CELLS:
        raise Refused(
            f"{name} has {len(cells)} cells, and {MOST_CELLS} is the most; "
            "copy the answers into a fresh download and hand it in again."
        )
    ids: set[str] = set()
    fresh = []
    for number, cell in enumerate(cells):
        source = cell.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise ValueError(f"the text of cell {number + 1} is no text")
        if cell.get("cell_type") not in ("code", "markdown", "raw"):
            raise ValueError(f"cell {number + 1} is neither code nor text")
        about = cell.get("metadata")
        cell = {**cell, "metadata": about if isinstance(about, dict) else {}, "source": source}
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
        given = cell.get("id")
        if not isinstance(given, str) or not 0 < len(given) <= 64 or given in ids:
            cell["id"] = f"cell-{number}-{len(ids)}"
        ids.add(cell["id"])
        fresh.append(cell)
    # the notebook's own metadata (kernel, language) counts for nothing here, so none is refused for it
    return {"metadata": {}, "cells": fresh, "nbformat": 4, "nbformat_minor": 5}


def printable(text: str) -> str:
    """``text`` without control characters, so that it cannot disturb a terminal or a line."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
