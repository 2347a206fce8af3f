"""A place where submissions are put on trial, one after the other: two warm processes, begun once."""

from __future__ import annotations

import subprocess
import sys
import time

from utils.grading.wire import Channel, Ended, Garbled, OutOfTime, pair


class Bench:
    """Two warm processes for one assignment; they begin with the first submission.

    Args:
        modules: what the assignment imports.
        limits: of a student's process, as :class:`utils.grading.sandbox.Limits` has them.
        readable: files that students' code may read.
    """

    def __init__(self, modules: list[str], limits: dict | None = None, readable: tuple = ()) -> None:
        self.settings = {
            "modules": modules,
            "limits": limits or {},
            "readable": [str(path) for path in readable],
        }
        self.process: subprocess.Popen | None = None
        self.channel: Channel | None = None
        self.walls = ""
        self.sentence = ""

    def begin(self) -> Channel:
        """The channel to the deciding process, which is started when there is none."""
        if self.process is not None and self.process.poll() is None and self.channel is not None:
            return self.channel
        self.end()
        here, there = pair()
        argv = [sys.executable, "-m", "utils.grading.verdict", str(there.fileno())]
        self.process = subprocess.Popen(argv, pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL)
        there.close()
        channel = Channel(here)
        channel.deadline = time.monotonic() + 120
        channel.send(self.settings)
        ready = channel.receive()
        self.walls, self.sentence = ready["walls"], ready["sentence"]
        self.channel = channel
        return channel

    def run(self, plan: dict) -> dict:
        """What came of a plan (see :class:`utils.grading.trial.Trial`), or ``{"failed": why}``."""
        longest = plan["timeout"] * (len(plan["cells"]) + 2) + 60
        try:
            channel = self.begin()
            channel.deadline = time.monotonic() + longest
            channel.send(plan)
            answer = channel.receive()
        except OutOfTime:
            answer = {"failed": f"grading took more than {longest:g} seconds"}
        except (Ended, Garbled):
            answer = {"failed": "the process that runs the tests ended"}
        if "failed" in answer:
            self.end()
        return answer

    def end(self) -> None:
        if self.channel is not None:
            self.channel.close()
        if self.process is not None:
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = self.channel = None
