"""Batches of similar length, so that little of them is padding.

Source: bucketing by length, as in Khomenko et al., "Accelerating recurrent neural network training using
sequence bucketing and multi-GPU data parallelization", 2016. The bound on the waste is our own.
"""

from __future__ import annotations

import math
import numbers
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from utils.text.batching import (
    Pair,
    PairBatch,
    check_are_pairs,
    check_at_least_one,
    check_is_list,
    pad,
    pair_batch,
)

Item = TypeVar("Item")
Batch = TypeVar("Batch")


class BucketBatches(Generic[Item, Batch]):
    """Batches of items of similar length, in a new order in every epoch, each item exactly once.

    Items are put into buckets such that any batch from a bucket wastes less than ``max_waste`` of its
    positions on padding. An epoch shuffles each bucket, cuts it into batches of nearly equal sizes, and
    shuffles the batches. Where lengths are rare, a bucket is one batch, maybe a small one, which then has
    the same items in every epoch.

    Each ``iter(batches)`` is the next epoch. The order depends on ``seed`` and ``epoch`` alone; set ``epoch``
    to go back or to resume. ``len(batches)`` is the number of batches, the same in every epoch.

    With ``shuffle=False`` every epoch is the same, for example to evaluate a model. ``order`` then holds the
    index of each item, in the order of the batches and their rows, and brings what is said of the items back
    into their own order::

        for index, answer in zip(batches.order, answers, strict=True):
            answer_of[index] = answer

    Args:
        items: what is batched.
        batch_size: the most items in a batch.
        collate: makes a batch of a list of items, as ``pad`` does.
        length: the length of an item, or a tuple of lengths if it has several parts that are padded, such as
            source and target. The positions of all parts count. ``len`` is for items that are sentences; for
            (sentence, label) pass ``length=lambda item: len(item[0])``.
        seed: of the order.
        max_waste: above 0, at most 1. 1 lets any items share a batch: shuffling without buckets.
        shuffle: whether every epoch has a new order.

    Raises ValueError if ``items`` is not a list or is empty, an item is empty, ``length`` is ``len`` and the
    items are tuples of several things, ``length`` gives anything but integers, as many for every item,
    batch_size < 1 or max_waste is out of range.
    """

    def __init__(
        self,
        items: Sequence[Item],
        batch_size: int,
        collate: Callable[[list[Item]], Batch] = pad,  # type: ignore[assignment]
        length: Callable[[Item], int | tuple[int, ...]] = len,  # type: ignore[assignment]
        seed: int = 0,
        max_waste: float = 0.1,
        shuffle: bool = True,
    ) -> None:
        check_at_least_one(batch_size=batch_size)
        if not 0 < max_waste <= 1:
            raise ValueError(f"max_waste must lie above 0 and not above 1, got {max_waste}")
        check_is_list(items, "items to batch")
        if length is len:
            _check_is_sentence(items[0])
        self.items = items
        self.batch_size = batch_size
        self.collate = collate
        self.seed = seed
        self.shuffle = shuffle
        self.epoch = 0
        lengths = [_as_tuple(length(item), number) for number, item in enumerate(items)]
        _check_lengths(lengths)
        self._buckets = _buckets(lengths, batch_size, max_waste)

    def __len__(self) -> int:
        return sum(math.ceil(len(bucket) / self.batch_size) for bucket in self._buckets)

    def __iter__(self) -> Iterator[Batch]:
        plan = self.plan(self.epoch)
        self.epoch += 1
        return (self.collate([self.items[index] for index in batch]) for batch in plan)

    @property
    def order(self) -> list[int]:
        """The indices of the items as every epoch gives them. Raises ValueError unless ``shuffle=False``."""
        if self.shuffle:
            raise ValueError(
                "the order is new in every epoch: pass shuffle=False, or ask plan(epoch) for one"
            )
        return [index for batch in self.plan(0) for index in batch]

    def plan(self, epoch: int) -> list[list[int]]:
        """The batches of this epoch, each as the indices of its items."""
        rng = random.Random(f"{self.seed} {epoch}")  # a string: seeds 1, 2 and epochs 2, 1 must not meet
        batches = []
        for bucket in self._buckets:
            indices = rng.sample(bucket, len(bucket)) if self.shuffle else bucket
            count = math.ceil(len(bucket) / self.batch_size)
            batches += [indices[number::count] for number in range(count)]
        if self.shuffle:
            rng.shuffle(batches)
        return batches


def pair_batches(
    pairs: Sequence[Pair],
    batch_size: int,
    bos: int,
    eos: int,
    padding_value: int = 0,
    seed: int = 0,
    max_waste: float = 0.1,
    shuffle: bool = True,
) -> BucketBatches[Pair, PairBatch]:
    """``BucketBatches`` of items (source, target), collated by ``pair_batch``; both sides count as waste."""
    check_are_pairs(pairs, "(source, target)")
    collate = partial(pair_batch, bos=bos, eos=eos, padding_value=padding_value)
    return BucketBatches(pairs, batch_size, collate, _pair_length, seed, max_waste, shuffle)


def _pair_length(pair: Pair) -> tuple[int, int]:
    source, target = pair
    return len(source), len(target) + 1  # the target gets bos in front or eos behind


def _check_is_sentence(item: Any) -> None:
    """``len`` of (sentence, label) is 2, whatever the sentence: all would share one bucket."""
    if isinstance(item, tuple) and not all(isinstance(part, numbers.Integral) for part in item):
        raise ValueError(
            "the items are tuples, and len counts their parts: pass length=lambda item: len(item[0]), "
            "or another function that gives the length of an item"
        )


def _as_tuple(length: Any, number: int) -> tuple[int, ...]:
    try:
        return tuple(map(operator.index, length if isinstance(length, (tuple, list)) else (length,)))
    except TypeError:
        raise ValueError(
            f"length must give an integer or a tuple of integers, got {length!r:.60} for item {number}"
        ) from None


def _check_lengths(lengths: list[tuple[int, ...]]) -> None:
    parts = len(lengths[0])
    for number, item in enumerate(lengths):
        if len(item) != parts or parts == 0:
            raise ValueError(
                "length must give as many integers for every item, at least one; "
                f"got {parts} for item 0 and {len(item)} for item {number}"
            )
        if min(item) < 1:
            raise ValueError(f"item {number} is empty: leave it out, or give it a token of its own")


def _buckets(lengths: list[tuple[int, ...]], batch_size: int, max_waste: float) -> list[list[int]]:
    """The indices of ``lengths`` in buckets, any batch from which wastes less than ``max_waste``."""
    buckets: list[list[int]] = []
    bucket = _Bucket(batch_size, max_waste)
    for index in sorted(range(len(lengths)), key=lambda index: _snake(lengths[index])):
        if not bucket.takes(lengths[index]):
            buckets.append(bucket.indices)
            bucket = _Bucket(batch_size, max_waste)
        bucket.add(index, lengths[index])
    return [*buckets, bucket.indices]


def _snake(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Sorts by the first length; the second goes up for even first lengths and down for odd ones.

    Neighbours in this order are close in both, where plain sorting would jump from the longest second part
    to the shortest.
    """
    return lengths if lengths[0] % 2 == 0 else (lengths[0], *(-length for length in lengths[1:]))


class _Bucket:
    """Indices of items, with what is needed to know whether one more fits."""

    def __init__(self, batch_size: int, max_waste: float) -> None:
        self.batch_size = batch_size
        self.max_waste = max_waste
        self.indices: list[int] = []
        self.total = 0
        self.shortest: tuple[int, ...] = ()
        self.longest: tuple[int, ...] = ()

    def takes(self, lengths: tuple[int, ...]) -> bool:
        if not self.indices:
            return True
        shortest = tuple(map(min, self.shortest, lengths))
        longest = tuple(map(max, self.longest, lengths))
        # Either no two items differ by much, and the bucket may grow and be cut anywhere, or it is one batch.
        if all((high - low) / high < self.max_waste for low, high in zip(shortest, longest, strict=True)):
            return True
        count = len(self.indices) + 1
        positions = count * sum(longest)
        wasted = positions - self.total - sum(lengths)
        return count <= self.batch_size and wasted / positions < self.max_waste

    def add(self, index: int, lengths: tuple[int, ...]) -> None:
        self.shortest = tuple(map(min, self.shortest, lengths)) if self.indices else lengths
        self.longest = tuple(map(max, self.longest, lengths)) if self.indices else lengths
        self.total += sum(lengths)
        self.indices.append(index)


def padding_waste(batches: Iterable[Sequence[int] | Tensor]) -> float:
    """The share of all positions that is padding, from the lengths of each batch.

    1 - Σ lengths / Σ (items in the batch * longest length in the batch). Raises ValueError without a batch.
    """
    rows = [torch.as_tensor(lengths) for lengths in batches]
    real = sum(int(lengths.sum()) for lengths in rows)
    positions = sum(len(lengths) * int(lengths.max()) for lengths in rows)
    if positions == 0:
        raise ValueError("expected the lengths of one or more batches, got none")
    return (positions - real) / positions
