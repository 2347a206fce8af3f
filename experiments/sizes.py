"""An experiment that comes in three sizes, as a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.runs import Run, measure, parser


def command(
    what: str, to: Path, runs: Callable[[str], Mapping[str, Run]], table: Callable[[Mapping[str, Any]], str]
) -> None:
    """Make the runs of the size that was asked for, and print their table.

    In the file the name of a run begins with its size, so that one size is never taken for another.
    """
    options = parser(what, to).parse_args()
    start = f"{options.size}: "
    sized = {start + name: run for name, run in runs(options.size).items()}
    print(table(of_size(measure(sized, options.to, options.workers), options.size)))


def of_size(results: Mapping[str, Any], size: str) -> dict[str, Any]:
    """The runs of one size, without it in their names."""
    start = f"{size}: "
    return {name.removeprefix(start): result for name, result in results.items() if name.startswith(start)}
