"""The commands around grading: one line each, JSON for machines, exit codes as documented."""

import errno
import json
import sqlite3
from pathlib import Path

import click
import nbformat
import pytest
from click.testing import CliRunner

from utils.cli import main
from utils.cli.grade import Speaker
from utils.cli.graded_class import COMMANDS
from utils.common.errors import UserError
from utils.grading.collect.times import read_deadline
from utils.grading.gradebook.journal import Journal
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


def test_warnings_go_to_standard_error_and_results_to_standard_output(course, capsys):
    (course / "class/work.ipynb").write_bytes(notebook("x = 1"))
    outcome = run("collect", "1", "class")
    assert "work.ipynb lies outside the students' folders" in outcome.stderr
    assert [line.partition(":")[0] for line in outcome.stdout.splitlines()] == ["ada", "bob", "cy"]
    outcome = run("export", "1", "class", "--format", "nbgrader", "--output", "out.csv")
    assert "bob has no score" in outcome.stderr and outcome.stdout == "Grades: out.csv\n"
    Speaker(as_json=False, total=1).problem("Submissions run with resource limits alone.")
    assert capsys.readouterr() == ("", "Submissions run with resource limits alone.\n")


def test_mistakes_of_the_user_are_user_errors_and_of_the_command_line_exit_code_2(course):
    with pytest.raises(UserError, match="there is no assignment '9'"):
        run("collect", "9", "class")
    with pytest.raises(UserError, match="is not a folder or a zip"):
        run("collect", "1", "nowhere")
    with pytest.raises(UserError, match="holds no results for 01-tiny; run `course grade` first"):
        run("report", "1", "class", "--to", "elsewhere")
    assert run("export", "1", "class", "--format", "word").exit_code == 2


@pytest.fixture
def said(monkeypatch, capsys):
    """What `course` says of a user's mistake, which must be one sentence and exit code 1."""

    def said(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["course", *arguments])
        with pytest.raises(SystemExit) as end:
            main.main()
        told = capsys.readouterr()
        assert end.value.code == 1 and told.err.startswith("course: ") and len(told.err.splitlines()) == 1
        return told.err.removeprefix("course: ").strip()

    return said


def test_a_student_who_is_not_there_is_named(course, said):
    assert "is called nobody" in said("collect", "1", "class", "--student", "ada", "--student", "nobody")
    assert "is called nobody" in said("feedback", "1", "class", "--student", "nobody")


@pytest.mark.parametrize("kind", ["csv", "nbgrader", "canvas"])
def test_grades_cannot_be_written_into_a_folder_or_below_a_file(course, said, kind):
    (course / "table").mkdir()
    (course / "file").touch()
    export = ("export", "1", "class", "--format", kind, "--output")
    assert said(*export, "table").startswith("table is a folder where a file should be")
    assert said(*export, "file/table.csv").startswith("file is a file where a folder should be")
    assert "/proc/nothing" in said(*export, "/proc/nothing/table.csv")


def test_pages_that_cannot_be_written_are_named(course, said):
    to = course / "build/classes/class"
    for page in ("report", "similar"):
        (to / f"01-tiny-{page}.html").mkdir()
        assert f"01-tiny-{page}.html is a folder where a file should be" in said(page, "1", "class")
    (to / "feedback").touch()
    assert "feedback is a file where a folder should be" in said("feedback", "1", "class")
    (course / "file").touch()
    assert "file is a file where a folder should be" in said("similar", "1", "class", "--to", "file")


@pytest.mark.parametrize("command", ["report", "feedback", "export", "similar"])
def test_a_folder_that_may_not_be_written_is_one_sentence(course, said, monkeypatch, command):
    def refuse(self, mode="r", *args, **kwargs):
        if "w" in mode:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, mode, *args, **kwargs)

    opened = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: refuse(self, "w"))
    monkeypatch.setattr(Path, "write_bytes", lambda self, *_, **__: refuse(self, "w"))
    assert "may not be read or written (Permission denied)" in said(command, "1", "class")


def test_a_gradebook_that_cannot_be_read_is_one_sentence(course, said):
    gradebook = course / "build/classes/class/gradebook.db"
    export = ("export", "1", "class", "--format", "canvas")
    gradebook.write_text("text, and more than a page of it\n" * 200)
    assert "gradebook.db cannot be used: file is not a database" in said(*export)
    gradebook.unlink()
    with sqlite3.connect(gradebook) as made:
        made.execute("CREATE TABLE t (x)")
        made.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 50)
    made.close()
    gradebook.write_bytes(gradebook.read_bytes()[:3000])
    assert "gradebook.db cannot be used" in said(*export)
    gradebook.unlink()
    gradebook.mkdir()
    assert "gradebook.db cannot be used" in said(*export)
    gradebook.rmdir()
    assert "postgresql://user:password@host/name" in said(*export, "--gradebook", "foo")
    unreachable = said(*export, "--gradebook", "postgresql://me:secret@127.0.0.1:1/x")
    assert "127.0.0.1" in unreachable and "secret" not in unreachable
    assert "elsewhere.db" in said(*export, "--gradebook", f"sqlite:///{course / 'no' / 'elsewhere.db'}")


def test_an_export_makes_no_gradebook(course, said):
    said("export", "1", "class", "--format", "canvas", "--gradebook", f"sqlite:///{course / 'new.db'}")
    assert not (course / "new.db").exists()


def test_results_that_cannot_be_read_are_one_sentence_and_broken_lines_are_none(course, said):
    results = course / "build/classes/class/01-tiny.results.jsonl"
    good = results.read_bytes()
    bad = [b"{", b"3", b"[]", b"\xff\xfe", b'{"student": "zoe", "at": "x"}', b'{"student": 3, "at": "x"}']
    bad += [
        b'{"student": "zoe", "at": "x", "status": "graded", "scores": %s}' % s for s in (b"3", b'{"a": 1}')
    ]
    bad += [b'{"student": "zoe", "at": "x", "status": "graded", "problem": null, "notes": 3}']
    results.write_bytes(b"\n".join([*bad, good, *bad]))
    outcome = run("status", "1", "class")
    assert "zoe: graded earlier" in outcome.output and "ada: 2 of 2." in outcome.output
    assert run("report", "1", "class").exit_code == 3
    results.write_bytes(b"\n".join(bad))
    assert "holds no results" in said("report", "1", "class")
    results.unlink()
    results.mkdir()
    assert "01-tiny.results.jsonl is a folder where a file should be" in said("status", "1", "class")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-3", "0", "1e9"])
def test_a_timeout_is_some_seconds(course, said, seconds):
    assert said("grade", "1", "class", "--timeout", seconds).startswith("--timeout must be above 0")


def test_an_error_of_ours_keeps_its_traceback(course, monkeypatch):
    def fail(*_):
        raise OSError("of no file")

    monkeypatch.setattr("sys.argv", ["course", "report", "1", "class"])
    monkeypatch.setattr(Journal, "results", fail)
    with pytest.raises(OSError, match="of no file"):
        main.main()


EVIL = "x\x1b[2J\u202e\x9b1m\nzoe: 20 of 20"


def steers(text: str) -> bool:
    return any(not (c.isprintable() or c == "\n") for c in text) or "\nzoe: 20 of 20" in text


@pytest.fixture
def evil(course):
    """The class, in which everything that a student can write is written to steer a terminal."""
    journal = Journal(course / "build/classes/class/01-tiny.results.jsonl")
    journal.append(Result("ada", "broken", problem=EVIL, notes=[EVIL], failures={"double-small": EVIL}))
    journal.append(
        Result(EVIL.replace("/", ""), "graded", {"double-small": (2, 2)}, notes=[f"In the test: {EVIL}"])
    )
    (course / "class/bob" / EVIL).with_suffix(".ipynb").write_bytes(notebook("1"))
    (course / "class/bob/tiny.ipynb").unlink()
    return course


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("command", ["collect", "status", "feedback", "export", "report", "similar"])
def test_no_text_of_a_students_steers_the_terminal(evil, command, more):
    arguments = ("--output", "out.csv") if command == "export" else ()
    if command == "feedback":
        arguments = ("--student", "ada")
    outcome = run(command, "1", "class", *arguments, *more)
    assert outcome.output and not steers(outcome.output), outcome.output
    for page in evil.glob("build/classes/class/**/*.html"):
        assert not {"\x1b", "\u202e", "\x9b"} & set(page.read_text(encoding="utf-8"))


def test_nor_does_what_grading_says(evil, capsys):
    from utils.cli.grade import Speaker

    for as_json in (False, True):
        speaker = Speaker(as_json, 2)
        for result in (
            Result("ada", "graded", {"a": (1, 2)}, notes=[EVIL]),
            Result("bob", "broken", problem=EVIL),
        ):
            speaker.result(result, False)
        speaker.problem(EVIL)
    told = capsys.readouterr().out
    assert not steers(told) and json.loads(told.splitlines()[-1])["problem"] == EVIL


def test_a_deadline_is_said_as_it_was_understood(course, said, capsys):
    from utils.cli import grade

    grade.Speaker(False, 0).deadline(read_deadline("2026-11-20T11:00+01:00"))
    assert "The deadline is 2026-11-20 10:00:00 UTC" in capsys.readouterr().out
    grade.Speaker(True, 0).deadline(read_deadline("2026-11-20"))
    assert json.loads(capsys.readouterr().out)["due"] == "2026-11-20T23:59:59.999999+00:00"
    assert "CST" in said("grade", "1", "class", "--due", "2026-11-20 11:00 CST")


def test_columns_are_named_on_the_command_line(course, said):
    (course / "roster.csv").write_text("Wer,Punkte,Von,Bonus,Von\nada,,10,,5\n")
    export = ("export", "1", "class", "--format", "moodle", "--roster", "roster.csv", "--output", "out.csv")
    assert "--columns identifier=…" in said(*export)
    outcome = run(*export, "--columns", "identifier=Wer,grade=Punkte", "--columns", "login=Wer")
    assert outcome.exit_code == 3 and (course / "out.csv").read_text().splitlines()[1] == "ada,2,10,,5"
