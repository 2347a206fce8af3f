"""One side of the conversation between the student's process and the tests'.

Each side asks the other to call a function, read an attribute or take a step of an iterator, and answers such
questions while it waits for its own. Arguments and results are copied as plain data
(:mod:`utils.grading.values`); what cannot be copied is lent, and a stand-in takes its place. Gradients flow
through a call, changes made in place are told, seeds reach the student's side.

The tests' side trusts nothing: it lends only what a test handed over, its public attributes alone, and
reads data only.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import sys
import types
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from utils.grading.leaves import Leaves
from utils.grading.randomness import Randomness
from utils.grading.reading import Reader
from utils.grading.standin import FORWARDED, StandIn, describe, stand_in
from utils.grading.values import BadNode, Node, NotPlain, Writer, read_tensor, tensor_node
from utils.grading.wire import Channel, Ended, Garbled, OutOfTime

TESTS, STUDENT = 0, 1
# whose objects a test may hand to a student's function
LENDABLE = ("__main__", "utils.", "torch.optim.", "torch.utils.data.", "builtins", "itertools", "functools")


class Gone(BaseException):
    """The student's process cannot answer any more; no ``except Exception`` of a test may swallow this."""


class StudentError(Exception):
    """An exception of a class that the student defined."""


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
        self.calls: list[
            tuple[list[Tensor], list[Tensor]]
        ] = []  # results and leaves of calls with a gradient
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
            reader = Reader(self, writer.objects)
            self.take(answer)
            connected = self.connect(reader, answer)
            reader.results = connected
            value = reader.value(answer.get("value"))
            for node in answer.get("changes", ()):
                reader.overwrite(node)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, RuntimeError) as error:
            raise BadNode(f"{type(error).__name__}: {error}") from None
        finally:
            gc.enable()
        if "raised" in answer:
            raise self.exception(answer["raised"])
        return value

    def connect(self, reader: Reader, answer: dict) -> list[Tensor]:
        """The results that carry a gradient, as functions of the leaves that they were computed from."""
        results = [read_tensor(node) for node in answer.get("results", ())]
        if not results:
            return []
        inputs = [self.leaves.read_leaf(node) for node in answer["inputs"]]
        with torch.enable_grad():
            return list(Bridge.apply(self, answer["call"], results, *inputs))

    def exception(self, raised: Any) -> BaseException:
        """An exception of the other side, as one of the nearest built-in class."""
        names, text, lines = raised
        lines = [str(line) for line in lines]
        if self.side == TESTS and "CheckFailed" in names and "utils.checks" in sys.modules:
            error: BaseException = sys.modules["utils.checks"].CheckFailed(text)
        else:
            error = nearest(names)(text)
        error.student_traceback = lines  # type: ignore[attr-defined]
        return error

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
            self.write_results(writer, answer)
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

    def write_results(self, writer: Writer, answer: dict) -> None:
        """The results that carry a gradient, and the leaves that they were computed from."""
        leaves = self.leaves.beneath(writer.results)
        answer["results"] = [tensor_node(result) for result in writer.results]
        answer["inputs"] = [self.leaves.leaf_node(leaf) for leaf in leaves]
        answer["call"] = len(self.calls)
        self.calls.append((writer.results, leaves))

    def do(self, what: str, target: int, name: str, args: list, kwargs: dict) -> Any:
        """What a question asks for."""
        if what in self.extra:
            return self.extra[what](*args, **kwargs)
        if what == "backward":
            return self.backward(target, *args)
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

    def backward(self, call: int, gradients: list, further: bool) -> list[Tensor | None]:
        """The gradients of a call's leaves, given those of its results."""
        results, leaves = self.calls[call]
        used = [(r, g) for r, g in zip(results, gradients, strict=True) if g is not None]
        with torch.enable_grad():
            return list(
                torch.autograd.grad(
                    [r for r, _ in used],
                    leaves,
                    [g for _, g in used],
                    retain_graph=True,
                    create_graph=further,
                    allow_unused=True,
                )
            )

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
        self.calls.clear()

    # ---------------------------------------------------------------- lending

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
        return self.randomness.generator(node[1])


class Bridge(torch.autograd.Function):
    """The results of a call on the other side, as a function of the leaves that they were computed from."""

    @staticmethod
    def forward(
        ctx: Any, peer: Peer, call: int, results: list[Tensor], *inputs: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.peer, ctx.call = peer, call
        ctx.set_materialize_grads(False)
        return tuple(results)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> Any:
        further = torch.is_grad_enabled()
        found = ctx.peer.ask("backward", ctx.call, "", (list(gradients), further))
        return (None, None, None, *found)


def check_public(name: str) -> None:
    if name.startswith("_"):
        raise AttributeError(f"{name} is not for the student's code to read")


def check_lendable(value: Any) -> None:
    """A test lends functions and objects of its own, not torch's or Python's insides."""
    home = getattr(value, "__module__", None) if isinstance(value, types.FunctionType) else None
    home = home or f"{type(value).__module__}."
    if isinstance(value, types.ModuleType | type | types.FrameType | types.CodeType | types.TracebackType):
        raise NotPlain(f"{value!r}")
    if isinstance(value, types.MethodType):
        check_lendable(value.__self__)
    elif isinstance(value, types.BuiltinFunctionType) and value.__self__ is not None:
        if isinstance(value.__self__, types.ModuleType):
            raise NotPlain(f"{value!r}")
        check_lendable(value.__self__)
    elif not isinstance(value, StandIn) and not f"{home}.".startswith(LENDABLE):
        raise NotPlain(f"an object of {type(value).__module__}.{type(value).__qualname__}")


def describe_error(error: BaseException, explain: Callable[[BaseException], list[str]]) -> list:
    """[names of its classes, text, traceback by frame] of an exception."""
    names = [kind.__name__ for kind in type(error).__mro__]
    try:
        text = str(error)
    except Exception:
        text = "(an error whose text cannot be shown)"
    return [names, text[:5000], [line[:5000] for line in explain(error)[-20:]]]


def nearest(names: Any) -> type[BaseException]:
    """The built-in exception class that comes first in ``names``, under the first of the names."""
    for name in names:
        base = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(base, type) and issubclass(base, Exception):
            break
    else:
        base = StudentError
    if base in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
        base = ValueError
    if names[0] == base.__name__:
        return base
    return type(str(names[0]), (base,), {"__init__": lambda self, text: Exception.__init__(self, text)})
