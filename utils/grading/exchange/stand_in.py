"""A stand-in for an object of the other process: it is called, asked and iterated there.

A stand-in says nothing by itself. Operators and comparisons are not passed on, so that no object can claim
to be equal to what a test expects: what is compared has been copied before, as plain data.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from torch import Tensor, nn

from utils.grading.exchange.nodes import NotPlain, Side, find_class, is_name

FORWARDED = (
    "__call__",
    "__len__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__iter__",
    "__next__",
    "__enter__",
    "__repr__",
    "__float__",
    "__int__",
    "__index__",
)
PLAIN = {"__len__": int, "__repr__": str, "__float__": float, "__int__": int, "__index__": int}
KINDS = {
    "function": types.FunctionType,
    "generator": types.GeneratorType,
    "module": types.ModuleType,
}
# What an object of the other process can be in `isinstance`. Nobody can see that its class is what it says;
# so it is none of those that a test relies on, such as `nn.LSTM`: these are copied, and are what they are.
SAFE_CLASSES = ("torch.nn.modules.module.Module", "torch.optim.optimizer.Optimizer")
SAFE_HOMES = ("matplotlib.",)
PLAIN_KINDS = (Tensor, str, bytes, int, float, list, tuple, dict, set, frozenset)
ABOUT = ("__name__", "__qualname__", "__doc__", "__module__")


# whose objects a test may hand to a student's function
LENDABLE = ("__main__", "utils.", "torch.optim.", "torch.utils.data.", "builtins", "itertools", "functools")


class StandIn:
    """Stands for the object ``number`` of the other side of ``peer``."""

    _peer: Side
    _number: int

    def __init__(self, peer: Side, number: int, about: dict) -> None:
        set_own = object.__setattr__
        set_own(self, "_peer", peer)
        set_own(self, "_number", number)
        set_own(self, "_about", about)
        for name in ABOUT:
            if isinstance(about.get(name), str):
                set_own(self, name, about[name])
        if "bases" in about:
            bases = tuple(base for base in map(find_class, about["bases"]) if base is nn.Module)
            set_own(self, "__bases__", (*bases, object))

    def __getattr__(self, name: str) -> Any:
        # what Python's own protocols look for must not be answered by the other side
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"{object.__getattribute__(self, '_about').get('name')} has no {name}")
        return self._peer.ask("get", self._number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._peer.ask("set", self._number, name, (value,))

    def __delattr__(self, name: str) -> None:
        self._peer.ask("delete", self._number, name)

    def __exit__(self, *error: Any) -> None:
        self._peer.ask("special", self._number, "__exit__", (None, None, None))

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_about').get('name', 'an object')} of the other process>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("an object of the student's own class cannot be copied or pickled in a test")

    __hash__ = object.__hash__


def forward(name: str) -> Any:
    """A method that asks the other side."""

    def method(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        answer = self._peer.ask("special", self._number, name, args, kwargs)
        if name in PLAIN and type(answer) is not PLAIN[name]:
            raise TypeError(f"{name} returned {type(answer).__name__}")
        return answer

    method.__name__ = name
    return method


def stand_in(peer: Side, number: int, about: dict) -> StandIn:
    """The stand-in for an object that :func:`describe` describes."""
    specials = tuple(name for name in FORWARDED if name in about.get("specials", ()))
    kind = known_kind(about)
    body: dict[str, Any] = {name: forward(name) for name in specials}
    if kind is not None:
        body["__class__"] = property(lambda self: kind)
    if "signature" in about:
        body["__signature__"] = property(lambda self: signature(about["signature"]))
    made = type("StandIn", (StandIn,), body)
    return made(peer, number, about)


def signature(parameters: Any) -> Any:
    """``inspect.signature`` of a function of the other side; defaults are not told."""
    import inspect

    kinds = {kind.name: kind for kind in inspect._ParameterKind}
    made = []
    for name, kind, has_default in parameters:
        default = ... if has_default else inspect.Parameter.empty
        made.append(inspect.Parameter(name, kinds[kind], default=default))
    return inspect.Signature(made)


def known_kind(about: dict) -> type | None:
    """The class that a stand-in passes for in ``isinstance``: never one of plain data."""
    if about.get("kind") in KINDS:
        return KINDS[about["kind"]]
    for name in about.get("classes", ()):
        if not isinstance(name, str) or not (name in SAFE_CLASSES or name.startswith(SAFE_HOMES)):
            continue
        home, _, attribute = name.rpartition(".")
        found = vars(sys.modules[home]).get(attribute) if home in sys.modules else None
        if isinstance(found, type) and not issubclass(found, PLAIN_KINDS):
            return found
    return None


def describe(value: Any) -> dict:
    """What the other side may know of an object that is lent to it."""
    kind = type(value)
    about: dict[str, Any] = {
        "name": getattr(value, "__name__", None) or f"an object of class {kind.__name__}",
        "specials": [name for name in FORWARDED if getattr(kind, name, None) is not None],
        "classes": names_of_classes(kind),
    }
    for name in ABOUT:
        text = getattr(value, name, None)
        if isinstance(text, str):
            about[name] = text[:500]
    if isinstance(value, type):
        about["bases"] = names_of_classes(value)
    elif isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        about["kind"] = "function"
        about["signature"] = parameters_of(value)
    elif isinstance(value, types.GeneratorType):
        about["kind"] = "generator"
    elif isinstance(value, types.ModuleType):
        about["kind"] = "module"
    return {name: content for name, content in about.items() if content is not None}


def names_of_classes(kind: type) -> list[str]:
    """The classes that a class is made of, by the names under which they are really found."""
    named = [(base, base.__module__, base.__qualname__) for base in type.mro(kind)]
    return [
        f"{module}.{name}"
        for base, module, name in named
        if module in sys.modules and vars(sys.modules[module]).get(name) is base
    ]


def parameters_of(function: Any) -> list | None:
    """Name, kind and whether there is a default, of each parameter."""
    import inspect

    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [[p.name, p.kind.name, p.default is not p.empty] for p in found if is_name(p.name)]


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
