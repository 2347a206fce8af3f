"""Python values as nodes: the half of the exchange that writes."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from utils.grading.exchange.nodes import (
    BUILTIN_TYPES,
    DEEPEST,
    NOT_COPIED,
    SHARED,
    Node,
    NotPlain,
    Side,
    find_class,
)
from utils.grading.exchange.tensors import tensor_node

# what a class may define whose objects compute as those of the class that it is made of
MAKES = {"__init__", "__module__", "__qualname__", "__doc__", "__annotations__", "__parameters__"}
MAKES |= {"__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__"}


class Writer:
    """Writes values as nodes for one exchange.

    Attributes:
        objects: the values that can be changed in place, by their number.
    """

    def __init__(self, peer: Side, objects: list | None = None) -> None:
        self.peer = peer
        self.objects: list[Any] = objects if objects is not None else []
        self.numbers = {id(value): number for number, value in enumerate(self.objects)}
        self.results: list[Tensor] = []  # tensors that carry a gradient, in the answer to a call
        self.answering = objects is not None
        self.depth = 0

    def node(self, value: Any) -> Node:
        """``value`` as a node; what cannot be copied is lent."""
        kind = type(value)
        if value is None or kind in (bool, float, str, bytes):
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else ["i", str(value)]
        if id(value) in self.numbers:
            return ["r", self.numbers[id(value)]]
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPlain(f"a value nested more than {DEEPEST} deep")
        try:
            return self.compound(value, kind)
        finally:
            self.depth -= 1

    def compound(self, value: Any, kind: type) -> Node:
        """A value that is no plain number or text."""
        if isinstance(value, Tensor):
            return self.tensor(value)
        if isinstance(value, np.ndarray | np.generic):
            return self.array(value)
        if isinstance(value, nn.Module):
            return self.module(value)
        if isinstance(value, torch.Generator):
            return self.peer.generator_node(value)
        if isinstance(value, type):
            return self.known_class(value)
        if isinstance(value, PackedSequence):
            return ["pk", *[self.node(part) for part in value]]
        if isinstance(value, torch.Size):
            return ["sz", list(value)]
        if isinstance(value, list):
            return ["l", self.number(value), [self.node(item) for item in list.__iter__(value)]]
        if isinstance(value, tuple):
            items = [self.node(item) for item in tuple.__iter__(value)]
            fields = getattr(kind, "_fields", None)
            return ["nt", kind.__name__, list(fields), items] if fields else ["t", items]
        if isinstance(value, dict):
            ordered = isinstance(value, collections.OrderedDict)
            number = self.number(value)
            return ["d", number, ordered, [[self.node(k), self.node(v)] for k, v in dict.items(value)]]
        if isinstance(value, set):
            return ["s", self.number(value), [self.node(item) for item in set.__iter__(value)]]
        return self.rare(value, kind)

    def rare(self, value: Any, kind: type) -> Node:
        """Kinds that are seldom met, and at last what can only be lent."""
        for base in (bool, int, float, complex, str, bytes):
            if isinstance(value, base) and kind is not base:  # a subclass may lie; its value may not
                return self.node(base.__call__(value) if base is not str else str.__str__(value))
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is frozenset:
            return ["f", [self.node(item) for item in value]]
        if kind is bytearray:
            return bytes(value)
        if kind is slice:
            return ["sl", self.node(value.start), self.node(value.stop), self.node(value.step)]
        if kind is range:
            return ["ra", value.start, value.stop, value.step]
        if value is Ellipsis:
            return ["el"]
        if isinstance(value, torch.dtype):
            return ["dt", str(value)[6:]]
        if isinstance(value, torch.device):
            return ["dv", str(value)]
        if dotted := common_function(value):
            return ["fn", dotted]
        return self.peer.lend(value)

    def number(self, value: Any) -> int:
        self.numbers[id(value)] = len(self.objects)
        self.objects.append(value)
        return len(self.objects) - 1

    def tensor(self, value: Tensor) -> Node:
        if isinstance(value, nn.Parameter) or (value.requires_grad and value.is_leaf):
            return self.peer.leaf_node(value)
        if value.requires_grad and self.answering:
            self.results.append(value)
            return ["y", len(self.results) - 1]
        key = self.peer.lend_tensor(value) if value.requires_grad else None
        return ["x", self.number(value), key, tensor_node(value)]

    def array(self, value: np.ndarray | np.generic) -> Node:
        if value.dtype.kind not in "biufcSU":
            raise NotPlain(f"a NumPy array of dtype {value.dtype}")
        data = np.ascontiguousarray(value).tobytes()
        if isinstance(value, np.generic):
            return ["as", value.dtype.str, data]
        return ["a", self.number(value), value.dtype.str, list(value.shape), data]

    def module(self, value: nn.Module) -> Node:
        """A module of a class that both sides have, by value; any other is lent."""
        if not module_class(value) or not is_plain_module(value):
            return self.peer.lend(value)
        number = self.number(value)
        try:
            return ["m", number, module_class(value), *self.module_state(value)]
        except NotPlain:
            del self.numbers[id(value)]
            self.objects[number] = None
            return self.peer.lend(value)

    def module_state(self, value: nn.Module) -> list[Node]:
        """Its plain attributes, parameters, buffers and inner modules."""
        plain = {}
        for name, attribute in vars(value).items():
            if name in NOT_COPIED or name.endswith("_hooks") or "_hooks_" in name:
                continue
            plain[name] = self.node(attribute)
            if isinstance(plain[name], list) and plain[name] and plain[name][0] in ("R", "O"):
                raise NotPlain(f"the attribute {name}")
        parts = (value._parameters, value._buffers, value._modules)
        return [plain, *[{name: self.node(part) for name, part in held.items()} for held in parts]]

    def known_class(self, value: type) -> Node:
        if value.__module__ == "builtins" and value.__name__ in BUILTIN_TYPES:
            return ["cl", value.__name__]
        if name := class_name(value):
            return ["cl", name]
        return self.peer.lend(value)

    def changed(self, number: int, before: Node) -> Node | None:
        """What the object ``number`` has become, when that is not what ``before`` says."""
        now = self.overwritten(number, self.objects[number])
        return None if shallow(now) == shallow(before) else now

    def overwritten(self, number: int, value: Any) -> Node:
        """The contents of an object that keeps its number."""
        if isinstance(value, nn.Module):
            return ["m", number, module_class(value), *self.module_state(value)]
        if isinstance(value, Tensor):
            return ["x", number, None, tensor_node(value)]
        if isinstance(value, np.ndarray):
            return ["a", number, value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes()]
        if isinstance(value, list):
            return ["l", number, [self.node(item) for item in value]]
        if isinstance(value, dict):
            ordered = isinstance(value, collections.OrderedDict)
            return ["d", number, ordered, [[self.node(k), self.node(v)] for k, v in value.items()]]
        return ["s", number, [self.node(item) for item in value]]


def shallow(node: Node) -> Node:
    """The contents of an object alone: what else can change in place is named by its number."""

    def part(inner: Node) -> Node:
        if isinstance(inner, dict):
            return {name: part(value) for name, value in inner.items()}
        if not isinstance(inner, list):
            return inner
        if inner and isinstance(inner[0], str):
            if inner[0] in ("l", "d", "s", "x", "a", "m"):
                return ["r", inner[1]]
            if inner[0] == "p":
                return inner[:2]
        return [part(item) for item in inner]

    if node[0] == "x":  # whether it was lent does not matter
        return [*node[:2], *node[3:]]
    return [part(item) for item in node]


def class_name(kind: type) -> str | None:
    """The name under which both sides have a class, if they do."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    return name if name.startswith(SHARED) and find_class(name) is kind else None


def module_class(value: nn.Module) -> str | None:
    """The class of a module that both sides have: its own, or the one that its own only makes."""
    for kind in type(value).__mro__:
        if name := class_name(kind):
            return name
        if not set(vars(kind)) <= MAKES:
            return None
    return None


def common_function(value: Any) -> str | None:
    """The name of a function of torch that a model may hold, such as its activation."""
    for module, home in (("torch", torch), ("torch.nn.functional", nn.functional)):
        name = getattr(value, "__name__", None)
        if (
            name in ("tanh", "sigmoid", "relu", "gelu", "softmax", "identity")
            and home.__dict__.get(name) is value
        ):
            return f"{module}.{name}"
    return None


def is_plain_module(value: nn.Module) -> bool:
    """Whether nothing but its attributes says what a module computes: it has no hooks."""
    return not any(held for name, held in vars(value).items() if "_hooks" in name and isinstance(held, dict))
