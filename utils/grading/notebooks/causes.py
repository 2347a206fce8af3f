"""Why a test failed whose task's own cell did not run to its end: what the cell says of it comes first.

And why a name is not there: the earlier cell that defines it has stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from utils.grading.notebooks.changes import position

MOST_READ = 20  # cells that are searched for the one that defines a name
MOST_CHARACTERS = 100_000  # of such a cell
LONGEST = 1000  # characters of an error's first line
SHOWN = 60  # characters of a cell's first line


def stopped(cell: Any) -> str:
    """A sentence for a task's cell that ended in an error or at a limit; empty for any other."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            reason = reason_of(output, cell.metadata.nbgrader.grade_id).rstrip(".")
            return f"The cell of this task stopped: {reason}{'' if reason.endswith('?') else '.'}"
    return ""


def reason_of(output: Any, task: str) -> str:
    """The error of a task's cell in one line."""
    first = (output.evalue.strip().splitlines() or [""])[0][:LONGEST]
    if output.ename == "Stopped":  # a sentence of the trial's, which begins with the cell
        return re.sub(rf"^the cell {re.escape(task)} (stopped: )?", lambda f: "" if f[1] else "it ", first)
    # IPython's name for the cell says nothing to the student
    first = re.sub(r"\((<[^>]*>|\d+\.py), line (\d+)\)$", r"(line \2)", first)
    return f"{output.ename}: {first}" if first else output.ename


def follows(output: Any) -> bool:
    """Whether a test's error says no more than that the task's cell has stopped: a name is not there."""
    return output.output_type == "error" and output.ename == "NameError"


def explain(cells: Iterable[Any]) -> None:
    """Let each NameError say which earlier cell would have defined the name, where that cell has stopped."""
    stopped: list[Any] = []
    for cell in cells:
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        for output in errors:
            found = re.match(r"name '(\w+)' is not defined", output.evalue)
            if output.ename == "NameError" and found and (home := home_of(found[1], stopped)):
                output.evalue = f"{found[0]}: {defined_in(found[1], home)}"
        if errors and position(cell) is not None:
            stopped.append(cell)


def home_of(name: str, cells: list[Any]) -> Any:
    """The last of the cells that define ``name``; None when none does."""
    own = [cell for cell in cells if name in cell.source][-MOST_READ:]
    return next((cell for cell in reversed(own) if binds(cell.source[:MOST_CHARACTERS], name)), None)


def binds(source: str, name: str) -> bool:
    """Whether a cell looks as if it gives ``name`` a value at its top level; it is not parsed for that."""
    defined = rf"(async +)?(def|class) +{name}\b|([\w*(\[][^=\n]*, *)?\*?{name} *([,=:]|\)|\])(?!=)"
    taken = rf"(from|import|with|for)\b[^\n]*\b{name}\b"
    return re.search(rf"^(?:{defined}|{taken})", source, flags=re.MULTILINE) is not None


def defined_in(name: str, cell: Any) -> str:
    """Where a name would have been defined, and what stopped that cell."""
    error = next(output for output in cell.outputs if output.output_type == "error")
    reason = reason_of(error, cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    first = next((line for line in cell.source.strip().splitlines() if line.strip()), "")
    begins = first if len(first) <= SHOWN else first[:SHOWN] + "…"
    return f"{name} is defined in cell {position(cell)} (it begins with {begins!r}), which stopped: {reason}"
