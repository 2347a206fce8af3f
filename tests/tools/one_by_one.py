"""A padded batch must give what its items give alone: outputs and gradients."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from utils.models import GRU, LSTM, MUT1, RNN

LENGTHS = [3, 7, 1, 5, 7]  # ragged, unsorted, with a tie and a single step
BATCH, TIME = len(LENGTHS), max(LENGTHS)


class TorchLSTM(nn.LSTM):
    """torch's own LSTM with the argument ``lengths``: any layer that keeps the contract must do."""

    parts = 2

    def forward(self, x, state=None, lengths=None):
        if lengths is None:
            return super().forward(x, state)
        packed = pack_padded_sequence(x, lengths.cpu(), self.batch_first, enforce_sorted=False)
        output, state = super().forward(packed, state)
        return pad_packed_sequence(output, self.batch_first, total_length=x.shape[1])[0], state


CELLS = [
    pytest.param(cell, id=name)
    for name, cell in {
        "RNN": RNN,
        "GRU": GRU,
        "LSTM": LSTM,
        "readable-LSTM": partial(LSTM, backend="readable"),
        "peepholes": partial(LSTM, variant="V"),
        "MUT1": MUT1,
        "torch-LSTM": TorchLSTM,
    }.items()
]


def random_tokens(vocabulary_size: int, device, time: int = TIME, seed: int = 0) -> Tensor:
    """(BATCH, time) tokens; those in the padding are random, too."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(vocabulary_size, (BATCH, time), generator=generator).to(device)


def assert_batch_is_its_items(
    model: nn.Module,
    together: Callable[[Tensor], list[Tensor]],
    alone: Callable[[int, int], Tensor],
    tolerance: float = 1e-12,
) -> None:
    """Compare ``together(lengths)``, the real outputs of each item, with ``alone(item, length)`` of each.

    The gradients of all parameters are compared as well, those of a random weighted sum of all outputs.
    """
    device = next(model.parameters()).device
    ours = together(torch.tensor(LENGTHS, device=device))
    theirs = [alone(item, length) for item, length in enumerate(LENGTHS)]
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance)
    names = [name for name, _ in model.named_parameters()]
    for name, a, b in zip(names, gradients(model, ours), gradients(model, theirs), strict=True):
        assert b.abs().max() > 0, f"{name} has no part in the output"
        torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance, msg=lambda m, n=name: f"{n}: {m}")


def gradients(model: nn.Module, outputs: list[Tensor]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    total = sum(
        (torch.randn(output.shape, generator=generator, dtype=torch.float64).to(output) * output).sum()
        for output in outputs
    )
    return list(
        torch.autograd.grad(total, list(model.parameters()), allow_unused=True, materialize_grads=True)
    )
