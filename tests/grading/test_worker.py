"""What one worker does for a submission, with several threads at it."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from utils.authoring import release
from utils.common.layout import find_root
from utils.grading import worker
from utils.grading.answer_key import read_release
from utils.grading.notebooks.preparing import NOT_LOOKED_OVER, Desk
from utils.grading.submission import Submission


class StillBench:
    """A bench that runs nothing."""

    walls = sentence = ""
    over, users = False, 0

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


@pytest.fixture
def still(monkeypatch):
    """Notebooks are read, and nothing is run."""
    monkeypatch.setattr(worker, "bench_of", lambda release: contextlib.nullcontext(StillBench()))


def test_threads_read_notebooks_without_disturbing_each_other(first_assignment, still):
    """Python 3.11's ``ast.parse`` fails when another thread's comes in between."""
    found, released, folder = first_assignment
    lines = "\n".join(f"value_{i} = [{i}, ({i}, 'text')]" for i in range(1000))
    work = [Submission(f"s{i}", with_cell(found, folder, lines)) for i in range(24)]
    with ThreadPoolExecutor(4) as threads:
        graded = list(threads.map(lambda submission: worker.grade(released, submission), work))
    assert {each.result.problem for each in graded} == {""}


def test_code_that_ends_its_reader_is_left_unread_and_graded(first_assignment, still, monkeypatch):
    """As ``a+a+a…`` does with Python 3.10, and with others what takes too long."""
    found, released, folder = first_assignment
    monkeypatch.setattr(worker, "DESK", desk := Desk())
    ways = []

    def ask(question):
        ways.append(question["look"])
        return None if question["look"] else real(question)

    real = desk.ask
    desk.fork().close()
    desk.process.kill()
    desk.process.wait()  # another one takes its place
    monkeypatch.setattr(desk, "ask", ask)
    graded = worker.grade(released, Submission("s", with_cell(found, folder, "a" + "+a" * 90_000)))
    desk.close()
    assert ways == [True, True, False]
    assert graded.result.status == "graded" and graded.result.notes == [NOT_LOOKED_OVER]


def with_cell(found: release.Assignment, folder: Path, source: str) -> dict[str, bytes]:
    """The released notebook with one more cell."""
    notebook = nbformat.read(folder / found.name / f"{found.notebook}.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    return {f"{found.notebook}.ipynb": nbformat.writes(notebook).encode()}
