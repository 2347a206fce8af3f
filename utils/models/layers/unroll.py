"""A cell's step, applied along a sequence: the loop over time, and backpropagation through time."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from utils.models.layers.projection import Saved, State, Weights
from utils.models.layers.torch_func import is_transformed, is_vectorized


class Cell(NamedTuple):
    """The functions that make a cell, and their derivatives: see ``projection.py``."""

    project: Callable[..., Tensor]
    step: Callable[..., tuple[State, Saved]]
    project_backward: Callable[..., None]
    step_backward: Callable[..., State]


class Sweep(NamedTuple):
    """How the loop goes: over which steps of which items, and in which direction."""

    mask: Tensor | None  # (time, batch, 1), False at padding; None: no padding
    backwards: bool

    def times(self, time: int) -> range:
        return range(time - 1, -1, -1) if self.backwards else range(time)


def unroll(
    cell: Cell, x: Tensor, state: State, weights: Weights, mask: Tensor | None, backwards: bool
) -> tuple[Tensor, State]:
    """Apply the cell at every time step, handing the state on.

    ``x`` is (time, batch, width), the tensors of ``state`` are (batch, width), and ``mask`` (time, batch, 1)
    is False at padding (None: no padding). Returns all hidden states (time, batch, hidden_size) and the last
    state.

    At padding the state stays as it was. Read backwards, an item therefore keeps its first state until the
    loop arrives at the item's own last step: this is what reverses each item within its length.
    """
    sweep = Sweep(mask, backwards)
    tensors = (x, *state, *weights.values())
    learns = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
    if learns and not is_transformed(tensors):
        output, *last_state = ThroughTime.apply(cell, sweep, len(state), list(weights), *tensors)
        last = tuple(last_state)
    else:
        output, last, _ = loop(cell, x, state, weights, sweep)
    return (output if mask is None else output.masked_fill(~mask, 0)), last


def loop(
    cell: Cell, x: Tensor, state: State, weights: Weights, sweep: Sweep
) -> tuple[Tensor, State, list[Saved]]:
    """The loop itself; it also returns what the steps saved, in the order in which they were taken."""
    inputs = cell.project(x, weights).unbind()  # indexing in the loop would cost a full-size gradient each
    masks = None if sweep.mask is None else sweep.mask.unbind()
    hidden, trace = [], []
    for t in sweep.times(len(inputs)):
        new_state, saved = cell.step(inputs[t], state, weights)
        if masks is not None:
            pairs = zip(new_state, state, strict=True)
            new_state = tuple(torch.where(masks[t], new, old) for new, old in pairs)
        state = new_state
        hidden.append(state[0])
        trace.append(saved)
    return torch.stack(hidden[::-1] if sweep.backwards else hidden), state, trace


class ThroughTime(torch.autograd.Function):
    """``loop`` with its gradient: backpropagation through time, by the cell's derivatives."""

    @staticmethod
    def forward(
        ctx: Any, cell: Cell, sweep: Sweep, states: int, names: list[str], x: Tensor, *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        state, weights = tensors[:states], dict(zip(names, tensors[states:], strict=True))
        output, last_state, trace = loop(cell, x, state, weights, sweep)
        ctx.cell, ctx.sweep, ctx.states, ctx.names = cell, sweep, states, names
        ctx.width = len(trace[0])
        ctx.save_for_backward(x, *tensors, *(value for saved in trace for value in saved))
        return output, *last_state

    @staticmethod
    def backward(ctx: Any, d_output: Tensor, *d_state: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        no_tensors = (None,) * 4  # cell, sweep, states and names have no gradient
        given, saved_tensors = 1 + ctx.states + len(ctx.names), ctx.saved_tensors
        tensors, values = saved_tensors[:given], saved_tensors[given:]
        # The gradient is to be differentiated in turn, or there are many of them: leave both to autograd.
        if torch.is_grad_enabled() or is_vectorized(d_output, *d_state):
            found = differentiate(ctx.cell, ctx.sweep, ctx.states, ctx.names, tensors, (d_output, *d_state))
            return *no_tensors, *found

        x, weights = tensors[0], dict(zip(ctx.names, tensors[1 + ctx.states :], strict=True))
        trace = [values[k : k + ctx.width] for k in range(0, len(values), ctx.width)]
        gradients = {name: torch.zeros_like(weight, dtype=wide(weight)) for name, weight in weights.items()}
        d_x = torch.empty_like(x, memory_format=torch.contiguous_format) if ctx.needs_input_grad[4] else None
        one = ctx.cell.project(x[:1], weights)[0]
        d_projected = one.new_empty(len(x), *one.shape)  # written step by step
        d_sums, d_hidden = d_projected.unbind(), d_output.unbind()
        masks = None if ctx.sweep.mask is None else ctx.sweep.mask.unbind()
        for t in reversed(ctx.sweep.times(len(x))):
            d_after = (d_state[0] + d_hidden[t], *d_state[1:])
            kept = d_after
            if masks is not None:
                d_after = tuple(d.masked_fill(~masks[t], 0) for d in d_after)
            d_state = ctx.cell.step_backward(d_after, trace.pop(), weights, gradients, d_sums[t])
            if masks is not None:  # at padding the state was handed on as it was
                d_state = tuple(torch.where(masks[t], d, k) for d, k in zip(d_state, kept, strict=True))
        ctx.cell.project_backward(d_projected, x, d_x, weights, gradients)
        d_weights = (gradients[name].to(weights[name].dtype) for name in ctx.names)
        return *no_tensors, d_x, *d_state, *d_weights


def differentiate(
    cell: Cell,
    sweep: Sweep,
    states: int,
    names: list[str],
    tensors: tuple[Tensor, ...],
    d_outputs: tuple[Tensor, ...],
) -> tuple[Tensor | None, ...]:
    """The gradients of those of the loop's ``tensors`` (x, state, weights) that have one, by autograd.

    They are differentiable if gradients are enabled.
    """
    again = torch.is_grad_enabled()
    with torch.enable_grad():
        # Views, so that autograd stops at them: the state may come from an earlier call with the same
        # weights, and what goes that way is no part of this call's gradient.
        x, *rest = views = [tensor.view_as(tensor) for tensor in tensors]
        weights = dict(zip(names, rest[states:], strict=True))
        output, last_state, _ = loop(cell, x, tuple(rest[:states]), weights, sweep)
        wanted = [view for view in views if view.requires_grad]
        found = iter(
            torch.autograd.grad(
                (output, *last_state), wanted, d_outputs, create_graph=again, allow_unused=True
            )
        )
    return tuple(next(found) if view.requires_grad else None for view in views)


def wide(tensor: Tensor) -> torch.dtype:
    """A sum over many steps needs float32 or more, whatever the tensor has."""
    return torch.promote_types(tensor.dtype, torch.float32)
