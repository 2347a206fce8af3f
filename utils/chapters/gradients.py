"""The networks of chapter 3 and how they are trained, as its pages write them out in full."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import jacobians
from utils.data.made.tasks import ORDERS, SYMBOLS, temporal_order

HIDDEN, LENGTH, UPDATES, BATCH = 32, 20, 300, 32
STARTS = ("PyTorch's", "scaled", "orthogonal", "identity", "ReLU", "ReLU, identity")

Clip = Callable[[list[nn.Parameter]], object]


def make_rnn(start: str, input_size: int = len(SYMBOLS), hidden_size: int = HIDDEN) -> nn.RNN:
    """A layer of ``nn.RNN`` with batches first, whose W_hh starts as ``start``, one of ``STARTS``, says.

    - "PyTorch's", "ReLU": U(-1/√n, 1/√n), as ``nn.RNN`` draws it;
    - "scaled": N(0, 1/n);
    - "orthogonal": W_hhᵀ W_hh = 1, with tanh;
    - "identity", "ReLU, identity": W_hh = 1 and all biases 0.

    Raises ValueError if ``start`` is none of them.
    """
    if start not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}; got {start!r}")
    rnn = nn.RNN(
        input_size, hidden_size, nonlinearity="relu" if "ReLU" in start else "tanh", batch_first=True
    )
    weight_hh = rnn.get_parameter("weight_hh_l0")
    if start == "scaled":
        nn.init.normal_(weight_hh, std=hidden_size**-0.5)
    if start == "orthogonal":
        nn.init.orthogonal_(weight_hh)
    if "identity" in start:
        nn.init.eye_(weight_hh)
        nn.init.zeros_(rnn.get_parameter("bias_ih_l0"))
        nn.init.zeros_(rnn.get_parameter("bias_hh_l0"))
    return rnn


class NormalisedRNN(nn.Module):
    """A layer with tanh whose sums are normalised at every step.

    h_t = tanh(s ⊙ (a_t - mean) / √(variance + ε) + b),    a_t = W_hh h_{t-1} + W_xh x_t

    Mean and variance are those of one example ("layer"), or those of each unit over the batch, with
    statistics of their own at each step ("batch"). s starts at ``scale``.

    Sources: Ba, Kiros and Hinton 2016; Cooijmans et al. 2017.
    """

    def __init__(
        self, normalisation: str, scale: float, input_size: int = len(SYMBOLS), steps: int = LENGTH
    ) -> None:
        super().__init__()
        self.weight_ih = nn.Linear(input_size, HIDDEN, bias=False)
        self.weight_hh = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.norms = nn.ModuleList(
            nn.BatchNorm1d(HIDDEN, affine=False)
            if normalisation == "batch"
            else nn.LayerNorm(HIDDEN, elementwise_affine=False)
            for _ in range(steps)
        )
        self.scale = nn.Parameter(torch.full((HIDDEN,), scale))
        self.shift = nn.Parameter(torch.zeros(HIDDEN))

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """States (batch, time, hidden_size) and the last of them, for x (batch, time, input_size)."""
        h, states = x.new_zeros(len(x), HIDDEN), []
        for norm, a_x in zip(self.norms, self.weight_ih(x).unbind(1), strict=True):
            h = torch.tanh(self.scale * norm(a_x + self.weight_hh(h)) + self.shift)
            states.append(h)
        return torch.stack(states, dim=1), h


class Reader(nn.Module):
    """A linear head on the last state of a recurrent layer: W h_T + b."""

    def __init__(self, rnn: nn.Module, outputs: int = len(ORDERS)) -> None:
        super().__init__()
        self.rnn = rnn
        self.head = nn.Linear(HIDDEN, outputs)

    def forward(self, x: Tensor, cut: int | None = None) -> tuple[Tensor, Tensor]:
        """Outputs (batch, outputs) and states (batch, time, hidden_size), for x (batch, time, input_size).

        ``cut=k`` sends the gradient back over the last k steps only; states are those of these steps.
        """
        state = None
        if cut is not None:
            with torch.no_grad():
                _, state = self.rnn(x[:, :-cut])
            x = x[:, -cut:]
        states, _ = self.rnn(x, state)
        return self.head(states[:, -1]), states


def one_hot(letters: Tensor) -> Tensor:
    """The symbols of the temporal order task as vectors, (batch, time, 6)."""
    return F.one_hot(letters, len(SYMBOLS)).float()


def by_norm(parameters: list[nn.Parameter]) -> Tensor:
    """Clip all gradients together to length 1."""
    return nn.utils.clip_grad_norm_(parameters, 1.0)


def omega(loss: Tensor, states: Tensor, weight_hh: Tensor, squared: bool = False) -> Tensor:
    """Ω of a loss that looks at the last state alone (``jacobians.omega``)."""
    (direct,) = torch.autograd.grad(loss, states, retain_graph=True)
    slopes = jacobians.slopes(states.detach())
    with torch.no_grad():
        gradients = jacobians.state_gradients(slopes, weight_hh, direct[:, -1])
    return jacobians.omega(slopes[:, 1:], weight_hh, gradients[:, 1:], squared=squared)


def train_on_order(
    reader: Reader,
    seed: int,
    *,
    length: int = LENGTH,
    updates: int = UPDATES,
    clip: Clip = by_norm,
    optimizer: torch.optim.Optimizer | None = None,
    cut: int | None = None,
    alpha: float = 0.0,
    squared: bool = False,
) -> None:
    """Train on temporal order, on sequences that are never seen twice; the loss is C + alpha Ω.

    Args:
        clip: called with the parameters between ``backward()`` and ``step()``.
        optimizer: plain gradient descent with learning rate 0.1 if None.
        cut: as in ``Reader``.
        squared: as in ``jacobians.omega``.
    """
    optimizer = optimizer or torch.optim.SGD(reader.parameters(), lr=0.1)
    x, y = temporal_order(updates * BATCH, length, seed)
    for letters, orders in zip(x.split(BATCH), y.split(BATCH), strict=True):
        logits, states = reader(one_hot(letters), cut)
        loss = F.cross_entropy(logits, orders)
        if alpha > 0:
            loss = loss + alpha * omega(loss, states, reader.get_parameter("rnn.weight_hh_l0"), squared)
        optimizer.zero_grad()
        loss.backward()
        clip(list(reader.parameters()))
        optimizer.step()


@torch.no_grad()
def order_errors(reader: Reader, length: int = LENGTH) -> float:
    """The share of 2,000 fresh sequences that the reader gets wrong."""
    reader.eval()
    x, y = temporal_order(2000, length, seed=10**6)
    return (reader(one_hot(x))[0].argmax(dim=1) != y).float().mean().item()
