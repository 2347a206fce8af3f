"""Sequences of different lengths in one tensor: the mask of their real steps, and packing."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from utils.models.layers.torch_func import is_traced


def length_mask(lengths: Tensor, time: int) -> Tensor:
    """(time, batch), True where a step lies within its item's length: mask[t, i] = t < lengths[i]."""
    return torch.arange(time, device=lengths.device)[:, None] < lengths


def check_lengths(lengths: Tensor | Sequence[int], time: int, batch: int, device: torch.device) -> Tensor:
    """The lengths as a tensor, or a ValueError if they do not fit (time, batch) or lie on another device.

    In a compiled or traced model, and under torch.func, their values go unchecked: a graph cannot stop to
    look at them.
    """
    if not isinstance(lengths, Tensor):
        lengths = torch.tensor(lengths, device=device)
    if lengths.shape != (batch,) or lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise ValueError(
            f"lengths must be {batch} integers, one per item of the batch; "
            f"got shape {tuple(lengths.shape)} of {lengths.dtype}"
        )
    if lengths.device != device:
        raise ValueError(f"lengths are on {lengths.device} but x is on {device}: use lengths.to(x.device)")
    if is_traced() or lengths.is_meta:
        return lengths
    if bool(((lengths < 1) | (lengths > time)).any()):
        raise ValueError(
            f"every length must lie between 1 and {time}, the time steps of x; got {lengths.tolist()}"
        )
    return lengths


def pack_like(output: Tensor, lengths: Tensor, x: PackedSequence) -> PackedSequence:
    """Pack the padded ``output`` (time, batch, width) with the batch sizes and the item order of ``x``."""
    if x.sorted_indices is not None:
        output = output.index_select(1, x.sorted_indices)
        lengths = lengths[x.sorted_indices.to(lengths.device)]
    data = pack_padded_sequence(output, lengths).data
    return PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices)


def check_input(x: object, input_size: int, batch_first: bool, dtype: torch.dtype) -> None:
    """A ValueError unless ``x`` is a tensor that a layer of this width and dtype can read."""
    if not isinstance(x, Tensor) or x.dim() not in (2, 3):
        raise ValueError(f"x must be a tensor with 3 dimensions, or 2 for one sequence; got {describe(x)}")
    if x.shape[-1] != input_size:
        raise ValueError(f"the last dimension of x must be input_size={input_size}, got {describe(x)}")
    time_dim = 1 if batch_first and x.dim() == 3 else 0
    if x.shape[time_dim] == 0:
        raise ValueError(f"x must have at least one time step, got {describe(x)}")
    if not x.is_floating_point() or mixes_double(x.dtype, dtype):
        raise ValueError(f"x is {x.dtype} but the weights are {dtype}: use x.to({dtype})")


def check_state(state: object, shape: tuple[int, ...], x: Tensor) -> None:
    """A ValueError unless ``state`` is a tensor of this shape, where ``x`` is and of its kind."""
    if not isinstance(state, Tensor) or state.shape != shape:
        meaning = "(layers * directions, batch, hidden_size)" if len(shape) == 3 else "without batch, as x"
        raise ValueError(f"state must be a tensor of shape {shape}, {meaning}; got {describe(state)}")
    if state.device != x.device:
        raise ValueError(f"state is on {state.device} but x is on {x.device}: use state.to(x.device)")
    if not state.is_floating_point() or mixes_double(state.dtype, x.dtype):
        raise ValueError(f"state is {state.dtype} but x is {x.dtype}: use state.to(x.dtype)")


def mixes_double(a: torch.dtype, b: torch.dtype) -> bool:
    """Whether one of the two is float64 alone; the shorter floats mix under autocast."""
    return (a == torch.float64) != (b == torch.float64)


def describe(value: object) -> str:
    return f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
