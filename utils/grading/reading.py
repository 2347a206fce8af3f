"""Nodes back to Python values: the other half of :mod:`utils.grading.values`."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from utils.grading.values import (
    BUILTIN_TYPES,
    DTYPES,
    NOT_COPIED,
    BadNode,
    Node,
    find_class,
    is_name,
    read_tensor,
)

if TYPE_CHECKING:
    from utils.grading.peer import Peer


class Reader:
    """Reads the nodes of one exchange.

    Args:
        objects: when an answer is read, the values of the question by their number.
    """

    def __init__(self, peer: Peer, objects: list | None = None) -> None:
        self.peer = peer
        self.objects: list[Any] = objects if objects is not None else []
        self.nodes: dict[int, Node] = {}  # what each object was when it was read
        self.known = len(self.objects)
        self.results: list[Tensor] = []

    def value(self, node: Node) -> Any:
        """The value of ``node``.

        Raises:
            BadNode: it is not what a :class:`Writer` writes.
        """
        if not isinstance(node, list):
            if isinstance(node, dict):
                raise BadNode("a bare dict")
            return node
        try:
            read = READERS[node[0]]
            return read(self, node)
        except BadNode:
            raise
        except (
            KeyError,
            IndexError,
            ValueError,
            TypeError,
            RuntimeError,
            AttributeError,
            OverflowError,
            SyntaxError,  # NumPy parses names of dtypes
            MemoryError,
        ) as error:
            raise BadNode(f"{type(error).__name__}: {error}") from None

    def values(self, nodes: list[Node]) -> list[Any]:
        return [self.value(node) for node in nodes]

    def keep(self, number: int, value: Any, node: Node) -> Any:
        """Remember a value that can be changed in place."""
        if number != len(self.objects):
            raise BadNode("objects out of order")
        self.objects.append(value)
        self.nodes[number] = node
        return value

    def reference(self, node: Node) -> Any:
        number = node[1]
        if not isinstance(number, int) or not 0 <= number < len(self.objects):
            raise BadNode("a reference to nothing")
        return self.objects[number]

    def list(self, node: Node) -> list:
        made = self.keep(node[1], [], node)
        made.extend(self.values(node[2]))
        return made

    def dict(self, node: Node) -> dict:
        made = self.keep(node[1], collections.OrderedDict() if node[2] else {}, node)
        for key, value in node[3]:
            made[self.value(key)] = self.value(value)
        return made

    def set(self, node: Node) -> set:
        made = self.keep(node[1], set(), node)
        made.update(self.values(node[2]))
        return made

    def named_tuple(self, node: Node) -> tuple:
        _, name, fields, items = node
        if not is_name(name) or not all(is_name(field) and not field.startswith("_") for field in fields):
            raise BadNode("a named tuple with bad names")
        return collections.namedtuple(name, fields)(*self.values(items))

    def tensor(self, node: Node) -> Tensor:
        _, number, key, content = node
        plain = read_tensor(content)
        made = plain if key is None else self.peer.borrow_tensor(key, plain)
        return self.keep(number, made, node)

    def result(self, node: Node) -> Tensor:
        """A tensor that carries a gradient; the peer has connected it to its inputs."""
        return self.results[node[1]]

    def array(self, node: Node) -> np.ndarray:
        _, number, dtype, shape, data = node
        made = np.frombuffer(bytearray(data), dtype=plain_dtype(dtype)).reshape(shape)
        return self.keep(number, made, node)

    def array_scalar(self, node: Node) -> np.generic:
        return np.frombuffer(node[2], dtype=plain_dtype(node[1]))[0]

    def packed(self, node: Node) -> PackedSequence:
        data, batch_sizes, sorted_indices, unsorted_indices = self.values(node[1:])
        return PackedSequence(data, batch_sizes, sorted_indices, unsorted_indices)

    def module(self, node: Node) -> nn.Module:
        kind = find_class(node[2])
        if kind is None or not issubclass(kind, nn.Module):
            raise BadNode(f"no module {node[2]}")
        made = kind.__new__(kind)
        nn.Module.__init__(made)
        self.keep(node[1], made, node)
        self.fill(made, node)
        return made

    def fill(self, module: nn.Module, node: Node) -> None:
        """Give a module the attributes, parameters, buffers and inner modules of ``node``."""
        _, _, _, plain, parameters, buffers, modules = node
        for name, value in plain.items():
            lent = isinstance(value, list) and value and value[0] in ("R", "O")
            if lent or not fits(module, name):
                raise BadNode(f"an attribute {name}")
            vars(module)[name] = self.value(value)
        for name, value in parameters.items():
            module._parameters[name] = self.value(value)
        for name, value in buffers.items():
            module._buffers[name] = self.value(value)
        for name, value in modules.items():
            module._modules[name] = self.value(value)
        if isinstance(module, nn.RNNBase):  # it keeps its weights in a second list
            module._init_flat_weights()

    def overwrite(self, node: Node) -> None:
        """Make an object of the question what it has become on the other side."""
        number = node[1]
        if not isinstance(number, int) or not 0 <= number < self.known:
            raise BadNode("a change of nothing")
        value = self.objects[number]
        tag = node[0]
        if tag == "x" and isinstance(value, Tensor):
            new = read_tensor(node[3])
            with torch.no_grad():
                value.data = new.to(value.device) if new.shape != value.shape else value.data.copy_(new)
        elif tag == "a" and isinstance(value, np.ndarray):
            value[...] = np.frombuffer(node[4], dtype=plain_dtype(node[2])).reshape(node[3])
        elif tag == "l" and isinstance(value, list):
            value[:] = self.values(node[2])
        elif tag == "d" and isinstance(value, dict):
            items = [(self.value(key), self.value(item)) for key, item in node[3]]
            value.clear()
            value.update(items)
        elif tag == "s" and isinstance(value, set):
            items = self.values(node[2])
            value.clear()
            value.update(items)
        elif tag == "m" and isinstance(value, nn.Module):
            self.fill(value, node)
        else:
            raise BadNode("an object that changed its kind")


def fits(module: nn.Module, name: Any) -> bool:
    """Whether an attribute that was sent may be set: none that decides what a call of the module runs."""
    if (
        not isinstance(name, str)
        or name.startswith("__")
        or "_hooks" in name
        or name == "_compiled_call_impl"
    ):
        return False
    return name not in NOT_COPIED and not callable(getattr(type(module), name, None))


def plain_dtype(name: Any) -> np.dtype:
    dtype = np.dtype(name) if isinstance(name, str) else None
    if dtype is None or dtype.kind not in "biufcSU":
        raise BadNode("an array of objects")
    return dtype


def torch_function(name: str) -> Any:
    home, _, attribute = name.rpartition(".")
    if attribute not in ("tanh", "sigmoid", "relu", "gelu", "softmax", "identity"):
        raise BadNode(f"no function {name}")
    return getattr({"torch": torch, "torch.nn.functional": nn.functional}[home], attribute)


def known_class(reader: Reader, node: Node) -> type:
    found = BUILTIN_TYPES.get(node[1]) or find_class(node[1])
    if found is None:
        raise BadNode(f"no class {node[1]}")
    return found


READERS = {
    "i": lambda reader, node: int(node[1]),
    "c": lambda reader, node: complex(node[1], node[2]),
    "r": Reader.reference,
    "l": Reader.list,
    "t": lambda reader, node: tuple(reader.values(node[1])),
    "nt": Reader.named_tuple,
    "d": Reader.dict,
    "s": Reader.set,
    "f": lambda reader, node: frozenset(reader.values(node[1])),
    "sl": lambda reader, node: slice(*reader.values(node[1:])),
    "ra": lambda reader, node: range(*node[1:]),
    "el": lambda reader, node: Ellipsis,
    "dt": lambda reader, node: DTYPES[node[1]],
    "dv": lambda reader, node: torch.device(node[1]),
    "sz": lambda reader, node: torch.Size(node[1]),
    "x": Reader.tensor,
    "y": Reader.result,
    "p": lambda reader, node: reader.peer.read_leaf(node),
    "g": lambda reader, node: reader.peer.read_generator(node),
    "a": Reader.array,
    "as": Reader.array_scalar,
    "pk": Reader.packed,
    "m": Reader.module,
    "cl": known_class,
    "fn": lambda reader, node: torch_function(node[1]),
    "R": lambda reader, node: reader.peer.borrow(node),
    "O": lambda reader, node: reader.peer.own(node[1]),
}
