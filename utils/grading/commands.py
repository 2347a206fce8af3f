"""Notebook commands that start a program do not run while grading, and say so.

Behind the walls they would fail anyway, for reasons that mean nothing to a student. Magics that start none,
such as ``%matplotlib inline`` and ``%time``, run.
"""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell

PROGRAMS = {"pip", "conda", "mamba", "micromamba", "uv", "system", "sx", "!", "!!", "script", "bash", "sh"}
SENTENCE = (
    "notebook commands such as !pip and %pip do not run while grading; delete the line "
    "(what the course needs is installed)."
)


class NoCommands(InteractiveShell):
    """A shell in which ``!command`` and its relatives raise an error that says what to do."""

    def system(self, cmd: str) -> None:
        raise RuntimeError(SENTENCE)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> None:
        raise RuntimeError(SENTENCE)

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in PROGRAMS:
            raise RuntimeError(SENTENCE)
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name in PROGRAMS:
            raise RuntimeError(SENTENCE)
        return super().run_cell_magic(magic_name, line, cell)
