"""The process that decides: warm like the students' parent, it forks for each submission and runs its tests.

It is started by :mod:`utils.grading.bench`, and starts the warm parent of students' processes inside the
sandbox. For each lane it forks once; the lane forks for each submission. A submission comes in as a plan of
cells and leaves as outputs; this process never sees a file.
"""

from __future__ import annotations

import dataclasses
import os
import random
import select
import signal
import socket
import subprocess
import sys
import traceback
from functools import partial
from typing import Any

from utils.grading import sandbox
from utils.grading.packages import offer
from utils.grading.student_process import fork_lane, warm_up
from utils.grading.symbols import Telling, names
from utils.grading.wire import Channel, Ended, ending_with, from_descriptor, pair

MEMORY = 8 << 30  # bytes that reading a submission's answers may take


def main(descriptor: int) -> None:
    """Make lanes until the other end of ``descriptor`` is closed."""
    sandbox.guard()
    bench = from_descriptor(descriptor)
    settings = bench.receive()
    with ending_with(bench):
        process, students = start_students(settings)
        # tests forbid names of the course's models, and look them up for it
        shell = warm_up(["utils.models", "utils.grading.trial", *settings["modules"]])
    lanes: list[int] = []
    try:
        bench.send(students.receive())
        while True:
            work, control = bench.receive_channel(), lane_of_students(students)
            fork_lane(lanes, (bench, students), partial(serve, work, control, shell))
            work.close()
            control.close()
    except Ended:
        process.kill()


def serve(work: Channel, control: Channel, shell: Any) -> None:
    """A lane: put one plan after the other on trial until the other end of ``work`` is closed."""
    while True:
        try:
            plan = work.receive()
        except Ended:
            return
        read_tests(plan, shell)
        alive, alive_there = os.pipe()  # open at the other end for as long as the fork lives
        child = os.fork()
        if child == 0:
            os.close(alive)
            decide(plan, work, control, shell)
        os.close(alive_there)
        if deserted(alive, work):
            os.kill(child, signal.SIGKILL)  # nobody is there any more who would hear the answer
        os.close(alive)
        _, status = os.waitpid(child, 0)
        if status != 0:
            return  # the conversation with the students' lane may be in the middle of a sentence


def deserted(alive: int, work: Channel) -> bool:
    """Wait until the fork at the other end of ``alive`` ends (False), or the one who asked is gone (True)."""
    ready, _, _ = select.select([alive, work.end.fileno()], [], [])
    if alive in ready:
        return False
    try:
        # after its answer, while the fork is ending, the next plan may have come
        return not work.end.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def read_tests(plan: dict, shell: Any) -> None:
    """Read and compile the tests once: every fork finds them in the cache."""
    telling = Telling(set(plan["from_student"]))
    for cell in plan["trusted"]:
        names(cell["source"])
        shell.prepare(cell["source"], 1, telling)
    for place, cell in enumerate(plan["cells"]):
        if cell["kind"] == "test":
            names(cell["source"])
            shell.prepare(cell["source"], place + 1, telling)


def lane_of_students(students: Channel) -> Channel:
    """The channel to a new lane of the students' parent."""
    here, there = pair()
    students.send({"lane": True}, (there.fileno(),))
    there.close()
    return Channel(here)


def start_students(settings: dict) -> tuple[subprocess.Popen, Channel]:
    """The warm parent of students' lanes, inside the walls that this machine has."""
    here, there = pair()
    argv = [sys.executable, "-m", "utils.grading.student_process", str(there.fileno())]
    walls = sandbox.find_walls()
    offered = offer(settings["uses"])
    students = subprocess.Popen(
        sandbox.command(argv, walls, offer=offered),
        pass_fds=(there.fileno(),),
        stdin=subprocess.DEVNULL,
    )
    there.close()
    channel = Channel(here)
    told = {"modules": settings["modules"], "limits": settings["limits"]}
    channel.send({**told, "offer": list(dataclasses.astuple(offered))})
    return students, channel


def decide(plan: dict, work: Channel, control: Channel, shell: Any) -> None:
    """What the fork does: run the plan, send what came of it, end."""
    import numpy as np
    import torch

    from utils.grading.student import NotEnclosed
    from utils.grading.trial import Trial

    try:
        signal.alarm(0)
        sandbox.limit_memory(MEMORY)
        random.seed()
        np.random.seed()
        torch.seed()
        work.send(Trial(plan, control, shell).run())
    except NotEnclosed as error:
        work.send({"failed": str(error)})
        os._exit(1)
    except BaseException as error:
        traceback.print_exc()
        first = (str(error).splitlines() or [""])[0][:200]
        work.send({"failed": f"the grader stumbled over it ({type(error).__name__}: {first})"})
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
