"""How every command speaks: results on standard output, everything else on standard error, exit codes.

With ``--json`` each line is JSON, warnings too. Exit codes:

== ===================================================================
0  all is well
1  a mistake of the person at the keyboard, told in one sentence
2  the command line itself is wrong (an unknown option, a missing name)
3  done, but some submissions could not be graded
== ===================================================================
"""

from __future__ import annotations

import sys
from typing import Any

import click

from utils.common import terminal

NOT_ALL = 3

as_json = click.option("--json", "as_json", is_flag=True, help="Print lines of JSON, for machines.")


def say(as_json: bool, text: str, **values: Any) -> None:
    """A line for a person, or the same as JSON."""
    if as_json:
        terminal.say_json(values or {"note": text})
    else:
        terminal.say(text)


def tell(as_json: bool, text: str, **values: Any) -> None:
    """A warning for a person; a line like the others of JSON."""
    if as_json:
        say(as_json, text, **values)
    else:
        terminal.warn(text)


def finish(bad: int) -> None:
    """End with the exit code that says whether some submissions could not be graded."""
    if bad:
        sys.exit(NOT_ALL)
