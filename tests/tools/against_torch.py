"""Compare our recurrent layers with torch's: outputs, last states and gradients."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from utils.models import GRU, LSTM, RNN
from utils.models.layers.recurrent import Recurrent

INPUT, HIDDEN = 3, 4
LENGTHS = [2, 6, 1, 4, 6]  # ragged, unsorted, with a tie and a single step
TIME, BATCH = max(LENGTHS), len(LENGTHS)
PAIRS: dict[type[Recurrent], type[nn.RNNBase]] = {RNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU}


def tolerance(like: Tensor, on_cpu: float = 1e-6) -> float:
    """How far apart two right results of the kind of ``like`` may be; ``on_cpu`` is for float32.

    In float32 the kernels of cuDNN approximate: on an H200 they were up to 2.7e-5 away from a loop over the
    steps, in float64 less than 1e-12.
    """
    if like.dtype == torch.float64:
        return 1e-12
    return 5e-5 if like.is_cuda else on_cpu


def make_pair(
    seed: int, device, dtype, kind: type[Recurrent] = RNN, backend: str = "readable", **options
) -> tuple[Recurrent, nn.RNNBase]:
    """Our layer and torch's, with the same random weights."""
    torch.manual_seed(seed)
    reference = PAIRS[kind](INPUT, HIDDEN, **options).to(device, dtype)
    layer = kind(INPUT, HIDDEN, backend=backend, **options).to(device, dtype)
    layer.load_state_dict(reference.state_dict())
    return layer, reference


def make_input(module: nn.Module, seed: int = 0) -> tuple[Tensor, Any]:
    """A random padded batch (with garbage in the padding) and a random first state."""
    generator = torch.Generator().manual_seed(seed)
    shape = (BATCH, TIME, INPUT) if module.batch_first else (TIME, BATCH, INPUT)
    rows = module.num_layers * (2 if module.bidirectional else 1)
    like = module.weight_ih_l0
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    has_cell = isinstance(module, (LSTM, nn.LSTM))
    state = torch.randn(1 + has_cell, rows, BATCH, HIDDEN, generator=generator, dtype=torch.float64)
    parts = tuple(part.to(like).requires_grad_() for part in state)
    return x.to(like).requires_grad_(), parts if has_cell else parts[0]


def tensors(state: Any) -> list[Tensor]:
    """A state's tensors, of which LSTM has two."""
    return list(state) if isinstance(state, tuple) else [state]


def map_state(function, state: Any) -> Any:
    return tuple(map(function, state)) if isinstance(state, tuple) else function(state)


def run_reference(reference: nn.RNNBase, x: Tensor, state: Any, lengths: Tensor | None):
    if lengths is None:
        return reference(x, state)
    packed = pack_padded_sequence(x, lengths.cpu(), reference.batch_first, enforce_sorted=False)
    output, state = reference(packed, state)
    return pad_packed_sequence(output, reference.batch_first, total_length=TIME)[0], state


def gradients(module: nn.Module, results: list[Tensor], inputs: list[Tensor]) -> list[Tensor]:
    """Gradients of a random weighted mean of all results, with respect to inputs and parameters."""
    generator = torch.Generator().manual_seed(1)
    total = torch.zeros((), device=results[0].device, dtype=results[0].dtype)
    for result in results:
        factors = torch.randn(result.shape, generator=generator, dtype=torch.float64).to(result)
        total = total + (factors * result).mean()
    wanted = [*inputs, *module.parameters()]
    return list(torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True))


def assert_same(layer: Recurrent, reference: nn.RNNBase, ragged: bool) -> None:
    """Outputs, last states and all gradients of both layers agree."""
    x, state = make_input(reference)
    lengths = torch.tensor(LENGTHS, device=x.device) if ragged else None
    output, last = layer(x, state, lengths)
    expected_output, expected_last = run_reference(reference, x, state, lengths)
    ours, theirs = [output, *tensors(last)], [expected_output, *tensors(expected_last)]
    parts = ["h", "c"][: len(tensors(last))]
    names = ["output", *parts, "grad x", *(f"grad {part}" for part in parts)]
    names += [f"grad {name}" for name, _ in layer.named_parameters()]
    got = [*ours, *gradients(layer, ours, [x, *tensors(state)])]
    expected = [*theirs, *gradients(reference, theirs, [x, *tensors(state)])]
    bound = tolerance(x)
    for name, a, b in zip(names, got, expected, strict=True):
        torch.testing.assert_close(a, b, atol=bound, rtol=bound, msg=lambda m, n=name: f"{n}: {m}")
