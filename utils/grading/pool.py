"""Submissions spread over this machine's cores, or over machines by Dask: bytes out, results back.

Few submissions are under way at a time, so that the memory of the one who asks does not grow with the class.
On this machine threads wait for the processes that grade. Dask's workers need this package and nothing else:
the release and the submission come to them as data. When a worker is lost, Dask gives its submission to
another; workers may join at any time. On a cluster of one's own, each of these runs wherever the package is
installed:

    dask scheduler --no-dashboard
    dask worker tcp://SCHEDULER:8786 --nthreads 1 --no-dashboard     # one for each core
    course grade 1 submissions --scheduler tcp://SCHEDULER:8786
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from utils.common.errors import UserError
from utils.grading.answer_key import Release
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.worker import Graded, end_benches, end_run, grade

OFTEN = 2  # times that a submission is given out again when its worker and its result are lost
AHEAD = 3  # submissions on their way for each that is being graded: enough that no worker waits


def spread(
    release: Release, submissions: Iterable[Submission], jobs: int = 1, scheduler: str = ""
) -> Iterator[Graded]:
    """Grade submissions, each as soon as a worker is free, and yield what came of them as they are done.

    Args:
        jobs: submissions under way at once on this machine, each in processes of its own.
        scheduler: the address of a Dask scheduler, ``tcp://…``, to use instead.

    Raises:
        UserError: the scheduler does not answer, or has no workers.
    """
    try:
        if scheduler:
            with connected(scheduler) as client:
                yield from flow(client, release, submissions)
        elif jobs == 1:
            for submission in submissions:
                yield grade(release, submission)
        else:
            yield from on_threads(release, submissions, jobs)
    finally:
        end_run()


def on_threads(release: Release, submissions: Iterable[Submission], jobs: int) -> Iterator[Graded]:
    """Threads that wait for processes of the one bench that they share. ``grade`` raises nothing."""
    pool, waiting = ThreadPoolExecutor(jobs, "grading"), iter(submissions)
    under_way = {pool.submit(grade, release, submission) for submission in islice(waiting, AHEAD * jobs)}
    try:
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
            under_way |= {pool.submit(grade, release, each) for each in islice(waiting, len(done))}
    finally:
        call_off(pool, under_way)


def call_off(pool: Executor, under_way: Iterable[Future]) -> None:
    """End what is being graded after a stop; what is about to begin ends with its new bench."""
    pool.shutdown(wait=False, cancel_futures=True)
    running = [future for future in under_way if not future.cancelled()]
    while wait(running, timeout=0.1).not_done:
        end_benches()


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator[Any]:
    """A client of the scheduler at an address."""
    import dask
    from distributed import Client

    dask.config.set(
        {
            "distributed.comm.timeouts.connect": "10s",
            # a warning at 10 MB is for programs that send the same data with every task
            "distributed.admin.large-graph-warning-threshold": "1GB",
        }
    )
    for name in ("distributed", "distributed.client"):  # what matters of a lost worker is told by the result
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"no Dask scheduler answers at {scheduler} ({reason}); start one with `dask scheduler`"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=60)
        except TimeoutError:
            raise UserError(
                f"the scheduler at {scheduler} has no workers; start some with "
                f"`dask worker {scheduler} --nthreads 1 --no-dashboard`"
            ) from None
        yield client


def itself(release: Release) -> Release:
    return release


def threads(client: Any) -> int:
    """Submissions that the workers of now can have under way."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return max(1, sum(worker["nthreads"] for worker in workers))


def flow(client: Any, release: Release, submissions: Iterable[Submission]) -> Iterator[Graded]:
    """A steady number of submissions under way until all are done."""
    from distributed import as_completed

    # a task, not scattered data: when all workers that hold it are lost, Dask makes it again
    here = client.submit(itself, release, pure=False)
    waiting = iter(submissions)
    under_way: dict[Any, tuple[Submission, int]] = {}  # and how often it was lost
    done = as_completed(loop=client.loop)

    def give(submission: Submission | None, lost: int = 0) -> bool:
        if submission is None:
            return False
        future = client.submit(grade, here, submission, pure=False)
        under_way[future] = submission, lost
        done.add(future)
        return True

    while True:
        room = AHEAD * threads(client) if len(under_way) % 8 == 0 else 0
        while len(under_way) < room and give(next(waiting, None)):
            pass
        if not under_way:
            return
        future = next(done)
        submission, lost = under_way.pop(future)
        graded, why = outcome(future)
        future.release()
        if graded is None and why != "KilledWorker" and lost < OFTEN:  # which Dask says after several times
            give(submission, lost + 1)
            continue
        problem = f"the worker that graded it was lost each time ({why})."
        yield graded or Graded(Result(submission.student, "broken", problem=problem, again=True))
        give(next(waiting, None))


def outcome(future: Any) -> tuple[Graded | None, str]:
    """What came of a submission; None, and why, when its worker was lost with it."""
    from asyncio import CancelledError

    try:
        return future.result(timeout=60), ""
    except (Exception, CancelledError) as error:
        return None, type(error).__name__
