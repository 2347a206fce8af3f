"""Ctrl-C that Python would lose."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

AGAIN = 0.05  # seconds


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Inside, no Ctrl-C is lost.

    Where Ctrl-C finds Python in the callback of a weak reference or in a ``__del__``, its KeyboardInterrupt
    cannot be raised: Python prints "Exception ignored" and goes on. Here it comes again, a moment later.
    And one that was answered inside has no say in how the process ends.
    """
    before = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            timer = threading.Timer(AGAIN, interrupt)
            timer.daemon = True
            timer.start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
        # Ctrl-C inside exec() of a string (a dataclass is made so) marks Python to end by the signal, even
        # when the exception is caught; each exec() clears the mark. Only `python -m` looks at it.
        exec("")


def interrupt() -> None:
    """Ctrl-C for the main thread, also where it waits for a lock or a socket."""
    if hasattr(signal, "pthread_kill"):
        ident = threading.main_thread().ident
        assert ident is not None  # it has begun
        signal.pthread_kill(ident, signal.SIGINT)
    else:  # Windows, where nothing is graded
        signal.raise_signal(signal.SIGINT)
