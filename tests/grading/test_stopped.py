"""Ctrl-C at the terminal: one sentence, soon, nothing of it left running, and what was graded is kept."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from test_class_run import ANSWERS, SOURCE

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.grading.exchange.channel import Ended
from utils.grading.processes.bench import Bench

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("interruptible")]

ROOT = Path(__file__).parents[2]
SOON = 30.0  # seconds: half of what the endless cell may take, so that nobody has waited for it
STOPPED = "course: stopped; what was graded is kept, and the same command goes on from there\n"
TABLE = "01-tiny-grades.csv"
CLASS = {"ada": "right", "bob": "wrong", "cy": "endless"}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course with one assignment, and a class of which two are graded soon and one is not."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("book", "solutions/01-tiny"):
        (root / folder).mkdir(parents=True)
    (root / "solutions/01-tiny/tiny.py").write_text(SOURCE)
    release.release(release.find_assignments(root), root / "build/source", root / "assignments")
    blank = nbformat.read(root / "assignments/01-tiny/tiny.ipynb", as_version=4)
    for student, kind in CLASS.items():
        (root / "class" / student).mkdir(parents=True)
        filled = answer_notebook(blank, {"double": ANSWERS[kind]})
        nbformat.write(filled, root / "class" / student / "tiny.ipynb")
    return root


def grade(course: Path, *options: str) -> subprocess.Popen:
    """The command, at the head of a process group, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "utils.cli.main", "grade", "1", "class", *options],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def stop(run: subprocess.Popen) -> str:
    """Ctrl-C; what is on standard error in the end."""
    family = psutil.Process(run.pid).children(recursive=True)
    os.killpg(run.pid, signal.SIGINT)
    start = time.monotonic()
    error = run.communicate(timeout=60)[1]
    assert time.monotonic() - start < SOON
    assert run.returncode == 1
    _, left = psutil.wait_procs(family, timeout=10)
    assert not left, [process.cmdline() for process in left]
    return after_warning(error)


def after_warning(error: str) -> str:
    """Standard error without its first line where there is no bubblewrap."""
    warning, _, rest = error.partition("\n")
    return rest if warning.startswith("Warning: Submissions run with resource limits alone") else error


def has_begun(run: subprocess.Popen) -> bool:
    """Whether both warm processes are there; they import for seconds then."""
    assert run.poll() is None
    lines = []
    for process in psutil.Process(run.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            lines.append(" ".join(process.cmdline()))
    return all(any(name in line for line in lines) for name in ("tests_process", "student_process"))


def rows(table: Path) -> dict[str, str]:
    with table.open(newline="", encoding="utf-8") as file:
        return {row["student"]: row["score"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_stopped_says_one_sentence_and_keeps_what_was_graded(course, tmp_path, jobs):
    run = grade(course, "--to", str(tmp_path), "--jobs", jobs)
    assert run.stdout is not None
    told = [run.stdout.readline(), run.stdout.readline()]
    assert all("of 3" in line for line in told)
    assert stop(run) == STOPPED
    assert rows(tmp_path / TABLE) == {"ada": "3", "bob": "1"}


def test_a_run_that_is_stopped_while_its_processes_begin_says_one_sentence(course, tmp_path):
    run = grade(course, "--to", str(tmp_path), "--jobs", "2")
    while not has_begun(run):
        time.sleep(0.05)
    assert stop(run) == STOPPED
    assert not (tmp_path / TABLE).exists()


def test_a_bench_can_be_ended_while_it_begins_and_does_not_begin_again(tmp_path, monkeypatch):
    begun = tmp_path / "begun"
    (tmp_path / "long_import.py").write_text(
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(120)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    bench, seen = Bench(["long_import"]), []

    def begin() -> None:
        with pytest.raises(Ended) as caught:
            bench.begin()
        seen.append(caught)

    thread = threading.Thread(target=begin)
    thread.start()
    while not begun.exists():
        time.sleep(0.05)
    start = time.monotonic()
    bench.end()
    thread.join(SOON)
    assert seen and time.monotonic() - start < SOON
    with pytest.raises(Ended):
        bench.begin()


def test_grades_that_cannot_be_written_into_the_table_are_kept(course, tmp_path):
    options = ("--to", str(tmp_path), "--student", "ada")
    (tmp_path / TABLE).mkdir()
    run = grade(course, *options)
    error = after_warning(run.communicate(timeout=120)[1])
    assert run.returncode == 1 and len(error.splitlines()) == 1 and "is a folder" in error
    (tmp_path / TABLE).rmdir()
    run = grade(course, *options)
    assert "ada: 3 of 3 (unchanged)" in run.communicate(timeout=120)[0]
    assert rows(tmp_path / TABLE) == {"ada": "3"}
