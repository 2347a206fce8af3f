"""What do the course's models reach on published data? Run it from the repository:

    python -m experiments.real_data [sentiment tagging ...] [--size full] [--device cuda] [--minutes 6]

Reviews, parts of speech, characters, translation and chorales, with three seeds each, beside the strongest
simple method that we know. Every choice (the epoch, a penalty, the order of n-grams) is made on validation
data; the test is read once, at the end of a run. The page "What the course reaches on real data" reads what
it writes. The data are those of `course data fetch`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.real_data import characters, chorales, sentiment, tagging, translation
from experiments.real_data.training import Setting
from experiments.runs import measure, parser

TO = Path("book/reached.json")
TASKS = {
    "translation": translation,
    "sentiment": sentiment,
    "characters": characters,
    "tagging": tagging,
    "chorales": chorales,
}  # those that take longest first


def main() -> None:
    options = arguments()
    setting = Setting(options.size, options.device, options.minutes)
    runs = chosen(options.tasks, setting, options.only)
    print(table(measure(runs, options.to, options.workers, options.size)))


def arguments() -> argparse.Namespace:
    options = parser(__doc__, TO)
    options.add_argument(
        "tasks", nargs="*", metavar="task", help=f"of {', '.join(TASKS)}; all if none is named"
    )
    options.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    options.add_argument(
        "--minutes", type=float, help="that a run may train; then its best epoch so far is tested"
    )
    options.add_argument(
        "--only", choices=["networks", "baselines"], help="the runs of networks, or those without one"
    )
    found = options.parse_args()
    if unknown := set(found.tasks) - set(TASKS):
        options.error(f"there is no task {', '.join(sorted(unknown))}; choose from {', '.join(TASKS)}")
    return found


def chosen(names: list[str], setting: Setting, only: str | None = None) -> dict[str, Callable[[], Any]]:
    """The runs of these tasks, of all if none is named."""
    runs: dict[str, Callable[[], Any]] = {}
    for name in names or TASKS:
        runs |= TASKS[name].runs(setting)
    is_network = {name: run.func.__name__ == "network" for name, run in runs.items()}  # type: ignore[attr-defined]
    return {
        name: run for name, run in runs.items() if only is None or is_network[name] == (only == "networks")
    }


def table(results: Mapping[str, dict[str, Any]]) -> str:
    """A line for each method: the mean and the standard deviation over the seeds."""
    methods: dict[str, list[dict[str, Any]]] = {}
    for name, result in results.items():
        methods.setdefault(name.rpartition("/")[0], []).append(result)
    lines = []
    for method, several in methods.items():
        spread = f" ± {statistics.stdev(tests):.4f}" if len(tests := [r["test"] for r in several]) > 1 else ""
        low, high = several[0]["interval"]
        lines.append(f"{method:36}{statistics.mean(tests):9.4f}{spread} [{low:.4f}, {high:.4f}]")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
