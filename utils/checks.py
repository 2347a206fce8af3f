"""What a released notebook calls to test an answer, and to say what is wrong with it.

Each check returns None when all is well; otherwise it raises ``CheckFailed``, an ``AssertionError``, with a
sentence for the student. Nothing writes to stderr: nbgrader scores a test cell 0 for a single warning.
"""

from __future__ import annotations

import contextlib
import copy
import pkgutil
import secrets
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor

from utils.common.errors import not_here
from utils.common.likeness import likeness


class CheckFailed(AssertionError):
    """An answer is wrong; a notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython asks an exception for this before it formats it
        return [f"\x1b[31mNot yet.\x1b[0m {self}"]


# The arguments that the last call with them changed in place, and that got their values back; so many, that a
# notebook that runs for days does not keep them all.
CHANGED: deque[Any] = deque(maxlen=64)


def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """What the student's ``function`` returns; its warnings go nowhere, its stderr to stdout.

    Tensors, arrays, lists, dicts and sets among the arguments get their values back if the function changed
    them, so that no later line of the test computes with changed ones; :func:`unchanged` remembers it.
    Parameters, modules and gradients are left as the function leaves them. Where a task is to change its
    arguments, use :func:`call_in_place`.

    Raises:
        AssertionError: the function is not written yet, or returns None.
    """
    arguments = {id(value): value for value in changeable((args, kwargs))}.values()  # each once
    kept = [(value, copy_of(value)) for value in arguments]
    try:
        answer = apart(run(function, *args, **kwargs), [value for value, _ in kept])
    finally:
        for value, before in kept:
            give_back(value, before)
    if answer is None:
        fail(f"{name_of(function)} returned None: does every path of it end in `return …`?")
    return answer


def call_in_place(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """What the student's ``function`` returns, which may be None; its arguments stay as it leaves them."""
    return run(function, *args, **kwargs)


def run(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function that may not be written yet, quietly."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(sys.stdout):
        warnings.simplefilter("ignore")
        try:
            return function(*args, **kwargs)
        except NotImplementedError:
            where = "put your code where `raise NotImplementedError()` stands"
            fail(f"{name_of(function)} is not written yet: {where}.")


def name_of(function: Callable) -> str:
    return getattr(function, "__name__", "the function")


def changeable(value: Any) -> Iterator[Any]:
    """What can be changed in place among arguments, but for parameters and modules."""
    if isinstance(value, (Tensor, np.ndarray, set)) and not isinstance(value, torch.nn.Parameter):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        if not isinstance(value, tuple):
            yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from changeable(item)


def apart(answer: Any, arguments: list[Any]) -> Any:
    """The answer, with copies of arguments: it must not change when those get their values back."""
    if isinstance(answer, tuple) and type(answer) is tuple:
        return tuple(apart(item, arguments) for item in answer)
    if any(answer is argument for argument in arguments):
        return answer.clone() if isinstance(answer, Tensor) else copy.copy(answer)
    return answer


def copy_of(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else copy.copy(value)


def give_back(value: Any, before: Any) -> None:
    """Let an argument be what it was before; remember it if it was not, and forget it if it was."""
    forget(value)
    if not differs(value, before):
        return
    if isinstance(value, Tensor):
        value.data = before
    elif isinstance(value, np.ndarray):
        value[...] = before
    elif isinstance(value, list):
        value[:] = before
    else:
        value.clear()
        value.update(before)
    CHANGED.append(value)


def differs(value: Any, before: Any) -> bool:
    """Whether an argument holds something else than before; what is inside of that is looked at by itself."""
    if isinstance(value, Tensor):
        return not same(value.detach(), before)
    if isinstance(value, np.ndarray):
        return value.tobytes() != before.tobytes()
    if isinstance(value, set) or len(value) != len(before):
        return bool(value != before)
    if isinstance(value, dict):
        return list(value) != list(before) or any(value[key] is not before[key] for key in before)
    return any(now is not then for now, then in zip(value, before, strict=True))


def forget(value: Any) -> None:
    """What earlier calls did to an argument no longer counts."""
    kept = [other for other in CHANGED if other is not value]
    CHANGED.clear()
    CHANGED.extend(kept)


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors have one shape, dtype and values; NaN is NaN."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return bool(((a == b) | ((a != a) & (b != b))).all())


def tensor(what: str, got: Any, complex_numbers: bool = False) -> None:
    """``got`` is a dense tensor of real numbers (or complex ones, where these are expected)."""
    if not isinstance(got, Tensor):
        fail(f"{what}: expected a torch.Tensor, got {type(got).__name__}.")
    if got.layout is not torch.strided or got.is_quantized or got.is_nested:
        fail(f"{what}: expected an ordinary tensor, got one that is sparse, nested or quantized.")
    if got.is_complex() and not complex_numbers:
        fail(f"{what}: expected real numbers, got complex ones ({str(got.dtype)[6:]}).")


def pair(what: str, got: Any, names: Sequence[str]) -> None:
    """``got`` is a tuple (or list) with one item for each of ``names``."""
    if not isinstance(got, (tuple, list)) or len(got) != len(names):
        count = f" of {len(got)}" if isinstance(got, (tuple, list)) else ""
        fail(f"{what}: expected the tuple ({', '.join(names)}), got {type(got).__name__}{count}.")


def shape(what: str, got: Any, expected: Sequence[int], hint: str = "") -> None:
    """``got`` is a tensor of shape ``expected``; a wrong order of axes is recognised."""
    tensor(what, got)
    same_shape(what, got, expected, hint)


def same_shape(what: str, got: Tensor, expected: Sequence[int], hint: str = "") -> None:
    """As :func:`shape`, for a tensor of any kind."""
    have, want = tuple(got.shape), tuple(expected)
    if have != want:
        fail(f"{what}: expected shape {want}, got {have}{(hint and ': ' + hint) or guess(have, want)}")


def guess(have: tuple[int, ...], want: tuple[int, ...]) -> str:
    """The likeliest reason for a wrong shape, as the end of a sentence."""
    if len(have) == len(want) >= 3 and have == (want[1], want[0], *want[2:]):
        return ": are the batch axis and the time axis exchanged?"
    if sorted(have) == sorted(want):
        return ": are two axes exchanged?"
    if len(have) == len(want) - 1:
        return ": is an axis missing?"
    if [size for size in have if size != 1] == [size for size in want if size != 1]:
        return ": is there an axis of size 1 too many?"
    return "."


def close(
    what: str,
    got: Any,
    expected: Tensor,
    tolerance: float = 1e-5,
    mistakes: Mapping[str, Tensor] | None = None,
) -> None:
    """``got`` equals ``expected`` up to ``tolerance``, whatever its floating-point type.

    Their kinds are compared first: complex numbers are no real ones, and booleans no numbers.

    Args:
        mistakes: what a known mistake would give, by the sentence that explains the mistake. The sentence
            is shown to the student whose answer is that one.
    """
    tensor(what, got, complex_numbers=expected.is_complex())
    if expected.is_complex() != got.is_complex():
        fail(f"{what}: expected complex numbers, got {str(got.dtype)[6:]}.")
    if (got.dtype is torch.bool) != (expected.dtype is torch.bool):
        fail(f"{what}: expected {str(expected.dtype)[6:]}, got {str(got.dtype)[6:]}.")
    same_shape(what, got, expected.shape)
    got = wide(got.detach())
    if agrees(got, expected, tolerance):
        return
    for sentence, wrong in (mistakes or {}).items():
        if agrees(got, wrong, tolerance):
            fail(f"{what}: {sentence}")
    if not torch.isfinite(got).all():
        fail(f"{what}: some values are not finite numbers.")
    error = (got - wide(expected)).abs()
    # not torch.unravel_index: its first call imports sympy, which takes a second
    place = tuple(int(i) for i in np.unravel_index(int(error.argmax()), error.shape))
    sentence = f"{what}: expected {expected[place].item():.6g}, got {got[place].item():.6g}"
    if got.numel() > 1:
        sentence += f" at index {place}, where they differ most: {spread(~(error <= tolerance))}"
    alike = "" if got.is_complex() else likeness(got, wide(expected), tolerance)
    fail(f"{sentence}.{alike and ' ' + alike}")


def spread(wrong: Tensor) -> str:
    """How many values are wrong, and where they are: all at one index of an axis, or from which one on."""
    count, size = int(wrong.sum()), wrong.numel()
    if count == size:
        return f"all {size} values, of shape {tuple(wrong.shape)}, are wrong"
    said = (
        f"{count} of the {size} values, of shape {tuple(wrong.shape)}, {'is' if count == 1 else 'are'} wrong"
    )
    places = wrong.nonzero()
    shared = [
        f"index {int(indices[0])} of axis {axis}"
        for axis, indices in enumerate(places.T)
        if wrong.shape[axis] > 1 and bool((indices == indices[0]).all())
    ]
    if count == 1:
        return said
    if shared:
        return f"{said}, all of them at {' and '.join(shared)}"
    return f"{said}, the first of them at index {tuple(places[0].tolist())}"


def agrees(got: Tensor, expected: Tensor, tolerance: float) -> bool:
    """Whether two tensors have one shape and values within ``tolerance`` of each other."""
    return got.shape == expected.shape and bool(((got - wide(expected)).abs() <= tolerance).all())


def wide(values: Tensor) -> Tensor:
    """The same numbers, each with the most digits that there are."""
    return values.to(torch.complex128 if values.is_complex() else torch.float64)


def true(condition: Any, sentence: str) -> None:
    """``condition`` holds; ``sentence`` says what is wrong when it does not."""
    if not bool(condition):
        fail(sentence)


def unchanged(what: str, before: Tensor, after: Tensor) -> None:
    """An argument still has the values it had before the call; the last call that got it counts."""
    changed = any(after is value for value in CHANGED)
    if changed or not same(before, after):
        fail(f"{what} was changed in place: compute on a copy, and leave the argument as it was.")


@contextlib.contextmanager
def forbidden(*names: str) -> Iterator[None]:
    """While the block runs, calling one of these (dotted) names fails; only mentioning it does not.

    A class is forbidden by its ``forward`` (without one, by its making), a function or a method
    (``torch.Tensor.backward``) by itself.
    """

    def refuse(name: str) -> Callable:
        def refused(*args: Any, **kwargs: Any) -> None:
            fail(not_here(name, names))

        return refused

    with contextlib.ExitStack() as stack:
        for name in names:
            module, _, attribute = name.rpartition(".")
            owner: Any = pkgutil.resolve_name(module)
            if isinstance(getattr(owner, attribute), type):
                owner = getattr(owner, attribute)
                attribute = "forward" if hasattr(owner, "forward") else "__init__"
            stack.enter_context(mock.patch.object(owner, attribute, refuse(name)))
        yield


def fresh_generator() -> torch.Generator:
    """A generator with a seed nobody knows beforehand; it is printed, so that a run can be repeated."""
    seed = secrets.randbelow(2**31)
    print(f"Inputs drawn with seed {seed}.")
    return torch.Generator().manual_seed(seed)


def passed(more: bool = False) -> None:
    """Say in a line that all tests of a cell have passed, as its last statement.

    Args:
        more: whether further tests, which a student does not see, run at grading.
    """
    print("Passed. Further tests run when your work is graded." if more else "Passed.")


def fail(sentence: str) -> None:
    """Raise :class:`CheckFailed`, which is an ``AssertionError``, with the sentence."""
    raise CheckFailed(sentence)
