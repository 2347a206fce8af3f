"""Gradients across: the results of a call on the other side, as a function of the leaves beneath them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from utils.grading.values import Writer, read_tensor, tensor_node

if TYPE_CHECKING:
    from utils.grading.peer import Peer


class Calls:
    """The calls that this side has answered with results that carry a gradient: these, and their leaves."""

    def __init__(self) -> None:
        self.made: list[tuple[list[Tensor], list[Tensor]]] = []

    def write(self, peer: Peer, writer: Writer, answer: dict) -> None:
        """Put the results that carry a gradient into an answer, and the leaves beneath them."""
        leaves = peer.leaves.beneath(writer.results)
        answer["results"] = [tensor_node(result) for result in writer.results]
        answer["inputs"] = [peer.leaves.leaf_node(leaf) for leaf in leaves]
        answer["call"] = len(self.made)
        self.made.append((writer.results, leaves))

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


def connect(peer: Peer, answer: dict) -> list[Tensor]:
    """The results in an answer that carry a gradient, as functions of the leaves they were computed from."""
    results = [read_tensor(node) for node in answer.get("results", ())]
    if not results:
        return []
    inputs = [peer.leaves.read_leaf(node) for node in answer["inputs"]]
    with torch.enable_grad():
        return list(Bridge.apply(peer, answer["call"], results, *inputs))


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
        if not isinstance(found, list) or len(found) != len(ctx.needs_input_grad) - 3:
            raise TypeError("the other process answered a backward pass with what is no list of gradients")
        return (None, None, None, *found)
