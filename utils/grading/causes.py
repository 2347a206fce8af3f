"""Why a test failed whose task's own cell did not run to its end: what the cell says of it comes first."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 1000  # characters of an error's first line


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
