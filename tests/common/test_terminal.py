"""What a command says steers no terminal, whoever wrote the words."""

import json
import re
import sys
import traceback
from pathlib import Path

import pytest

from utils import cli
from utils.common.terminal import guard_errors, safe, say, say_json

EVIL = (
    "\x1b[2Jx\x1b]0;title\x07 \x9b31m \r\n\x08 \u202etxt\u202c \u2066y\u2069 \u200f\u061c \u2028 \ufeff "
    "\ud800 \x7f \U000e0041"
)
FRIENDLY = "Zoë Müller, 李雷, Владимир, علي, می\u200cخواهم, 👩\u200d🔬, naïve, a\xa0b, ﬁ"


def test_what_steers_is_shown_as_its_escape_and_names_stay_readable(capsys):
    say(EVIL)
    (line,) = capsys.readouterr().out.splitlines()
    assert re.sub(r"[ -~]", "", line) == ""
    assert r"\x1b[2Jx\x1b]0;title\x07 \x9b31m \r\n\x08 \u202etxt\u202c" in line
    say(FRIENDLY)
    assert capsys.readouterr().out == FRIENDLY + "\n"


def test_tables_keep_their_lines(capsys):
    say("a\tb\nc\x1b", lines=True)
    assert capsys.readouterr().out == "a\tb\nc\\x1b\n"
    assert safe("a\nb") == "a\\nb"


def test_json_escapes_what_steers_and_reads_as_what_it_was(capsys):
    values = {"note": EVIL.replace("\ud800", ""), "name": FRIENDLY, EVIL[:3]: [1, None, True]}
    say_json(values)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == values and FRIENDLY in line
    assert safe(line) == line
    say_json({"half": "\ud800"})
    assert json.loads(capsys.readouterr().out) == {"half": "\ud800"}


@pytest.mark.parametrize("file", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda file: file.stem)
def test_no_command_writes_by_another_way(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"click\.s?echo|click\.secho|\bprint\(|sys\.std(out|err)", text)


def test_standard_error_of_a_process_that_grades_is_guarded(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr", sys.stderr)
    guard_errors()
    try:
        raise ValueError("\x1b[2J")
    except ValueError:
        traceback.print_exc()
    told = capsys.readouterr().err
    assert told.endswith("ValueError: \\x1b[2J\n") and "\x1b" not in told
