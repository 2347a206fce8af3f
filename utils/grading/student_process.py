"""The process in which a student's cells run: one warm parent, and a fork of it for each submission.

The parent imports torch and whatever the assignment imports once, and then forks at a word. The fork shuts
itself in (:mod:`utils.grading.sandbox`), and answers what the tests' process asks: run this cell, call that
function.
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
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from utils.grading import sandbox
from utils.grading.wire import Ended, from_descriptor

LATE = (  # what each fork would import otherwise; the last one for torch.autograd.grad, and sympy with it
    "numpy.random",
    "utils.grading.peer",
    "utils.grading.removal",
    "utils.models",  # whose names tests forbid
    "torch.fx.experimental.symbolic_shapes",
)


def warm_up(modules: list[str]) -> Any:
    """Import what submissions will need, and make the shell that their cells run in.

    What is first done here is not done again by each fork: 0.1 to 1 second for some imports.
    """
    import torch

    from utils.grading.shell import Shell

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
    """The warm parent: forks and ends students' processes at the word of ``descriptor``."""
    control = from_descriptor(descriptor)
    settings = control.receive()
    sandbox.guard()
    walls = sandbox.find_walls()
    shell = warm_up(settings["modules"])
    control.send({"walls": walls.name, "sentence": walls.sentence})
    limits = sandbox.Limits(**settings["limits"])
    folders: dict[int, Path] = {}
    while True:
        try:
            message, given = control.receive_with_descriptor()
        except Ended:
            return
        if "fork" in message and given is not None:
            folder = None if walls.namespaces else Path(tempfile.mkdtemp(prefix="submission-"))
            child = os.fork()
            if child == 0:
                control.close()
                be_student(given, shell, limits, walls, folder)
            os.close(given)
            if folder is not None:
                folders[child] = folder
            control.send({"child": child})
        else:
            control.send({"ended": end(message["end"], message["grace"])})
            if message["end"] in folders:
                shutil.rmtree(folders.pop(message["end"]), ignore_errors=True)


def end(child: int, grace: float) -> str:
    """Wait ``grace`` seconds for a child, and kill it if it lives on; how it ended."""
    deadline = time.monotonic() + grace
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return sandbox.how_it_ended(status)
        if time.monotonic() >= deadline:
            break
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return ""


def be_student(descriptor: int, shell: Any, limits: Any, walls: Any, folder: Path | None) -> None:
    """What the fork does, until the tests are done with it."""
    try:
        from utils.grading.peer import STUDENT, Peer
        from utils.grading.removal import remove
        from utils.grading.shell import LONGEST, Outputs, Stream, explain

        channel = from_descriptor(descriptor)
        try:
            sandbox.enclose(limits, walls, (descriptor,), folder)
        except BaseException as error:
            channel.send({"enclosed": False, "why": f"{type(error).__name__}: {error}"})
            return
        channel.send({"enclosed": True})
        printed = Outputs(LONGEST)
        sys.stdout = Stream(printed, "stdout")  # type: ignore[assignment]
        sys.stderr = Stream(printed, "stdout")  # type: ignore[assignment]
        warnings.simplefilter("default")

        def run(source: str, number: int) -> list[dict]:
            return list(shell.run(source, number))

        def name(text: str) -> tuple[bool, Any]:
            return text in shell.namespace, shell.namespace.get(text)

        def output() -> str:
            text = "".join(part["text"] for part in printed.made if "text" in part)
            printed.clear()
            return text

        answers: dict[str, Callable] = {"run": run, "name": name, "remove": remove, "files": put_files}
        peer = Peer(channel, STUDENT, answers)
        peer.collect_output = output
        peer.explain = lambda error: explain(shell.ipython, type(error), error, error.__traceback__)[:-1]
        peer.serve()
    finally:
        os._exit(0)


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
