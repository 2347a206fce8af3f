"""A submission's notebook read, restored and looked over, in a process of its own.

What a student wrote may keep Python's parser busy for minutes, or end it (Python 3.10 does not survive
``a+a+a+…`` of some length). So one warm process imports what is needed and forks for each submission; the
fork has limits, and whatever becomes of it, the others never notice.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from typing import Any

from utils.grading.answer_key import Release, is_locked
from utils.grading.exchange.channel import (
    Channel,
    Ended,
    Garbled,
    OutOfTime,
    ending_with,
    from_descriptor,
    pair,
)
from utils.grading.submission import Submission

STARTING = 120.0  # seconds that the warm process may take to start
SECONDS = 10  # of processor time for one submission; most take a hundredth of one
PATIENCE = 60.0  # seconds on the clock for the same
MEMORY = 4 << 30  # bytes
NOT_LOOKED_OVER = (
    "Its code was not looked over for attempts on the grading: to read it takes too long, or ends Python."
)


class Desk:
    """Prepares submissions, several at once; the warm process begins with the first, and is replaced."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.channel: Channel | None = None
        self.lock = threading.Lock()

    def prepare(self, release: Release, submission: Submission) -> dict[str, Any]:
        """``notebook`` (as JSON) and ``notes`` of a submission, or its ``problem``, a sentence.

        A fork that ends is tried again once, since it may have been ended from outside. Then, or when it
        takes too long, the student's code is left unread.
        """
        question = {"release": asdict(release), "files": submission.files, "unread": submission.unread}
        question |= {"student": submission.student, "notes": list(submission.notes)}
        for look in (True, False):
            asked = {**question, "look": look}
            answer = self.ask(asked) or self.ask(asked)
            if answer is not None and "late" not in answer:
                break
        if answer is None or "late" in answer:
            name = f"{release.notebook}.ipynb"
            sentence = f"{name} cannot be read in {SECONDS} seconds; copy the answers into a fresh download"
            return {"problem": f"{sentence} and hand it in again."}
        if "flaw" in answer:
            raise RuntimeError(answer["flaw"])
        return answer

    def ask(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """What a fork answers; None when it ends without an answer."""
        try:
            channel = self.fork()
        except (Ended, OutOfTime, Garbled):
            try:
                channel = self.fork()
            except (Ended, OutOfTime, Garbled):
                return {"flaw": "the process that reads notebooks could not be started"}
        try:
            channel.deadline = time.monotonic() + PATIENCE
            channel.send(question)
            return channel.receive()
        except OutOfTime:
            return {"late": True}
        except (Ended, Garbled):
            return None
        finally:
            channel.close()  # the fork ends with it

    def fork(self) -> Channel:
        """The channel to a fork of the warm process, which is started when there is none."""
        here, there = pair()
        try:
            with self.lock:
                warm = self.connect()
                warm.deadline = time.monotonic() + PATIENCE
                warm.send({"fork": True}, (there.fileno(),))
        except BaseException:
            with self.lock:
                self.close()
            here.close()
            raise
        finally:
            there.close()
        return Channel(here)

    def connect(self) -> Channel:
        if self.process is not None and self.process.poll() is None and self.channel is not None:
            return self.channel
        self.close()
        here, there = pair()
        argv = [sys.executable, "-m", "utils.grading.notebooks.preparing", str(there.fileno())]
        self.process = subprocess.Popen(
            argv, pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL, start_new_session=True
        )
        there.close()
        self.channel = Channel(here)
        self.channel.deadline = time.monotonic() + STARTING
        self.channel.receive()
        return self.channel

    def close(self) -> None:
        """End the warm process; the next submission starts another."""
        if self.channel is not None:
            self.channel.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.channel = None


def main(descriptor: int) -> None:
    """The warm process: forks at a word until the other end of ``descriptor`` is closed."""
    desk = from_descriptor(descriptor)
    with ending_with(desk):
        warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    desk.send({"ready": True})
    while True:
        try:
            channel = desk.receive_channel()
        except Ended:
            return
        if os.fork() == 0:
            desk.close()
            serve(channel)
        channel.close()


def warm_up() -> None:
    """Import what the forks need, and let it do what it does once."""
    import nbformat
    from IPython.core import inputtransformer2  # noqa: F401

    from utils.grading.notebooks import restore, suspicion  # noqa: F401

    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a")]))
    gc.collect()
    gc.freeze()


def serve(channel: Channel) -> None:
    """What the fork does: prepare one submission, and end."""
    import resource  # there is none on Windows, as of the next two

    from utils.grading.sandbox import enclose, namespaces

    try:
        if sys.platform == "linux":
            namespaces.die_with_parent()
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        enclose.limit_memory(MEMORY)
        question = channel.receive()
        with ending_with(channel):
            answer = prepared(question)
        channel.send(answer)
    finally:
        os._exit(0)


def prepared(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question of :meth:`Desk.prepare`."""
    from utils.grading.notebooks.changes import position
    from utils.grading.notebooks.restore import restore, written_over
    from utils.grading.notebooks.suspicion import suspicions

    release = Release(**question["release"])
    submission = Submission(
        question["student"], question["files"], notes=tuple(question["notes"]), unread=question["unread"]
    )
    try:
        notebook = submission.notebook(release.notebook)
    except ValueError as error:
        return {"problem": str(error)}
    try:
        over = written_over(release, notebook)
        notebook, notes = restore(release, notebook, question["look"])
        notes += map(about_text, over.items())
        if question["look"]:
            code = [cell for cell in notebook.cells if cell.cell_type == "code" and not is_locked(cell)]
            visible = [release.visible[name] for name in release.tests]
            notes += suspicions({position(cell) or 0: cell.source for cell in code}, visible)
        else:
            notes.append(NOT_LOOKED_OVER)
        return {"notebook": json.dumps(notebook), "notes": notes, "written_over": over}
    except Exception as error:  # of ours
        return {"flaw": f"{type(error).__name__}: {error}"}


def about_text(written: tuple[str, str]) -> str:
    """A sentence about what a student had written in a locked cell, which the report shows in full."""
    name, text = written
    first, *more = [line.strip() for line in text.splitlines() if line.strip()]
    shown = first if len(first) <= 80 else first[:80] + "…"
    others = f" and {len(more)} more {'line' if len(more) == 1 else 'lines'}" if more else ""
    return f"In {name}, which is locked, the student had written {shown!r}{others}; `course report` shows it."


if __name__ == "__main__":
    main(int(sys.argv[1]))
