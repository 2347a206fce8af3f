"""Executing the book's pages, as many at a time as there are cores, before the book is built of the outcome.

Each page runs in a process of its own, and what it gave is kept where Jupyter Book looks for it
(jupyter-cache). A page that fails keeps nothing: Jupyter Book executes it again, and says what is wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest import mock

MEMORY = 2 * 1024**3  # bytes that a page may need
READER = {"type": "plugin", "name": "myst_nb_md"}


def execute_pages(pages: list[Path], kept: Path, timeout: int, tell: Callable[[str], None]) -> None:
    """Execute the pages of which ``kept`` does not hold what they give.

    Args:
        timeout: seconds for a cell.
        tell: called with a line when a page is done.
    """
    waiting = unexecuted(pages, kept)
    if not waiting:
        return
    from utils.book.warm_kernel import imports_of

    modules = imports_of(waiting)
    at_once = min(len(waiting), pages_at_once())
    running: dict[BaseProcess, tuple[Path, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                page = waiting.pop(0)
                process = start(page, kept, timeout, at_once, modules)
                running[process] = page, time.monotonic()
            time.sleep(0.05)
            for process in [process for process in running if process.exitcode is not None]:
                page, began = running.pop(process)
                done = "" if process.exitcode == 0 else "failed after "
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


def start(page: Path, kept: Path, timeout: int, at_once: int, modules: list[str]) -> BaseProcess:
    """Start to execute a page, on its share of the cores, with these modules imported."""
    from utils.book.warm_kernel import context, wait_and_run

    # read when torch and Matplotlib are imported, before there is a page
    settings = {
        "OMP_NUM_THREADS": str(max(1, cores() // at_once)),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    where, what = context(modules), [str(page.resolve()), str(kept.resolve()), timeout]
    with mock.patch.dict(os.environ, settings | os.environ):
        if where.get_start_method() == "spawn":
            process = where.Process(target=execute, args=what)
            process.start()
            return process
        ours, orders = where.Pipe()
        kernel = where.Process(target=wait_and_run, args=(ours,))
        kernel.start()
        process = where.Process(target=execute, args=[*what, kernel.pid, orders])
        process.start()
        ours.close()
        orders.close()  # that of the page's process is the only one: the kernel ends with it
    return process


def execute(
    page: str, kept: str, timeout: int, kernel: int | None = None, orders: Connection | None = None
) -> None:
    """Execute one page and keep what it gave; ends the process, with 0 if that succeeded.

    Args:
        kernel: the process that waits to be the page's kernel, and takes ``orders``.
    """
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn
    from jupyter_cache.executors.utils import single_nb_execution

    from utils.book.warm_kernel import WaitingKernel, be_silent, use

    be_silent()
    if kernel is not None and orders is not None:
        use(WaitingKernel(kernel, orders))
    cache = get_cache(kept)
    record = cache.get_project_record(page)
    notebook = cache.get_project_notebook(record.pk).nb
    result = single_nb_execution(
        notebook,
        cwd=str(Path(page).parent),
        timeout=timeout,
        allow_errors=False,
        # it warns that other users of this machine could listen
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    if result.err is None:
        bundle = CacheBundleIn(notebook, page, data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    sys.exit(0 if result.err is None else 1)
