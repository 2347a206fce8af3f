"""An exception of one process as one of the other: its nearest built-in class, text, traceback."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from utils.grading.settings import CHECKS


class StudentError(Exception):
    """An exception of a class that the student defined."""


def describe_error(error: BaseException, explain: Callable[[BaseException], list[str]]) -> list:
    """[names of its classes, text, traceback by frame] of an exception."""
    names = [kind.__name__ for kind in type(error).__mro__]
    try:
        text = str(error)
    except Exception:
        text = "(an error whose text cannot be shown)"
    return [names, text[:5000], [line[:5000] for line in explain(error)[-20:]]]


def exception(raised: Any, trusted: bool) -> BaseException:
    """An exception of the other side, as one of the nearest built-in class.

    Args:
        trusted: whether it comes from the tests.
    """
    names, text, lines = raised
    lines = [str(line) for line in lines]
    if not trusted and "CheckFailed" in names and CHECKS in sys.modules:
        error: BaseException = sys.modules[CHECKS].CheckFailed(text)
    else:
        error = nearest(names)(text)
    error.student_traceback = lines  # type: ignore[attr-defined]
    return error


def nearest(names: Any) -> type[BaseException]:
    """The built-in exception class that comes first in ``names``, under the first of the names."""
    for name in names:
        base = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(base, type) and issubclass(base, Exception):
            break
    else:
        base = StudentError
    if base in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
        base = ValueError
    if names[0] == base.__name__:
        return base
    return type(str(names[0]), (base,), {"__init__": lambda self, text: Exception.__init__(self, text)})
