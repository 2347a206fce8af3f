"""For each wrong variant, the smallest inputs that show its mistake: hypothesis finds and shrinks them.

The calls that the tests make tell what inputs are of the right kind. Sizes that are equal stay equal, numbers
become small whole ones, and whatever the solution refuses is no example. Found once, by
``course counterexamples``, and kept beside the source in ``counterexamples.json``; ``course release`` puts
them into the library. Tensors and whole numbers are shrunk, in quick calls; lists and texts stay as they are.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import json
import random
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from utils import checks
from utils.authoring.release import Assignment, source_notebook
from utils.authoring.variant_files import EXAMPLES, Variant, read_kind, without_marks
from utils.common.errors import UserError
from utils.grading.answer_key import is_test
from utils.grading.result import task_of
from utils.grading.symbols import names

LONGEST = 420  # characters of an example
SLOWEST = 0.02  # seconds of a call
TRIES = 150  # inputs that are tried for a call, before the smallest is looked for
CALLS = 4  # of a function that are tried
MOST = 400  # numbers in the tensors of a call
LONG = 1.0  # seconds that a test cell may compute
STEP = 0.5  # between the numbers that are tried, which lie within those of the call
PLAIN = (Tensor, bool, int, float, str, type(None))
DIFFERENT = 1e-2  # of two numbers, at least: less is not seen in three digits


@dataclass
class Call:
    """One call of a test: by its task, of which function, with which arguments by name."""

    task: str
    function: str
    arguments: dict[str, Any]

    @property
    def sizes(self) -> list[int]:
        """The different sizes of the tensors."""
        tensors = [value for value in self.arguments.values() if isinstance(value, Tensor)]
        return sorted({size for value in tensors for size in value.shape})

    @property
    def numbers(self) -> int:
        return sum(value.numel() for value in self.arguments.values() if isinstance(value, Tensor))


def find_all(assignment: Assignment, tell: Callable[[str], None]) -> dict[str, str]:
    """An example, in a sentence, by the name of the wrong variant; of those for which one is found.

    Raises:
        UserError: hypothesis is not installed.
    """
    try:
        import hypothesis  # noqa: F401
    except ImportError:
        raise UserError("finding counterexamples needs a package: pip install hypothesis") from None
    space, calls = record(assignment)
    found = {}
    variants = read_kind(assignment.folder, "wrong")
    for number, variant in enumerate(variants, 1):
        found[variant.name] = example_of(variant, space, calls)
        tell(f"{number}/{len(variants)} {variant.name}: {found[variant.name] or 'none'}")
    return {name: text for name, text in found.items() if text}


def record(assignment: Assignment) -> tuple[dict[str, Any], list[Call]]:
    """The names that the solution defines, and the calls that the tests make, as far as they can be shrunk.

    A call without arguments is none of them: what it should give is the solution.
    """
    space: dict[str, Any] = {"__name__": "notebook"}
    calls: list[Call] = []
    plain, task = checks.call, ""

    def recorded(function: Callable, *args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(TypeError, ValueError):  # no signature, or another one
            bound = inspect.signature(function).bind(*args, **kwargs).arguments
            call = Call(task, function.__name__, copied(bound))
            if bound and call.numbers <= MOST and all(map(is_plain, bound.values())):
                calls.append(call)
        return plain(function, *args, **kwargs)

    for cell in source_notebook(assignment).cells:
        if cell.cell_type != "code":
            continue
        task = task_of(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        code = compile(without_marks(cell.source), cell.id, "exec", dont_inherit=True)
        with contextlib.redirect_stdout(io.StringIO()):
            if not is_test(cell):
                exec(code, space)
                continue
            # one that trains is cut off, and then a later one may miss a name of it
            with mock.patch.object(checks, "call", recorded), contextlib.suppress(Exception), soon():
                exec(code, space)
    return space, calls


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Inside, ``TimeoutError`` comes after ``LONG`` seconds of computing."""

    def late(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def example_of(variant: Variant, space: dict[str, Any], calls: list[Call]) -> str:
    """The smallest example of a variant's mistake, in a sentence; empty if none is found."""
    wrong = dict(space)
    with contextlib.redirect_stdout(io.StringIO()):
        for code in variant.answers.values():
            exec(compile(code, variant.name, "exec", dont_inherit=True), wrong)
    own = set().union(*(names(code).binds for code in variant.answers.values()))
    for task in variant.keeps:
        mine = sorted((call for call in calls if call.task == task), key=lambda call: call.numbers)
        for function in dict.fromkeys(call.function for call in mine if call.function in own):
            right, other = space[function], wrong[function]
            tried = [
                call
                for call in mine
                if call.function == function
                and is_quick(right, call)
                and different(outcome(right, call.arguments), outcome(other, call.arguments))
            ]
            # the largest leave most room, the smallest are often those that are worked by hand
            found = [
                smallest(call, right, other)
                for call in tried[: CALLS // 2] + tried[CALLS // 2 :][-CALLS // 2 :]
            ]
            if texts := sorted(filter(None, found), key=len):
                return texts[0]
    return ""


def is_plain(value: Any) -> bool:
    """Whether a value can be shown: a tensor, a number, a text, None, or a list of numbers and texts."""
    if isinstance(value, list):
        return all(isinstance(item, bool | int | float | str) for item in value)
    return isinstance(value, PLAIN)


def is_quick(function: Callable, call: Call) -> bool:
    """Whether a call takes little time, and gives the same again."""
    start = time.monotonic()
    first = outcome(function, call.arguments)
    return time.monotonic() - start < SLOWEST and not different(first, outcome(function, call.arguments))


def smallest(call: Call, right: Callable, wrong: Callable) -> str:
    """The smallest example for one call, in a sentence; empty if there is none, or it is not short."""
    from hypothesis import HealthCheck, find, settings
    from hypothesis.errors import Flaky, NoSuchExample, Unsatisfiable

    def shows(arguments: dict[str, Any]) -> bool:
        expected = outcome(right, arguments)
        return not isinstance(expected, Exception) and different(expected, outcome(wrong, arguments))

    how = settings(max_examples=TRIES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            arguments = find(inputs_like(call), shows, settings=how, random=random.Random(0))
    except (NoSuchExample, Unsatisfiable, Flaky):  # the last: what is random differs once, and then does not
        return ""
    given = ", ".join(f"{name} = {shown(value)}" for name, value in arguments.items())
    got, right_one = outcome(wrong, arguments), shown(outcome(right, arguments))
    gives = f"fails with {type(got).__name__}" if isinstance(got, Exception) else f"gives {shown(got)}"
    text = f"For {given}, {call.function} should give {right_one}; this mistake {gives}."
    if gives == f"gives {right_one}":  # what is random may be right when it is asked again
        return ""
    return text if len(text) <= LONGEST else ""


def inputs_like(call: Call) -> Any:
    """A strategy for arguments of the same kinds as a call's."""
    from hypothesis import strategies as st

    @st.composite
    def inputs(draw: Any) -> dict[str, Any]:
        sizes = {size: draw(st.integers(min(1, size), size)) for size in call.sizes}
        return {name: draw(like(value, sizes)) for name, value in call.arguments.items()}

    def like(value: Any, sizes: dict[int, int]) -> Any:
        if isinstance(value, bool):
            return st.booleans()
        if isinstance(value, int):
            return st.integers(min(1, value), max(1, value))
        if not isinstance(value, Tensor):
            return st.just(value)
        shape = [sizes[size] for size in value.shape]
        count = int(torch.tensor(shape).prod()) if shape else 1
        if value.dtype is torch.bool:
            numbers: Any = st.booleans()
        elif value.is_floating_point():
            numbers = st.sampled_from(small_numbers(value))
        else:
            numbers = st.integers(int(value.min()), int(value.max())) if value.numel() else st.just(0)
        made = st.lists(numbers, min_size=count, max_size=count)
        return made.map(lambda values: torch.tensor(values, dtype=value.dtype).reshape(shape))

    return inputs()


def small_numbers(values: Tensor) -> list[float]:
    """Small numbers in the range of a tensor's, so that a probability stays one; the simplest first."""
    low, high = (float(values.min()), float(values.max())) if values.numel() else (0.0, 0.0)
    found = [step * STEP for step in range(-4, 5) if low <= step * STEP <= high]
    whole_first = sorted(found, key=lambda number: (number % 1 != 0, abs(number), number < 0))
    return whole_first or [low]


def outcome(function: Callable, arguments: dict[str, Any]) -> Any:
    """What a call returns, or the error that it raises."""
    with torch.enable_grad(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            return copy.deepcopy(detached(function(**copied(arguments))))
        except Exception as error:
            return error


def detached(value: Any) -> Any:
    """A value without the graph of what computed it, so that it can be copied and shown."""
    if isinstance(value, Tensor):
        return value.detach()
    if type(value) in (tuple, list):
        return type(value)(map(detached, value))
    return value


def copied(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments, which a function may change."""
    return {
        name: value.detach().clone() if isinstance(value, Tensor) else copy.copy(value)
        for name, value in arguments.items()
    }


def different(one: Any, other: Any) -> bool:
    """Whether two answers differ so that one sees it: errors, numbers, tensors, or tuples of them."""
    if isinstance(one, Exception) or isinstance(other, Exception):
        return type(one) is not type(other)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) != len(other) or any(map(different, one, other))
    if isinstance(one, bool | int | float | Tensor) and isinstance(other, bool | int | float | Tensor):
        first, second = torch.as_tensor(one).double(), torch.as_tensor(other).double()
        if first.shape != second.shape:
            return True
        return not torch.allclose(first, second, rtol=DIFFERENT, atol=DIFFERENT, equal_nan=True)
    return False


def shown(value: Any) -> str:
    """A value as a student reads it."""
    if isinstance(value, Tensor):
        return shown(value.tolist())
    if isinstance(value, list | tuple):
        inner = ", ".join(map(shown, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e5 else f"{value:.3g}"
    return repr(value)


def keep(folder: Path, found: dict[str, str]) -> Path:
    """Write the examples down."""
    path = folder / EXAMPLES
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
