"""Lanes, benches and processes that are lost are replaced, and nobody's work is left ungraded."""

import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.grading import worker
from utils.grading.answer_key import read_release
from utils.grading.exchange import channel
from utils.grading.notebooks import preparing
from utils.grading.processes import bench as bench_module
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

pytestmark = pytest.mark.slow

# what `one` returns decides what becomes of the tests' process
SOURCE = """
# %% given="imports"
import os, signal, time

# %% task="one"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% test="one" checks="values" points=1
answer = 0
answer = one()
if answer == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
if answer == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if answer == "deaf":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(1000)
if answer == "stumble":
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1000)
assert answer == 1

# %% task="two"
def two():
    ### BEGIN SOLUTION
    return 2
    ### END SOLUTION

# %% test="two" checks="values" points=1
if two() == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
assert two() == 2

# %% test="two" checks="again" points=1
assert two() + answer == 3, answer
"""
RIGHT = {"one": "def one():\n    return 1", "two": "def two():\n    return 2"}


class Course:
    def __init__(self, folder: Path) -> None:
        (folder / "solutions" / "01-lanes").mkdir(parents=True)
        (folder / "solutions" / "01-lanes" / "lanes.py").write_text(SOURCE, encoding="utf-8")
        release.release(release.find_assignments(folder), folder / "source", folder / "released")
        self.release = read_release(folder / "source" / "01-lanes", timeout=3)
        self.notebook = nbformat.read(folder / "released" / "01-lanes" / "lanes.ipynb", as_version=4)

    def grade(self, **answers: str):
        filled = answer_notebook(self.notebook, RIGHT | answers)
        files = {"lanes.ipynb": nbformat.writes(filled).encode()}
        return grade(self.release, Submission("student", files)).result

    @property
    def bench(self):
        (bench,) = worker.BENCHES.values()
        return bench


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    yield Course(tmp_path_factory.mktemp("lanes"))
    end_benches()


def children(course: Course, word: str) -> list[psutil.Process]:
    """The processes of the bench whose command names a module."""
    family = psutil.Process(course.bench.process.pid).children(recursive=True)
    return [process for process in family if word in " ".join(process.cmdline())]


def test_a_lane_lost_late_in_a_run_costs_nobody_anything(course, monkeypatch):
    assert course.grade().score == 3
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 10_000)
    for module in (channel, bench_module, preparing):
        monkeypatch.setattr(module, "time", later)
    process = course.bench.process
    assert course.grade(one="def one():\n    return 'crash'").status == "graded"
    assert [course.grade().score for _ in range(3)] == [3, 3, 3]
    assert course.bench.process is process, "the lane was lost, not the bench"


@pytest.mark.parametrize(
    "answer, sentence",
    [
        ("crash", "the test one-values stopped: the tests' process ended in it (it was killed by signal 11"),
        ("killed", "the test one-values stopped: the tests' process ended in it (it was killed (signal 9)"),
        ("deaf", "the test one-values stopped: it kept the tests' process busy for too long."),
    ],
)
def test_an_answer_that_ends_the_tests_process_costs_its_test_alone(course, monkeypatch, answer, sentence):
    ran = []
    attempt = course.bench.attempt if worker.BENCHES else None
    if attempt:
        monkeypatch.setattr(
            course.bench, "attempt", lambda plan, fresh: ran.append(1) or attempt(plan, fresh)
        )
    result = course.grade(one=f"def one():\n    return {answer!r}")
    assert result.scores == {"one-values": (0, 1), "two-values": (1, 1), "two-again": (0, 1)}
    assert result.failures["one-values"].startswith(sentence)
    assert any(note.startswith(sentence) for note in result.notes)
    assert len(ran) <= 3
    assert course.grade().score == 3


def test_what_goes_on_has_all_that_the_earlier_cells_define(course):
    result = course.grade(two="def two():\n    return 'crash'")
    assert result.scores == {"one-values": (1, 1), "two-values": (0, 1), "two-again": (0, 1)}
    assert "NameError" not in result.failures["two-again"]
