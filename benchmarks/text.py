"""How fast does text become numbers, and how much of a batch is padding? Run it from the repository:

    python -m benchmarks.text [--source default real] [--names spam reviews]

For every data set: the rate of loading, of tokenising, of numericalising, and of the three together, in
millions of tokens a second of one processor, each the best of three runs. The default data is not read but
made, so there "load" is the rate of making it. Then, for batches of similar length, the share of positions
that is padding, over the split that wastes most; beside it that share for batches shuffled without buckets,
and how many batches there are for each one that could not be avoided. Real data is looked for where the
course looks for it (COURSE_DATA, the cache, the network).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence, Sized
from typing import Any, NamedTuple

import torch

from utils.data.dataset import Dataset
from utils.data.load import DEFAULT, REAL, load
from utils.text import (
    BPTTBatches,
    BucketBatches,
    build_vocabulary,
    get_tokenizer,
    numericalise_all,
    padding_waste,
    tokenise_all,
)

BATCH_SIZE, SEQ_LENGTH, REPEATS = 32, 35, 3
HEAD = f"{'data set':24}{'tokens':>12}{'load':>8}{'tokenise':>10}{'numbers':>9}{'all':>7}"
TEXTS = ("text", "tokens", "source", "target")  # what the data sets call them
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
    if tokenise is None:  # no text, but batched all the same, unless it is word vectors
        rows = [] if name in ("vectors", "glove") else [[rows_of(part)] for part in data.values()]
        print(f"{title:24}{'no text':>12}{'':34}{padding(rows) if rows else ''}")
        return
    seconds, splits = numbers_of(data, tokenise)
    tokens = sum(len(row) for sides in splits for side in sides for row in side)
    seconds = [load_seconds, *seconds]
    rates = [tokens / second / 1e6 for second in [*seconds, sum(seconds)]]
    line = f"{title:24}{tokens:12,}{rates[0]:8.1f}{rates[1]:10.1f}{rates[2]:9.1f}{rates[3]:7.1f}"
    if isinstance(data["train"], str):
        print(f"{line}  {BPTTBatches(splits[0][0][0], BATCH_SIZE, SEQ_LENGTH)}")
        return
    print(line + padding(splits))


def numbers_of(data: Dataset, tokenise: Callable) -> tuple[list[float], list[list[list[torch.Tensor]]]]:
    """The seconds for tokenising and for numericalising, and of each split, each side's numbers."""
    tokenising = numericalising = 0.0
    splits = []
    for part in data.values():
        splits.append([])
        for side in sides_of(part):
            seconds, sentences = timed(tokenise_all, side, tokenise)
            tokenising += seconds
            seconds, numbers = timed(numericalise_all, sentences, build_vocabulary(sentences))
            numericalising += seconds
            splits[-1].append(numbers)
    return [tokenising, numericalising], splits


def sides_of(part: Sequence[Any]) -> list[Sequence[Any]]:
    """What is tokenised: a text as it is, every caption of a picture, else the parts named in TEXTS."""
    if isinstance(part, str):
        return [[part]]
    if hasattr(part[0], "captions"):
        return [[caption for item in part for caption in item.captions]]
    return [[getattr(item, name) for item in part] for name in TEXTS if hasattr(part[0], name)]


def rows_of(part: Sequence[Any]) -> Sequence[Sized]:
    """What is padded of items that are no text: the input of a signal, a chorale."""
    if hasattr(part[0], "input"):
        return [item.input for item in part]
    return part


def tokenizer_of(data: Dataset) -> Callable[[Any], Sequence[str]] | None:
    """Words for sentences, characters for surnames and prose; None where the items are no text."""
    first = next(iter(data.values()))[0]
    if isinstance(first, str) or hasattr(first, "tokens") or data.name in ("surnames", "names"):
        return list
    return get_tokenizer() if any(hasattr(first, name) for name in ("text", "source", "captions")) else None


def padding(splits: list[list[Sequence[Sized]]]) -> str:
    """The end of the line: the split that wastes most."""
    worst = max(map(lengths_of, splits))
    return f"{worst.waste:9.1%}{worst.plain:8.1%}{worst.batches:9.2f}"


def lengths_of(sides: list[Sequence[Sized]]) -> Lengths:
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
    """The processor's seconds for the fastest of some calls, and what the last returns."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = function(*arguments)
        times.append(time.process_time() - start)
    return min(times), result


if __name__ == "__main__":
    main()
