"""Nodes: plain data that stands for a value, and what both sides of a conversation know of it.

A value becomes a node: a number, a text, bytes, None, or a list that starts with a tag. Reading a node builds
values of known kinds only; no code of the sender runs, and nothing is looked up by a name that the sender
may choose freely.

Values that can be changed in place (lists, dicts, sets, tensors, arrays, modules) are numbered in the order
of their writing, which is the order of their reading too. So one that occurs twice stays one, and the
answer to a call can say what became of an argument. What cannot be copied (functions, objects of one's own
classes) is lent: see :mod:`utils.grading.exchange.peer`.

| tag | value | what follows the tag |
|---|---|---|
| i | a whole number beyond 64 bits | its digits |
| c | a complex number | real and imaginary part |
| r | a value that has a number already | the number |
| l, s | a list, a set | its number, its items |
| d | a dict | its number, whether it is an OrderedDict, pairs of key and value |
| t, nt, f | a tuple, a named tuple, a frozenset | (name, fields,) items |
| sl, ra, el | a slice, a range, Ellipsis | start, stop, step |
| dt, dv, sz | torch's dtypes, devices, sizes | a name, or lengths |
| x | a tensor | its number, the key under which it is lent if it carries a gradient, content |
| y | a result that carries a gradient | which result of this answer |
| p | a leaf: a parameter, or what requires a gradient | its key, and its state if it is new |
| g | a torch.Generator | its number |
| a, as | a NumPy array, a NumPy scalar | (number,) dtype, (shape,) bytes |
| pk | a packed sequence | its parts |
| m | a module of a class that both sides have | its number, class, attributes, parameters, buffers, modules |
| cl, fn | a class, a function that both sides have | its name |
| R, O | an object that is lent, or comes back to its owner | its number (and what it is like) |
"""

from __future__ import annotations

import keyword
import sys
from typing import Any, Protocol

import torch
from torch import Tensor

from utils.grading.settings import MODELS

Node = Any
DEEPEST = 100
# classes that both processes have under one name, whose objects therefore are copied rather than lent
SHARED = ("torch.nn.", f"{MODELS}.")
NOT_COPIED = {"_flat_weights", "_flat_weight_refs", "_parameters", "_buffers", "_modules"}
BUILTIN_TYPES = {
    kind.__name__: kind
    for kind in (
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        list,
        tuple,
        dict,
        set,
        frozenset,
        object,
        slice,
        range,
    )
}


class NotPlain(TypeError):
    """A value cannot be written as plain data."""


class BadNode(ValueError):
    """What was received is no node."""


class Side(Protocol):
    """What writers, readers and stand-ins ask of the side that they work for: see
    :class:`utils.grading.exchange.peer.Peer`."""

    stand_ins: dict[int, Any]

    def ask(
        self, what: str, target: int, name: str = "", args: tuple = (), kwargs: dict | None = None
    ) -> Any: ...

    def lend(self, value: Any) -> Node: ...

    def borrow(self, node: Node) -> Any: ...

    def own(self, number: Any) -> Any: ...

    def leaf_node(self, leaf: Tensor) -> Node: ...

    def read_leaf(self, node: Node) -> Tensor: ...

    def lend_tensor(self, tensor: Tensor) -> Node: ...

    def borrow_tensor(self, key: Node, values: Tensor) -> Tensor: ...

    def generator_node(self, generator: torch.Generator) -> Node: ...

    def read_generator(self, node: Node) -> torch.Generator: ...


def find_class(name: Any) -> type | None:
    """The class that both sides have under ``name``; nothing is imported for it."""
    if not isinstance(name, str) or not name.startswith(SHARED):
        return None
    module, _, attribute = name.rpartition(".")
    found = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
    return found if isinstance(found, type) and found.__module__ == module else None


def is_name(text: Any) -> bool:
    return isinstance(text, str) and text.isidentifier() and not keyword.iskeyword(text)
