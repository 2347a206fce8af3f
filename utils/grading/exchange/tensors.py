"""A dense tensor as plain data, and back: dtype, shape and bytes, which must fit each other."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from utils.grading.exchange.nodes import BadNode, Node, NotPlain

# those that every kernel of torch knows; the bytes of others (quantized, packed bits) may end a process
CROSSING = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
TENSORS = {name: getattr(torch, name) for name in CROSSING if hasattr(torch, name)}  # old torch lacks uint16
LARGEST = 1 << 40  # what the sizes of a tensor without elements may be, multiplied
MOST_SIZES = 32  # of a tensor or array
DTYPES = {str(value)[6:]: value for value in vars(torch).values() if isinstance(value, torch.dtype)}


def tensor_node(value: Tensor) -> list:
    """[dtype, shape, bytes] of a dense tensor."""
    if value.layout is not torch.strided or value.is_quantized or value.is_nested:
        raise NotPlain("a sparse, quantized or nested tensor")
    if str(value.dtype)[6:] not in TENSORS or value.device.type == "meta":
        raise NotPlain(f"a tensor of dtype {value.dtype} on {value.device}")
    flat = value.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
    dense = flat.as_strided((flat.numel(),), (1,))  # one element may have any stride
    return [str(value.dtype)[6:], list(value.shape), dense.view(torch.uint8).numpy().tobytes()]


def read_tensor(node: Node) -> Tensor:
    """The tensor of :func:`tensor_node`.

    Raises:
        BadNode: dtype, shape and bytes do not fit each other.
    """
    name, shape, data = node
    if not isinstance(name, str) or name not in TENSORS:
        raise BadNode("a tensor of an unknown dtype")
    dtype = TENSORS[name]
    check_shape(shape, dtype.itemsize, data)
    if not data:
        return torch.empty(shape, dtype=dtype)
    if dtype is torch.bool:  # a byte may be neither 0 nor 1
        return torch.frombuffer(bytearray(data), dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)


def check_shape(shape: Node, size: int, data: Node) -> None:
    """Raise BadNode unless ``data`` are the bytes of so many elements of ``size`` bytes each."""
    if not isinstance(shape, list) or len(shape) > MOST_SIZES or not isinstance(data, bytes):
        raise BadNode("a tensor without a shape or without its values")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise BadNode("a shape that is none")
    if math.prod(max(1, length) for length in shape) > LARGEST:
        raise BadNode("a tensor that is too large")
    if math.prod(shape) * size != len(data):  # never memory that somebody else has written
        raise BadNode("a tensor whose values are not as many as its shape says")
