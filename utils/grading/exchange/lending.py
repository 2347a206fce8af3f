"""What a test's process may lend to a student's: functions and objects of its own, by their public names."""

from __future__ import annotations

import types
from typing import Any

from utils.grading.exchange.nodes import NotPlain
from utils.grading.exchange.stand_in import StandIn

# whose objects a test may hand to a student's function
LENDABLE = ("__main__", "utils.", "torch.optim.", "torch.utils.data.", "builtins", "itertools", "functools")


def check_public(name: str) -> None:
    if name.startswith("_"):
        raise AttributeError(f"{name} is not for the student's code to read")


def check_lendable(value: Any) -> None:
    """A test lends functions and objects of its own, not torch's or Python's insides."""
    home = getattr(value, "__module__", None) if isinstance(value, types.FunctionType) else None
    home = home or f"{type(value).__module__}."
    if isinstance(value, types.ModuleType | type | types.FrameType | types.CodeType | types.TracebackType):
        raise NotPlain(f"{value!r}")
    if isinstance(value, types.MethodType):
        check_lendable(value.__self__)
    elif isinstance(value, types.BuiltinFunctionType) and value.__self__ is not None:
        if isinstance(value.__self__, types.ModuleType):
            raise NotPlain(f"{value!r}")
        check_lendable(value.__self__)
    elif not isinstance(value, StandIn) and not f"{home}.".startswith(LENDABLE):
        raise NotPlain(f"an object of {type(value).__module__}.{type(value).__qualname__}")
