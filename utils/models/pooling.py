"""From the states of all steps to one vector for each item; padding has no part in it.

Everywhere, ``values`` is (batch, time, width), ``mask`` (batch, time) is False at padding, and the result is
(batch, width).
"""

import torch
from torch import Tensor, nn

from utils.models.layers.sequences import check_lengths, length_mask


def step_mask(values: Tensor, lengths: Tensor | None) -> Tensor:
    """(batch, time), True at the real steps of ``values`` (batch, time, ...); all of them without lengths."""
    batch, time = values.shape[:2]
    if lengths is None:
        return torch.ones(batch, time, dtype=torch.bool, device=values.device)
    return length_mask(check_lengths(lengths, time, batch, values.device), time).T


def last_step(values: Tensor, lengths: Tensor | None) -> Tensor:
    """h_T: each item's values at its last real step."""
    if lengths is None:
        return values[:, -1]
    batch, time = values.shape[:2]
    lengths = check_lengths(lengths, time, batch, values.device)
    return values[torch.arange(batch, device=values.device), lengths - 1]


def mean_pooling(values: Tensor, mask: Tensor) -> Tensor:
    """(1 / T) Σ_t h_t over the T real steps."""
    total = values.masked_fill(~mask.unsqueeze(-1), 0).sum(dim=1)
    return total / mask.sum(dim=1, keepdim=True).to(total.dtype)


def max_pooling(values: Tensor, mask: Tensor) -> Tensor:
    """max_t h_t over the real steps, for each number of h apart."""
    return values.masked_fill(~mask.unsqueeze(-1), -torch.inf).amax(dim=1)


class AttentionPooling(nn.Module):
    """A mean whose weights are learnt (Yang et al., 2016).

    e_t = vᵀ tanh(W h_t + b),    α_t = exp(e_t) / Σ_k exp(e_k),    result = Σ_t α_t h_t
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.W = nn.Linear(width, width)
        self.v = nn.Linear(width, 1, bias=False)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        weights = self.weights(values, mask).to(values.dtype)
        return (weights.unsqueeze(1) @ values).squeeze(1)

    def weights(self, values: Tensor, mask: Tensor) -> Tensor:
        """α, (batch, time), 0 at padding."""
        scores = self.v(torch.tanh(self.W(values))).squeeze(-1)
        return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
