"""How fast is a class graded, against stock nbgrader, and how does it scale? Run it from the repository:

    python -m benchmarks.grading [--students 200] [--stock 4] [--jobs 2] [--rounds 2]
    python -m benchmarks.grading --scale 5000
    python -m benchmarks.grading --losing 10

The class holds the variants of assignment 1 in turn. In each round stock nbgrader grades some of them, one
after the other as it does and then, as somebody might arrange, with a process for each core, each in a course
directory of its own so that none waits for another's gradebook; between the two, ours grades the class, start
of all processes included, with looking for the mistakes and without. Stock's time is that of `autograde`
alone.

With ``--scale``, a tiny assignment: throughput with 1, 2 and 4 Dask workers, each started by Dask's command,
then N submissions, while the parent's memory is sampled, one worker is killed and another joins.

With ``--losing``, the class over and over for so many minutes, while processes of the grading are killed at
random moments: warm ones, lanes, forks of tests and students. Each grade must be that of an undisturbed run.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil

from benchmarks.nbgrader_api import nbgrader_api
from utils.authoring import release, variants
from utils.authoring.answers import answer_notebook
from utils.common.layout import find_root
from utils.grading.answer_key import read_release, without_library
from utils.grading.class_run import Class
from utils.grading.pool import spread
from utils.grading.result import Result
from utils.grading.sandbox.walls import find_walls
from utils.grading.submission import Submission

TINY = """
# %% [markdown]
# ## Task 1: double (3 points)

# %% task="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" checks="small" points=1
assert double(2) == 4, "double(2) is 4"

# %% test="double" checks="negative" points=2
assert double(-3) == -6, "double(-3) is -6"
"""
ANSWERS = {
    3: "def double(x):\n    return x + x",
    1: "def double(x):\n    return abs(2 * x)",
    0: "def double(x",
}

GRADE = ("tests_process", "student_process", "preparing")  # the modules of the processes that grade


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--stock", type=int, default=4, help="submissions for stock, each way and round")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scale", type=int, help="so many submissions of a tiny assignment instead")
    parser.add_argument(
        "--losing", type=float, help="minutes in which processes are killed at random instead"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.losing:
            sys.exit(losing(60 * options.losing, options.jobs, options.seed))
        elif options.scale:
            scale(options.scale, Path(folder))
        else:
            compare(options.students, options.stock, options.jobs, options.rounds, Path(folder))


# ------------------------------------------------------------------ against stock


def compare(students: int, sample: int, jobs: int, rounds: int, folder: Path) -> None:
    """Print submissions a minute of both, their ratio, the first verdict, and where the time goes."""
    root = find_root()
    assignment = release.find_assignment(root, "1")
    source = root / "build" / "source" / assignment.name
    pool = [s.files for s in variants.submissions(assignment, root / "assignments").values()]
    if students < len(pool):  # from all of them
        pool = [pool[i * len(pool) // students] for i in range(students)]
    work = [Submission(f"student-{i:04}", pool[i % len(pool)]) for i in range(students)]
    print(f"class of {students}, {jobs} processes, {os.cpu_count()} cores, walls: {find_walls().name}\n")
    print(f"{'':34}{'a minute':>10}{'ratio':>8}", flush=True)
    every: list[Result] = []
    firsts, ratios, costs = [], [], []
    for number in range(rounds):
        part = work[number * sample :][: max(jobs, sample)]
        alone = stock(source, part, 1, folder / f"alone-{number}")
        ours, first, results = grade(source, work, jobs, folder / f"ours-{number}")
        plain, _, _ = grade(source, work, jobs, folder / f"plain-{number}", telling=False)
        together = stock(source, part, jobs, folder / f"together-{number}")
        costs.append(ours / plain)
        ratios.append((ours / alone, ours / together))
        firsts.append(first)
        every += results
        row("stock nbgrader, one process", alone, ours / alone)
        row(f"stock nbgrader, {jobs} processes", together, ours / together)
        row("course grade", ours)
        row("course grade, no mistakes told", plain, ours / plain)
    to_one, to_several = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"\nmedian of {rounds} rounds: {to_one:.1f} x stock, {to_several:.1f} x {jobs} processes of stock")
    told = sum(bool(result.diagnoses) for result in every)
    print(f"with mistakes told, {statistics.median(costs):.2f} x without; told to {told} of {len(every)}")
    print(f"first verdict after {max(firsts):.1f} s at most\n")
    print("seconds of a submission, median (one process's clock, waiting for a core included)")
    for name in every[-1].parts:
        print(f"{name:34}{statistics.median(r.parts.get(name, 0.0) for r in every):10.3f}")
    print(f"{'all':34}{statistics.median(r.seconds for r in every):10.3f}")


def row(name: str, rate: float, ratio: float | None = None) -> None:
    print(f"{name:34}{rate:10.1f}" + (f"{ratio:8.1f}" if ratio else ""), flush=True)


def grade(
    source: Path, work: list[Submission], jobs: int, to: Path, telling: bool = True
) -> tuple[float, float, list[Result]]:
    """Submissions a minute, from the start to the last; seconds to the first verdict; the results."""
    times = []
    start = time.monotonic()
    graded = Class(source, to)
    if not telling:
        graded.release = without_library(graded.release)
    results = graded.grade(work, progress=lambda result, unchanged: times.append(time.monotonic()), jobs=jobs)
    assert all(result.status == "graded" for result in results)
    return 60 * len(work) / (time.monotonic() - start), times[0] - start, results


def stock(source: Path, work: list[Submission], processes: int, folder: Path) -> float:
    """Submissions that stock nbgrader grades a minute, the rates of all processes together."""
    shares = [(source, work[i::processes], folder / str(i)) for i in range(processes)]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, context) as pool:
        return sum(pool.map(stock_share, *zip(*shares, strict=True)))


def stock_share(source: Path, work: list[Submission], course: Path) -> float:
    """As an instructor's script does: `NbGraderAPI.autograde` for each student."""
    shutil.copytree(source, course / "source" / source.name)
    api = nbgrader_api(course)
    assert api.generate_assignment(source.name)["success"]
    for submission in work:
        folder = course / "submitted" / submission.student / source.name
        folder.mkdir(parents=True)
        for name, content in submission.files.items():
            (folder / name).write_bytes(content)
    start = time.monotonic()
    for submission in work:
        assert api.autograde(source.name, submission.student)["success"]
    return 60 * len(work) / (time.monotonic() - start)


# ------------------------------------------------------------------------- scale


class Cluster:
    """A Dask scheduler and workers, started by Dask's own commands."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.processes = [self.start("scheduler", "--host", self.address)]
        for _ in range(workers):
            self.join()

    def start(self, *command: str) -> subprocess.Popen:
        dask = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
        return subprocess.Popen(dask, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def join(self) -> None:
        self.processes.append(self.start("worker", self.address, "--nthreads", "1", "--no-nanny"))

    def kill(self) -> None:
        """Kill the oldest worker, as a machine that is switched off would end it."""
        self.processes.pop(1).kill()

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()


def scale(number: int, folder: Path) -> None:
    """Print throughput by workers, then memory and grades of a long run that is disturbed."""
    (folder / "solutions" / "01-tiny").mkdir(parents=True)
    (folder / "solutions" / "01-tiny" / "tiny.py").write_text(TINY)
    release.release(release.find_assignments(folder), folder / "source", folder / "assignments")
    released = nbformat.read(folder / "assignments" / "01-tiny" / "tiny.ipynb", as_version=4)
    pool = [
        (score, nbformat.writes(answer_notebook(released, {"double": code})).encode())
        for score, code in ANSWERS.items()
    ]
    work = [Submission(f"student-{i:05}", {"tiny.ipynb": pool[i % len(pool)][1]}) for i in range(number)]
    expected = {work[i].student: pool[i % len(pool)][0] for i in range(number)}
    graded = Class(folder / "source" / "01-tiny", folder / "class")
    few = max(30, number // 25)
    print(
        f"{'workers':>8}{'a minute':>10}   ({few} submissions each, from the tenth to the last)", flush=True
    )
    for workers in (1, 2, 4):
        print(f"{workers:8}{throughput(graded.source, work[:few], workers, folder):10.0f}", flush=True)
    disturbed(graded, work, expected)


def throughput(source: Path, work: list[Submission], workers: int, folder: Path) -> float:
    """Submissions a minute when all workers are warm."""
    cluster = Cluster(workers)
    times: list[float] = []
    try:
        Class(source, folder / f"with-{workers}").grade(
            work, progress=lambda *_: times.append(time.monotonic()), scheduler=cluster.address
        )
    finally:
        cluster.close()
    return 60 * (len(times) - 10) / (times[-1] - times[9])


def disturbed(graded: Class, work: list[Submission], expected: dict[str, int]) -> None:
    """All submissions with two workers; one is killed after a third of them, another joins at half."""
    cluster = Cluster(2)
    done = 0
    start = time.monotonic()
    print(f"\n{'graded':>8}{'seconds':>9}{'parent, MB':>12}", flush=True)

    def progress(result: Result, unchanged: bool) -> None:
        nonlocal done
        done += 1
        if done == len(work) // 3:
            cluster.kill()
        if done == len(work) // 2:
            cluster.join()
        if done % max(1, len(work) // 10) == 0:
            print(f"{done:8}{time.monotonic() - start:9.0f}{resident():12.0f}", flush=True)

    try:
        results = graded.grade(work, progress=progress, scheduler=cluster.address)
    finally:
        cluster.close()
    rows = (graded.to / "01-tiny.results.jsonl").read_text().splitlines()
    times = Counter(json.loads(line)["student"] for line in rows)
    once = sum(count == 1 for count in times.values())
    right = sum(result.score == expected[result.student] for result in results)
    print(f"\n{len(work)} submissions: {once} graded once, {len(times) - once} more often, ", end="")
    print(f"{len(work) - len(times)} never; {right} with the grade that is due")


# ------------------------------------------------------------------------ losses


class Killer:
    """Kills a process of the grading at random moments.

    Between two kills so much is graded that none of it was under way at both: what is lost is tried
    again once.
    """

    def __init__(self, seed: int, between: int) -> None:
        self.between, self.done = between, 0
        self.chance = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        while not self.over.wait(self.chance.expovariate(1 / 3)):
            if self.done >= self.between:
                self.kill()
                self.done = 0

    def kill(self) -> None:
        family = psutil.Process().children(recursive=True)
        self.chance.shuffle(family)
        for process in family:
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                words = " ".join(process.cmdline())
                module = next((name for name in GRADE if name in words), "")
                if module and process.status() != psutil.STATUS_ZOMBIE:
                    process.kill()
                    self.kills[f"bwrap of {module}" if "bwrap" in process.name() else module] += 1
                    return


def losing(seconds: float, jobs: int, seed: int) -> int:
    """Print what was killed, and how many grades were others than those of an undisturbed run; 1 for any."""
    root = find_root()
    assignment = release.find_assignment(root, "1")
    pool = [s.files for s in variants.submissions(assignment, root / "assignments").values()]
    released = read_release(root / "build" / "source" / assignment.name)
    calm = {}
    for graded in spread(released, [Submission(str(i), files) for i, files in enumerate(pool)], jobs):
        calm[int(graded.result.student)] = graded.result.scores
    end = time.monotonic() + seconds

    def work() -> Iterator[Submission]:
        number = 0
        while time.monotonic() < end:
            yield Submission(str(number), pool[number % len(pool)])
            number += 1

    killer = Killer(seed, 2 * jobs)
    killer.thread.start()
    done, wrong = 0, []
    for graded in spread(released, work(), jobs):
        done += 1
        killer.done += 1
        result = graded.result
        if result.status != "graded" or result.scores != calm[int(result.student) % len(pool)]:
            wrong.append(f"{result.student}: {result.problem or result.failures}")
    killer.over.set()
    kills = sum(killer.kills.values())
    print(f"{done} submissions in {seconds:.0f} s, {jobs} at once, {kills} processes killed (seed {seed}):")
    print(", ".join(f"{count} x {name}" for name, count in sorted(killer.kills.items())))
    print(f"{done - len(wrong)} with the grade of an undisturbed run, {len(wrong)} with another or none")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return bool(wrong)


def resident() -> float:
    """Megabytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
