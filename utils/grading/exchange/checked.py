"""What a reader looks over before it makes a value: names, arrays, keys, packed sequences."""

from __future__ import annotations

import collections
import functools
import itertools
import re
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from utils.grading.exchange.nodes import NOT_COPIED, BadNode, Node
from utils.grading.exchange.tensors import check_shape

FEW = 100  # keys of one hash
ARRAY = re.compile(r"[<>|=]?[biufcSU]\d{1,6}")


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


def is_part(name: Any) -> bool:
    """Whether a module may have a part of this name."""
    return isinstance(name, str) and name != "" and "." not in name


def read_array(name: Any, shape: Node, data: Node) -> np.ndarray:
    """A NumPy array from its dtype, shape and bytes."""
    if not isinstance(name, str) or not ARRAY.fullmatch(name):
        raise BadNode("an array of an unknown dtype")
    dtype = np.dtype(name)
    check_shape(shape, dtype.itemsize, data)
    if dtype.kind == "b":  # a byte may be neither 0 nor 1
        return (np.frombuffer(data, dtype=np.uint8) != 0).reshape(shape)
    made = np.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
    if dtype.kind == "U" and made.size and dtype.itemsize:
        characters = np.frombuffer(data, dtype=f"{dtype.byteorder}u4")
        if characters.size and characters.max() > sys.maxunicode:
            raise BadNode("an array of characters that do not exist")
    return made


def check_keys(keys: Iterable[Any]) -> list[Any]:
    """The keys, unless many have one hash, so that a dict of them would take hours to make."""
    kept = list(keys)
    if len(kept) > FEW and max(collections.Counter(map(hash, kept)).values()) > FEW:
        raise BadNode("keys whose hashes clash")
    return kept


def check_packed(data: Any, batch_sizes: Any, *indices: Any) -> None:
    """Raise BadNode unless these are the parts of a packed sequence: kernels trust them."""
    if not isinstance(data, Tensor) or data.dim() < 1:
        raise BadNode("a packed sequence without data")
    if not is_vector(batch_sizes) or not len(batch_sizes):
        raise BadNode("a packed sequence without lengths")
    sizes = batch_sizes.tolist()
    falling = all(before >= after for before, after in itertools.pairwise(sizes))
    if sizes[-1] < 1 or not falling or sum(sizes) != len(data):
        raise BadNode("a packed sequence whose lengths are not those of its data")
    for order in indices:
        if order is not None and not (is_vector(order) and sorted(order.tolist()) == list(range(sizes[0]))):
            raise BadNode("a packed sequence whose order is none")


def is_vector(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dim() == 1 and value.dtype == torch.int64


@functools.lru_cache(maxsize=256)
def named_tuple(name: str, fields: tuple[str, ...]) -> type:
    return collections.namedtuple(name, fields)  # type: ignore[misc]
