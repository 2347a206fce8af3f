"""The process that decides: warm like the students' parent, it forks for each submission and runs its tests.

It is started by :mod:`utils.grading.processes.bench`, and starts the warm parent of students' processes
inside the sandbox. For each lane it forks once; the lane forks for each submission. A submission comes in as
a plan of cells and leaves as outputs; this process never sees a file.
"""

from __future__ import annotations

import dataclasses
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from functools import partial
from typing import Any

from utils.common import terminal
from utils.grading.exchange.channel import (
    Channel,
    Ended,
    Garbled,
    ending_with,
    from_descriptor,
    pair,
)
from utils.grading.packages import offer
from utils.grading.processes.student_process import fork_lane, warm_up
from utils.grading.sandbox import enclose, namespaces
from utils.grading.settings import MODELS
from utils.grading.symbols import Telling, names

MEMORY = 8 << 30  # bytes that reading a submission's answers may take
OURS = ("utils.grading.processes.diagnosis.diagnose", "utils.grading.processes.diagnosis.variants_process")
GRACE = 10.0  # seconds after which a process that overran its time is ended


def main(descriptor: int) -> None:
    """Make lanes until the other end of ``descriptor`` is closed."""
    enclose.guard()
    terminal.guard_errors()
    bench = from_descriptor(descriptor)
    settings = bench.receive()
    with ending_with(bench):
        process, students = start_students(settings)
        shell = warm_up([MODELS, *OURS, *settings["modules"]])
    lanes: list[int] = []
    try:
        bench.send(students.receive())
        while True:
            work, control = bench.receive_channel(), lane_of_students(students)
            fork_lane(lanes, (bench, students), partial(serve, work, control, shell, settings["library"]))
            work.close()
            control.close()
    except Ended:
        process.kill()


def serve(work: Channel, control: Channel, shell: Any, library: dict) -> None:
    """A lane: put one plan after the other on trial until the other end of ``work`` is closed."""
    control.receive()  # the lane of students is there, too
    variants = lane_of_variants((work, control), shell, library) if library else None
    work.send({"ready": True})
    while True:
        try:
            plan = work.receive()
        except Ended:
            return
        read_tests(plan, shell, bool(library))
        here, there = pair()
        child = os.fork()
        if child == 0:
            here.close()
            work.close()
            decide(plan, Channel(there), control, shell, (library, variants))
        there.close()
        answer = Watch(Channel(here), child, plan).over(work)
        here.close()
        if answer is None:
            return
        work.send(answer)
        if "outputs" not in answer or "stopped" in answer or "worn" in answer:
            return  # the conversation with the students' lane may be in the middle of a sentence


class Watch:
    """Listens to the fork that runs a plan, and ends it when it overruns what it was given.

    Args:
        report: from the fork: which cell it runs, until when, what came of it.
    """

    def __init__(self, report: Channel, child: int, plan: dict) -> None:
        self.report, self.child = report, child
        self.end = time.monotonic() + max(0.0, plan["seconds"]) + GRACE
        self.until = self.end
        self.place: int | None = None
        self.outputs: dict[int, list] = dict(plan["done"])
        self.notes: list[str] = plan["notes"]
        self.last: dict[str, Any] = {}

    def over(self, work: Channel) -> dict[str, Any] | None:
        """The answer to who sent the plan; None when nobody is there any more who would hear it."""
        overran = False
        while not self.last:
            left = max(0.0, min(self.until, self.end) - time.monotonic())
            ready, _, _ = select.select([self.report.end, work.end], [], [], left)
            if self.report.end in ready:
                try:
                    self.hear(self.report.receive())
                except (Ended, Garbled):
                    break
            elif work.end in ready:  # nothing is sent meanwhile: it was closed
                os.kill(self.child, signal.SIGKILL)
                os.waitpid(self.child, 0)
                return None
            else:
                overran = True
                break
        if not self.last:
            os.kill(self.child, signal.SIGKILL)  # where it has ended by itself, this does nothing
        _, status = os.waitpid(self.child, 0)
        if "failed" in self.last:
            return self.last
        if "end" in self.last:
            return {"outputs": self.outputs, **self.last["end"]}
        if self.place is None:
            return {"failed": self.last.get("stumbled") or "the process that runs the tests ended"}
        stopped = {"place": self.place, "outputs": self.outputs, "notes": self.notes}
        if "stumbled" in self.last:
            return stopped | {"stopped": self.last["stumbled"], "own": False}
        if overran:
            return stopped | {"stopped": "it kept the tests' process busy for too long", "own": True}
        how = enclose.how_it_ended(status)
        outside = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        return stopped | {"stopped": f"the tests' process ended in it ({how})", "own": not outside}

    def hear(self, message: dict[str, Any]) -> None:
        if "cell" in message:
            self.place = message["cell"]
        elif "until" in message:
            self.until = self.end if message["until"] is None else message["until"] + GRACE
        elif "made" in message:
            self.outputs[message["place"]] = message["made"]
            self.notes = message["notes"]
        else:
            self.last = message


def read_tests(plan: dict, shell: Any, also_persistent: bool) -> None:
    """Read and compile the tests once: every fork finds them in the cache.

    Args:
        also_persistent: whether mistakes are told, by tests that go on where these end.
    """
    from utils.grading.processes.diagnosis.events import compiled  # with torch, which is warm now

    telling = Telling(set(plan["from_student"]))
    for cell in plan["trusted"]:
        names(cell["source"])
        shell.prepare(cell["source"], 1, telling)
    for place, cell in enumerate(plan["cells"]):
        if cell["kind"] == "test":
            names(cell["source"])
            shell.prepare(cell["source"], place + 1, telling)
            for goes_on in (True, False) if also_persistent else ():
                compiled(cell["source"], frozenset(plan["from_student"]), goes_on)


def lane_of_students(students: Channel) -> Channel:
    """The channel to a new lane of the students' parent."""
    here, there = pair()
    students.send({"lane": True}, (there.fileno(),))
    there.close()
    return Channel(here)


def lane_of_variants(others: tuple[Channel, ...], shell: Any, library: dict) -> Channel:
    """The channel to a process that makes those in which wrong variants answer."""
    from utils.grading.processes.diagnosis import variants_process  # with torch, which is warm now

    here, there = pair()
    channel = Channel(here)
    fork_lane([], (*others, channel), lambda: variants_process.serve(Channel(there), shell, library))
    there.close()
    return channel


def start_students(settings: dict) -> tuple[subprocess.Popen, Channel]:
    """The warm parent of students' lanes, inside the walls that this machine has."""
    here, there = pair()
    argv = [sys.executable, "-m", "utils.grading.processes.student_process", str(there.fileno())]
    walls = enclose.find_walls()
    offered = offer(settings["uses"])
    students = subprocess.Popen(
        enclose.command(argv, walls, offer=offered),
        pass_fds=(there.fileno(),),
        stdin=subprocess.DEVNULL,
    )
    there.close()
    channel = Channel(here)
    told = {"modules": settings["modules"], "limits": settings["limits"]}
    channel.send({**told, "offer": list(dataclasses.astuple(offered))})
    return students, channel


def decide(
    plan: dict, report: Channel, control: Channel, shell: Any, wrong: tuple[dict, Channel | None]
) -> None:
    """What the fork does: run the plan, tell what comes of it, end."""
    import numpy as np
    import torch

    from utils.grading.processes.diagnosis.diagnose import diagnose
    from utils.grading.processes.student_handle import NotEnclosed
    from utils.grading.processes.trial import Trial

    try:
        if sys.platform == "linux":
            namespaces.die_with_parent()
        signal.alarm(0)
        enclose.limit_memory(MEMORY)
        random.seed()
        np.random.seed()
        torch.seed()
        library, maker = wrong
        tell = partial(diagnose, library=library, maker=maker) if maker else lambda trial: None
        report.send({"end": Trial(plan, control, shell, report.send, tell).run()})
    except NotEnclosed as error:
        report.send({"failed": str(error)})
    except Ended:
        report.send({"stumbled": "the process that starts the student's ended"})
    except BaseException as error:
        traceback.print_exc()
        first = (str(error).splitlines() or [""])[0][:200]
        report.send({"stumbled": f"the grader stumbled over it ({type(error).__name__}: {first})"})
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
