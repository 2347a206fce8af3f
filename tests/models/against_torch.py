"""Compare our recurrent layer with torch's: outputs, last states and gradients."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from utils.models import RNN

TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-12}
INPUT, HIDDEN = 3, 4
LENGTHS = [2, 6, 1, 4, 6]  # ragged, unsorted, with a tie and a single step
TIME, BATCH = max(LENGTHS), len(LENGTHS)


def make_pair(seed: int, device, dtype, **options) -> tuple[RNN, nn.RNN]:
    """Our layer and torch's, with the same random weights."""
    torch.manual_seed(seed)
    reference = nn.RNN(INPUT, HIDDEN, **options).to(device, dtype)
    layer = RNN(INPUT, HIDDEN, **options).to(device, dtype)
    layer.load_state_dict(reference.state_dict())
    return layer, reference


def make_input(reference: nn.RNN, seed: int = 0) -> tuple[Tensor, Tensor]:
    """A random padded batch (with garbage in the padding) and a random first state."""
    generator = torch.Generator().manual_seed(seed)
    shape = (BATCH, TIME, INPUT) if reference.batch_first else (TIME, BATCH, INPUT)
    rows = reference.num_layers * (2 if reference.bidirectional else 1)
    like = reference.weight_ih_l0
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    state = torch.randn(rows, BATCH, HIDDEN, generator=generator, dtype=torch.float64)
    return x.to(like).requires_grad_(), state.to(like).requires_grad_()


def run_reference(reference: nn.RNN, x: Tensor, state: Tensor, lengths: Tensor | None):
    if lengths is None:
        return reference(x, state)
    packed = pack_padded_sequence(x, lengths.cpu(), reference.batch_first, enforce_sorted=False)
    output, state = reference(packed, state)
    return pad_packed_sequence(output, reference.batch_first, total_length=TIME)[0], state


def gradients(module: nn.Module, results: tuple[Tensor, Tensor], inputs: list[Tensor]) -> list[Tensor]:
    """Gradients of a random weighted mean of all results, with respect to inputs and parameters."""
    generator = torch.Generator().manual_seed(1)
    total = torch.zeros((), device=results[0].device, dtype=results[0].dtype)
    for result in results:
        factors = torch.randn(result.shape, generator=generator, dtype=torch.float64).to(result)
        total = total + (factors * result).mean()
    tensors = [*inputs, *module.parameters()]
    return list(torch.autograd.grad(total, tensors, allow_unused=True, materialize_grads=True))


def assert_same(layer: RNN, reference: nn.RNN, ragged: bool) -> None:
    """Outputs, last states and all gradients of both layers agree."""
    x, state = make_input(reference)
    lengths = torch.tensor(LENGTHS, device=x.device) if ragged else None
    ours, theirs = layer(x, state, lengths), run_reference(reference, x, state, lengths)
    tolerance = TOLERANCE[x.dtype]
    names = [
        "output",
        "state",
        "grad x",
        "grad state",
        *(f"grad {name}" for name, _ in layer.named_parameters()),
    ]
    got = [*ours, *gradients(layer, ours, [x, state])]
    expected = [*theirs, *gradients(reference, theirs, [x, state])]
    for name, a, b in zip(names, got, expected, strict=True):
        torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance, msg=lambda m, n=name: f"{n}: {m}")
