"""Processes in which wrong variants answer, as a student's process does: see
:mod:`utils.grading.processes.diagnosis`.

They are forks of the tests' lane, and never inside the sandbox: their code is the instructor's, and no
student's process may see it. One (:func:`serve`) waits at the side of each lane. For each set of forbidden
names it forks a home, from which these are gone, and which has run the assignment's cells with the right
answers. A home forks a process for whoever asks, and that one takes the part of one variant after the other.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import warnings

from utils.grading.exchange.channel import Channel, Ended, from_descriptor, pair
from utils.grading.exchange.peer import STUDENT, Peer
from utils.grading.processes import notebook_kernel
from utils.grading.processes.shell import LONGEST, Outputs, Shell, Stream
from utils.grading.processes.student_process import answers_of, fork_lane
from utils.grading.sandbox import enclose

MEMORY = 4 << 30  # bytes that a variant may take
LATEST = 60  # seconds that a variant is asked at most: whoever forgot its process, it ends


def serve(control: Channel, shell: Shell, library: dict) -> None:
    """Send each open file that comes to the home of the names that come with it."""
    notebook_kernel.do_without()
    homes: dict[tuple[str, ...], Channel] = {}
    while True:
        message, given = control.receive_with_descriptor()
        without = tuple(message["without"])
        if without not in homes:
            homes[without] = fork_home((control, *homes.values()), shell, library, without)
        if given is not None:
            with contextlib.suppress(Ended):  # it could not be made: who asks hears nothing
                homes[without].send({"folder": message["folder"]}, (given,))
            os.close(given)


def fork_home(others: tuple[Channel, ...], shell: Shell, library: dict, without: tuple[str, ...]) -> Channel:
    """The channel to a new home."""
    here, there = pair()
    channel = Channel(here)
    fork_lane([], (*others, channel), lambda: home(Channel(there), shell, library, without))
    there.close()
    return channel


def home(control: Channel, shell: Shell, library: dict, without: tuple[str, ...]) -> None:
    """Run the right answers where these names are gone; then fork a process for each open file that comes."""
    if without:
        from utils.grading.processes.removal import remove

        with warnings.catch_warnings():  # torch warns of operators that are replaced
            warnings.simplefilter("ignore")
            remove(without)
    ready = False
    while True:
        message, given = control.receive_with_descriptor()
        if given is None:
            return
        if message["folder"]:  # with the assignment's files
            os.chdir(message["folder"])
        if not ready:
            for number, cell in enumerate(library["cells"]):
                shell.run(cell["source"], number + 1)
            gc.collect()
            gc.freeze()
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
            ready = True
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            answer(from_descriptor(given), shell, library)
        os.close(given)


def answer(channel: Channel, shell: Shell, library: dict) -> None:
    """What the fork does: be one variant after the other, and answer as a student's process does."""
    try:
        enclose.limit_memory(MEMORY)
        channel.send({"process": os.getpid()})
        printed = Outputs(LONGEST)
        sys.stdout = Stream(printed, "stdout")  # type: ignore[assignment]
        sys.stderr = Stream(printed, "stdout")  # type: ignore[assignment]
        warnings.simplefilter("ignore")
        start = dict(shell.namespace)
        peer = Peer(channel, STUDENT)
        while True:
            question = channel.receive()
            if "variant" in question:
                signal.alarm(LATEST)
                shell.namespace.clear()
                shell.namespace.update(start)
                become(shell, library, question["variant"])
                peer = Peer(channel, STUDENT)
                peer.extra = answers_of(shell, peer)
                channel.send({"ready": True})
            else:
                channel.send(peer.answer(question))
    except Ended:
        pass
    finally:
        os._exit(0)


def become(shell: Shell, library: dict, number: int | None) -> None:
    """Answer as the variant of this number does; None is the solution, which has answered already."""
    if number is None:
        return
    answers: dict[str, str] = library["variants"][number]["answers"]
    begun = False
    for place, cell in enumerate(library["cells"]):
        begun = begun or cell["id"] in answers
        # what comes later may have taken a class or a function from what is answered differently
        if begun and cell["task"]:
            shell.run(answers.get(cell["id"], cell["source"]), place + 1)
