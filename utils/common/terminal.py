"""The one way out for what a command says: no text of a student's steers the terminal or forges a line.

What is no letter, mark or blank is written as its escape: ``\\x1b`` for the character that begins a
terminal's commands, ``\\u202e`` for the one that turns the direction of what follows.
"""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from typing import Any, TextIO

import click

# controls, half characters, and marks that are not seen but change how lines are shown or read
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = "\u200c\u200d"  # which names and emoji are written with


def safe(text: str, keep: str = "") -> str:
    """``text`` with what steers a terminal as escapes, but for the characters in ``keep``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        escaped(character) if steers(character) and character not in keep else character for character in text
    )


def steers(character: str) -> bool:
    return unicodedata.category(character) in STEERING and character not in JOINERS


def escaped(character: str) -> str:
    """The character as Python and JSON write it."""
    return character.encode("unicode_escape").decode()


def say(text: object, lines: bool = False, err: bool = False) -> None:
    """Print one line; with ``lines``, as many as there are."""
    click.echo(safe(str(text), "\n\t" if lines else ""), err=err)


def warn(text: object, lines: bool = False) -> None:
    """The same on standard error: what somebody should know beside the results."""
    say(text, lines, err=True)


def say_json(values: dict[str, Any]) -> None:
    """Print ``values`` as one line of JSON, which reads as what they are."""
    text = json.dumps(values, ensure_ascii=False, default=str)
    if not text.isprintable():
        text = "".join(json.dumps(c)[1:-1] if steers(c) else c for c in text)
    click.echo(text)


class Errors(io.TextIOBase):
    """Standard error, on which what steers a terminal is shown as escapes."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(safe(text, "\n\t"))
        self.stream.flush()
        return len(text)

    def fileno(self) -> int:
        return self.stream.fileno()


def guard_errors() -> None:
    """Let what this process and its forks write to standard error go out as by :func:`say`.

    A traceback of a process that grades may quote a student's text.
    """
    sys.stderr = Errors(sys.stderr)
