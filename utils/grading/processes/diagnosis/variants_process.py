"""Processes in which wrong variants answer, as a student's process does: see
:mod:`utils.grading.processes.diagnosis.diagnose`.

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
from types import CodeType

from utils.grading.exchange.channel import Channel, Ended, from_descriptor, pair
from utils.grading.exchange.peer import STUDENT, Peer
from utils.grading.processes import notebook_kernel
from utils.grading.processes.shell import LONGEST, Outputs, Shell, Stream
from utils.grading.processes.student_process import answers_of, fork_lane
from utils.grading.sandbox import enclose
from utils.grading.symbols import compiles, names, needed_at_once

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
    variants: dict[int | None, list[CodeType | str]] = {}
    while True:
        message, given = control.receive_with_descriptor()
        if given is None:
            return
        if message["folder"]:  # with the assignment's files
            os.chdir(message["folder"])
        if not variants:
            for number, cell in enumerate(library["cells"]):
                shell.run(cell["source"], number + 1)
            wrong = enumerate(library["variants"])
            variants = {number: steps_of(library, variant["answers"]) for number, variant in wrong}
            variants[None] = []
            gc.collect()
            gc.freeze()
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            answer(from_descriptor(given), shell, variants)
        os.close(given)


def answer(channel: Channel, shell: Shell, variants: dict[int | None, list[CodeType | str]]) -> None:
    """What the fork does: be one variant after the other, and answer as a student's process does.

    Args:
        variants: the steps to become one, by its number; None is the solution, which has answered already.
    """
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
                become(shell, variants[question["variant"]])
                peer = Peer(channel, STUDENT)
                peer.extra = answers_of(shell, peer)
                channel.send({"ready": True})
            else:
                channel.send(peer.answer(question))
    except Ended:
        pass
    finally:
        os._exit(0)


def become(shell: Shell, steps: list[CodeType | str]) -> None:
    """Answer as a variant does, by running what it answers differently."""
    for step in steps:
        if isinstance(step, str):
            shell.run(step)
        else:
            with contextlib.suppress(Exception):  # what it should have defined is not there, as in a notebook
                exec(step, shell.namespace)


def steps_of(library: dict, answers: dict[str, str]) -> list[CodeType | str]:
    """The cells that a variant answers differently, and the answers that take something from these when they
    are run, such as the class that theirs is made of; compiled where they are plain Python."""
    steps: list[CodeType | str] = []
    redefined: set[str] = set()
    for cell in library["cells"]:
        source = answers.get(cell["id"], cell["source"])
        if cell["id"] in answers or (cell["task"] and needed_at_once(source) & redefined):
            redefined |= names(source).binds
            steps.append(
                compile(source, cell["id"], "exec", dont_inherit=True) if compiles(source) else source
            )
    return steps
