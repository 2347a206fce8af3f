"""From numericalised sentences to batches: padding, sources with their targets, a long text in rows.

Everywhere, tokens are int64 tensors of shape (batch, time), and ``lengths`` (batch,) says how many tokens of
each row are real; beyond them a row holds ``padding_value``, by default 0, the index of ``<pad>``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

Sentence = Tensor | Sequence[int]
Pair = tuple[Sentence, Sentence]


def pad(sequences: Sequence[Sentence], padding_value: int = 0) -> tuple[Tensor, Tensor]:
    """Sentences of different lengths in one tensor.

    Returns the tokens, (batch, time) with time the longest length, and the lengths, (batch,), both int64.

    Raises ValueError if there is no sequence, or one is empty or is not a row of integers.
    """
    if len(sequences) == 0:
        raise ValueError("expected one or more sequences to pad, got none")
    rows = [_row(sequence, f"sequence {number}") for number, sequence in enumerate(sequences)]
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows, batch_first=True, padding_value=padding_value), lengths


def _row(sequence: Sentence, name: str) -> Tensor:
    try:
        row = torch.as_tensor(sequence)
    except (TypeError, ValueError):  # strings, most likely
        raise ValueError(f"{name} must hold integers: numericalise it first") from None
    if row.dim() != 1:
        raise ValueError(f"{name} must have shape (length,), got {tuple(row.shape)}")
    if len(row) == 0:
        raise ValueError(f"{name} is empty: leave it out, or give it a token of its own")
    if row.is_floating_point() or row.dtype == torch.bool:
        raise ValueError(f"{name} must hold integers, got {row.dtype}: numericalise it first")
    return row.to(torch.int64)


class LabelledBatch(NamedTuple):
    """Sentences with one label each."""

    tokens: Tensor  #: (batch, time)
    lengths: Tensor  #: (batch,)
    labels: Tensor  #: (batch,)


def labelled_batch(items: Sequence[tuple[Sentence, int]], padding_value: int = 0) -> LabelledBatch:
    """A batch of items (sentence, label). Raises ValueError as ``pad`` does."""
    tokens, lengths = pad([sentence for sentence, _ in items], padding_value)
    return LabelledBatch(tokens, lengths, torch.tensor([label for _, label in items], dtype=torch.int64))


class PairBatch(NamedTuple):
    """Sources with their targets; at every step t the decoder reads target_in_t and predicts target_out_t."""

    source: Tensor  #: (batch, source)
    source_lengths: Tensor  #: (batch,)
    target_in: Tensor  #: (batch, time): the begin-of-sequence index, then the target
    target_out: Tensor  #: (batch, time): the target, then the end-of-sequence index


def pair_batch(pairs: Sequence[Pair], bos: int, eos: int, padding_value: int = 0) -> PairBatch:
    """A batch of items (source, target) for teacher forcing: target_out_t = target_in_{t+1}.

    ``bos`` and ``eos`` are the indices of begin and end of sequence, which the targets themselves do not
    hold. At padding, target_out is ``padding_value``: leave it out of the loss by ``ignore_index``.

    Raises ValueError as ``pad`` does for the sources; a target may be empty.
    """
    source, source_lengths = pad([source for source, _ in pairs], padding_value)
    targets = [target.tolist() if isinstance(target, Tensor) else target for _, target in pairs]
    target_in, _ = pad([[bos, *target] for target in targets], padding_value)
    target_out, _ = pad([[*target, eos] for target in targets], padding_value)
    return PairBatch(source, source_lengths, target_in, target_out)


class BPTTBatches:
    """One long text as ``batch_size`` rows, read in parallel, ``seq_length`` tokens at a time.

    With width = (length - 1) // batch_size, row i reads tokens i * width ... (i + 1) * width - 1 and predicts
    at each of them the next token. Each batch goes on where the last one ended, row by row, so the state
    after one batch is the state before the next (detach it: truncated backpropagation through time). The
    last batch may be shorter.

    Iterating gives (inputs, targets), both (batch, time), with targets_t = inputs_{t+1}. The same batches
    come in every epoch; start an epoch with a zero state. Nothing is lost but the last tokens of the text,
    fewer than ``batch_size``: ``dropped`` counts them, and ``print(batches)`` says so.

    Raises ValueError if tokens is not a row of integers, a size is below 1, or the text is too short to give
    every row a token and its target.
    """

    def __init__(self, tokens: Tensor | Sequence[int], batch_size: int, seq_length: int) -> None:
        check_at_least_one(batch_size=batch_size, seq_length=seq_length)
        text = _row(tokens, "the text")
        self.width = (len(text) - 1) // batch_size
        if self.width < 1:
            raise ValueError(
                f"{len(text)} tokens are too few for {batch_size} rows: "
                f"pass {batch_size + 1} or more, or lower batch_size"
            )
        self.batch_size = batch_size
        self.seq_length = seq_length
        used = self.width * batch_size
        self.dropped = len(text) - 1 - used
        self._inputs = text[:used].view(batch_size, self.width)
        self._targets = text[1 : used + 1].view(batch_size, self.width)

    def __len__(self) -> int:
        return math.ceil(self.width / self.seq_length)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return zip(
            self._inputs.split(self.seq_length, dim=1),
            self._targets.split(self.seq_length, dim=1),
            strict=True,
        )

    def __str__(self) -> str:
        return (
            f"{self.batch_size} rows of {self.width} tokens in {len(self)} batches of up to "
            f"{self.seq_length} steps; left out at the end of the text: {self.dropped} tokens"
        )


def check_is_list(values: Any, what: str) -> None:
    if isinstance(values, Mapping) or not hasattr(values, "__getitem__"):  # a generator, most likely
        raise ValueError(f"expected a list of {what}, got a {type(values).__name__}: make a list of it first")
    if len(values) == 0:
        raise ValueError(f"expected one or more {what}, got none")


def check_at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
