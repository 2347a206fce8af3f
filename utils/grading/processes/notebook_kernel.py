"""What a notebook's kernel offers and a process that is shut in lacks: other ways to it.

Such a process opens no sockets and starts no processes (:mod:`utils.grading.sandbox.seccomp`). Honest
notebooks ask for both without knowing: ``await`` for a socket that wakes the event loop, a data loader for
its workers.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import inspect
import os
import subprocess
import sys
import warnings
from typing import Any

import torch
from torch.utils.data import DataLoader


class Pipe:
    """A pair of a pipe's ends, as far as an event loop uses its sockets."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.set_blocking(self.writing, False)

    def fileno(self) -> int:
        return self.reading

    def recv(self, size: int) -> bytes:
        return os.read(self.reading, size)

    def send(self, data: bytes) -> int:
        return os.write(self.writing, data)

    def close(self) -> None:
        if self.reading >= 0:
            os.close(self.reading)
            os.close(self.writing)
        self.reading = self.writing = -1


class Loop(asyncio.SelectorEventLoop):
    """An event loop that is woken through a pipe."""

    def _make_self_pipe(self) -> None:
        self._ssock: Any = Pipe()
        self._csock: Any = self._ssock
        self._internal_fds += 1  # type: ignore[attr-defined]
        self._add_reader(self._ssock.fileno(), self._read_from_self)  # type: ignore[attr-defined]


class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Loop


def do_without() -> None:
    """Let this process and its forks do without sockets and processes, where a notebook means neither."""
    asyncio.set_event_loop_policy(Policy())
    subprocess.Popen._execute_child = refuse  # type: ignore[attr-defined]
    load_here()
    # torch.compile would start a compiler; without it the same functions run as they are
    os.environ["TORCHDYNAMO_DISABLE"] = "1"
    if "torch._dynamo" in sys.modules:
        torch._dynamo.config.disable = True  # type: ignore[attr-defined]


def refuse(_: object, command: Any, *__: object) -> None:
    program = command if isinstance(command, str | bytes) else next(iter(command), "")
    raise PermissionError(errno.EPERM, "programs are not started while grading", str(program))


def load_here() -> None:
    """Let data loaders load in the process that asks, whatever number of workers they were given."""
    begin = DataLoader.__init__
    signature = inspect.signature(begin)
    alone = {
        "num_workers": 0,
        "timeout": 0,
        "multiprocessing_context": None,
        "prefetch_factor": None,
        "persistent_workers": False,
    }

    @functools.wraps(begin)
    def begin_here(*args: Any, **kwargs: Any) -> None:
        given = signature.bind(*args, **kwargs)
        if given.arguments.get("num_workers"):
            given.arguments.update((key, value) for key, value in alone.items() if key in given.arguments)
            warnings.warn("While grading, a DataLoader loads without workers.", stacklevel=2)
        begin(*given.args, **given.kwargs)

    DataLoader.__init__ = begin_here  # type: ignore[method-assign]
