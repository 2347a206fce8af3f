"""A student's process as the tests' process sees it: begun, asked, ended, begun again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from utils.grading.exchange.channel import Channel, Ended, Garbled, OutOfTime, pair
from utils.grading.exchange.peer import TESTS, Gone, Peer

STARTING = 60.0  # seconds that a process may take to start, on a machine that has much to do


class NotEnclosed(Exception):
    """A wall does not hold; nothing of the student's is run behind it."""


REFUSED = "may not be called here"  # what checks.forbidden says
LONGEST = 100_000  # characters of a text among the outputs; a figure may have twenty times as many
MOST = 1000  # outputs of a cell
MOST_LINES = 100  # of a traceback: frames
CUT = {"output_type": "stream", "name": "stdout", "text": "… the rest was cut.\n"}
MOST_TEXT = 40 * LONGEST  # characters of a cell's outputs together


class Student:
    """Runs the student's cells in a process of their own, and finds what they define.

    Args:
        control: to the warm parent of students' processes.
        files: what lies in its working folder.
        until: when the submission's time is up.
        without: dotted names that are taken away before the first cell.
    """

    def __init__(
        self, control: Channel, files: dict[str, bytes], until: float, without: Iterable[str] = ()
    ) -> None:
        self.control = control
        self.files = files
        self.until = until
        self.without = list(without)
        self.ran: list[tuple[str, int]] = []  # cells that ran to their end: a new process runs them
        self.child = 0
        self.seconds = 0.0  # spent on starting processes
        self.peer: Peer | None = None
        # what went wrong on our side of the wall; a test cell would take it for its own error
        self.trouble: Exception | None = None

    def begin(self, limit: float) -> Peer:
        """The conversation with the process; a new process runs the earlier cells first.

        Args:
            limit: seconds for each of those cells.

        Raises:
            Gone, NotEnclosed, Ended.
        """
        try:
            return self.begun(limit)
        except (NotEnclosed, Ended, Garbled) as error:
            self.trouble = error
            raise

    def begun(self, limit: float) -> Peer:
        """What :meth:`begin` does."""
        if self.peer is not None and not self.peer.gone:
            return self.peer
        start = time.monotonic()
        here, there = pair()
        self.control.send({"without": self.without}, (there.fileno(),))
        there.close()
        answer = self.control.receive()
        if "problem" in answer:
            raise NotEnclosed(answer["problem"])
        self.child = answer["child"]
        channel = Channel(here)
        channel.deadline = time.monotonic() + STARTING
        try:
            enclosed = channel.receive()
        except (Ended, OutOfTime):
            enclosed = {"why": "it ended at once"}
        if not enclosed.get("enclosed"):
            raise NotEnclosed(f"the student's process could not be shut in ({enclosed.get('why')})")
        self.peer = Peer(channel, TESTS)
        if self.files:
            self.ask("files", self.files)
        self.seconds += time.monotonic() - start
        for cell in self.ran:
            channel.deadline = min(time.monotonic() + limit, self.until)
            self.ask("run", *cell)
        return self.peer

    def ask(self, what: str, *args: Any) -> Any:
        """What the process answers to a question of ours; an error is no answer.

        Raises:
            Gone.
        """
        assert self.peer is not None
        try:
            return self.peer.ask(what, 0, "", args)
        except Exception as error:
            self.peer.gone = f"it answered the grader with an error ({type(error).__name__})"
            raise Gone(self.peer.gone) from None

    def run(self, source: str, number: int, limit: float) -> list[dict]:
        """Run a cell; its outputs.

        Args:
            number: of the cell in the notebook.
            limit: seconds that it may take.

        Raises:
            Gone: it ended its process, or took too long. It will not be run again.
        """
        peer = self.begin(limit)
        peer.channel.deadline = time.monotonic() + limit
        outputs = self.ask("run", source, number)
        self.ran.append((source, number))
        return checked(outputs)

    def find(self, names: Iterable[str]) -> dict[str, Any]:
        """Begin a test cell, for which both sides forget the one before; what the cells have bound."""
        assert self.peer is not None
        wanted = list(names)
        self.peer.forget()
        found = self.ask("find", wanted)
        if not isinstance(found, dict) or not set(found) <= set(wanted):
            self.peer.gone = "it sent what cannot be read"
            raise Gone(self.peer.gone)
        return found

    def end(self, grace: float = 0.0) -> str:
        """End the process; how it had ended already, if it had."""
        if self.peer is None or not self.child:
            return ""
        self.peer.channel.close()
        self.peer.gone = self.peer.gone or "it was ended"
        child, self.child = self.child, 0
        try:
            self.control.send({"end": child, "grace": grace})
            return self.control.receive()["ended"]
        except (Ended, Garbled) as error:
            self.trouble = error
            raise


class BoundNames:
    """What a test cell finds under the student's names, as long as it does not delete them or use them anew.

    Args:
        namespace: of the tests.
        module: gives a stand-in for the module that the student's cells run in.
    """

    def __init__(self, namespace: dict[str, Any], module: Callable[[], Any]) -> None:
        self.namespace, self.module = namespace, module
        self.bound: dict[str, Any] = {}
        self.taken: dict[str, Any] = {}  # those that tests have deleted

    def bind(self, names: Iterable[str], find: Callable[[], Mapping[str, Any]]) -> None:
        """Begin a test cell, which needs these names: it has those that ``find`` finds, and no others."""
        self.bound.clear()
        for name in names:
            self.namespace.pop(name, None)
        self.bound.update(find())
        self.namespace.update(self.bound)

    def take_away(self, name: str) -> None:
        """The test has deleted a student's name: it is gone for the student's functions, too."""
        if name in self.bound:
            self.taken[name] = self.bound.pop(name)
            delattr(self.module(), name)

    def give_back(self, name: str) -> None:
        """The test has given a name a value: the student hears of it if it is what was taken away."""
        if name in self.taken and self.namespace[name] is self.taken[name]:
            self.bound[name] = self.taken.pop(name)
            setattr(self.module(), name, self.bound[name])
        else:
            self.bound.pop(name, None)  # now it is a name of the test's own


def checked(outputs: Any) -> list[dict]:
    """Outputs of a cell as the student's process sent them, if they are such; of many the first."""
    given = outputs[:MOST] if isinstance(outputs, list) else ()
    made = [one for output in given if isinstance(output, dict) and (one := checked_one(output))]
    return fitted(made, MOST_TEXT)[0]


def fitted(outputs: list[dict], left: int) -> tuple[list[dict], int]:
    """The outputs, cut where they have more than ``left`` characters, and how many are left then.

    An error is never cut away: a cell that failed does not look like one that ran.
    """
    made: list[dict] = []
    for output in outputs:
        cost = 200 + sum(map(len, texts(output)))  # what is around the text counts, too
        if cost > left and output["output_type"] == "error":
            output, cost = {**output, "evalue": output["evalue"][:500], "traceback": []}, 0
        if cost <= left or cost == 0:
            made.append(output)
            left -= cost
        elif not made or made[-1] is not CUT:
            made.append(CUT)
    return made, left


def checked_one(output: dict) -> dict | None:
    """An output, as far as it is one."""
    kind = output.get("output_type")
    if kind == "stream" and isinstance(output.get("text"), str):
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": output["text"][: 2 * LONGEST]}
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = {
            mime: text
            for mime, text in output["data"].items()
            if mime in ("text/plain", "image/png") and isinstance(text, str) and len(text) <= 20 * LONGEST
        }
        more = {"execution_count": 1} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}, **more}
    if kind == "error":
        lines = output.get("traceback")
        lines = [text_of(line) for line in lines[:MOST_LINES]] if isinstance(lines, list) else []
        error = {key: text_of(output.get(key)) for key in ("ename", "evalue")}
        return {"output_type": kind, "traceback": lines, **error}
    return None


def text_of(value: Any) -> str:
    """Text as it is; of anything else nothing, since its text may be endless."""
    return value[:LONGEST] if isinstance(value, str) else ""


def texts(output: dict) -> list[str]:
    """All text in an output."""
    found = [output[key] for key in ("text", "ename", "evalue") if key in output]
    return [*found, *output.get("traceback", ()), *output.get("data", {}).values()]
