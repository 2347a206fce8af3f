"""Python's memory, where a corpus of a million tokens is made."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def garbage_collector_paused() -> Iterator[None]:
    """Meanwhile nothing is searched for cycles.

    After so many new lists Python walks over all that there are. Among lists of strings it finds nothing,
    and the larger the corpus, the longer it walks.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
