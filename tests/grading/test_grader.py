"""What one worker does for a submission, with several threads at it."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from utils import release
from utils.grading import grader
from utils.grading.release import read_release
from utils.grading.submission import Submission
from utils.places import find_root


class Litter:
    """A cycle that Python's collector must end, with code of its own, in the middle of whatever runs."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        sum(range(50))


class StillBench:
    """A bench that runs nothing."""

    walls = sentence = ""

    def begin(self) -> None:
        pass

    def run(self, plan: dict) -> dict:
        return {"outputs": {}, "notes": [], "parts": {}}


@pytest.fixture(scope="module")
def first_assignment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grader")
    found = release.find_assignment(find_root(), "1")
    release.release([found], folder / "source", folder / "released")
    return found, read_release(folder / "source" / found.name), folder / "released"


def test_threads_read_notebooks_without_disturbing_each_other(first_assignment, monkeypatch):
    """Python 3.11's ``ast.parse`` fails when another thread's comes in between."""
    found, released, folder = first_assignment
    read = grader.restore

    def restore(*args):
        for _ in range(500):
            Litter()
        return read(*args)

    monkeypatch.setattr(grader, "restore", restore)
    monkeypatch.setattr(grader, "bench_for", lambda release: StillBench())
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        work = [Submission(f"s{i}", long_work(found, folder)) for i in range(24)]
        with ThreadPoolExecutor(4) as threads:
            graded = list(threads.map(lambda submission: grader.grade(released, submission), work))
    finally:
        sys.setswitchinterval(interval)
    assert {each.result.problem for each in graded} == {""}


def long_work(found: release.Assignment, folder: Path) -> dict[str, bytes]:
    """The released notebook with a cell of a thousand lines."""
    notebook = nbformat.read(folder / found.name / f"{found.notebook}.ipynb", as_version=4)
    lines = "\n".join(f"value_{i} = [{i}, ({i}, 'text')]" for i in range(1000))
    notebook.cells.append(nbformat.v4.new_code_cell(lines))
    return {f"{found.notebook}.ipynb": nbformat.writes(notebook).encode()}
