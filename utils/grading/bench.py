"""A place where submissions are put on trial: two warm processes, begun once, and lanes that they fork."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from utils.grading.packages import uses_of
from utils.grading.wire import Channel, Ended, Garbled, OutOfTime, pair


class Bench:
    """Two warm processes for one assignment; they begin with the first submission.

    Each thread that runs a plan has a lane to itself meanwhile: a fork of each of the two, made when no lane
    is free. To import torch takes seconds and is done once; a lane begins in milliseconds.

    Args:
        modules: what the assignment imports.
        limits: of a student's process, as :class:`utils.grading.sandbox.Limits` has them.
        uses: packages, and modules of the course, that students' code may import.
    """

    def __init__(self, modules: list[str], limits: dict | None = None, uses: list[str] | None = None) -> None:
        self.settings = {"modules": modules, "limits": limits or {}, "uses": uses or uses_of(modules)}
        self.process: subprocess.Popen | None = None
        self.channel: Channel | None = None
        self.free: list[Channel] = []  # lanes
        self.busy: set[Channel] = set()  # lanes, too
        self.over = False
        self.lock = threading.Lock()
        self.walls = ""
        self.sentence = ""

    def begin(self) -> None:
        """Start the two processes, if they do not run."""
        with self.lock:
            self.connect()

    def connect(self) -> Channel:
        """The channel to the deciding process, which is started when there is none.

        Raises:
            Ended: the bench was ended, or the process did.
        """
        if self.over:
            raise Ended
        if self.process is not None and self.process.poll() is None and self.channel is not None:
            return self.channel
        self.close()
        here, there = pair()
        argv = [sys.executable, "-m", "utils.grading.verdict", str(there.fileno())]
        # in a session of its own: Ctrl-C at the terminal is for the one who asks, and who then ends this
        self.process = subprocess.Popen(
            argv, pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL, start_new_session=True
        )
        there.close()
        if self.over:
            self.process.kill()
        channel = Channel(here)
        channel.deadline = time.monotonic() + 120
        channel.send(self.settings)
        ready = channel.receive()
        self.walls, self.sentence = ready["walls"], ready["sentence"]
        self.channel = channel
        return channel

    def take_lane(self) -> Channel:
        """A lane that nobody uses."""
        with self.lock:
            channel = self.connect()
            if self.free:
                lane = self.free.pop()
            else:
                here, there = pair()
                channel.send({"lane": True}, (there.fileno(),))
                there.close()
                lane = Channel(here)
            self.busy.add(lane)
            return lane

    def run(self, plan: dict[str, Any]) -> dict[str, Any]:
        """What came of a plan (see :class:`utils.grading.trial.Trial`), or ``{"failed": why}``."""
        longest = plan["timeout"] * (len(plan["cells"]) + 2) + 60
        lane = None
        try:
            lane = self.take_lane()
            lane.deadline = time.monotonic() + longest
            lane.send(plan)
            answer = lane.receive()
        except OutOfTime:
            answer = {"failed": f"grading took more than {longest:g} seconds"}
        except (Ended, Garbled):
            answer = {"failed": "the process that runs the tests ended"}
        with self.lock:
            if lane is not None:
                self.busy.discard(lane)
                if "failed" in answer:
                    lane.close()  # its processes end with it
                else:
                    self.free.append(lane)
        return answer

    def end(self) -> None:
        """End both processes, and all that they forked, for good: also while they begin or are at work."""
        self.over = True
        # before the lock is taken: who has it may be waiting for what is ended here
        if self.process is not None:
            self.process.kill()
        for lane in list(self.busy):
            with contextlib.suppress(OSError):  # it is closed already
                lane.end.shutdown(socket.SHUT_RDWR)
        with self.lock:
            self.close()

    def close(self) -> None:
        for channel in (*self.free, self.channel):
            if channel is not None:
                channel.close()
        self.free.clear()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.channel = None
