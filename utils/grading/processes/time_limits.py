"""The time that the cells of one submission may take, and the alarm of a test that takes longer."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from utils.grading.exchange.channel import Channel

TOO_LONG = "took more than"  # says the sentence about a cell that ran out of time
SHORTEST = 5.0  # seconds that a cell gets at least, however often the submission ran out of time


class CellTimeout(BaseException):
    """A test cell took too long."""


class Clock:
    """Measures the cells of one submission.

    Args:
        timeout: seconds for one cell.
        tell: hears until when the tests' process may be busy.

    Attributes:
        timeouts: how often a cell ran out of time.
        rang: whether the test under way has taken too long; ``deadline``, until when it may go on.
    """

    def __init__(self, timeout: float, tell: Callable[[dict], None]) -> None:
        self.timeout, self.tell = timeout, tell
        self.timeouts = 0
        self.rang = False
        self.deadline = 0.0

    def limit(self) -> float:
        """Seconds for the next cell: fewer after each that ran out of time."""
        return max(min(SHORTEST, self.timeout), self.timeout / 2**self.timeouts)

    def too_long(self, label: str, limit: float) -> str:
        """The sentence about a cell that ran out of time, which is counted."""
        self.timeouts += 1
        return f"{label} {TOO_LONG} {limit:g} seconds; is there a loop that does not end?"

    def watched(self, seconds: float | None) -> None:
        """Tell for how long the tests' process may be busy: what an answer makes it do may hear no alarm."""
        self.tell({"until": None if seconds is None else time.monotonic() + seconds})

    @contextlib.contextmanager
    def alarm(self, seconds: float) -> Iterator[None]:
        """Stop the block when the student's process does not use the time up, but the test itself does."""

        def ring(*_: Any) -> None:
            self.rang = True
            raise CellTimeout

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds + 0.5)
        self.watched(seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.watched(None)

    @contextlib.contextmanager
    def stopped(self, others: Iterable[Channel]) -> Iterator[None]:
        """What happens in the block is not the test's time, nor that of the ``others``."""
        start = time.monotonic()
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        self.watched(None)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, left)
            self.watched(left)
            passed = time.monotonic() - start
            self.deadline += passed
            for channel in others:
                if channel.deadline is not None:
                    channel.deadline += passed
