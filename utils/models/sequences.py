"""Sequences of different lengths in one tensor: the mask of their real steps, and packing."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


def length_mask(lengths: Tensor, time: int) -> Tensor:
    """(time, batch), True where a step lies within its item's length: mask[t, i] = t < lengths[i]."""
    return torch.arange(time, device=lengths.device)[:, None] < lengths


def check_lengths(lengths: Tensor | Sequence[int], time: int, batch: int, device: torch.device) -> Tensor:
    """The lengths as a tensor, or a ValueError if they do not fit (time, batch) or lie on another device."""
    if not isinstance(lengths, Tensor):
        lengths = torch.tensor(lengths, device=device)
    if lengths.shape != (batch,) or lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise ValueError(
            f"lengths must be {batch} integers, one per item of the batch; "
            f"got shape {tuple(lengths.shape)} of {lengths.dtype}"
        )
    if lengths.device != device:
        raise ValueError(f"lengths are on {lengths.device} but x is on {device}: use lengths.to(x.device)")
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
