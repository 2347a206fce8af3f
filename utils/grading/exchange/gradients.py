"""Gradients across: the results of a call on the other side, as a function of the leaves beneath them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from utils.grading.exchange.leaves import Leaves
from utils.grading.exchange.tensors import read_tensor, tensor_node
from utils.grading.exchange.writer import Writer

Ask = Callable[..., Any]  # asks the other side: see utils.grading.exchange.peer.Peer.ask


class Calls:
    """The calls that this side has answered with results that carry a gradient: these, and their leaves."""

    def __init__(self) -> None:
        self.made: list[tuple[list[Tensor], list[Tensor]]] = []

    def write(self, leaves: Leaves, writer: Writer, answer: dict) -> None:
        """Put the results that carry a gradient into an answer, and the leaves beneath them."""
        beneath = leaves.beneath(writer.results)
        answer["results"] = [tensor_node(result) for result in writer.results]
        answer["inputs"] = [leaves.leaf_node(leaf) for leaf in beneath]
        answer["call"] = len(self.made)
        self.made.append((writer.results, beneath))

    def backward(self, call: int, gradients: list, further: bool) -> list[Tensor | None]:
        """The gradients of a call's leaves, given those of its results."""
        results, leaves = self.made[call]
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


def connect(ask: Ask, leaves: Leaves, answer: dict) -> list[Tensor]:
    """The results in an answer that carry a gradient, as functions of the leaves they were computed from."""
    results = [read_tensor(node) for node in answer.get("results", ())]
    if not results:
        return []
    inputs = [leaves.read_leaf(node) for node in answer["inputs"]]
    with torch.enable_grad():
        return list(Bridge.apply(ask, answer["call"], results, *inputs))


class Bridge(torch.autograd.Function):
    """The results of a call on the other side, as a function of the leaves that they were computed from."""

    @staticmethod
    def forward(ctx: Any, ask: Ask, call: int, results: list[Tensor], *inputs: Tensor) -> tuple[Tensor, ...]:
        ctx.ask, ctx.call = ask, call
        ctx.set_materialize_grads(False)
        return tuple(results)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> Any:
        further = torch.is_grad_enabled()
        found = ctx.ask("backward", ctx.call, "", (list(gradients), further))
        if not isinstance(found, list) or len(found) != len(ctx.needs_input_grad) - 3:
            raise TypeError("the other process answered a backward pass with what is no list of gradients")
        return (None, None, None, *found)
