"""Takes functions away from a student's process before the student's code runs there.

A task that asks for an LSTM's steps forbids ``torch.nn.LSTM``. Refusing it by name would miss an alias made
earlier, so the tests of such a task call the student's code in a process of its own, from which what is
forbidden is gone: the function, its other names, and for torch the operator underneath.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from utils.errors import not_here

# operators of torch under classes of torch.nn; a function's operator has the function's name
OPERATORS = {
    "RNN": ("rnn_tanh", "rnn_relu", "mkldnn_rnn_layer"),
    "LSTM": ("lstm", "mkldnn_rnn_layer", "quantized_lstm", "_cudnn_rnn", "_lstm_mps"),
    "GRU": ("gru", "mkldnn_rnn_layer", "quantized_gru", "_cudnn_rnn"),
    "RNNCell": ("rnn_tanh_cell", "rnn_relu_cell"),
    "LSTMCell": ("lstm_cell", "_thnn_fused_lstm_cell"),
    "GRUCell": ("gru_cell", "_thnn_fused_gru_cell"),
}


def remove(names: Iterable[str]) -> None:
    """Let every call of these dotted names fail in this process, from now on.

    A class is forbidden by its ``forward``, so that it may still be mentioned and made; one without, by its
    making.
    """
    names = list(names)
    kept = []  # so that no other object takes over an id
    gone: dict[int, Any] = {}  # what stands in the place of a function, by the function's id
    for name in names:
        home, _, attribute = name.rpartition(".")
        owner = find(home)
        thing = getattr(owner, attribute)
        sentence = not_here(name, names)
        refused = refusal(sentence)
        if isinstance(thing, type):
            method = "forward" if hasattr(thing, "forward") else "__init__"
            for kind in {thing, *subclasses(thing)}:
                if method in vars(kind):
                    disarm(vars(kind)[method], sentence)
                if method in vars(kind) or kind is thing:
                    setattr(kind, method, refused)
            refuse_in_bases(thing, refused)
            if home.startswith("torch") and attribute in OPERATORS:
                remove_operators(sentence, OPERATORS[attribute])
                remove_decompositions(sentence, attribute.lower().removesuffix("cell"))
        else:
            gone[id(thing)] = refused
            kept.append(thing)
            disarm(thing, sentence)
            setattr(owner, attribute, refused)
            if home.startswith("torch"):
                remove_operators(sentence, (attribute,))
            if name in ("torch.autograd.grad", "torch.autograd.backward", "torch.Tensor.backward"):
                remove_engine(refused)
        if not home.startswith("torch"):
            close_source(thing.__module__)
    replace_everywhere(gone)
    del kept


def find(dotted: str) -> Any:
    """The module or class with a dotted name."""
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError:
        home, _, attribute = dotted.rpartition(".")
        return getattr(find(home), attribute)


def refusal(sentence: str, free: Iterable[str] = ()) -> Any:
    """A function that refuses to be called, with these names from a scope around it."""
    names = " = ".join([*free, "_"])
    code = f"""
def around():
    {names} = None
    def refused(*args, **kwargs):
        {", ".join(free)}
        raise __import__("utils.checks", fromlist=["here"]).CheckFailed({sentence!r})
    return refused
"""
    scope: dict[str, Any] = {"__name__": __name__}
    exec(code, scope)
    return scope["around"]()


def disarm(function: Any, sentence: str) -> None:
    """Let a Python function refuse, whoever holds it already, and what it wraps too."""
    while isinstance(function, types.FunctionType):
        function.__code__ = refusal(sentence, function.__code__.co_freevars).__code__
        function = vars(function).get("__wrapped__")


def refuse_in_bases(kind: type, refused: Any) -> None:
    """Let the ``forward`` that a class of the course inherits refuse its objects."""
    for base in kind.__mro__[1:]:
        inherited = vars(base).get("forward")
        if inherited is None or base.__module__.startswith("torch."):
            continue

        def forward(self: Any, *args: Any, inherited: Any = inherited, **kwargs: Any) -> Any:
            return (refused if isinstance(self, kind) else inherited)(self, *args, **kwargs)

        base.forward = forward  # type: ignore[attr-defined]


def close_source(module: str) -> None:
    """Let the file of ``module`` not be read any more, so that it cannot be imported afresh."""
    source = Path(sys.modules[module].__file__ or "").resolve()
    closed = (str(source), str(source.parent / "__pycache__" / f"{source.stem}."))

    def hook(event: str, args: tuple) -> None:
        if event == "open" and isinstance(args[0], str) and os.path.realpath(args[0]).startswith(closed):
            raise PermissionError(f"{args[0]} is not for this task")

    sys.addaudithook(hook)


def subclasses(kind: type) -> set[type]:
    found: set[type] = set(kind.__subclasses__())
    for child in list(found):
        found |= subclasses(child)
    return found


def replace_everywhere(gone: dict[int, Any]) -> None:
    """Put a refusal where any imported module holds one of the functions whose ids are given."""
    for module in list(sys.modules.values()):
        if not isinstance(module, types.ModuleType) or module.__name__.startswith("utils.grading"):
            continue
        for name, value in list(vars(module).items()):
            if id(value) in gone:
                setattr(module, name, gone[id(value)])


def remove_operators(sentence: str, operators: Iterable[str]) -> None:
    """Let torch's operators of these names fail, however they are reached."""
    refused = refusal(sentence)
    library = torch._C._dispatch_library("IMPL", "aten", "", __file__, 0)
    # nobody may find it and take it back: it stays, and no name leads to it
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    for operator in operators:
        packet = getattr(torch.ops.aten, operator, None)
        for overload in packet.overloads() if packet is not None else ():
            full = f"aten::{operator}" if overload == "default" else f"aten::{operator}.{overload}"
            for key in ("CompositeImplicitAutograd", "CPU", "AutogradCPU"):
                with contextlib.suppress(RuntimeError, TypeError):
                    library.impl(full, key, refused, False)  # type: ignore[call-arg]
            in_python = getattr(packet, overload)
            for key in in_python.py_kernels:
                in_python.py_kernels[key] = refused
            in_python._dispatch_cache.clear()


def remove_decompositions(sentence: str, word: str) -> None:
    """Take away the recurrent layers that torch has in Python, for its compilers."""
    import torch._decomp.decompositions as found

    refused = refusal(sentence)
    for attribute, function in list(vars(found).items()):
        if word in attribute and isinstance(function, types.FunctionType):
            disarm(function, sentence)
            setattr(found, attribute, refused)
    for table in torch._decomp.global_decomposition_table.values():
        for operator in [o for o in table if word in str(o).rpartition("aten.")[2]]:
            table[operator] = refused
    close_source(found.__name__)


def remove_engine(refused: Any) -> None:
    """Let every backward pass that Python starts fail."""
    torch.autograd.Variable._execution_engine = types.SimpleNamespace(run_backward=refused)  # type: ignore
    torch.autograd.graph._engine_run_backward = refused
    torch.autograd._engine_run_backward = refused
    torch.Tensor.backward = refused  # type: ignore[method-assign]
