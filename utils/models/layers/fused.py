"""Torch's fused kernels: all layers, directions and time steps in one call.

``torch.rnn_tanh``, ``rnn_relu``, ``lstm`` and ``gru`` are what ``torch.nn``'s layers call, too.
Torch does not document them, but nothing else runs cuDNN's and oneDNN's kernels with weights of one's own.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from utils.models.layers.projection import State

Kernel = Callable[..., tuple[Tensor, ...]]


class Options(NamedTuple):
    """What a kernel wants to know of the layer, in the order in which it wants it."""

    bias: bool
    num_layers: int
    dropout: float
    training: bool
    bidirectional: bool


def run_padded(
    kernel: Kernel, x: Tensor, state: State, weights: list[Tensor], options: Options, lengths: Tensor | None
) -> tuple[Tensor, State]:
    """``x`` is (time, batch, width), ``state`` that of all layers; returns outputs and last state."""
    if lengths is None:
        output, *last_state = kernel(x, kernel_state(state), weights, *options, False)  # False: time first
        return output, tuple(last_state)
    packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
    packed_output, last = run_packed(kernel, packed, state, weights, options)
    return pad_packed_sequence(packed_output, total_length=len(x))[0], last


def run_packed(
    kernel: Kernel, x: PackedSequence, state: State, weights: list[Tensor], options: Options
) -> tuple[PackedSequence, State]:
    """The same, over a PackedSequence; the state's items are in the order of the batch before packing."""
    if x.sorted_indices is not None:
        state = tuple(tensor.index_select(1, x.sorted_indices) for tensor in state)
    output, *last = kernel(x.data, x.batch_sizes, kernel_state(state), weights, *options)
    if x.unsorted_indices is not None:
        last = [tensor.index_select(1, x.unsorted_indices) for tensor in last]
    return PackedSequence(output, x.batch_sizes, x.sorted_indices, x.unsorted_indices), tuple(last)


def kernel_state(state: State) -> Tensor | State:
    """A single tensor goes to a kernel by itself, several go as a tuple; cuDNN wants each in one piece."""
    parts = tuple(part.contiguous() for part in state)
    return parts[0] if len(parts) == 1 else parts


def lay_in_one_block(
    kernel: Kernel, weights: list[Tensor], input_size: int, hidden_size: int, options: Options
) -> None:
    """Move the weights into one block of memory, as cuDNN reads them; elsewhere, nothing happens.

    cuDNN would otherwise gather them in every call, and warn. ``torch.nn.LSTM.flatten_parameters`` does the
    same.
    """
    first = weights[0]
    if any(w.dtype != first.dtype or w.device != first.device for w in weights):
        return
    if not first.is_cuda or not torch.backends.cudnn.is_acceptable(first):
        return
    modes = {torch.rnn_relu: 0, torch.rnn_tanh: 1, torch.lstm: 2, torch.gru: 3}  # cuDNN's numbers
    with torch.cuda.device_of(first), torch.no_grad():
        torch._cudnn_rnn_flatten_weight(
            weights,
            4 if options.bias else 2,  # tensors for each layer and direction
            input_size,
            modes[kernel],
            hidden_size,
            0,  # no projection of the output
            options.num_layers,
            False,  # time first
            options.bidirectional,
        )
