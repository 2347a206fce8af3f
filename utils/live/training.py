"""What ``book/_static/live/training.js`` computes: a network learns to remember, and its gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SEQUENCES, STEPS, HIDDEN, RATE = 32, 24, 8, 0.5
MASK = 2**32 - 1


def generator(seed: int) -> Callable[[], float]:
    """Numbers in [0, 1) that are the same in JavaScript and Python: mulberry32."""
    state = seed & MASK

    def number() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        t = (state ^ state >> 15) * (state | 1) & MASK
        t = ((t + ((t ^ t >> 7) * (t | 61) & MASK)) & MASK) ^ t
        return (t ^ t >> 14) / 2**32

    return number


class Remembering(nn.Module):
    """An RNN or LSTM in float64 that reads 24 numbers and gives one logit: was the first one positive?

    Its weights and biases are those of ``layer``, of whose two biases one stays 0.

    Args:
        cell: "RNN", whose recurrent matrix is orthogonal times ``size``, or "LSTM", whose forget gate has the
            bias ``size``.
    """

    def __init__(self, cell: str, size: float, seed: int = 1) -> None:
        super().__init__()
        self.cell, self.random = cell, generator(seed)
        self.targets = torch.arange(SEQUENCES, dtype=torch.float64) % 2
        self.x = self.draw()
        gates = 4 if cell == "LSTM" else 1
        self.layer: nn.RNNBase = (nn.LSTM if cell == "LSTM" else nn.RNN)(
            1, HIDDEN, batch_first=True, dtype=torch.float64
        )
        self.head = nn.Linear(HIDDEN, 1, dtype=torch.float64)
        weight_ih, weight_hh, bias, other = self.layer.parameters()
        with torch.no_grad():
            weight_ih.copy_(self.even(gates * HIDDEN, 0.5)[:, None])
            self.head.weight.copy_(self.even(HIDDEN, 0.5)[None])
            for zero in (self.head.bias, bias, other):
                zero.zero_()
            if cell == "LSTM":
                weight_hh.copy_(self.even(gates * HIDDEN**2, HIDDEN**-0.5).view(-1, HIDDEN))
                bias[HIDDEN : 2 * HIDDEN] = size
            else:
                weight_hh.copy_(size * orthogonal(self.even))
        other.requires_grad_(False)

    def even(self, count: int, width: float) -> Tensor:
        """So many numbers between -width and width."""
        return torch.tensor([width * (2 * self.random() - 1) for _ in range(count)], dtype=torch.float64)

    def draw(self) -> Tensor:
        """New sequences, ``(sequences, steps)``."""
        rows = [torch.cat([2 * target[None] - 1, self.even(STEPS - 1, 1.0)]) for target in self.targets]
        return torch.stack(rows)

    def forward(self) -> tuple[Tensor, list[Tensor]]:
        """The logits, and what is remembered after each step: the state of an RNN, the cell of an LSTM."""
        weight_ih, weight_hh, bias, _ = self.layer.parameters()
        kept: list[Tensor] = []
        h = c = torch.zeros(SEQUENCES, HIDDEN, dtype=torch.float64)
        for x_t in self.x.T:
            a = F.linear(x_t[:, None], weight_ih, bias) + h @ weight_hh.T
            if self.cell == "LSTM":
                i, f, g, o = a.chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                kept.append(c)
            else:
                h = torch.tanh(a)
                kept.append(h)
        return self.head(h)[:, 0], kept

    def norms(self) -> tuple[Tensor, list[float]]:
        """The loss, and the norms of its gradient at what is remembered after each step."""
        logits, kept = self()
        loss = F.binary_cross_entropy_with_logits(logits, self.targets)
        return loss, [
            gradient.norm().item() for gradient in torch.autograd.grad(loss, kept, retain_graph=True)
        ]


def orthogonal(even: Callable[[int, float], Tensor]) -> Tensor:
    """An orthogonal matrix, row after row, by Gram and Schmidt."""
    rows: list[Tensor] = []
    while len(rows) < HIDDEN:
        row = even(HIDDEN, 1.0)
        for other in rows:
            row = row - (row @ other) * other
        rows.append(row / row.norm())
    return torch.stack(rows)


def trained(cell: str, size: float, steps: int, clip: bool) -> tuple[float, list[float]]:
    """Loss and norms after so many steps of gradient descent, clipped at norm 1 if ``clip``."""
    net = Remembering(cell, size)
    parameters = [parameter for parameter in net.parameters() if parameter.requires_grad]
    for _ in range(steps):
        net.zero_grad()
        loss, _ = net.norms()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(parameters, 1.0)
        with torch.no_grad():
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.sub_(RATE * parameter.grad)
        net.x = net.draw()
    loss, norms = net.norms()
    return loss.item(), norms
