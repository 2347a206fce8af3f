"""One student's work as bytes, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat


@dataclass(frozen=True)
class Submission:
    """What a student handed in: notebooks by file name."""

    student: str
    files: dict[str, bytes]

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
        if name not in self.files:
            there = ", ".join(self.files) or "no notebook at all"
            return f"{name} is missing (there is {there}); hand it in under the name it was downloaded with."
        return notebook_problem(name, self.files[name])


def notebook_problem(name: str, content: bytes) -> str | None:
    """Why ``content`` is not a notebook, in one sentence; None when it is one."""
    again = "; open it in Jupyter, save it and hand it in again."
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"{name} is not UTF-8 text{again}"
    if not text.strip():
        return f"{name} is empty{again}"
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return f"{name} is not JSON (line {error.lineno}: {error.msg}){again}"
    except RecursionError:
        return f"{name} is nested too deeply to be a notebook{again}"
    if not isinstance(data, dict) or not ("cells" in data or "worksheets" in data):
        return f"{name} is JSON but not a notebook: it has no cells{again}"
    try:
        nbformat.validate(nbformat.reads(text, as_version=4))
    except Exception as error:  # nbformat raises many kinds, and every one means the same to the student
        return f"{name} breaks the notebook format ({str(error).strip().splitlines()[0]}){again}"
    return None
