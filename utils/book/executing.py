"""Executing the book's pages, as many at a time as there are cores, before the book is built of the outcome.

Each page runs in a process of its own, and what it gave is kept where Jupyter Book looks for it
(jupyter-cache). A page that fails keeps nothing: Jupyter Book executes it again, and says what is wrong.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

MEMORY = 2 * 1024**3  # bytes that a page may need
READER = {"type": "plugin", "name": "myst_nb_md"}


def execute_pages(pages: list[Path], kept: Path, timeout: int, tell: Callable[[str], None]) -> None:
    """Execute the pages of which ``kept`` does not hold what they give.

    Args:
        timeout: seconds for a cell.
        tell: called with a line when a page is done.
    """
    waiting = unexecuted(pages, kept)
    at_once = min(len(waiting), pages_at_once())
    running: dict[subprocess.Popen, tuple[Path, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                page = waiting.pop(0)
                running[start(page, kept, timeout, at_once)] = page, time.monotonic()
            time.sleep(0.05)
            for process in [process for process in running if process.poll() is not None]:
                page, began = running.pop(process)
                done = "" if process.returncode == 0 else "failed after "
                tell(f"{page.parent.name}/{page.stem}: {done}{time.monotonic() - began:.0f} s")
    finally:
        for process in running:
            process.terminate()  # its kernel ends with it


def unexecuted(pages: list[Path], kept: Path) -> list[Path]:
    """The pages that must be executed."""
    from jupyter_cache import get_cache

    cache = get_cache(kept)
    for page in pages:
        cache.add_nb_to_project(str(page.resolve()), read_data=READER)
    names = {str(page.resolve()): page for page in pages}
    return [names[record.uri] for record in cache.list_unexecuted(filter_uris=list(names))]


def pages_at_once() -> int:
    """How many pages the machine's cores and memory carry."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return min(cores(), 2)
    return max(1, min(cores(), memory // MEMORY))


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(page: Path, kept: Path, timeout: int, at_once: int) -> subprocess.Popen:
    """Start to execute a page, on its share of the cores."""
    threads = str(max(1, cores() // at_once))
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "utils.book.executing",
            str(page.resolve()),
            str(kept.resolve()),
            str(timeout),
        ],
        env={"OMP_NUM_THREADS": threads, **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def execute(page: str, kept: str, timeout: str) -> bool:
    """Execute one page and keep what it gave; whether that succeeded."""
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn
    from jupyter_cache.executors.utils import single_nb_execution

    cache = get_cache(kept)
    record = cache.get_project_record(page)
    notebook = cache.get_project_notebook(record.pk).nb
    result = single_nb_execution(
        notebook,
        cwd=str(Path(page).parent),
        timeout=int(timeout),
        allow_errors=False,
        # it warns that other users of this machine could listen
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    if result.err is None:
        bundle = CacheBundleIn(notebook, page, data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return result.err is None


if __name__ == "__main__":
    sys.exit(0 if execute(*sys.argv[1:]) else 1)
