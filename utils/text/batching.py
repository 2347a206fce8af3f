"""From numericalised sentences to batches: padding, sources with their targets, a long text in rows.

Everywhere, tokens are int64 tensors of shape (batch, time), and ``lengths`` (batch,) says how many tokens of
each row are real; beyond them a row holds ``padding_value``, by default 0, the index of ``<pad>``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

Sentence = Tensor | Sequence[int]
Pair = tuple[Sentence, Sentence]


def pad(sequences: Sequence[Sentence], padding_value: int = 0) -> tuple[Tensor, Tensor]:
    """Sentences of different lengths in one tensor.

    Returns the tokens, (batch, time) with time the longest length, and the lengths, (batch,), both int64.

    Raises ValueError if ``sequences`` is not a list or is empty, or one of them is empty or is not a row of
    integers.
    """
    check_is_list(sequences, "sequences to pad")
    return _padded(
        [_row(sequence, f"sequence {number}") for number, sequence in enumerate(sequences)], padding_value
    )


def _padded(rows: list[Tensor], padding_value: int) -> tuple[Tensor, Tensor]:
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows, batch_first=True, padding_value=padding_value), lengths


def _row(sequence: Sentence, name: str, may_be_empty: bool = False) -> Tensor:
    try:
        row = torch.as_tensor(sequence)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} {_why_no_row(sequence)}") from None
    if row.dim() != 1:
        raise ValueError(f"{name} must have shape (length,), got {tuple(row.shape)}")
    if len(row) == 0 and not may_be_empty:
        raise ValueError(f"{name} is empty: leave it out, or give it a token of its own")
    if len(row) > 0 and (row.is_floating_point() or row.dtype == torch.bool):
        raise ValueError(f"{name} must hold integers, got {row.dtype}: numericalise it first")
    return row.to(torch.int64)


def _why_no_row(sequence: Any) -> str:
    """What torch could make no tensor of."""
    if isinstance(sequence, (list, tuple)):
        if all(isinstance(part, Tensor) for part in sequence):
            return f"must be one row of integers, got {len(sequence)} tensors: join them by torch.cat"
        if all(isinstance(part, (list, tuple)) for part in sequence):
            return f"must be one row of integers, got {len(sequence)} rows: join them first"
    elif not isinstance(sequence, str):
        return f"must be a list or a tensor of integers, got a {type(sequence).__name__}"
    return "must hold integers: numericalise it first"  # it holds strings, most likely


class LabelledBatch(NamedTuple):
    """Sentences with one label each."""

    tokens: Tensor  #: (batch, time)
    lengths: Tensor  #: (batch,)
    labels: Tensor  #: (batch,)


def labelled_batch(items: Sequence[tuple[Sentence, int]], padding_value: int = 0) -> LabelledBatch:
    """A batch of items (sentence, label), where a label is an integer or a bool.

    Raises ValueError as ``pad`` does, and if an item is no pair or a label no integer.
    """
    check_are_pairs(items, "(sentence, label)")
    tokens, lengths = pad([sentence for sentence, _ in items], padding_value)
    labels = [_label(label, number) for number, (_, label) in enumerate(items)]
    return LabelledBatch(tokens, lengths, torch.tensor(labels, dtype=torch.int64))


def _label(label: Any, number: int) -> int:
    value = label.item() if isinstance(label, (Tensor, np.generic)) and label.ndim == 0 else label
    if isinstance(value, str):
        raise ValueError(
            f"label {number} is {value[:40]!r}: numericalise the labels first, by "
            "classes = build_vocabulary([labels], specials=()) and classes(labels)"
        )
    if not isinstance(value, int):
        raise ValueError(
            f"label {number} is {label!r:.40}: a label must be an integer, the number of its class"
        )
    return value


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

    Raises ValueError if an item is no pair, or a source or target is not as ``pad`` wants it; a target may be
    empty.
    """
    check_are_pairs(pairs, "(source, target)")
    sources = [_row(source, f"source {number}") for number, (source, _) in enumerate(pairs)]
    targets = [
        _row(target, f"target {number}", may_be_empty=True) for number, (_, target) in enumerate(pairs)
    ]
    source, source_lengths = _padded(sources, padding_value)
    target_in, _ = _padded([F.pad(target, (1, 0), value=bos) for target in targets], padding_value)
    target_out, _ = _padded([F.pad(target, (0, 1), value=eos) for target in targets], padding_value)
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

    Sentences are one text when they are joined: ``torch.cat(numericalise_all(sentences, vocabulary))``.

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


def check_are_pairs(items: Any, parts: str) -> None:
    check_is_list(items, f"pairs {parts}")
    for number, item in enumerate(items):
        if not isinstance(item, (tuple, list)):
            raise ValueError(f"item {number} must be a pair {parts}, got a {type(item).__name__}")
        if len(item) != 2:
            raise ValueError(f"item {number} must be a pair {parts}, got {len(item)} parts")


def check_at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
