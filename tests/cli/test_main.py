"""The command line: a user's mistake is one sentence, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def course(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "utils.cli.main", *arguments], cwd=cwd, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("grade", "nine", "build"), "there is no assignment 'nine'; the assignments are: 01-"),
        (("grade", "1", "no/such/folder"), "no/such/folder is not a folder"),
        (("variants", "99"), "there is no assignment '99'"),
        (("mutants", "1", "--timeout", "-3"), "--timeout must be above 0"),
        (("slides", "99"), "there is no chapter 99; the chapters are: 1, 2, 3, 4, 5, 6, 7, 8"),
        (("sample", "1", "README.md"), "README.md is a file where a folder should be"),
        (("sample", "1", "README.md/below"), "README.md is a file where a folder should be"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(arguments, sentence):
    outcome = course(*arguments)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("course: ") and sentence in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_outside_the_course_it_says_so(tmp_path):
    outcome = course("where", cwd=tmp_path)
    assert outcome.returncode == 1
    assert (
        outcome.stderr
        == "course: run this inside the course's folder, the one that holds assignments/ and book/\n"
    )


def test_help_lists_every_step_without_loading_torch():
    code = "import sys, utils.cli.main; assert 'torch' not in sys.modules and 'nbgrader' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    for command in ("release", "book", "grade", "sample", "variants", "where"):
        assert command in course("--help").stdout


def test_it_works_from_a_folder_below_the_root():
    assert "The students' files" in course("where", cwd=ROOT / "book").stdout
