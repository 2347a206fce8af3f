"""A cell carried over time: layers, directions and sequences of different lengths."""

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from utils.models.cells import Activation, rnn_step
from utils.models.sequences import check_lengths, length_mask, pack_like

ACTIVATIONS: dict[str, Activation] = {"tanh": torch.tanh, "relu": torch.relu}


class Weights(NamedTuple):
    """The parameters of one layer in one direction, in the order in which torch.nn keeps them."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None


class Recurrent(nn.Module):
    """What all recurrent layers share; a subclass adds the cell: its ``gates`` and its ``step``.

    The call contract, the parameters and their initialisation are those of ``torch.nn``'s recurrent layers,
    so ``load_state_dict`` works both ways. For layer k, with the gates stacked along the rows, there are

    - ``weight_ih_lk`` (gates * hidden_size, width of the layer's input),
    - ``weight_hh_lk`` (gates * hidden_size, hidden_size),
    - ``bias_ih_lk`` and ``bias_hh_lk`` (gates * hidden_size,), unless ``bias=False``,

    and the same with the suffix ``_reverse`` for the backward direction.
    """

    gates: int

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
    ) -> None:
        super().__init__()
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout must be a probability between 0 and 1, got {dropout}")
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
        for layer in range(num_layers):
            for direction in range(self.num_directions):
                for name, shape in self._weight_shapes(layer).items():
                    parameter = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
                    self.register_parameter(name + suffix(layer, direction), parameter)
        self.reset_parameters()

    def _weight_shapes(self, layer: int) -> dict[str, tuple[int, ...]]:
        width = self.input_size if layer == 0 else self.num_directions * self.hidden_size
        rows = self.gates * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, width),
            "weight_hh": (rows, self.hidden_size),
        }
        return shapes | {"bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else shapes

    def reset_parameters(self) -> None:
        """Draw all parameters from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size)), as torch.nn does."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def weights(self, layer: int, direction: int = 0) -> Weights:
        """The parameters of one layer; direction 0 reads forwards, 1 backwards."""
        end = suffix(layer, direction)
        return Weights(
            getattr(self, "weight_ih" + end),
            getattr(self, "weight_hh" + end),
            getattr(self, "bias_ih" + end) if self.bias else None,
            getattr(self, "bias_hh" + end) if self.bias else None,
        )

    def step(self, projected: Tensor, hidden: Tensor, weights: Weights) -> Tensor:
        """The state after one more time step; ``projected`` is W_ih x_t + b_ih."""
        raise NotImplementedError

    def forward(
        self,
        x: Tensor | PackedSequence,
        state: Tensor | None = None,
        lengths: Tensor | Sequence[int] | None = None,
    ) -> tuple[Tensor | PackedSequence, Tensor]:
        """Read the sequences of ``x``; return the output of every step and the last state.

        Args:
            x: (time, batch, input_size), or (batch, time, input_size) with ``batch_first``, or one sequence
                (time, input_size), or a PackedSequence.
            state: h_0, of shape (num_layers * num_directions, batch, hidden_size), without batch for one
                sequence; zeros if None. Row layer * num_directions + direction belongs to that layer.
            lengths: (batch,) integers on the device of ``x``: how many steps of each padded item are real.

        Returns:
            ``output``, shaped as ``x`` but num_directions * hidden_size wide (packed if ``x`` is packed), and
            the last state, shaped as h_0. Beyond an item's length its output is 0 and its state stays.
            The backward direction starts at each item's own last step.

        Raises:
            ValueError: if the rank, width or dtype of ``x``, the shape of ``state`` or a length is wrong.
        """
        if isinstance(x, PackedSequence):
            return self._forward_packed(x, state, lengths)
        self._check_input(x)
        if x.dim() == 2:
            return self._forward_unbatched(x, state, lengths)
        if not self.batch_first:
            return self._forward_batched(x, state, lengths)
        output, state = self._forward_batched(x.transpose(0, 1), state, lengths)
        return output.transpose(0, 1), state

    def _forward_packed(
        self, x: PackedSequence, state: Tensor | None, lengths: Tensor | Sequence[int] | None
    ) -> tuple[PackedSequence, Tensor]:
        if lengths is not None:
            raise ValueError("a PackedSequence knows its lengths: call layer(x, state) without lengths")
        padded, own_lengths = pad_packed_sequence(x)
        self._check_input(padded)
        output, state = self._forward_batched(padded, state, own_lengths.to(padded.device))
        return pack_like(output, own_lengths, x), state

    def _forward_unbatched(
        self, x: Tensor, state: Tensor | None, lengths: Tensor | Sequence[int] | None
    ) -> tuple[Tensor, Tensor]:
        if lengths is not None:
            raise ValueError("lengths belong to a batch: give x three dimensions or leave lengths out")
        if state is not None:
            check_state(state, (self.num_layers * self.num_directions, self.hidden_size))
            state = state.unsqueeze(1)
        output, state = self._forward_batched(x.unsqueeze(1), state, None)
        return output.squeeze(1), state.squeeze(1)

    def _forward_batched(
        self, x: Tensor, state: Tensor | None, lengths: Tensor | Sequence[int] | None
    ) -> tuple[Tensor, Tensor]:
        """``x`` is (time, batch, input_size) here, whatever ``batch_first`` says."""
        time, batch, _ = x.shape
        state_shape = (self.num_layers * self.num_directions, batch, self.hidden_size)
        if state is None:
            state = x.new_zeros(state_shape)
        check_state(state, state_shape)
        if lengths is None:
            return self._run_layers(x, state, None)
        mask = length_mask(check_lengths(lengths, time, batch, x.device), time).unsqueeze(-1)
        x = x.masked_fill(~mask, 0)  # so that NaN in the padding cannot reach the gradients
        return self._run_layers(x, state, mask)

    def _run_layers(self, x: Tensor, state: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Carry ``x`` (time, batch, width) through all layers; each reads the output of the one below."""
        last_states = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(self.num_directions):
                weights = self.weights(layer, direction)
                projected = F.linear(x, weights.weight_ih, weights.bias_ih)
                first_state = state[layer * self.num_directions + direction]
                step = partial(self.step, weights=weights)
                output, last_state = scan(step, projected, first_state, mask, backwards=direction == 1)
                outputs.append(output)
                last_states.append(last_state)
            x = torch.cat(outputs, dim=-1)
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, torch.stack(last_states)

    def _check_input(self, x: Tensor) -> None:
        if not isinstance(x, Tensor) or x.dim() not in (2, 3):
            raise ValueError(
                f"x must be a tensor with 3 dimensions, or 2 for one sequence; got {describe(x)}"
            )
        if x.shape[-1] != self.input_size:
            raise ValueError(
                f"the last dimension of x must be input_size={self.input_size}, got {describe(x)}"
            )
        time_dim = 1 if self.batch_first and x.dim() == 3 else 0
        if x.shape[time_dim] == 0:
            raise ValueError(f"x must have at least one time step, got {describe(x)}")
        weight_dtype = self.weights(layer=0).weight_ih.dtype
        mixes_double = (x.dtype == torch.float64) != (weight_dtype == torch.float64)
        if not x.is_floating_point() or mixes_double:  # the shorter floats mix under autocast
            raise ValueError(f"x is {x.dtype} but the weights are {weight_dtype}: use x.to({weight_dtype})")

    def extra_repr(self) -> str:
        options = ["num_layers", "bias", "batch_first", "dropout", "bidirectional"]
        return ", ".join(
            [f"{self.input_size}, {self.hidden_size}", *(f"{name}={getattr(self, name)}" for name in options)]
        )


class RNN(Recurrent):
    """The recurrent layer of Elman (1990), with the call contract of ``torch.nn.RNN``.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu in the place of tanh. The output at step t is
    h_t; the layer above reads it as its x_t, after dropout in training.

    Args:
        input_size: width of x_t.
        hidden_size: width of h_t.
        num_layers: how many layers lie on one another.
        nonlinearity: "tanh" or "relu".
        bias: False leaves b_ih and b_hh out.
        batch_first: x and output are (batch, time, ...) instead of (time, batch, ...); the state is not.
        dropout: probability of zeroing an output between two layers, in training.
        bidirectional: a second set of weights reads from the end; the two outputs are joined.
        device, dtype: of the parameters, as everywhere in torch.nn.

    Raises:
        ValueError: if a size is below 1, dropout no probability or the nonlinearity unknown.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if nonlinearity not in ACTIVATIONS:
            raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype
        )
        self.nonlinearity = nonlinearity

    def step(self, projected: Tensor, hidden: Tensor, weights: Weights) -> Tensor:
        activation = ACTIVATIONS[self.nonlinearity]
        return rnn_step(projected, hidden, weights.weight_hh, weights.bias_hh, activation)


def scan(
    step: Callable[[Tensor, Tensor], Tensor],
    projected: Tensor,
    state: Tensor,
    mask: Tensor | None,
    backwards: bool,
) -> tuple[Tensor, Tensor]:
    """Apply ``step`` at every time step, handing the state on.

    ``projected`` is (time, batch, rows), ``state`` (batch, hidden_size), and ``mask`` (time, batch, 1) is
    False at padding (None: no padding). Returns all outputs (time, batch, hidden_size) and the last state.

    At padding the state stays as it was. Read backwards, an item therefore keeps its first state until the
    loop arrives at the item's own last step: this is what reverses each item within its length.
    """
    times = range(len(projected))
    inputs = projected.unbind()  # one view each; indexing in the loop would cost a full-size gradient each
    states = []
    for t in reversed(times) if backwards else times:
        new_state = step(inputs[t], state)
        state = new_state if mask is None else torch.where(mask[t], new_state, state)
        states.append(state)
    output = torch.stack(states[::-1] if backwards else states)
    return (output if mask is None else output.masked_fill(~mask, 0)), state


def suffix(layer: int, direction: int) -> str:
    """How torch.nn ends the names of a layer's parameters: _l0, _l0_reverse, _l1, ..."""
    return f"_l{layer}" + ("_reverse" if direction == 1 else "")


def check_state(state: Tensor, shape: tuple[int, ...]) -> None:
    if not isinstance(state, Tensor) or state.shape != shape:
        meaning = "(layers * directions, batch, hidden_size)" if len(shape) == 3 else "without batch, as x"
        raise ValueError(f"state must be a tensor of shape {shape}, {meaning}; got {describe(state)}")


def describe(value: object) -> str:
    return f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
