"""The process that decides: warm like the student's parent, it forks for each submission and runs its tests.

It is started by :mod:`utils.grading.bench`, and starts the warm parent of students' processes inside the
sandbox. A submission comes in as a plan of cells and leaves as outputs; this process never sees a file.
"""

from __future__ import annotations

import os
import random
import select
import signal
import socket
import subprocess
import sys
import traceback
from typing import Any

from utils.grading import sandbox
from utils.grading.student_process import warm_up
from utils.grading.symbols import names
from utils.grading.wire import Channel, Ended, from_descriptor, pair

MEMORY = 8 << 30  # bytes that reading a submission's answers may take


def main(descriptor: int) -> None:
    """Serve plans until the other end of ``descriptor`` is closed."""
    sandbox.guard()
    work = from_descriptor(descriptor)
    settings = work.receive()
    students, control = start_students(settings)
    shell = warm_up(["utils.grading.trial", *settings["modules"]])
    try:
        work.send(control.receive())
    except Ended:
        return
    while True:
        try:
            plan = work.receive()
        except Ended:
            break
        read_tests(plan)
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
            # the conversation with the parent of students may be in the middle of a sentence: begin again
            students.kill()
            os._exit(1)
    students.kill()


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


def read_tests(plan: dict) -> None:
    """Read the names of the test cells once: every fork finds them in the cache."""
    for cell in plan["cells"]:
        if cell["kind"] == "test":
            names(cell["source"])


def start_students(settings: dict) -> tuple[subprocess.Popen, Channel]:
    """The warm parent of students' processes, inside the walls that this machine has."""
    here, there = pair()
    argv = [sys.executable, "-m", "utils.grading.student_process", str(there.fileno())]
    walls = sandbox.find_walls()
    students = subprocess.Popen(
        sandbox.command(argv, walls, readable=settings["readable"]),
        pass_fds=(there.fileno(),),
        stdin=subprocess.DEVNULL,
    )
    there.close()
    control = Channel(here)
    control.send({"modules": settings["modules"], "limits": settings["limits"]})
    return students, control


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
