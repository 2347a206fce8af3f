"""How fast does text become numbers, and how much of a batch is padding? Run it from the repository:

    python -m benchmarks.text [--source default real] [--names spam reviews]

For every data set: the rate of loading, of tokenising, of numericalising, and of the three together, in
millions of tokens a second, one thread. Then, for batches of similar length, the share of positions that is
padding, over the split that wastes most; beside it that share for batches shuffled without buckets, and how
many batches there are for each one that could not be avoided. Real data is looked for where the course looks
for it (COURSE_DATA, the cache, the network).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from utils.data.dataset import Dataset, Labelled, Pair, Tagged
from utils.data.load import DEFAULT, REAL, load
from utils.text import (
    BPTTBatches,
    BucketBatches,
    build_vocabulary,
    get_tokenizer,
    numericalise_all,
    padding_waste,
)

BATCH_SIZE, SEQ_LENGTH = 32, 35
HEAD = f"{'data set':24}{'tokens':>12}{'load':>8}{'tokenise':>10}{'numbers':>9}{'all':>7}"
WASTE_HEAD = f"{'waste':>9}{'plain':>8}{'batches':>9}"


class Lengths(NamedTuple):
    """How much of one split is padding."""

    waste: float
    plain: float
    batches: float  #: as many as ceil(items / BATCH_SIZE) are 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", nargs="+", default=["default"], choices=["default", "real"])
    parser.add_argument("--names", nargs="+", help="some data sets instead of all; a corpus, imdb, too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"M tokens/s; batches of {BATCH_SIZE}\n\n{HEAD}{WASTE_HEAD}")
    for source in options.source:
        for name in options.names or (DEFAULT if source == "default" else REAL):
            measure(name, source)


def measure(name: str, source: str) -> None:
    """Print the line of one data set."""
    load_seconds, data = timed(load, name, source)
    title = f"{name} ({source})"
    tokenise = tokenizer_of(data)
    if tokenise is None:
        print(f"{title:24}  not tokens in a row")
        return
    seconds, splits = numbers_of(data, tokenise)
    tokens = sum(len(row) for sides in splits for side in sides for row in side)
    seconds = [load_seconds, *seconds]
    rates = [tokens / second / 1e6 for second in [*seconds, sum(seconds)]]
    line = f"{title:24}{tokens:12,}{rates[0]:8.1f}{rates[1]:10.1f}{rates[2]:9.1f}{rates[3]:7.1f}"
    if isinstance(data["train"], str):
        print(f"{line}  {BPTTBatches(splits[0][0][0], BATCH_SIZE, SEQ_LENGTH)}")
        return
    worst = max(map(lengths_of, splits))
    print(f"{line}{worst.waste:9.1%}{worst.plain:8.1%}{worst.batches:9.2f}")


def numbers_of(data: Dataset, tokenise: Callable) -> tuple[list[float], list[list[list[torch.Tensor]]]]:
    """The seconds for tokenising and for numericalising, and of each split, each side's numbers."""
    tokenising = numericalising = 0.0
    splits = []
    for part in data.values():
        splits.append([])
        for side in sides_of(part):
            seconds, sentences = timed(list, map(tokenise, side))
            tokenising += seconds
            seconds, numbers = timed(numericalise_all, sentences, build_vocabulary(sentences))
            numericalising += seconds
            splits[-1].append(numbers)
    return [tokenising, numericalising], splits


def sides_of(part: Sequence[Any]) -> list[Sequence[Any]]:
    """What is tokenised: a text as it is, both sides of pairs, the text or the words of other items."""
    if isinstance(part, str):
        return [[part]]
    if isinstance(part[0], Pair):
        return [[pair.source for pair in part], [pair.target for pair in part]]
    return [[item[0] for item in part]]


def tokenizer_of(data: Dataset) -> Callable[[Any], Sequence[str]] | None:
    """Words for sentences, characters for surnames and prose; None where an item is no text."""
    item = next(iter(data.values()))[0]
    if isinstance(item, Tagged) or data.name in ("surnames", "names") or isinstance(item, str):
        return list
    return get_tokenizer() if isinstance(item, Labelled | Pair) else None


def lengths_of(sides: list[list[torch.Tensor]]) -> Lengths:
    """Padding in one epoch over a split, all sides of its items together."""
    items = list(zip(*([len(row) for row in side] for side in sides), strict=True))
    buckets, plain = (
        BucketBatches(items, BATCH_SIZE, collate=list, length=tuple, max_waste=limit) for limit in (0.1, 1.0)
    )
    fewest = math.ceil(len(items) / BATCH_SIZE)
    return Lengths(padding_waste(parts(buckets)), padding_waste(parts(plain)), len(buckets) / fewest)


def parts(batches: BucketBatches) -> Iterator[Sequence[int]]:
    """The lengths in each tensor of an epoch: a pair makes two of a batch."""
    return (side for batch in batches for side in zip(*batch, strict=True))


def timed(function: Callable, *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
