"""Nodes back to Python values: the other half of :mod:`utils.grading.exchange.writer`."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from utils.grading.exchange.checked import check_keys, check_packed, fits, is_part, named_tuple, read_array
from utils.grading.exchange.nodes import BUILTIN_TYPES, DEEPEST, BadNode, Node, Side, find_class, is_name
from utils.grading.exchange.stand_in import StandIn
from utils.grading.exchange.tensors import DTYPES, read_tensor

PLAIN = (type(None), bool, int, float, str, bytes)
MOST = 5_000_000  # values of a message, one that is referred to counted as often
MOST_STAND_INS = 100_000
MOST_FIELDS = 255  # of a named tuple
LONGEST = 5_000  # digits of a whole number


class Reader:
    """Reads the nodes of one exchange.

    Args:
        objects: when an answer is read, the values of the question by their number.
    """

    def __init__(self, peer: Side, objects: list | None = None) -> None:
        self.peer = peer
        self.objects: list[Any] = objects if objects is not None else []
        self.nodes: dict[int, Node] = {}  # what each object was when it was read
        self.known = len(self.objects)
        self.results: list[Tensor] = []
        self.depth = 0
        self.read = 0  # values so far
        self.sizes: dict[int, int] = {}  # of each object how many values it holds

    def value(self, node: Node) -> Any:
        """The value of ``node``.

        Raises:
            BadNode: it is not what a :class:`Writer` writes.
        """
        self.count(1)
        if not isinstance(node, list):
            if type(node) not in PLAIN:
                raise BadNode("a value of no known kind")
            return node
        self.depth += 1
        if self.depth > 2 * DEEPEST:  # a dict's items lie a level deeper here than in the Writer
            raise BadNode("a value nested too deeply")
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
        finally:
            self.depth -= 1

    def count(self, values: int) -> None:
        self.read += values
        if self.read > MOST:
            raise BadNode(f"more than {MOST} values")

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
        self.count(self.sizes.get(number, 0))  # a few lists that hold each other twice are many values
        return self.objects[number]

    def list(self, node: Node) -> list:
        made = self.keep(node[1], [], node)
        before = self.read
        made.extend(self.values(node[2]))
        self.sizes[node[1]] = self.read - before
        return made

    def dict(self, node: Node) -> dict:
        made = self.keep(node[1], collections.OrderedDict() if node[2] else {}, node)
        before = self.read
        items = [(self.value(key), self.value(value)) for key, value in node[3]]
        check_keys(key for key, _ in items)
        made.update(items)
        self.sizes[node[1]] = self.read - before
        return made

    def set(self, node: Node) -> set:
        made = self.keep(node[1], set(), node)
        before = self.read
        made.update(check_keys(self.values(node[2])))
        self.sizes[node[1]] = self.read - before
        return made

    def named_tuple(self, node: Node) -> tuple:
        _, name, fields, items = node
        if not is_name(name) or not all(is_name(field) and not field.startswith("_") for field in fields):
            raise BadNode("a named tuple with bad names")
        if len(fields) > MOST_FIELDS:
            raise BadNode("a named tuple of too many fields")
        return named_tuple(name, tuple(fields))(*self.values(items))

    def tensor(self, node: Node) -> Tensor:
        _, number, key, content = node
        plain = read_tensor(content)
        made = plain if key is None else self.peer.borrow_tensor(key, plain)
        return self.keep(number, made, node)

    def result(self, node: Node) -> Tensor:
        """A tensor that carries a gradient; the peer has connected it to its inputs."""
        return self.results[node[1]]

    def array(self, node: Node) -> np.ndarray:
        return self.keep(node[1], read_array(*node[2:]), node)

    def array_scalar(self, node: Node) -> np.generic:
        return read_array(node[1], [1], node[2])[0]

    def packed(self, node: Node) -> PackedSequence:
        parts = self.values(node[1:])
        check_packed(*parts)
        return PackedSequence(*parts)

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
        # a module within may be the student's own, and lent
        self.fill_parts(module._parameters, parameters, (nn.Parameter,))
        self.fill_parts(module._buffers, buffers, (Tensor,))
        self.fill_parts(module._modules, modules, (nn.Module, StandIn))
        if isinstance(module, nn.RNNBase):  # it keeps its weights in a second list
            module._init_flat_weights()

    def fill_parts(self, held: Any, nodes: Node, kinds: tuple[type, ...]) -> None:
        """Give a module its parts of some kinds."""
        for name, node in nodes.items():
            value = self.value(node)
            if not is_part(name) or not (value is None or isinstance(value, kinds)):
                raise BadNode("a module with a part that is none")
            held[name] = value

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
            value[...] = read_array(*node[2:])
        elif tag == "l" and isinstance(value, list):
            value[:] = self.values(node[2])
        elif tag == "d" and isinstance(value, dict):
            items = [(self.value(key), self.value(item)) for key, item in node[3]]
            check_keys(key for key, _ in items)
            value.clear()
            value.update(items)
        elif tag == "s" and isinstance(value, set):
            items = check_keys(self.values(node[2]))
            value.clear()
            value.update(items)
        elif tag == "m" and isinstance(value, nn.Module):
            self.fill(value, node)
        else:
            raise BadNode("an object that changed its kind")


def whole_number(reader: Reader, node: Node) -> int:
    if not isinstance(node[1], str) or len(node[1]) > LONGEST:
        raise BadNode("a whole number that is too long")
    return int(node[1])


def size(reader: Reader, node: Node) -> torch.Size:
    if len(node[1]) > MOST_FIELDS or not all(type(length) is int for length in node[1]):
        raise BadNode("a size that is none")
    return torch.Size(node[1])


def borrowed(reader: Reader, node: Node) -> StandIn:
    if len(reader.peer.stand_ins) > MOST_STAND_INS:
        raise BadNode("too many objects that are lent")
    if type(node[1]) is not int or not isinstance(node[2], dict):
        raise BadNode("an object that is lent without a description")
    return reader.peer.borrow(node)


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
    "i": whole_number,
    "c": lambda reader, node: complex(node[1], node[2]),
    "r": Reader.reference,
    "l": Reader.list,
    "t": lambda reader, node: tuple(reader.values(node[1])),
    "nt": Reader.named_tuple,
    "d": Reader.dict,
    "s": Reader.set,
    "f": lambda reader, node: frozenset(check_keys(reader.values(node[1]))),
    "sl": lambda reader, node: slice(*reader.values(node[1:])),
    "ra": lambda reader, node: range(*node[1:]),
    "el": lambda reader, node: Ellipsis,
    "dt": lambda reader, node: DTYPES[node[1]],
    "dv": lambda reader, node: torch.device(node[1]),
    "sz": size,
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
    "R": borrowed,
    "O": lambda reader, node: reader.peer.own(node[1]),
}
