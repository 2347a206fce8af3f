"""One side of the conversation between the student's process and the tests'.

Each side asks the other to call a function, read an attribute or take a step of an iterator, and answers such
questions while it waits for its own. Arguments and results are copied as plain data
(:mod:`utils.grading.exchange.writer`); what cannot be copied is lent, and a stand-in takes its place.
Gradients flow through a call, changes made in place are told, seeds reach the student's side.

The tests' side trusts nothing: it lends what a test handed over and its public attributes, and reads data.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from utils.grading.exchange.channel import Channel, Ended, Garbled, OutOfTime
from utils.grading.exchange.exceptions import describe_error, exception
from utils.grading.exchange.gradients import Calls, connect
from utils.grading.exchange.leaves import Leaves
from utils.grading.exchange.nodes import BadNode, Node, NotPlain
from utils.grading.exchange.random_state import Randomness
from utils.grading.exchange.reader import Reader
from utils.grading.exchange.stand_in import (
    FORWARDED,
    StandIn,
    check_lendable,
    check_public,
    describe,
    stand_in,
)
from utils.grading.exchange.writer import Writer

TESTS, STUDENT = 0, 1


class Gone(BaseException):
    """The student's process cannot answer any more; no ``except Exception`` of a test may swallow this."""


class Peer:
    """One side.

    Args:
        channel: to the other side.
        side: ``TESTS`` or ``STUDENT``.
        extra: what else this side answers, by the name of the question.
    """

    def __init__(self, channel: Channel, side: int, extra: dict[str, Callable] | None = None) -> None:
        self.channel = channel
        self.side = side
        self.extra = extra or {}
        self.lent: list[Any] = []
        self.lent_numbers: dict[int, int] = {}
        self.stand_ins: dict[int, StandIn] = {}
        self.leaves = Leaves(side)
        self.randomness = Randomness()
        self.calls = Calls()
        self.collect_output: Callable[[], str] = lambda: ""  # what the student's code has printed
        self.explain: Callable[[BaseException], list[str]] = lambda error: []  # its traceback, by frame
        self.hear: Callable[[str], Any] = lambda text: None
        self.gone = ""
        self.resting = False  # asked for nothing but gradients

    # ---------------------------------------------------------------- asking

    def ask(
        self, what: str, target: int, name: str = "", args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """The other side's answer.

        Raises:
            Gone: there is no other side any more.
            Exception: what the other side's code raised, as an exception of the same built-in class.
        """
        if self.gone:
            raise Gone(self.gone)
        if self.resting and what != "backward":
            raise TypeError("an object that was made outside of `with checks.forbidden` is used inside")
        writer = Writer(self)
        try:
            nodes = [writer.node(arg) for arg in args]
            named = {key: writer.node(value) for key, value in (kwargs or {}).items()}
        except NotPlain as error:
            raise TypeError(f"{error} cannot be handed to the other process") from None
        question = {
            "ask": what,
            "target": target,
            "name": name,
            "args": nodes,
            "kwargs": named,
            **self.news(),
        }
        answered = False
        try:
            self.channel.send(question)
            while True:
                message = self.channel.receive()
                if not isinstance(message, dict):
                    raise Garbled("no message")
                if "ask" in message:
                    self.channel.send(self.answer(message))
                else:
                    answered = True
                    return self.read_answer(message, writer)
        except Ended:
            self.gone = "its process ended"
        except OutOfTime:
            self.gone = "out of time"
        except (Garbled, BadNode) as error:
            self.gone = f"it sent what cannot be read ({error})"
        except BaseException as error:
            # an answer that was not read to its end must not be taken for the next one's
            if not answered:
                self.gone = f"the conversation was cut short ({type(error).__name__})"
            raise
        raise Gone(self.gone)

    def read_answer(self, answer: dict, writer: Writer) -> Any:
        """The value in an answer, with its gradients connected; or the exception."""
        gc.disable()
        try:
            raised = exception(answer["raised"], self.side == STUDENT) if "raised" in answer else None
            reader = Reader(self, writer.objects)
            self.take(answer)
            reader.results = connect(self.ask, self.leaves, answer)
            value = reader.value(answer.get("value"))
            for node in answer.get("changes", ()):
                reader.overwrite(node)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, RuntimeError) as error:
            raise BadNode(f"{type(error).__name__}: {error}") from None
        finally:
            gc.enable()
        if raised is not None:
            raise raised
        return value

    # -------------------------------------------------------------- answering

    def serve(self) -> None:
        """Answer questions until the other side ends."""
        while True:
            try:
                self.channel.send(self.answer(self.channel.receive()))
            except Ended:
                return

    def answer(self, question: dict) -> dict:
        """The answer to one question; an exception is an answer, too."""
        reader = Reader(self)
        gc.disable()
        try:
            self.take(question)
            args = reader.values(question["args"])
            kwargs = {key: reader.value(node) for key, node in question["kwargs"].items()}
        finally:
            gc.enable()
        answer: dict[str, Any] = {}
        value = None
        try:
            value = self.do(question["ask"], question["target"], question["name"], args, kwargs)
        except BaseException as error:
            if isinstance(error, Ended | OutOfTime) or (
                self.side == TESTS and not isinstance(error, Exception)
            ):
                raise
            answer["raised"] = describe_error(error, self.explain)
            if self.side == TESTS:  # a traceback shows lines of the tests
                answer["raised"][2] = []
        writer = Writer(self, reader.objects)
        try:
            answer["value"] = writer.node(value)
        except Exception as error:  # an object may even lie about its class
            answer["value"] = None
            answer["raised"] = describe_error(
                TypeError(f"{error} cannot be handed to the other process"), self.explain
            )
        answer["changes"] = self.changes(writer, reader)
        if writer.results:
            self.calls.write(self.leaves, writer, answer)
        return {**answer, **self.news(answering=True)}

    def changes(self, writer: Writer, reader: Reader) -> list[Node]:
        """What became of the arguments that can be changed in place."""
        changed = []
        for number, before in reader.nodes.items():
            # what an argument now holds may be beyond writing; then the other side's stays as it is
            with contextlib.suppress(Exception):
                if (now := writer.changed(number, before)) is not None:
                    changed.append(now)
        return changed

    def do(self, what: str, target: int, name: str, args: list, kwargs: dict) -> Any:
        """What a question asks for."""
        if what in self.extra:
            return self.extra[what](*args, **kwargs)
        if what == "backward":
            return self.calls.backward(target, *args)
        value = self.own(target)
        if self.side == TESTS and what != "special":
            check_public(name)
        if what == "get":
            return getattr(value, name)
        if what == "special" and name in (*FORWARDED, "__exit__"):
            if name == "__call__":
                return value(*args, **kwargs)
            return getattr(type(value), name)(value, *args, **kwargs)
        if self.side == TESTS:
            raise TypeError("the objects of a test cannot be changed from outside")
        if what == "set":
            return setattr(value, name, args[0])
        if what == "delete":
            return delattr(value, name)
        raise TypeError(f"no question {what!r}")

    # ------------------------------------------------------- what goes along

    def news(self, answering: bool = False) -> dict:
        """What the other side must know before it goes on."""
        news: dict[str, Any] = {"leaves": self.leaves.changes()}
        if self.side == STUDENT:
            news["moved"] = self.randomness.moved()
            news["output"] = self.collect_output()
        else:
            news["random"] = self.randomness.news()
        if not answering:
            news["grad"] = torch.is_grad_enabled()
            news["dtype"] = str(torch.get_default_dtype())[6:]
        return news

    def take(self, news: dict) -> None:
        """What the other side's :meth:`news` said."""
        self.leaves.take(news.get("leaves", ()))
        if self.side == STUDENT:
            self.randomness.take(news.get("random", ()))
            if "dtype" in news:
                torch.set_grad_enabled(news["grad"])
                torch.set_default_dtype(getattr(torch, news["dtype"]))
        else:
            self.randomness.follow(news.get("moved", ()))
            if isinstance(news.get("output"), str):
                self.hear(news["output"])

    def forget(self) -> None:
        """Forget the tensors of the test cell before; both sides do so together."""
        self.leaves.forget()
        self.calls = Calls()

    def lend(self, value: Any) -> Node:
        """Lend an object: the other side gets a stand-in."""
        if isinstance(value, StandIn) and value._peer is self:
            return ["O", value._number]
        if id(value) not in self.lent_numbers:
            if self.side == TESTS:
                check_lendable(value)
            self.lent_numbers[id(value)] = len(self.lent)
            self.lent.append(value)
        return ["R", self.lent_numbers[id(value)], describe(value)]

    def borrow(self, node: Node) -> StandIn:
        """The stand-in for an object that the other side lends; the same one for the same object."""
        number = node[1]
        if number not in self.stand_ins:
            self.stand_ins[number] = stand_in(self, number, node[2])
        return self.stand_ins[number]

    def own(self, number: Any) -> Any:
        """The object that was lent under ``number``."""
        if not isinstance(number, int) or not 0 <= number < len(self.lent):
            raise BadNode("nothing was lent under that number")
        return self.lent[number]

    def leaf_node(self, leaf: Tensor) -> Node:
        return self.leaves.leaf_node(leaf)

    def read_leaf(self, node: Node) -> Tensor:
        return self.leaves.read_leaf(node)

    def lend_tensor(self, tensor: Tensor) -> Node:
        return self.leaves.lend(tensor)

    def borrow_tensor(self, key: Node, values: Tensor) -> Tensor:
        return self.leaves.borrow(key, values)

    def generator_node(self, generator: torch.Generator) -> Node:
        if self.side == STUDENT:
            known = self.randomness.sources[3:]
            if not any(getattr(source, "generator", None) is generator for source in known):
                raise NotPlain("a torch.Generator that the student made")
        return ["g", self.randomness.number(generator)]

    def read_generator(self, node: Node) -> torch.Generator:
        if self.side == TESTS and node[1] == len(self.randomness.sources):
            raise BadNode("a generator that no test has made")
        return self.randomness.generator(node[1])
