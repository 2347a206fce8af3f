"""What a released notebook calls to test an answer, and to say what is wrong with it.

Each check returns None when all is well; otherwise it raises ``CheckFailed``, an ``AssertionError``, with a
sentence for the student. Nothing writes to stderr: nbgrader scores a test cell 0 for a single warning.
"""

from __future__ import annotations

import contextlib
import importlib
import secrets
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import torch
from torch import Tensor


class CheckFailed(AssertionError):
    """An answer is wrong; a notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython asks an exception for this before it formats it
        return [f"\x1b[31mNot yet.\x1b[0m {self}"]


def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """What the student's ``function`` returns; its warnings go nowhere, its stderr to stdout.

    Raises:
        AssertionError: the function is not written yet, or returns None.
    """
    name = getattr(function, "__name__", "the function")
    with warnings.catch_warnings(), contextlib.redirect_stderr(sys.stdout):
        warnings.simplefilter("ignore")
        try:
            answer = function(*args, **kwargs)
        except NotImplementedError:
            fail(f"{name} is not written yet: put your code where `raise NotImplementedError()` stands.")
    if answer is None:
        fail(f"{name} returned None: does every path of it end in `return …`?")
    return answer


def tensor(what: str, got: Any) -> None:
    """``got`` is a tensor."""
    if not isinstance(got, Tensor):
        fail(f"{what}: expected a torch.Tensor, got {type(got).__name__}.")


def pair(what: str, got: Any, names: Sequence[str]) -> None:
    """``got`` is a tuple (or list) with one item for each of ``names``."""
    if not isinstance(got, (tuple, list)) or len(got) != len(names):
        count = f" of {len(got)}" if isinstance(got, (tuple, list)) else ""
        fail(f"{what}: expected the tuple ({', '.join(names)}), got {type(got).__name__}{count}.")


def shape(what: str, got: Any, expected: Sequence[int], hint: str = "") -> None:
    """``got`` is a tensor of shape ``expected``; a wrong order of axes is recognised."""
    tensor(what, got)
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

    Args:
        mistakes: what a known mistake would give, by the sentence that explains the mistake. The sentence
            is shown to the student whose answer is that one.
    """
    shape(what, got, expected.shape)
    got = got.detach().double()
    if agrees(got, expected, tolerance):
        return
    for sentence, wrong in (mistakes or {}).items():
        if agrees(got, wrong, tolerance):
            fail(f"{what}: {sentence}")
    if not torch.isfinite(got).all():
        fail(f"{what}: some values are not finite numbers.")
    error = (got - expected.double()).abs()
    place = tuple(int(i) for i in torch.unravel_index(error.argmax(), error.shape))
    fail(
        f"{what}: expected {float(expected[place]):.6g}, got {float(got[place]):.6g}"
        f"{f' at index {place}' if place else ''} (the largest of the differences)."
    )


def agrees(got: Tensor, expected: Tensor, tolerance: float) -> bool:
    """Whether two tensors have one shape and values within ``tolerance`` of each other."""
    return got.shape == expected.shape and bool(((got - expected.double()).abs() <= tolerance).all())


def true(condition: Any, sentence: str) -> None:
    """``condition`` holds; ``sentence`` says what is wrong when it does not."""
    if not bool(condition):
        fail(sentence)


def unchanged(what: str, before: Tensor, after: Tensor) -> None:
    """An argument still has the values it had before the call."""
    if before.shape != after.shape or not torch.equal(before, after):
        fail(f"{what} was changed in place: compute on a copy, and leave the argument as it was.")


@contextlib.contextmanager
def forbidden(*names: str) -> Iterator[None]:
    """While the block runs, calling one of these (dotted) names fails; only mentioning it does not.

    A class is forbidden by its ``forward``, a function by itself.
    """

    def refuse(name: str) -> Callable:
        def refused(*args: Any, **kwargs: Any) -> None:
            fail(f"{name} may not be called here: this task is to write what it does.")

        return refused

    with contextlib.ExitStack() as stack:
        for name in names:
            module, _, attribute = name.rpartition(".")
            owner: Any = importlib.import_module(module)
            if isinstance(getattr(owner, attribute), type):
                owner, attribute = getattr(owner, attribute), "forward"
            stack.enter_context(mock.patch.object(owner, attribute, refuse(name)))
        yield


def fresh_generator() -> torch.Generator:
    """A generator with a seed nobody knows beforehand; it is printed, so that a run can be repeated."""
    seed = secrets.randbelow(2**31)
    print(f"Inputs drawn with seed {seed}.")
    return torch.Generator().manual_seed(seed)


def fail(sentence: str) -> None:
    """Raise :class:`CheckFailed`, which is an ``AssertionError``, with the sentence."""
    raise CheckFailed(sentence)
