"""A cell carried over time: layers, directions and sequences of different lengths."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from utils.models.layers import fused
from utils.models.layers.projection import State, product_dtype
from utils.models.layers.sequences import (
    check_input,
    check_lengths,
    check_state,
    describe,
    length_mask,
    pack_like,
)
from utils.models.layers.torch_func import is_transformed
from utils.models.layers.unroll import Cell, unroll

BACKENDS = ("auto", "readable")


class Recurrent(nn.Module):
    """What all recurrent layers share; a subclass adds its ``cell``.

    The call contract, the parameters and their initialisation are those of ``torch.nn``'s recurrent layers,
    so ``load_state_dict`` works both ways. For layer k, with the gates stacked along the rows, there are

    - ``weight_ih_lk`` (gates * hidden_size, width of the layer's input),
    - ``weight_hh_lk`` (gates * hidden_size, hidden_size),
    - ``bias_ih_lk`` and ``bias_hh_lk`` (gates * hidden_size,), unless ``bias=False``,

    and the same with the suffix ``_reverse`` for the backward direction. A cell may have more, or others.

    ``backend="auto"`` runs torch's fused kernel where there is one for the cell, and no compiler is at work;
    "readable" always runs the loop of ``unroll.py``. Both give the same numbers, up to rounding.
    """

    gates: int  # in weight_ih and weight_hh
    parts = 1  # tensors in the state; more than one make a tuple
    mode: str  # the cell's name, as torch.nn has it
    proj_size = 0  # torch.nn's projection of the output, which no layer here has

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout must be a probability between 0 and 1, got {dropout}")
        if backend not in BACKENDS:
            raise ValueError(f"backend must be 'auto' or 'readable', got {backend!r}")
        if dropout > 0 and num_layers == 1:
            warnings.warn("dropout acts between layers, so it does nothing with num_layers=1", stacklevel=3)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.num_directions = 2 if bidirectional else 1
        self.backend = backend
        for layer in range(num_layers):
            width = input_size if layer == 0 else self.num_directions * hidden_size
            for direction in range(self.num_directions):
                for name, shape in self.weight_shapes(width).items():
                    parameter = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
                    self.register_parameter(name + suffix(layer, direction), parameter)
        self.reset_parameters()
        self.flatten_parameters()

    # --- what a cell defines ---

    def weight_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        """The parameters of one layer and direction that reads inputs of this width."""
        rows = self.gates * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, width),
            "weight_hh": (rows, self.hidden_size),
        }
        return shapes | {"bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else shapes

    def cell(self) -> Cell:
        """The cell's functions and their derivatives."""
        raise NotImplementedError

    def kernel(self) -> fused.Kernel | None:
        """Torch's fused kernel for this cell, if there is one."""
        return None

    def first_state(self, state: State) -> State:
        """The cell's own first state, from that of the layer."""
        return state

    # --- the parameters ---

    def reset_parameters(self) -> None:
        """Draw all parameters from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size)), as torch.nn does."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def weights(self, layer: int, direction: int = 0) -> dict[str, Tensor]:
        """The parameters of one layer; direction 0 reads forwards, 1 backwards."""
        end = suffix(layer, direction)
        width = self.input_size if layer == 0 else self.num_directions * self.hidden_size
        return {name: getattr(self, name + end) for name in self.weight_shapes(width)}

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """The parameters of each layer and direction, in the order of ``torch.nn``."""
        rows = [(k, d) for k in range(self.num_layers) for d in range(self.num_directions)]
        return [list(self.weights(layer, direction).values()) for layer, direction in rows]

    def _first_weight(self) -> Tensor:
        return self.weights(layer=0)["weight_ih"]

    def _all_weights(self) -> list[Tensor]:
        return list(self._each_weight())

    def _each_weight(self) -> Iterator[Tensor]:
        for row in self.all_weights:
            yield from row

    def _options(self) -> fused.Options:
        return fused.Options(self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)

    def flatten_parameters(self) -> None:
        """Lay the parameters in one block of memory, as cuDNN reads them; elsewhere, do nothing.

        This happens by itself when the layer is made or moved.
        """
        kernel = self.kernel()
        if kernel is not None:
            sizes = self.input_size, self.hidden_size
            fused.lay_in_one_block(kernel, self._all_weights(), *sizes, self._options())

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "Recurrent":
        """``to``, ``cuda``, ``half`` ... all come here: the parameters are new afterwards."""
        super()._apply(fn, recurse)
        self.flatten_parameters()
        return self

    # --- the call ---

    def forward(
        self,
        input: Tensor | PackedSequence | None = None,
        hx: Any = None,
        lengths: Tensor | Sequence[int] | None = None,
        *,
        x: Tensor | PackedSequence | None = None,
        state: Any = None,
    ) -> tuple[Any, Any]:
        """Read the sequences of ``x``; return the output of every step and the last state.

        The first two arguments have two names, those of ``torch.nn`` and those of the course.

        Args:
            input, x: (time, batch, input_size), or (batch, time, input_size) with ``batch_first``, or one
                sequence (time, input_size), or a PackedSequence.
            hx, state: h_0, of shape (num_layers * num_directions, batch, hidden_size), without batch for one
                sequence; zeros if None. Row layer * num_directions + direction belongs to that layer. For
                LSTM, the tuple (h_0, c_0) of two such tensors.
            lengths: (batch,) integers on the device of ``x``: how many steps of each padded item are real.

        Returns:
            ``output``, shaped as ``x`` but num_directions * hidden_size wide (packed if ``x`` is packed), and
            the last state, shaped as h_0. Beyond an item's length its output is 0 and its state stays.
            The backward direction starts at each item's own last step.

        Raises:
            ValueError: if the rank, width or dtype of ``x``, the shape of ``state`` or a length is wrong.
        """
        x, state = one_of("x", x, "input", input), one_of("state", state, "hx", hx)
        if isinstance(x, PackedSequence):
            if lengths is not None:
                raise ValueError("a PackedSequence knows its lengths: call layer(x, state) without lengths")
            packed_output, last = self._forward_packed(x, state)
            return packed_output, self._joined(last)
        check_input(x, self.input_size, self.batch_first, self._first_weight().dtype)
        if x.dim() == 2:
            if lengths is not None:
                raise ValueError("lengths belong to a batch: give x three dimensions or leave lengths out")
            parts = tuple(part.unsqueeze(1) for part in self._parts(state, x, None))
            output, last = self._forward_batched(x.unsqueeze(1), parts, None)
            return output.squeeze(1), self._joined(tuple(part.squeeze(1) for part in last))
        x = x.transpose(0, 1) if self.batch_first else x
        output, last = self._forward_batched(x, self._parts(state, x, x.shape[1]), lengths)
        return (output.transpose(0, 1) if self.batch_first else output), self._joined(last)

    def _parts(self, state: Any, x: Tensor, batch: int | None) -> State:
        """The state as a tuple of tensors, checked; zeros if None. ``batch`` is None for one sequence."""
        rows = self.num_layers * self.num_directions
        shape = (rows, self.hidden_size) if batch is None else (rows, batch, self.hidden_size)
        if state is None:
            return (x.new_zeros(shape),) * self.parts
        if self.parts == 1:
            state = (state,)
        elif not isinstance(state, (tuple, list)) or len(state) != self.parts:
            raise ValueError(f"state must be a tuple (h, c) of {self.parts} tensors, got {describe(state)}")
        for part in state:
            check_state(part, shape, x)
        return tuple(state)

    def _joined(self, parts: State) -> Any:
        return parts[0] if self.parts == 1 else parts

    def _fused(self, x: Tensor, state: State) -> fused.Kernel | None:
        """The fused kernel, if it is to run now; compilers and torch.func do better with the loop."""
        if self.backend == "readable" or is_transformed(chain((x, *state), self._each_weight())):
            return None
        return self.kernel()

    def _forward_packed(self, x: PackedSequence, state: Any) -> tuple[PackedSequence, State]:
        check_input(x.data, self.input_size, False, self._first_weight().dtype)
        parts = self._parts(state, x.data, int(x.batch_sizes[0]))
        kernel = self._fused(x.data, parts)
        if kernel is not None:
            dtype = product_dtype(x.data, self._first_weight())
            parts = tuple(part.to(dtype) for part in parts)
            return fused.run_packed(kernel, x.to(dtype), parts, self._all_weights(), self._options())
        padded, lengths = pad_packed_sequence(x)
        output, last = self._forward_batched(padded, parts, lengths.to(padded.device))
        return pack_like(output, lengths, x), last

    def _forward_batched(
        self, x: Tensor, state: State, lengths: Tensor | Sequence[int] | None
    ) -> tuple[Tensor, State]:
        """``x`` is (time, batch, input_size) here, whatever ``batch_first`` says."""
        time, batch, _ = x.shape
        dtype = product_dtype(x, self._first_weight())
        x, state = x.to(dtype), tuple(part.to(dtype) for part in state)
        checked = None if lengths is None else check_lengths(lengths, time, batch, x.device)
        kernel = self._fused(x, state)
        if kernel is not None:
            return fused.run_padded(kernel, x, state, self._all_weights(), self._options(), checked)
        if checked is None:
            return self._run_layers(x, state, None)
        mask = length_mask(checked, time).unsqueeze(-1)
        x = x.masked_fill(~mask, 0)  # so that NaN in the padding cannot reach the gradients
        return self._run_layers(x, state, mask)

    def _run_layers(self, x: Tensor, state: State, mask: Tensor | None) -> tuple[Tensor, State]:
        """Carry ``x`` (time, batch, width) through all layers; each reads the output of the one below."""
        cell, last_states = self.cell(), []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(self.num_directions):
                weights = {name: w.to(x.dtype) for name, w in self.weights(layer, direction).items()}
                row = layer * self.num_directions + direction
                first = self.first_state(tuple(part[row] for part in state))
                output, last = unroll(cell, x, first, weights, mask, backwards=direction == 1)
                outputs.append(output)
                last_states.append(last[: self.parts])
            x = torch.cat(outputs, dim=-1) if self.bidirectional else output
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, tuple(torch.stack(parts) for parts in zip(*last_states, strict=True))

    def extra_repr(self) -> str:
        options = ["num_layers", "bias", "batch_first", "dropout", "bidirectional", "backend"]
        return ", ".join(
            [f"{self.input_size}, {self.hidden_size}", *(f"{name}={getattr(self, name)}" for name in options)]
        )


def one_of(name: str, value: Any, other_name: str, other: Any) -> Any:
    """An argument that has two names: the value that was given, if one was."""
    if value is not None and other is not None:
        raise ValueError(f"{name} and {other_name} are names of the same argument: give one of them")
    return other if value is None else value


def suffix(layer: int, direction: int) -> str:
    """How torch.nn ends the names of a layer's parameters: _l0, _l0_reverse, _l1, ..."""
    return f"_l{layer}" + ("_reverse" if direction == 1 else "")
