"""How soon has a student a page, when work comes into a folder that is watched? Run it from the repository:

    python -m benchmarks.watching [--assignment 1] [--students 200] [--seconds 120] [--kills 0] [--jobs 2]

The variants of an assignment are handed in in turn, one by one, at even intervals, in a copy of the course's
released files. ``course watch`` runs beside it, and is killed (``kill -9``) and started again at random
moments. A page counts from the moment at which the notebook was there whole until the page is there.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from utils.authoring import release, variants
from utils.common.layout import find_root
from utils.grading.gradebook.journal import Journal

LAST = 180.0  # seconds that the last page may take


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", default="1")
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the kills")
    options = parser.parse_args()
    root = find_root()
    assignment = release.find_assignment(root, options.assignment)
    pool = [s.files for s in variants.submissions(assignment, root / "assignments").values()]
    chance = random.Random(options.seed)
    kills = sorted(chance.uniform(0, options.seconds) for _ in range(options.kills))
    with tempfile.TemporaryDirectory() as scratch:
        folder, to = Path(scratch) / "in", Path(scratch) / "class"
        folder.mkdir()
        command = [sys.executable, "-m", "utils.cli.main", "watch", options.assignment, str(folder)]
        command += ["--to", str(to), "--jobs", str(options.jobs)]
        watching = begin(command)
        pages = {
            f"student-{i:04}": page_of(to, f"student-{i:04}", assignment) for i in range(options.students)
        }
        hand_in(folder / "first", pool[0])  # all is warm when this one has its page
        while not page_of(to, "first", assignment).exists():
            time.sleep(0.1)
        arrived: dict[str, float] = {}
        there: dict[str, float] = {}
        start = time.monotonic()
        while len(there) < options.students and time.monotonic() - start < options.seconds + LAST:
            now = time.monotonic() - start
            if kills and now >= kills[0]:
                kills.pop(0)
                watching.kill()
                watching.wait()
                watching = begin(command)
            if len(arrived) < min(options.students, 1 + now * options.students / options.seconds):
                number = len(arrived)
                hand_in(folder / f"student-{number:04}", pool[number % len(pool)])
                arrived[f"student-{number:04}"] = time.monotonic()
            for student in arrived.keys() - there.keys():
                if pages[student].exists():
                    there[student] = time.monotonic()
            time.sleep(0.05)
        time.sleep(2)
        watching.terminate()
        watching.wait()
        waited = sorted(there[student] - arrived[student] for student in there)
        rows = Journal(to / f"{assignment.name}.results.jsonl").results()
    broken = sum(result.status != "graded" for result in rows.values())
    print(f"{options.students} in {options.seconds:g} s, {options.kills} kills, {options.jobs} at once")
    print(f"pages: {len(there)}; results: {len(rows) - 1}; not graded: {broken}")
    if waited:
        within = sum(seconds <= 5 for seconds in waited) / len(waited)
        print(f"seconds to the page: median {statistics.median(waited):.1f}, ", end="")
        print(f"largest {waited[-1]:.1f}; within 5 s: {within:.0%}")


def begin(command: list[str]) -> subprocess.Popen:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def page_of(to: Path, student: str, assignment: release.Assignment) -> Path:
    return to / "feedback" / student / assignment.name / f"{assignment.notebook}.html"


def hand_in(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
