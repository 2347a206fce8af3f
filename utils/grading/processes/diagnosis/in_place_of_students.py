"""The variants that answer in a student's place, for :mod:`utils.grading.processes.diagnosis.diagnose`."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from utils.grading.exchange.channel import Channel, Ended, Garbled, OutOfTime, pair
from utils.grading.exchange.peer import TESTS, Gone, Peer
from utils.grading.processes.student_handle import Student


class Cast:
    """The processes in which variants answer, one for each set of names that are gone in it.

    Args:
        maker: to the process that makes them.
        seconds: that they may take to answer.
        folder: where they work; empty for one of their own.
    """

    def __init__(self, maker: Channel, seconds: float, folder: str) -> None:
        self.maker, self.seconds, self.folder = maker, seconds, folder
        self.processes: dict[tuple[str, ...], tuple[Channel, int]] = {}

    def take_part(self, without: tuple[str, ...], number: int | None) -> Channel:
        """The channel to the process, which answers as this variant from now on.

        Raises:
            Ended, OutOfTime: there is none.
        """
        if without not in self.processes:
            here, there = pair()
            self.maker.send({"without": list(without), "folder": self.folder}, (there.fileno(),))
            there.close()
            channel = Channel(here)
            channel.deadline = time.monotonic() + self.seconds
            self.processes[without] = channel, channel.receive()["process"]
        channel, _ = self.processes[without]
        channel.deadline = time.monotonic() + self.seconds
        channel.send({"variant": number})
        channel.receive()
        return channel

    def drop(self, without: tuple[str, ...]) -> None:
        """End a process that may be busy for ever."""
        if without in self.processes:
            channel, process = self.processes.pop(without)
            channel.close()
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        for without in list(self.processes):
            self.drop(without)


class Actor(Student):
    """A variant in a student's place.

    Args:
        control, until, without: see :class:`Student`.
        cast: has the processes.
        number: of the variant; None for the solution.
        listen: hears of each conversation that begins.
    """

    def __init__(
        self,
        control: Channel,
        until: float,
        without: tuple[str, ...],
        cast: Cast,
        number: int | None,
        listen: Callable[[Peer], None],
    ) -> None:
        super().__init__(control, {}, until, without)
        self.cast, self.number, self.listen = cast, number, listen

    def begin(self, limit: float) -> Peer:
        if self.peer is not None and not self.peer.gone:
            return self.peer
        try:
            channel = self.cast.take_part(tuple(self.without), self.number)
        except (Ended, OutOfTime, Garbled):
            self.cast.drop(tuple(self.without))
            raise Gone("the variant could not be asked") from None
        self.peer = Peer(channel, TESTS)
        self.listen(self.peer)
        return self.peer

    def end(self, grace: float = 0.0) -> str:
        self.cast.drop(tuple(self.without))
        if self.peer is not None:
            self.peer.gone = self.peer.gone or "it was ended"
        return ""
