"""The artificial tasks on which recurrent networks are compared: what must be kept, and for how long.

Adding and temporal order are those of Hochreiter and Schmidhuber, "Long short-term memory", Neural
Computation 1997; arithmetic on characters and XML follow Jozefowicz, Zaremba and Sutskever, "An empirical
exploration of recurrent network architectures", ICML 2015.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Hashable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from utils.data.dataset import SPLITS, Dataset, split
from utils.data.made.signals import check_at_least_one, parity, random_sines

SYMBOLS = "abcdXY"  # of the temporal order task
ORDERS = ("XX", "XY", "YX", "YY")
COPIED = 8  # symbols 1 ... 8 are copied; 0 is the blank and 9 says "now"
BLANK, GO = 0, COPIED + 1


class Signal(NamedTuple):
    """One example of the task named: what goes in and what must come out, tensors or texts."""

    task: str
    input: Any
    target: Any


def make(seed: int = 0, count: int = 500) -> Dataset:
    """``count`` examples of each of seven tasks; the items are ``Signal(task, input, target)``.

    "sine", "parity", "adding", "temporal order" and "copy" hold tensors for a single sequence, as their
    functions describe them without the first axis; "arithmetic" and "xml" hold texts, and the target of
    "xml" is its input one character on. No input is in two splits.

    Raises ValueError if count is below 1.
    """
    check_at_least_one(count=count)
    examples: dict[str, list[tuple]] = {
        "sine": _one_by_one(random_sines(count, 40, seed)),
        "parity": _one_by_one(parity(count, 32, seed)),
        "adding": _one_by_one(adding(count, 50, seed)),
        "temporal order": _one_by_one(temporal_order(count, 50, seed)),
        "copy": _one_by_one(copy(count, 10, 20, seed)),
        "arithmetic": list(arithmetic(count, seed)),
        "xml": [(text[:-1], text[1:]) for text in xml(count, 8, seed)],
    }
    splits: dict[str, list[Signal]] = {name: [] for name in SPLITS}
    for task, pairs in examples.items():
        signals = [Signal(task, given, wanted) for given, wanted in pairs]
        for name, part in split(signals, seed, keys=lambda signal: (_content(signal.input),)).items():
            splits[name] += part
    title = f"examples of {', '.join(examples)}"
    return Dataset("signals", "default", title, dict(splits))


def _one_by_one(batch: tuple[Tensor, Tensor]) -> list[tuple]:
    return list(zip(*batch, strict=True))


def _content(value: Tensor | str) -> Hashable:
    """What makes two inputs equal; a sum is the same sum whatever letters stand in it."""
    if isinstance(value, Tensor):
        return tuple(value.flatten().tolist())
    return value if "<" in value else re.sub("[a-z]", "", value)


def adding(count: int, length: int, seed: int) -> tuple[Tensor, Tensor]:
    """Numbers, two of which are marked; the target is the sum of these two.

    Step t of x is (number_t, mark_t), number_t ~ U(0, 1); mark_t is 1 at one step of the first half and one
    of the rest, elsewhere 0. To answer 1 always has a mean squared error of 1/6.

    Returns x of shape (count, length, 2) and y of shape (count,), both float32, the same for the same seed.
    Raises ValueError if count is below 1 or length below 2.
    """
    _check(count, length, 2)
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.rand(count, length, generator=generator)
    first = torch.randint(length // 2, (count, 1), generator=generator)
    second = torch.randint(length // 2, length, (count, 1), generator=generator)
    marks = torch.zeros(count, length).scatter_(1, torch.cat([first, second], dim=1), 1.0)
    return torch.stack([numbers, marks], dim=2), (numbers * marks).sum(dim=1)


def temporal_order(count: int, length: int, seed: int) -> tuple[Tensor, Tensor]:
    """Noise with an X or a Y at two places; the target says which came first and which second.

    The symbols are the indices of ``SYMBOLS``; X and Y stand between 10 % and 20 % and between 50 % and 60 %
    of the length, all other symbols are a, b, c or d. The labels are the indices of ``ORDERS``, all equally
    frequent (to one, if count is no multiple of 4).

    Returns x of shape (count, length) and labels of shape (count,), both int64, the same for the same seed.
    Raises ValueError if count is below 1 or length below 10.
    """
    _check(count, length, 10)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(4, (count, length), generator=generator)
    labels = (torch.arange(count) % 4)[torch.randperm(count, generator=generator)]
    for start, is_y in ((0.1, labels // 2), (0.5, labels % 2)):
        low, high = round(start * length), round((start + 0.1) * length)
        place = torch.randint(low, high, (count, 1), generator=generator)
        x.scatter_(1, place, SYMBOLS.index("X") + is_y[:, None])
    return x, labels


def copy(count: int, symbols: int, delay: int, seed: int) -> tuple[Tensor, Tensor]:
    """Symbols to be repeated after a delay.

    x is ``symbols`` random symbols of 1 ... 8, ``delay`` blanks of which the last is the sign "now", and
    ``symbols`` blanks; the target is blank, but for the symbols at the end. A blank is 0 and "now" is 9.
    A model without memory has, at the best, a mean cross-entropy of symbols log(8) / (delay + 2 symbols).

    Returns x and target, both (count, delay + 2 symbols) in int64, the same for the same seed.
    Raises ValueError if count, symbols or delay is below 1.
    """
    check_at_least_one(count=count, symbols=symbols, delay=delay)
    generator = torch.Generator().manual_seed(seed)
    what = torch.randint(1, COPIED + 1, (count, symbols), generator=generator)
    x = torch.full((count, delay + 2 * symbols), BLANK)
    target = x.clone()
    x[:, :symbols] = what
    x[:, symbols + delay - 1] = GO
    target[:, -symbols:] = what
    return x, target


def arithmetic(count: int, seed: int, digits: int = 8, distractors: float = 0.5) -> list[tuple[str, str]]:
    """Sums and differences, character by character, with letters strewn in that mean nothing.

    An example is ("3e36d9-h1h39f94eeh43keg3c=", "-13991064."): both numbers have 1 to ``digits`` digits, the
    answer ends with a point. After every character of the question, another letter follows with probability
    ``distractors``, again and again.

    Returns pairs (question, answer), the same for the same seed.
    Raises ValueError if count or digits is below 1 or distractors not from 0 up to but without 1.
    """
    check_at_least_one(count=count, digits=digits)
    if not 0 <= distractors < 1:
        raise ValueError(f"distractors is a probability below 1, got {distractors}")
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        first, second = (_number(rng.randint(1, digits), rng) for _ in range(2))
        sign = rng.choice("+-")
        answer = first + second if sign == "+" else first - second
        pairs.append((f"{_strew(f'{first}{sign}{second}', distractors, rng)}=", f"{answer}."))
    return pairs


def xml(count: int, tags: int, seed: int) -> list[str]:
    """Texts of nested tags, for predicting the next character: a closing tag repeats its opening one.

    Each text opens ``tags`` tags, their names 2 to 10 random letters. As long as a tag is open, the next one
    is opened or the last one closed with equal probability; at the end all are closed.

    Returns texts such as "<ab><xyz></xyz></ab>", the same for the same seed.
    Raises ValueError if count or tags is below 1.
    """
    check_at_least_one(count=count, tags=tags)
    rng = random.Random(seed)
    return [_xml_text(tags, rng) for _ in range(count)]


def _xml_text(tags: int, rng: random.Random) -> str:
    text, opened = "", 0
    stack: list[str] = []
    while opened < tags or stack:
        if opened < tags and (not stack or rng.random() < 0.5):
            stack.append("".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 10))))
            text += f"<{stack[-1]}>"
            opened += 1
        else:
            text += f"</{stack.pop()}>"
    return text


def _number(digits: int, rng: random.Random) -> int:
    """A number of so many digits, the first of them not 0 (but 0 itself has one digit)."""
    return rng.randrange(0 if digits == 1 else 10 ** (digits - 1), 10**digits)


def _strew(text: str, probability: float, rng: random.Random) -> str:
    parts = []
    for char in text:
        parts.append(char)
        while rng.random() < probability:
            parts.append(rng.choice(string.ascii_lowercase))
    return "".join(parts)


def _check(count: int, length: int, least: int) -> None:
    check_at_least_one(count=count)
    if length < least:
        raise ValueError(f"length must be at least {least}, got {length}")
