"""Kernels that begin with everything imported that the pages want.

To import torch, Matplotlib and what executes a notebook takes a page longer than much of its own code. So one
process imports it once, and a page's two processes are forked from that one (multiprocessing's *forkserver*):
its kernel, and the one that executes the page with it. They share nothing else: a fork has its own memory.
Only on Linux; elsewhere to fork a process that has loaded torch is not safe, or not possible, and kernels
start as they always do.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

ALWAYS = ("jupyter_cache.executors.utils", "ipykernel.kernelapp", "myst_nb")
WHERE_WANTED = {  # module → what the text of a page that wants it speaks of
    "torch": "torch|utils",
    "torch._dynamo": "optim|train|fit",  # which the first optimizer of a process imports
    "matplotlib.pyplot": "plot",
    "sklearn.linear_model": "sklearn",
    "scipy.stats": "scipy",
}
IMPORTED = (*ALWAYS, *WHERE_WANTED)
NAME = "course-warm"


def imports_of(pages: list[Path]) -> list[str]:
    """What is worth importing for these pages before there is a process for each."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    return [*ALWAYS, *(module for module, words in WHERE_WANTED.items() if re.search(words, text))]


def context(modules: Iterable[str] = IMPORTED) -> ForkServerContext | SpawnContext:
    """Where a page's processes come from. The first call decides which modules these begin with."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    warm = multiprocessing.get_context("forkserver")
    warm.set_forkserver_preload(list(modules))
    return warm


class WaitingKernel:
    """A forked process that waits to be told which kernel to be. It has the methods of ``subprocess.Popen``
    that a provisioner calls, for a process that is not its parent.

    Args:
        pid: of the process that runs :func:`wait_and_run`.
        orders: to it. It ends when this end is closed, as it is when whoever holds it ends.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, orders: Connection) -> None:
        self.pid, self.orders = pid, orders

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.05)
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):
    """Makes the kernel that waits the kernel that is wanted."""

    waiting: WaitingKernel

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self.waiting.orders.send((arguments, kwargs.get("cwd", str(Path.cwd())), dict(kwargs["env"])))
        self.process = self.waiting  # type: ignore[assignment]  # it has all that is called
        self.pid = self.waiting.pid
        return self.connection_info


def use(waiting: WaitingKernel) -> None:
    """The kernel that this process starts next is the one that waits."""
    factory = KernelProvisionerFactory.instance()
    place = f"{WarmProvisioner.__module__}:{WarmProvisioner.__name__}"
    factory.provisioners[NAME] = EntryPoint(NAME, place, KernelProvisionerFactory.GROUP_NAME)
    factory.default_provisioner_name = NAME
    WarmProvisioner.waiting = waiting


def wait_and_run(orders: Connection) -> None:
    """Wait for orders, and do then what ``python -m ipykernel_launcher`` does."""
    from ipykernel.kernelapp import IPKernelApp

    try:
        arguments, folder, environment = orders.recv()
    except EOFError:
        return
    be_silent()
    threading.Thread(target=end_with, args=(orders,), daemon=True).start()
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.environ.pop("JPY_PARENT_PID", None)  # it is no parent of this process
    sys.path.insert(0, "")
    sys.argv = ["ipykernel_launcher", *arguments]
    IPKernelApp.launch_instance(argv=arguments)


def be_silent() -> None:
    """From now on this process writes to nobody's terminal: what a page has to say stands in its notebook."""
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


def end_with(orders: Connection) -> None:
    """End this process as soon as nobody can send it orders."""
    try:
        orders.recv()
    except (EOFError, OSError):
        os._exit(1)
