"""The process in which a student's cells run: one warm parent, its lanes, and forks of these.

The parent imports torch and whatever the assignment imports once, and then forks a lane at a word. A lane
forks for one submission after the other. That fork shuts itself in (:mod:`utils.grading.sandbox.enclose`),
and answers what the tests' process asks: run this cell, call that function.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from utils.grading.exchange.channel import Channel, Ended, ending_with, from_descriptor, pair
from utils.grading.packages import Offer
from utils.grading.processes import imports
from utils.grading.sandbox import enclose
from utils.grading.sandbox.shut import shut

LATE = (  # what each fork would import otherwise
    "numpy.random",
    "utils.grading.exchange.peer",
    "utils.grading.processes.removal",
)


def warm_up(modules: list[str]) -> Any:
    """Import what submissions will need, and make the shell that their cells run in.

    What is first done here is not done again by each fork: 0.1 to 1 second for some imports.
    """
    import torch

    from utils.grading.processes.shell import Shell

    torch.set_num_threads(1)
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # as nbgrader sets it
    for module in [*LATE, *modules]:
        # a module that is missing is the business of the cell that imports it
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    shell = Shell()
    shell.run("import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()\nplt.close('all')\ndel plt")
    shell.run("def wrong():\n    raise ValueError\nwrong()")  # the first traceback reads every module's name
    shell.run("del wrong")
    # the first backward pass makes torch's autograd thread pool on some systems; before a fork it must not
    gc.collect()
    gc.freeze()
    return shell


def main(descriptor: int) -> None:
    """The warm parent: makes lanes until the other end of ``descriptor`` is closed."""
    verdict = from_descriptor(descriptor)
    settings = verdict.receive()
    enclose.guard()
    offer = Offer(*map(tuple, settings["offer"]))
    with ending_with(verdict):
        walls = enclose.find_walls()
        imports.enforce(offer)
        shell = warm_up(settings["modules"])
        from utils.grading.processes import notebook_kernel  # with torch, which is warm now

        notebook_kernel.do_without()
        imports.go_on(shell.ipython)
    verdict.send({"walls": walls.name, "sentence": walls.sentence})
    limits = enclose.Limits(**settings["limits"])
    lanes: list[int] = []
    while True:
        try:
            control = verdict.receive_channel()
        except Ended:
            return
        fork_lane(lanes, (verdict,), Lane(control, shell, limits, walls, offer).begin)
        control.close()


def fork_lane(lanes: list[int], others: Iterable[Channel], serve: Callable[[], None]) -> None:
    """Fork a lane, which closes the channels of ``others`` and serves until its own is closed."""
    lanes[:] = [lane for lane in lanes if os.waitpid(lane, os.WNOHANG) == (0, 0)]
    lane = os.fork()
    if lane != 0:
        lanes.append(lane)
        return
    try:
        for channel in others:
            channel.close()
        serve()
    except Ended:
        pass  # who was spoken to is gone, and with it the need for this lane
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


class Lane:
    """Forks and ends the processes of one submission after the other.

    Args:
        control: to the process with that submission's tests.
    """

    def __init__(
        self, control: Channel, shell: Any, limits: enclose.Limits, walls: enclose.Walls, offer: Offer
    ) -> None:
        self.control, self.shell, self.limits, self.walls, self.offer = control, shell, limits, walls, offer
        self.closed: set[Path] = set()  # files that are gone here
        self.folders: dict[int, Path] = {}
        self.restricted: dict[tuple[str, ...], Channel] = {}  # lanes of this lane, by what is gone there
        self.elsewhere: dict[int, Channel] = {}  # children of those

    def begin(self) -> None:
        """Say that it is there, and serve."""
        self.control.send({"lane": True})
        self.serve()

    def serve(self) -> None:
        """Fork and end at the word of ``control`` until its other end is closed."""
        while True:
            try:
                message, given = self.control.receive_with_descriptor()
            except Ended:
                return
            if given is None:
                self.control.send({"ended": self.end(message["end"], message["grace"])})
                continue
            try:
                self.control.send(self.fork(given, tuple(message["without"])))
            finally:
                os.close(given)

    def fork(self, given: int, without: tuple[str, ...]) -> dict[str, Any]:
        """Fork a student's process; it answers through ``given``, and these names are gone there."""
        if without:
            return self.fork_restricted(given, without)
        folder = None if self.walls.namespaces else Path(tempfile.mkdtemp(prefix="submission-"))
        child = os.fork()
        if child == 0:
            self.control.close()
            for channel in self.restricted.values():
                channel.close()
            be_student(given, self.shell, self.limits, self.walls, folder, self.offer, self.closed)
        if folder is not None:
            self.folders[child] = folder
        return {"child": child}

    def fork_restricted(self, given: int, without: tuple[str, ...]) -> dict[str, Any]:
        """As :meth:`fork`, by a lane from which the names are gone: they are taken away once."""
        if without not in self.restricted:
            here, there = pair()
            inner = Lane(Channel(there), self.shell, self.limits, self.walls, self.offer)
            others = (self.control, *self.restricted.values(), Channel(here))
            fork_lane([], others, lambda: inner.serve_without(without))
            there.close()
            channel = Channel(here)
            problem = channel.receive()["problem"]
            if problem:
                return {"problem": problem}
            self.restricted[without] = channel
        channel = self.restricted[without]
        channel.send({"without": []}, (given,))
        answer = channel.receive()
        self.elsewhere[answer["child"]] = channel
        return answer

    def serve_without(self, names: tuple[str, ...]) -> None:
        """As :meth:`serve`, after these names are gone."""
        from utils.grading.processes.removal import remove

        try:
            with warnings.catch_warnings():  # torch warns of operators that are replaced
                warnings.simplefilter("ignore")
                self.closed = remove(names)
            gc.collect()
            gc.freeze()
        except Exception as error:
            self.control.send({"problem": f"{', '.join(names)} cannot be taken away ({error})"})
            return
        self.control.send({"problem": ""})
        self.serve()

    def end(self, child: int, grace: float) -> str:
        """End a process; how it had ended already, if it had."""
        if child in self.elsewhere:
            channel = self.elsewhere.pop(child)
            channel.send({"end": child, "grace": grace})
            return channel.receive()["ended"]
        how = end(child, grace)
        if child in self.folders:
            shutil.rmtree(self.folders.pop(child), ignore_errors=True)
        return how


def end(child: int, grace: float) -> str:
    """Wait ``grace`` seconds for a child, and kill it if it lives on; how it ended."""
    deadline = time.monotonic() + grace
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return enclose.how_it_ended(status)
        if time.monotonic() >= deadline:
            break
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return ""


def be_student(
    descriptor: int,
    shell: Any,
    limits: Any,
    walls: Any,
    folder: Path | None,
    offer: Offer,
    closed: set[Path],
) -> None:
    """What the fork does, until the tests are done with it."""
    try:
        from utils.grading.exchange.peer import STUDENT, Peer
        from utils.grading.processes.shell import LONGEST, Outputs, Stream, explain

        channel = from_descriptor(descriptor)
        try:
            enclose.enclose(limits, walls, (descriptor,), folder, closed)
            shut(offer, closed)
        except BaseException as error:
            channel.send({"enclosed": False, "why": f"{type(error).__name__}: {error}"})
            return
        channel.send({"enclosed": True})
        sys.path.insert(0, "")  # as in a notebook, modules are found in the working folder
        printed = Outputs(LONGEST)
        sys.stdout = Stream(printed, "stdout")  # type: ignore[assignment]
        sys.stderr = Stream(printed, "stdout")  # type: ignore[assignment]
        warnings.simplefilter("default")

        def output() -> str:
            text = "".join(part["text"] for part in printed.made if "text" in part)
            printed.clear()
            return text

        peer = Peer(channel, STUDENT)
        peer.extra = answers_of(shell, peer)
        peer.collect_output = output
        peer.explain = lambda error: explain(shell.ipython, type(error), error, error.__traceback__)[:-1]
        peer.serve()
    finally:
        os._exit(0)


def answers_of(shell: Any, peer: Any) -> dict[str, Callable]:
    """What the side with the student's cells answers, beside questions about what it has lent."""

    def run(source: str, number: int) -> list[dict]:
        return list(shell.run(source, number))

    def find(names: list[str]) -> dict[str, Any]:
        peer.forget()
        return {name: shell.namespace[name] for name in names if name in shell.namespace}

    return {"run": run, "find": find, "module": lambda: shell.ipython.user_module, "files": put_files}


def put_files(files: dict[str, bytes]) -> None:
    """Lay the assignment's files into the working folder."""
    here = Path.cwd().resolve()
    for name, content in files.items():
        path = (here / name).resolve()
        if path.is_relative_to(here):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main(int(sys.argv[1]))
