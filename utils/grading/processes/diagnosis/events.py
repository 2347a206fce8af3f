"""What happens while a test cell runs, so that two runs of it can be compared: what was asked of the answers
and what came back, what was checked, and what failed in the cell itself.

A test cell ends at its first failure, when few answers have been seen. :func:`compiled` makes one that goes
on.
"""

from __future__ import annotations

import ast
import functools
import math
import re
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from utils.grading.exchange.peer import Gone, Peer
from utils.grading.exchange.stand_in import StandIn
from utils.grading.processes.imports import NOT_THERE
from utils.grading.processes.student_handle import REFUSED
from utils.grading.symbols import Telling

# differences of two floats, by the largest of their tensor: what rounding may make, and a training of that
EXACT, ROUGH = 2e-5, 2e-3
SIGNS = ("is not written yet", REFUSED, NOT_THERE)
DEEPEST = 20
MANY = 6  # numbers, which are not the same by chance although each is a whole one
FAILED = "__failed__"  # the function that a persistent cell calls with each error
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


class Departed(BaseException):
    """Something else happened than before; no ``except Exception`` of a test may swallow this."""


class Record:
    """The events of a test cell, in their order.

    Args:
        expected: those of an earlier run, from which this one may not depart by more than ``ROUGH``.

    Attributes:
        exact: whether it has not departed by more than ``EXACT``.
        checked: what the checks have seen, and what failed. Two answers that are built in other ways (a list
            and a generator, one module and two) may look alike to them.
        telling: whether a check that failed has seen numbers that are hardly the same by chance.
    """

    def __init__(self, expected: list[tuple] | None = None) -> None:
        self.events: list[tuple] = []
        self.expected = expected
        self.departed = False
        self.exact = True
        self.checked: list[tuple] = []
        self.telling = False

    def add(self, event: tuple) -> None:
        """Keep an event of the conversation with whoever answers.

        Raises:
            Departed: it is another one than expected.
        """
        self.keep(event)

    def check(self, event: tuple, numbers: list[float] | None) -> None:
        """Keep what a check has seen; ``numbers``: of one that failed."""
        self.checked.append(event)
        self.telling = self.telling or (numbers is not None and are_telling(numbers))

    def keep(self, event: tuple) -> None:
        """Keep what counts; raises :class:`Departed` where something else was expected."""
        if self.expected is not None and not self.departed:
            before = self.expected[len(self.events)] if len(self.events) < len(self.expected) else None
            self.exact = self.exact and alike(before, event)
            self.departed = not self.exact and not alike(before, event, ROUGH)
        if self.departed:
            raise Departed
        self.events.append(event)

    @property
    def agrees(self) -> bool:
        """Whether all that was expected has happened, and nothing else."""
        return not self.departed and self.expected is not None and len(self.events) == len(self.expected)

    def failed(self, error: Exception) -> None:
        """Keep an error of the test cell's own; its numbers are rounded ones."""
        event = ("failed", type(error).__name__, NUMBER.sub("0", str(error)))
        self.add(event)
        self.check(event, None)


class OfChecks(Record):
    """A record in which only what the checks have seen must be as expected."""

    def add(self, event: tuple) -> None:
        pass

    def check(self, event: tuple, numbers: list[float] | None) -> None:
        self.keep(event)


def are_telling(numbers: list[float]) -> bool:
    """Whether no other answer is likely to give them: a fraction, or many."""
    return len(numbers) >= MANY or any(math.isfinite(number) and number % 1 for number in numbers)


def watched(name: str, check: Callable, record: Callable[[], Record | None]) -> Callable:
    """A function of the tests' checks that also keeps what it has seen, in the record of the moment."""

    def watching(*args: Any, **kwargs: Any) -> None:
        error = None
        try:
            check(*args, **kwargs)
        except Exception as raised:
            error = raised
        if (its := record()) is not None:
            event, numbers = seen(name, error is None, args, kwargs)
            its.check(event, None if error is None else numbers)
        if error is not None:
            raise error

    return watching


def seen(name: str, passes: bool, args: tuple, kwargs: dict) -> tuple[tuple, list[float]]:
    """What a check has compared, as an event, and its numbers: of a tensor, or of a sentence."""
    # (condition, sentence): a long number in the sentence is the answer's, and not the test's own
    if name == "true":
        sentence = str([*args, *kwargs.values()][-1])
        found = [number[0] for number in NUMBER.finditer(sentence)]
        event = (name, passes, NUMBER.sub("0", sentence), np.asarray(list(map(float, found))))
        return event, [float(number) for number in found if len(number.partition(".")[2]) >= 3]
    value = frozen([*args, *kwargs.values()][1])  # (what, got, …)
    numbers = value[2].ravel().tolist() if value[0] == "tensor" else []
    return (name, passes, value), [number for number in numbers if isinstance(number, float | int)]


class Listening:
    """Tells ``record``, while it has one, of all that ``peer`` asks."""

    def __init__(self, peer: Peer) -> None:
        self.record: Record | None = None
        self.plain_ask = peer.ask
        peer.ask = self.ask  # type: ignore[method-assign]

    def ask(
        self, what: str, target: int, name: str = "", args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """As :meth:`utils.grading.exchange.peer.Peer.ask`."""
        record = self.record
        if record is None:
            return self.plain_ask(what, target, name, args, kwargs)
        if record.departed:
            raise Departed
        try:
            value = self.plain_ask(what, target, name, args, kwargs)
        except Gone:
            raise
        except Exception as error:
            record.add(("raised", what, name, type(error).__name__, str(error)))
            raise
        # with the arguments, which may have been changed in place
        record.add(("answered", what, name, frozen(value), frozen(args), frozen(kwargs)))
        return value


def frozen(value: Any, depth: int = 0) -> Any:
    """A copy of plain values as tuples that :func:`alike` compares."""
    if depth > DEEPEST:
        return ("deep",)
    if isinstance(value, StandIn):
        return ("lent",)
    if value is None or isinstance(value, bool | int | str | bytes):
        return (type(value).__name__, value)
    if isinstance(value, float | complex):
        return ("number", np.asarray(value))
    if isinstance(value, Tensor):
        return ("tensor", tuple(value.shape), plain_array(value))
    if isinstance(value, np.ndarray | np.generic):
        return ("array", value.shape, np.array(value))
    if isinstance(value, PackedSequence):
        return ("packed", *(frozen(part, depth + 1) for part in value))
    if isinstance(value, list | tuple):
        return (
            "list" if isinstance(value, list) else "tuple",
            *(frozen(item, depth + 1) for item in value),
        )
    if isinstance(value, dict):
        items = ((frozen(key, depth + 1), frozen(item, depth + 1)) for key, item in value.items())
        return ("dict", *items)
    if isinstance(value, set | frozenset):
        return ("set", tuple(sorted(map(repr, value))))
    if isinstance(value, nn.Module):
        return ("module", *map(module_parts, value.modules()))
    return ("other", type(value).__name__)


def plain_array(values: Tensor) -> np.ndarray:
    """The values of a tensor, copied."""
    values = values.detach()
    if values.layout is not torch.strided:
        return np.zeros(0)
    if values.dtype is torch.bfloat16 or values.dtype is torch.float16:
        values = values.float()
    return values.cpu().numpy().copy()


def module_parts(module: nn.Module) -> tuple:
    """What a module computes with: its class, its settings, its own parameters and buffers."""
    settings = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, bool | int | float | str) and not name.startswith("_")
    }
    held = [
        (name, part is not None and part.requires_grad, frozen(part))
        for parts in (module._parameters, module._buffers)
        for name, part in parts.items()
    ]
    return (type(module).__name__, tuple(sorted(settings.items())), *held)


def alike(one: Any, other: Any, difference: float = EXACT) -> bool:
    """Whether two events, or parts of them, are the same but for a small relative difference of floats."""
    if isinstance(one, tuple):
        if not isinstance(other, tuple) or len(one) != len(other):
            return False
        return all(alike(part, its, difference) for part, its in zip(one, other, strict=True))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and close(one, other, difference)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=difference) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


def close(one: np.ndarray, other: np.ndarray, difference: float) -> bool:
    """Whether two arrays of one kind hold the same numbers but for a difference, by the largest."""
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return False
    if one.dtype.kind not in "fc" or not one.size:
        return bool(np.array_equal(one, other))
    finite = np.abs(one[np.isfinite(one)])
    tolerance = difference * float(finite.max()) if finite.size else 0.0
    with np.errstate(invalid="ignore"):
        return bool(np.isclose(other, one, rtol=0.0, atol=tolerance, equal_nan=True).all())


class Persistent(ast.NodeTransformer):
    """Lets each statement of a cell that fails be passed over; functions and ``while`` stay whole."""

    def guarded(self, node: ast.stmt) -> ast.stmt:
        call = ast.Expr(ast.Call(ast.Name(FAILED, ast.Load()), [ast.Name("__error__", ast.Load())], []))
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), "__error__", [call])
        return ast.Try([node], [handler], [], [])

    visit_Assert = visit_Expr = visit_Assign = visit_AugAssign = visit_AnnAssign = guarded

    def visit_For(self, node: ast.stmt) -> ast.stmt:
        return self.guarded(self.generic_visit(node))  # type: ignore[arg-type]

    visit_If = visit_With = visit_For

    def visit_FunctionDef(self, node: ast.stmt) -> ast.stmt:
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_While = visit_FunctionDef


@functools.lru_cache(maxsize=1024)
def compiled(source: str, from_student: frozenset[str], goes_on: bool) -> CodeType | None:
    """The code of a test cell; None where it is not plain Python.

    Args:
        from_student: as :class:`utils.grading.symbols.Telling` has them.
        goes_on: whether it goes on where ``source`` would end, and calls :data:`FAILED` with each error.
    """
    try:
        tree: Any = ast.parse(source)
        for step in (Telling(set(from_student)), *([Persistent()] if goes_on else [])):
            tree = step.visit(tree)
        return compile(ast.fix_missing_locations(tree), "test", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def says_all(error: dict) -> bool:
    """Whether a test's error says itself what is wrong: that there is no answer, or that it calls what it may
    not."""
    return error["ename"] in ("NameError", "Stopped") or any(sign in error["evalue"] for sign in SIGNS)
