"""Attention: which states of the source matter for the next step of the decoder?

At step i, with the decoder's state s_{i-1} and the source's states h_1 ... h_T:

    α_ij = exp(e_ij) / Σ_k exp(e_ik),    c_i = Σ_j α_ij h_j

The three classes differ in the score e_ij alone. What a score needs of the source alone, its keys, does not
depend on i: ``remember`` computes it once per source.

Source: Bahdanau et al., 2015; the dot and general scores: Luong et al., 2015.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.models.layers.sequences import check_lengths, length_mask
from utils.models.validation import check_sizes


class Memory(NamedTuple):
    """A source that has been read: its states, their keys, and which of them are real.

    ``values`` is (batch, source, memory_size), ``keys`` (batch, source, key_size), and ``mask``
    (batch, source), False at padding, or None if there is none.
    """

    values: Tensor
    keys: Tensor
    mask: Tensor | None


class Attention(nn.Module):
    """What all attentions share; a subclass adds its ``project_keys`` and its ``score``."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__()
        check_sizes(query_size=query_size, memory_size=memory_size)
        self.query_size = query_size
        self.memory_size = memory_size

    def remember(self, values: Tensor, lengths: Tensor | None = None) -> Memory:
        """Prepare a source: ``values`` are its states (batch, source, memory_size), ``lengths`` (batch,).

        Raises ValueError if the shape is another or a length does not fit.
        """
        if values.dim() != 3 or values.shape[-1] != self.memory_size:
            raise ValueError(
                f"values must be (batch, source, memory_size={self.memory_size}), "
                f"got shape {tuple(values.shape)}"
            )
        batch, source, _ = values.shape
        mask = None
        if lengths is not None:
            mask = length_mask(check_lengths(lengths, source, batch, values.device), source).T
            values = values.masked_fill(~mask.unsqueeze(-1), 0)  # 0 * NaN would reach the context
        return Memory(values, self.project_keys(values), mask)

    def forward(self, query: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """The context c_i and the weights α_i for one decoder state per item, or for several.

        ``query`` is (batch, query_size) or (batch, queries, query_size). The context is shaped alike, but
        memory_size wide; the weights are (batch, source) or (batch, queries, source), 0 at padding.

        Raises ValueError if the query's shape does not fit the memory.
        """
        if query.dim() not in (2, 3) or query.shape[-1] != self.query_size:
            raise ValueError(
                f"query must be (batch, query_size={self.query_size}), or (batch, queries, "
                f"{self.query_size}); got shape {tuple(query.shape)}"
            )
        if len(query) != len(memory.values):
            raise ValueError(f"query has a batch of {len(query)} but the memory of {len(memory.values)}")
        if query.dim() == 2:
            context, weights = self(query.unsqueeze(1), memory)
            return context.squeeze(1), weights.squeeze(1)
        scores = self.score(query, memory.keys)
        if memory.mask is not None:
            scores = scores.masked_fill(~memory.mask.unsqueeze(1), -torch.inf)
        weights = scores.softmax(dim=-1)
        return weights.to(memory.values.dtype) @ memory.values, weights

    def project_keys(self, values: Tensor) -> Tensor:
        """What the scores need of the source alone, (batch, source, key_size)."""
        raise NotImplementedError

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        """e, (batch, queries, source), of queries (batch, queries, query_size), up to a constant over j."""
        raise NotImplementedError


class AdditiveAttention(Attention):
    """e_ij = vᵀ tanh(W h_j + U s_{i-1})  (Bahdanau et al., 2015).

    Args:
        query_size: width of s_{i-1}.
        memory_size: width of h_j.
        hidden_size: width of W h_j and U s_{i-1}; query_size if None.
    """

    def __init__(self, query_size: int, memory_size: int, hidden_size: int | None = None) -> None:
        super().__init__(query_size, memory_size)
        hidden_size = query_size if hidden_size is None else hidden_size
        check_sizes(hidden_size=hidden_size)
        self.W = nn.Linear(memory_size, hidden_size, bias=False)
        self.U = nn.Linear(query_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def project_keys(self, values: Tensor) -> Tensor:
        return self.W(values)

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        """e, up to a constant: see ``tanh_product``."""
        sums = keys.unsqueeze(1) + self.U(query).unsqueeze(2)  # (batch, queries, source, hidden_size)
        return tanh_product(sums, self.v.weight).squeeze(-1)


def tanh_product(a: Tensor, v: Tensor) -> Tensor:
    """vᵀ tanh(a) + Σ v, in fewer steps than the formula has; ``a`` is overwritten.

    tanh(a) = 2 σ(2a) - 1, and on a CPU torch computes σ several times faster than tanh; so vᵀ tanh(a) + Σ v
    is 2 vᵀ σ(2a). Weights of attention do not see Σ v, which is the same everywhere. In place, because this
    is the largest tensor of a step. The row "re-projects the keys" of ``benchmarks/decoding.py`` pays for it.
    """
    return 2 * F.linear(a.mul_(2).sigmoid_(), v)


class DotAttention(Attention):
    """e_ij = h_jᵀ s_{i-1}  (Luong et al., 2015); both have the same width, and there is nothing to learn.

    Raises ValueError if query_size and memory_size differ.
    """

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__(query_size, memory_size)
        if query_size != memory_size:
            raise ValueError(
                f"a dot product needs query_size={query_size} and memory_size={memory_size} to be equal: "
                "use GeneralAttention"
            )

    def project_keys(self, values: Tensor) -> Tensor:
        return values

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)


class GeneralAttention(Attention):
    """e_ij = h_jᵀ W s_{i-1}  (Luong et al., 2015); the keys are Wᵀ h_j."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__(query_size, memory_size)
        self.W = nn.Linear(query_size, memory_size, bias=False)

    def project_keys(self, values: Tensor) -> Tensor:
        return values @ self.W.weight

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)
