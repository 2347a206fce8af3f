"""Takes functions away from a student's process before the student's code runs there.

A task that asks for an LSTM's steps forbids ``torch.nn.LSTM``. Refusing it by name would miss an alias made
earlier, so the tests of such a task call the student's code in a process of its own, from which what is
forbidden is gone: the function, its other names, for torch the operators that do the same (``operators.py``),
and with it the course's own code, which holds most answers.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from utils.common.errors import not_here
from utils.grading.processes.operators import (
    differentiates,
    does_the_same,
    refuse_autograd,
    refuse_operators,
)
from utils.grading.settings import CHECKS

# of the course, what a student's process cannot do without
OWN = ("utils.grading", CHECKS, "utils.common")
ALGEBRA = ("sympy", "mpmath")
DERIVATIVE = re.compile("diff|deriv|jacobian|hessian", re.IGNORECASE)


def remove(names: Iterable[str], keep: Iterable[str] = ()) -> set[Path]:
    """Let every call of these dotted names fail in this process, from now on; the files to hide from it.

    A class is forbidden by its ``forward``, so that it may still be mentioned and made; one without, by its
    making. What the course itself has written is refused as well.

    Args:
        keep: modules of the course that stay.
    """
    names = list(names)
    closed = remove_course(tuple(keep))
    torchs = [name for name in names if name.startswith("torch.")]
    kept = []  # so that no other object takes over an id
    gone: dict[int, Any] = {}  # what stands in the place of a function, by the function's id
    for name in names:
        home, _, attribute = name.rpartition(".")
        try:
            owner = find(home)
        except (ImportError, AttributeError):
            if home.startswith("utils"):  # it is not there, and so cannot be called
                continue
            raise
        thing = getattr(owner, attribute)
        sentence = not_here(name, names)
        refused = refusal(sentence)
        if isinstance(thing, type):
            remove_class(thing, sentence, refused)
        else:
            gone[id(thing)] = refused
            kept.append(thing)
            disarm(thing, sentence)
            setattr(owner, attribute, refused)
        if isinstance(thing, type | types.FunctionType):
            closed |= sources(thing.__module__)
    sentences = {name: relative(not_here(name, names)) for name in torchs}
    if derivatives := [name for name in torchs if differentiates(name)]:
        sentence = sentences[derivatives[0]]
        refused = refusal(sentence)
        kept += refuse_autograd(refused, lambda function: disarm(function, sentence))
        for function in symbolic():
            disarm(function, sentence)
        gone |= {id(thing): refused for thing in kept if id(thing) not in gone}
    replace_everywhere(gone)
    del kept
    others = {name: sentence for name, sentence in sentences.items() if name not in derivatives}
    return closed | (remove_from_torch(others) if others else set())


def symbolic() -> Iterator[Any]:
    """The functions that differentiate in the computer algebra that torch brings along."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ALGEBRA and isinstance(module, types.ModuleType):
            for function in functions_of(module):
                if DERIVATIVE.search(getattr(function, "__qualname__", "")):
                    yield function


def find(dotted: str) -> Any:
    """The module or class with a dotted name."""
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError:
        home, _, attribute = dotted.rpartition(".")
        if not home:
            raise
        return getattr(find(home), attribute)


def refusal(sentence: str, free: Iterable[str] = ()) -> Any:
    """A function that refuses to be called, with these names from a scope around it."""
    names = " = ".join([*free, "_"])
    code = f"""
def around():
    {names} = None
    def refused(*args, **kwargs):
        {", ".join(free)}
        raise __import__({CHECKS!r}, fromlist=["here"]).CheckFailed({sentence!r})
    return refused
"""
    scope: dict[str, Any] = {"__name__": __name__}
    exec(code, scope)
    return scope["around"]()


def disarm(function: Any, sentence: str) -> None:
    """Let a Python function refuse, whoever holds it already, and what it wraps too."""
    while isinstance(function, types.FunctionType):
        function.__code__ = refusal(sentence, function.__code__.co_freevars).__code__
        function = vars(function).get("__wrapped__")


def remove_class(thing: type, sentence: str, refused: Any) -> None:
    """Let the objects of a class, and of those made of it, refuse to be called or, without that, made."""
    method = "forward" if hasattr(thing, "forward") else "__init__"
    for kind in {thing, *subclasses(thing)}:
        if method in vars(kind):
            disarm(vars(kind)[method], sentence)
        if method in vars(kind) or kind is thing:
            setattr(kind, method, refused)
    refuse_in_bases(thing, refused)


def refuse_in_bases(kind: type, refused: Any) -> None:
    """Let the ``forward`` that a class of the course inherits refuse its objects."""
    for base in kind.__mro__[1:]:
        inherited = vars(base).get("forward")
        if inherited is None or base.__module__.startswith("torch."):
            continue

        def forward(self: Any, *args: Any, inherited: Any = inherited, **kwargs: Any) -> Any:
            return (refused if isinstance(self, kind) else inherited)(self, *args, **kwargs)

        base.forward = forward  # type: ignore[attr-defined]


def subclasses(kind: type) -> set[type]:
    found: set[type] = set(kind.__subclasses__())
    for child in list(found):
        found |= subclasses(child)
    return found


def remove_course(keep: tuple[str, ...]) -> set[Path]:
    """Let all that the course has written refuse, but for the modules in ``keep``; their files."""
    closed: set[Path] = set()
    for name, module in list(sys.modules.items()):
        if not name.startswith("utils.") or any(f"{name}.".startswith(f"{own}.") for own in (*OWN, *keep)):
            continue
        sentence = f"{name} may not be called here: this task is to write what it does."
        for function in functions_of(module):
            disarm(function, sentence)
        closed |= sources(name)
    return closed


def functions_of(module: types.ModuleType) -> Iterator[Any]:
    """The functions and methods in Python that a module defines."""
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if not isinstance(value, type):
            yield value
            continue
        for method in vars(value).values():
            if isinstance(method, property):
                yield from (method.fget, method.fset)
            yield getattr(method, "__func__", method)  # of a static method or class method


def replace_everywhere(gone: dict[int, Any]) -> None:
    """Put a refusal where any imported module holds one of the functions whose ids are given."""
    for module in list(sys.modules.values()):
        if not isinstance(module, types.ModuleType) or module.__name__.startswith("utils.grading"):
            continue
        for name, value in list(vars(module).items()):
            if id(value) in gone:
                setattr(module, name, gone[id(value)])


def remove_from_torch(sentences: dict[str, str]) -> set[Path]:
    """Let what does the same in torch refuse, in C++ and in Python; the files of the latter.

    Args:
        sentences: what to say, by the dotted name of what is forbidden.
    """
    same = {does_the_same(name.rpartition(".")[2]): sentence for name, sentence in sentences.items()}
    for works, sentence in same.items():
        refuse_operators(works, refusal(sentence))
    closed: set[Path] = set()
    for module in list(sys.modules.values()):
        home = getattr(module, "__name__", "")
        if not home.startswith("torch.") or home.startswith(("torch._C", "torch.nn.modules")):
            continue
        for function in functions_of(module):
            for sentence in [same[works] for works in same if works_like(function, works)][:1]:
                disarm(function, sentence)
                closed |= sources(home)
    for table in torch._decomp.global_decomposition_table.values():
        for operator in list(table):
            name = str(operator).partition(".")[2].partition(".")[0]
            for sentence in [same[works] for works in same if works(name)][:1]:
                table[operator] = refusal(sentence)
    return closed


def works_like(function: Any, same: Any) -> bool:
    """Whether a function of torch in Python, or the class it is a method of, has the name of what is refused.

    Classes are written ``LSTMCell``, operators ``lstm_cell``.
    """
    if not isinstance(function, types.FunctionType):
        return False
    owner = function.__qualname__.partition(".")[0]
    return same(re.sub(r"(?<=[a-zA-Z])Cell", "_cell", owner).lower()) or same(owner)


def relative(sentence: str) -> str:
    """The sentence for what does the same as something that may not be called."""
    made = ", nor another function that is made of the same"
    return sentence if made in sentence else sentence.replace(" here:", f" here{made}:")


def sources(module: str) -> set[Path]:
    """The files that a module can be read or imported from."""
    name = getattr(sys.modules.get(module), "__file__", None)
    if not name or not name.endswith(".py"):
        return set()
    path = Path(name).resolve()
    return {path, *(path.parent / "__pycache__").glob(f"{path.stem}.*")}
