"""What classic mistakes cost, over five seeds. Run it from the repository:

    python -m experiments.museum [--size tiny|default|full] [--workers N] [--to FILE]

Each run trains a right program of chapters 5 to 8, or the same with one line exchanged, and keeps what it
says of itself, what the right program says of its model, and the losses on the way. Nothing is chosen by a
result.
"""

from functools import partial
from pathlib import Path

from experiments.museum import RIGHT, ROOMS, run
from experiments.museum.bugs import BUGS
from experiments.runs import measure, parser

TO = Path("book/museum.json")
SEEDS = range(5)


def main() -> None:
    options = parser(__doc__, TO).parse_args()
    runs = {
        f"{room}, {bug}, {seed}": partial(run, room, bug, seed, options.size)
        for room in ROOMS
        for seed in (SEEDS[:1] if options.size == "tiny" else SEEDS)
        for bug in (RIGHT, *(name for name in BUGS if BUGS[name].room == room))
    }
    measure(runs, options.to, options.workers, options.size)


if __name__ == "__main__":
    main()
