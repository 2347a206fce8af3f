"""Refuses functions of torch where every call ends, at its dispatcher, so that their names do not matter.

Whatever calls an operator (a function, a method, TorchScript, a compiler, ``torch.ops``) goes through the
dispatcher, with the operator's own name. And what autograd records, in any of its modes, is recorded by the
kernels under the dispatcher's key ``Autograd``: without them nothing is differentiated, backwards or
forwards, whoever asks.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

RECURRENT = re.compile(r"(RNN|LSTM|GRU|rnn_tanh|rnn_relu|lstm|gru)(Cell|_cell)?")
# of an operator for other tensors, or for several at once, that is called like the usual one otherwise
PREFIX = re.compile(r"^_*(sparse|special|nested|foreach|mkldnn|quantized)_(?=\w)")
DIFFERENTIATES = re.compile(r"grad|grad_and_value|backward|vjp|jvp|jacrev|jacfwd|jacobian|hessian|linearize")
NUMERICAL = re.compile(r"jacobian|numerical|gradcheck|gradgradcheck")  # of torch.autograd.gradcheck
# under these a kernel in Python comes before, or in the place of, each of torch's own
KEYS = (
    "CompositeImplicitAutograd",
    "CompositeExplicitAutograd",
    "Autograd",
    "CPU",
    "CUDA",
    "MPS",
    "Meta",
    "QuantizedCPU",
    "MkldnnCPU",
    "NestedTensorCPU",
    "SparseCPU",
    "AutogradCPU",
    "AutogradCUDA",
    "AutogradOther",
    "AutogradNestedTensor",
)
# refused with a sentence: the steps of autograd, and the whole way back through a recurrent layer
STEPS_OF_AUTOGRAD = re.compile(
    r"_backward|_make_dual|_make_dual_copy|_fw_primal|\w*(rnn|lstm|gru)\w*_backward\w*"
)
STAYS = ("detach", "detach_", "requires_grad_", "set_data")  # records nothing, and has no other kernel
# parts of torch's modules in C++ that differentiate, by a word in their names
BENEATH = re.compile(
    r"backward|differentiate|grad_increment_nesting|jvp_increment_nesting|dual_level|autodiff"
)


def does_the_same(attribute: str) -> Callable[[str], bool]:
    """Whether an operator, by its name, does the work of a function or class of torch.

    A layer of LSTM or GRU whose gates are held open is a layer of recurrent neurons, so that ``RNN`` stands
    for them all.
    """
    recurrent = RECURRENT.fullmatch(attribute)
    if recurrent is None:
        return lambda operator: PREFIX.sub("", operator).strip("_") == attribute.strip("_")
    kind, one_step = recurrent[1].lower().partition("_")[0], bool(recurrent[2])
    words = ("rnn", "lstm", "gru") if kind == "rnn" else (kind, "dnn_rnn", "miopen_rnn")

    def same(operator: str) -> bool:
        return ("cell" in operator) == one_step and any(word in operator for word in words)

    return same


def operators() -> Iterator[tuple[str, str, str]]:
    """Namespace, name without overload, and full name, of every operator of the dispatcher."""
    for full in torch._C._dispatch_get_all_op_names():
        namespace, _, name = full.partition("::")
        yield namespace, name.partition(".")[0], full


class Library:
    """Puts kernels under torch's operators, for good: no name leads to it, and nobody takes it back."""

    def __init__(self) -> None:
        self.libraries: dict[str, Any] = {}

    def put(self, full: str, key: str, kernel: Any) -> None:
        namespace = full.partition("::")[0]
        if namespace not in self.libraries:
            library = torch._C._dispatch_library("IMPL", namespace, "", __file__, 0)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
            self.libraries[namespace] = library
        with contextlib.suppress(RuntimeError, TypeError):  # some keys take no kernel in Python
            self.libraries[namespace].impl(full, key, kernel, False)


def refuse_operators(same: Callable[[str], bool], refused: Any) -> None:
    """Let every operator fail whose name ``same`` holds to be one of those refused."""
    library = Library()
    for namespace, name, full in list(operators()):
        if not same(name):
            continue
        for key in KEYS:
            library.put(full, key, refused)
        packet = getattr(getattr(torch.ops, namespace), name, None)
        for overload in packet.overloads() if packet is not None else ():
            in_python = getattr(packet, overload)
            for key in in_python.py_kernels:
                in_python.py_kernels[key] = refused
            in_python._dispatch_cache.clear()


def differentiates(name: str) -> bool:
    """Whether a dotted name is a function of torch that differentiates."""
    home, _, attribute = name.rpartition(".")
    return home.startswith(("torch.autograd", "torch.func", "torch.Tensor")) and bool(
        DIFFERENTIATES.fullmatch(attribute)
    )


def refuse_autograd(refused: Any, disarm: Callable[[Any], None]) -> list[Any]:
    """Let nothing be differentiated in this process any more, in any mode; functions that others may hold.

    Args:
        disarm: makes a function in Python refuse, whoever holds it.
    """
    library = Library()
    for _, name, full in list(operators()):
        if STEPS_OF_AUTOGRAD.fullmatch(name):
            for key in KEYS:
                library.put(full, key, refused)
        elif name not in STAYS and torch._C._dispatch_has_kernel_for_dispatch_key(full, "Autograd"):
            library.put(full, "Autograd", torch.library.fallthrough_kernel)
    for function in in_python():
        disarm(function)
    held = []
    for module in (torch._C, torch._C._functorch, torch._C._autograd, torch._C._VariableFunctions):
        for name in [name for name in dir(module) if BENEATH.search(name)]:
            held.append(getattr(module, name))
            with contextlib.suppress(AttributeError, TypeError):  # not everything can be replaced
                setattr(module, name, refused)
    torch.Tensor.backward = refused  # type: ignore[method-assign]
    return held


def in_python() -> Iterable[Any]:
    """The functions in Python that begin to differentiate; what they call beneath is without effect."""
    import torch._functorch.eager_transforms as eager
    from torch import autograd
    from torch._functorch import apis
    from torch.autograd import forward_ad, functional, graph

    for module in (autograd, functional, torch.func):
        yield from (getattr(module, name) for name in dir(module) if DIFFERENTIATES.fullmatch(name))
    numerical = sys.modules["torch.autograd.gradcheck"]  # the package has a function of this name
    yield from (getattr(numerical, name) for name in dir(numerical) if NUMERICAL.search(name))
    for module in (eager, apis):
        yield from (getattr(module, name) for name in dir(module) if DIFFERENTIATES.search(name))
    yield from (forward_ad.make_dual, forward_ad.enter_dual_level, forward_ad.dual_level.__enter__)
    yield from (functional.hvp, functional.vhp, graph._engine_run_backward, torch.Tensor.backward)
