"""A place where submissions are put on trial: two warm processes, begun once, and lanes that they fork."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

from utils.grading.exchange.channel import Channel, Ended, Garbled, OutOfTime, pair
from utils.grading.packages import uses_of

STARTING = 120.0  # seconds that the two processes may take to start, and a lane to answer
PATIENCE = 60.0  # seconds beyond a submission's own, in which its lane must have answered


class Bench:
    """Two warm processes for one assignment; they begin with the first submission.

    Each thread that runs a plan has a lane to itself meanwhile: a fork of each of the two, made when no lane
    is free. To import torch takes seconds and is done once; a lane begins in milliseconds. A lane that fails
    is replaced by a new one, and the two processes are, when they give none.

    Args:
        modules: what the assignment imports.
        limits: of a student's process, as :class:`utils.grading.sandbox.enclose.Limits` has them.
        uses: packages, and modules of the course, that students' code may import.
        library: the wrong variants that mistakes are told by; only the process of the tests gets them.
    """

    def __init__(
        self,
        modules: list[str],
        limits: dict | None = None,
        uses: list[str] | None = None,
        library: dict | None = None,
    ) -> None:
        self.settings = {
            "modules": modules,
            "limits": limits or {},
            "uses": uses or uses_of(modules),
            "library": library or {},
        }
        self.process: subprocess.Popen | None = None
        self.channel: Channel | None = None
        self.folder = ""  # for the temporary files of all that is started here
        self.free: list[Channel] = []  # lanes
        self.busy: set[Channel] = set()  # lanes, too
        self.users = 0  # who counts on it; see `worker`
        self.over = False
        self.lock = threading.Lock()
        self.walls = ""
        self.sentence = ""

    def begin(self) -> None:
        """Start the two processes, if they do not run.

        Raises:
            Ended, Garbled, OutOfTime: they could not be started, twice.
        """
        with self.lock:
            try:
                self.connect()
            except (Ended, Garbled, OutOfTime):
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
        self.folder = tempfile.mkdtemp(prefix="course-bench-")
        here, there = pair()
        argv = [sys.executable, "-m", "utils.grading.processes.tests_process", str(there.fileno())]
        # in a session of its own: Ctrl-C at the terminal is for the one who asks, and who then ends this
        self.process = subprocess.Popen(
            argv,
            pass_fds=(there.fileno(),),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": self.folder},
        )
        there.close()
        if self.over:
            self.process.kill()
        channel = Channel(here)
        channel.deadline = time.monotonic() + STARTING
        channel.send(self.settings)
        ready = channel.receive()
        self.walls, self.sentence = ready["walls"], ready["sentence"]
        self.channel = channel
        return channel

    def take_lane(self, fresh: bool = False) -> Channel:
        """A lane that nobody uses; a new one, if it must be ``fresh``."""
        with self.lock:
            if self.over:
                raise Ended
            if fresh:
                self.drop_free()
            if self.free:
                lane = self.free.pop()
            else:
                try:
                    lane = self.new_lane()
                except (Ended, Garbled, OutOfTime):
                    self.close()  # who gives no lane is of no use any more
                    lane = self.new_lane()
            self.busy.add(lane)
            return lane

    def new_lane(self) -> Channel:
        """A lane that has said that it is ready."""
        channel = self.connect()
        here, there = pair()
        lane = Channel(here)
        # both count from now: what was started earlier may be hours old
        channel.deadline = lane.deadline = time.monotonic() + STARTING
        try:
            channel.send({"lane": True}, (there.fileno(),))
            there.close()
            lane.receive()
        except BaseException:
            there.close()
            lane.close()
            raise
        return lane

    def run(self, plan: dict[str, Any]) -> dict[str, Any]:
        """What came of a plan (see :class:`utils.grading.processes.trial.Trial`), or ``{"failed": why}``.

        When the lane is lost, a fresh one goes on where it was. A cell in which the tests' process ends by
        itself has failed; one in which it is ended from outside is tried once more. All of this takes no more
        than the submission's time, except where a whole lane was lost without a word: then, once, that again.
        """
        cells = plan["cells"]
        seconds = plan["timeout"] * (len(cells) + 2)
        until = time.monotonic() + seconds
        done: dict[int, list] = {}
        notes: list[str] = []
        lost: set[int] = set()  # cells in which the tests' process was ended from outside
        tried = False
        fresh = False
        while True:
            left = until - time.monotonic()
            answer = self.attempt({**plan, "seconds": left, "done": done, "notes": notes}, fresh)
            fresh = True
            if "stopped" in answer:
                done, notes, place = answer["outputs"], answer["notes"], answer["place"]
                if answer["own"] or place in lost:
                    sentence = f"{cells[place]['label']} stopped: {answer['stopped']}."
                    done[place] = [gone(sentence)]
                    notes = [*notes, sentence]
                lost.add(place)
            elif "failed" not in answer or tried or self.over:
                return answer
            else:
                tried = True
                until = time.monotonic() + seconds

    def attempt(self, plan: dict[str, Any], fresh: bool) -> dict[str, Any]:
        """What a lane says to a plan."""
        lane = None
        try:
            lane = self.take_lane(fresh)
            lane.deadline = time.monotonic() + max(0.0, plan["seconds"]) + PATIENCE
            lane.send(plan)
            answer = lane.receive()
        except OutOfTime:
            answer = {"failed": f"grading took more than {plan['seconds'] + PATIENCE:.0f} seconds"}
        except (Ended, Garbled):
            answer = {"failed": "the process that runs the tests ended"}
        with self.lock:
            if lane is not None:
                self.busy.discard(lane)
                if "outputs" not in answer or "stopped" in answer or "worn" in answer or self.over:
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

    def drop_free(self) -> None:
        for lane in self.free:
            lane.close()
        self.free.clear()

    def close(self) -> None:
        self.drop_free()
        if self.channel is not None:
            self.channel.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.process, self.channel, self.folder = None, None, ""


def gone(sentence: str) -> dict:
    """The output of a cell whose process is gone."""
    return {"output_type": "error", "ename": "Stopped", "evalue": sentence, "traceback": [sentence]}
