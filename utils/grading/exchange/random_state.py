"""Random numbers on both sides: a seed that a test sets is the seed that the student's code finds.

Nothing random comes back. When the student's code has drawn numbers, the test's generator is moved on by a
rule of its own, so that no state chosen by a student ever decides what a test draws.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
import torch


class Source:
    """A source of random numbers, whose state is bytes."""

    def look(self) -> Any:
        """Its state in whatever form is quickest; it is compared with the one before at every message."""
        return self.state()

    def state(self) -> bytes:
        raise NotImplementedError

    def set(self, state: bytes) -> None:
        raise NotImplementedError

    def seed(self, seed: int) -> None:
        raise NotImplementedError

    def move_on(self) -> None:
        """Another state, which follows from this one."""
        self.seed(int.from_bytes(hashlib.sha256(self.state()).digest()[:4], "big"))


class TorchSource(Source):
    """A ``torch.Generator``; the one that torch draws from by default, unless another is given."""

    def __init__(self, generator: torch.Generator | None = None) -> None:
        self.generator = generator or torch.default_generator

    def state(self) -> bytes:
        return self.generator.get_state().numpy().tobytes()

    def set(self, state: bytes) -> None:
        self.generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))

    def seed(self, seed: int) -> None:
        self.generator.manual_seed(seed)


class PythonSource(Source):
    """The module ``random``."""

    def look(self) -> tuple:
        return random.getstate()

    def state(self) -> bytes:
        version, numbers, spare = random.getstate()
        return np.array([version, *numbers], dtype=np.int64).tobytes() + repr(spare).encode()

    def set(self, state: bytes) -> None:
        version, *numbers = np.frombuffer(state[: 8 * 626], dtype=np.int64).tolist()
        spare = state[8 * 626 :].decode()
        random.setstate((version, tuple(numbers), None if spare == "None" else float(spare)))

    def seed(self, seed: int) -> None:
        random.seed(seed)


class NumpySource(Source):
    """NumPy's global generator."""

    def look(self) -> tuple:
        _, numbers, *rest = np.random.get_state()
        return np.asarray(numbers).tobytes(), *rest

    def state(self) -> bytes:
        _, numbers, position, has_spare, spare = np.random.get_state()
        head = np.array([position, has_spare], dtype=np.int64).tobytes() + np.float64(spare).tobytes()
        return head + np.asarray(numbers, dtype=np.uint32).tobytes()

    def set(self, state: bytes) -> None:
        position, has_spare = np.frombuffer(state[:16], dtype=np.int64).tolist()
        spare = float(np.frombuffer(state[16:24], dtype=np.float64)[0])
        numbers = np.frombuffer(state[24:], dtype=np.uint32)
        np.random.set_state(("MT19937", numbers, position, has_spare, spare))

    def seed(self, seed: int) -> None:
        np.random.seed(seed)


class Randomness:
    """The sources that one side knows, and the state that each had when the sides last spoke."""

    def __init__(self) -> None:
        self.sources: list[Source] = [TorchSource(), PythonSource(), NumpySource()]
        self.last: list[Any] = [None, None, None]

    def number(self, generator: torch.Generator) -> int:
        """The number of a generator that goes along as an argument."""
        for number, source in enumerate(self.sources[3:], 3):
            if isinstance(source, TorchSource) and source.generator is generator:
                return number
        self.sources.append(TorchSource(generator))
        self.last.append(None)
        return len(self.sources) - 1

    def generator(self, number: Any) -> torch.Generator:
        """The generator that stands here for the other side's ``number``."""
        if not isinstance(number, int) or not 3 <= number <= len(self.sources):
            raise ValueError("no such generator")
        if number == len(self.sources):
            self.number(torch.Generator())
        source = self.sources[number]
        assert isinstance(source, TorchSource)
        return source.generator

    def changed(self) -> list[int]:
        """The sources that were seeded or drawn from on this side since they were last looked at."""
        before, self.last = self.last, [source.look() for source in self.sources]
        return [i for i, (then, now) in enumerate(zip(before, self.last, strict=True)) if then != now]

    def news(self) -> list:
        """[number, state] of each source that was seeded or drawn from on this side since."""
        return [[i, self.sources[i].state()] for i in self.changed()]

    def take(self, news: list) -> None:
        """Set the sources to the other side's states."""
        for number, state in news:
            if number >= 3:
                self.generator(number)
            self.sources[number].set(state)
            self.last[number] = self.sources[number].look()

    def moved(self) -> list[int]:
        """The sources that this side has drawn from since."""
        return self.changed()

    def follow(self, moved: Any) -> None:
        """Move on the sources that the other side has drawn from."""
        for number in {number for number in moved if type(number) is int}:
            if 0 <= number < len(self.sources):
                self.sources[number].move_on()
                self.last[number] = self.sources[number].look()
