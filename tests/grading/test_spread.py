"""A class spread over Dask workers that are started by Dask's own commands, get killed, and join late."""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from gradebook_course import address, state
from test_class_run import course, submissions  # noqa: F401

from utils.common.errors import UserError
from utils.grading.answer_key import read_release
from utils.grading.class_run import Class
from utils.grading.pool import spread
from utils.grading.submission import Submission

SCORES = {"right": 3, "wrong": 1, "raises": 0, "shouts": 3, "edited": 1, "cut": 0}


class Cluster:
    """A scheduler, and workers that can be killed."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.processes: list[subprocess.Popen] = []
        self.start("scheduler", "--host", self.address, "--no-dashboard")

    def start(self, *command: str) -> subprocess.Popen:
        dask = [sys.executable, "-m", "dask", *command]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen(dask, **silent))
        return self.processes[-1]

    def worker(self, *options: str) -> subprocess.Popen:
        return self.start("worker", self.address, "--nthreads", "1", "--no-dashboard", *options)

    def close(self) -> None:
        for process in reversed(self.processes):  # the scheduler last
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


@pytest.fixture
def dask_cluster() -> Iterator[Cluster]:
    made = Cluster()
    yield made
    made.close()


@pytest.fixture(scope="module")
def source(course) -> Path:  # noqa: F811
    return course / "source" / "01-tiny"


def a_class(kinds: dict[str, Submission], number: int) -> list[Submission]:
    """So many students, whose answers are of all kinds in turn."""
    names = list(SCORES)
    return [
        Submission(f"s{i:03}-{names[i % len(names)]}", kinds[names[i % len(names)]].files)
        for i in range(number)
    ]


def check(to: Path, work: list[Submission], results: list) -> None:
    """Everybody was graded once, with the grade that is due."""
    assert {result.student: result.score for result in results} == {
        s.student: SCORES[s.student.partition("-")[2]] for s in work
    }
    lines = (to / "01-tiny.results.jsonl").read_text().splitlines()
    assert Counter(json.loads(line)["student"] for line in lines) == Counter(s.student for s in work)
    seen = state(address(to))
    assert {s.student: seen["01-tiny", s.student][2] for s in work} == {
        s.student: SCORES[s.student.partition("-")[2]] for s in work
    }


@pytest.mark.slow
def test_a_worker_killed_and_another_joined_change_no_grade(
    dask_cluster,
    source,
    submissions,  # noqa: F811
    tmp_path,
):
    """Two workers and sixty submissions; one worker is killed after the tenth, and a third one joins."""
    workers = [dask_cluster.worker("--no-nanny") for _ in range(2)]
    work = a_class(submissions, 60)
    done = 0

    def disturb(result, unchanged) -> None:
        nonlocal done
        done += 1
        if done == 10:
            workers[0].kill()
            workers.append(dask_cluster.worker("--no-nanny"))
        if done == 30:
            joined = time.monotonic() + 60
            while not psutil.Process(workers[2].pid).children() and time.monotonic() < joined:
                time.sleep(0.2)

    graded = Class(source, tmp_path / "class", timeout=5)
    check(
        tmp_path / "class",
        work,
        graded.grade(work, progress=disturb, jobs=2, scheduler=dask_cluster.address),
    )
    assert psutil.Process(workers[2].pid).children(), "the third worker graded nothing"


@pytest.mark.slow
def test_when_the_only_worker_is_killed_its_successor_goes_on(
    dask_cluster,
    source,
    submissions,  # noqa: F811
    tmp_path,
):
    """The command as `course grade` tells it: Dask's nanny starts the worker again."""
    nanny = dask_cluster.worker()
    work = a_class(submissions, 8)

    def disturb(result, unchanged) -> None:
        if result.student == work[2].student:
            for process in psutil.Process(nanny.pid).children():
                if "spawn_main" in " ".join(process.cmdline()):
                    process.kill()

    graded = Class(source, tmp_path / "class", timeout=5)
    results = graded.grade(work, progress=disturb, scheduler=dask_cluster.address)
    check(tmp_path / "class", work, results)


def test_a_scheduler_that_is_not_there_is_one_sentence(source, submissions, tmp_path):  # noqa: F811
    graded = Class(source, tmp_path / "class")
    with pytest.raises(UserError, match=r"no Dask scheduler answers at .* `dask scheduler`"):
        graded.grade([submissions["right"]], scheduler="tcp://127.0.0.1:9")


def test_a_large_notebook_is_sent_without_a_warning(source, recwarn):
    large = [Submission(name, {"tiny.ipynb": b"x" * 11_000_000}) for name in ("ada", "bob")]
    graded = list(spread(read_release(source), large, jobs=2))
    assert [each.result.status for each in graded] == ["broken", "broken"]
    assert not [str(each.message) for each in recwarn if "large graph" in str(each.message)]
