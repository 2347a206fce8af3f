"""The commands around grading: one line each, JSON for machines, exit codes as documented."""

import json
from pathlib import Path

import click
import nbformat
import pytest
from click.testing import CliRunner

from utils.errors import UserError
from utils.grade_cli import COMMANDS
from utils.grading.history import Journal
from utils.grading.result import Result
from utils.grading.submission import Submission

GROUP = click.Group("course", commands={command.name: command for command in COMMANDS})


def cells(code: str) -> list:
    def marks(name: str, **more) -> dict:
        return {"nbgrader": {"grade_id": name, "grade": False, "solution": False, **more}}

    return [
        nbformat.v4.new_code_cell(code, metadata=marks("double", solution=True)),
        nbformat.v4.new_code_cell("assert double(1) == 2", metadata=marks("double-small", grade=True)),
    ]


def notebook(code: str) -> bytes:
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells(code))).encode()


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A course with one assignment, and a class in which ada and bob are graded and cy is not yet."""
    files = {
        "solutions/01-tiny/tiny.py": b"",
        "build/source/01-tiny/tiny.ipynb": notebook("def double(x): ..."),
        "assignments/01-tiny/tiny.ipynb": notebook("def double(x): ..."),
        "class/ada/tiny.ipynb": notebook("def double(x): return 2 * x"),
        "class/bob/tiny.ipynb": b"",
        "class/cy/tiny.ipynb": notebook("def double(x): return x"),
        "build/classes/class/autograded/ada/01-tiny/tiny.ipynb": notebook("def double(x): return 2 * x"),
        "book/index.md": b"",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    digests = {
        name: Submission.read(name, tmp_path / "class" / name).digest() + "more" for name in ("ada", "bob")
    }
    results = [
        Result("ada", "graded", {"double-small": (2, 2)}, digest=digests["ada"]),
        Result("bob", "broken", problem="tiny.ipynb is empty.", digest=digests["bob"]),
        Result("zoe", "graded", {"double-small": (0, 2)}),
    ]
    journal = Journal(tmp_path / "build/classes/class/01-tiny.results.jsonl")
    for result in results:
        journal.append(result)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str):
    outcome = CliRunner().invoke(GROUP, list(arguments))
    if isinstance(outcome.exception, UserError):
        raise outcome.exception
    return outcome


def test_collect_says_what_would_be_graded_and_writes_nothing(course):
    before = sorted(course.rglob("*"))
    outcome = run("collect", "1", "class")
    assert outcome.exit_code == 3
    lines = outcome.output.splitlines()
    assert lines[0] == "ada: ready." and lines[1].startswith("bob: tiny.ipynb is empty") and len(lines) == 3
    assert sorted(course.rglob("*")) == before
    assert run("collect", "1", "class", "--student", "ada").exit_code == 0


def test_status_knows_graded_changed_waiting_broken_and_missing(course):
    outcome = run("status", "1", "class", "--json")
    states = {row["student"]: row["state"] for row in map(json.loads, outcome.output.splitlines())}
    assert states == {"ada": "graded", "bob": "broken", "cy": "waiting", "zoe": "missing"}
    (course / "class/ada/tiny.ipynb").write_bytes(notebook("def double(x): return 3"))
    assert "ada: 2 of 2, and changed since." in run("status", "1", "class").output


def test_feedback_writes_the_pages(course):
    outcome = run("feedback", "1", "class")
    assert outcome.exit_code == 0
    page = course / "build/classes/class/feedback/ada/01-tiny/tiny.html"
    assert f"ada: {page.relative_to(course)}" in outcome.output and "return 2 * x" in page.read_text()
    assert (
        "tiny.ipynb is empty."
        in page.with_name("tiny.html").parents[2].joinpath("bob/01-tiny/tiny.html").read_text()
    )


@pytest.mark.parametrize("kind", ["csv", "nbgrader", "canvas", "moodle"])
def test_export_writes_each_format(course, kind):
    outcome = run("export", "1", "class", "--format", kind, "--output", "out.csv")
    assert outcome.exit_code == 3 and "Grades: out.csv" in outcome.output  # bob has none
    text = (course / "out.csv").read_text()
    assert ("ada" in text) == (kind != "moodle") and "Traceback" not in outcome.output


def test_report_and_similar_write_a_page(course):
    assert run("report", "1", "class").exit_code == 3
    assert "01-tiny: the class" in (course / "build/classes/class/01-tiny-report.html").read_text()
    outcome = run("similar", "1", "class")
    assert outcome.exit_code == 0 and "0 pairs among 2" in outcome.output
    (course / "class/cy/tiny.ipynb").unlink()
    assert "There is nothing to compare" in run("similar", "1", "class").output


@pytest.mark.parametrize("command", ["collect", "status", "feedback", "export", "report", "similar"])
def test_json_is_one_object_a_line(course, command):
    lines = run(command, "1", "class", "--json").output.splitlines()
    assert lines and all(isinstance(json.loads(line), dict) for line in lines)


def test_mistakes_of_the_user_are_user_errors_and_of_the_command_line_exit_code_2(course):
    with pytest.raises(UserError, match="there is no assignment '9'"):
        run("collect", "9", "class")
    with pytest.raises(UserError, match="is not a folder or a zip"):
        run("collect", "1", "nowhere")
    with pytest.raises(UserError, match="holds no results for 01-tiny; run `course grade` first"):
        run("report", "1", "class", "--to", "elsewhere")
    assert run("export", "1", "class", "--format", "word").exit_code == 2
