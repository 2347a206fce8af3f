"""Tensors that both sides hold while a test cell runs: parameters, and whatever requires a gradient.

A *leaf* (a parameter, a tensor made with ``requires_grad=True``) exists on both sides as one tensor each.
Before a message leaves, the leaves that were changed in place since the last one, or that have got a
gradient, go along. Any other tensor that requires a gradient is *lent*: the other side computes with a leaf
of its own, whose gradient comes back to the lender.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from utils.grading.exchange.nodes import BadNode, Node
from utils.grading.exchange.tensors import read_tensor, tensor_node


class Leaves:
    """The tensors that this side (0: the tests, 1: the student) shares with the other.

    They are forgotten, on both sides, when a test cell begins.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self.forget()

    def forget(self) -> None:
        self.tensors: dict[tuple[int, int], Tensor] = {}
        self.keys: dict[int, tuple[int, int]] = {}
        self.states: dict[tuple[int, int], Node] = {}  # of leaves: what both sides knew last
        self.gradients: dict[
            tuple[int, int], tuple[int, Tensor | None]
        ] = {}  # how often replaced, and the last
        self.count = 0
        self.fresh: set[tuple[int, int]] = set()  # first told in the message that is being written

    def add(self, tensor: Tensor, key: tuple[int, int] | None = None) -> tuple[int, int]:
        if key is None:
            key = (self.side, self.count)
            self.count += 1
        self.tensors[key] = tensor
        self.keys[id(tensor)] = key
        return key

    def leaf_node(self, leaf: Tensor) -> Node:
        """["p", key, state], the state only when the other side does not have the leaf yet.

        Within a message each mention has it: what was computed from a leaf is read before the leaf itself.
        """
        key = self.keys.get(id(leaf))
        if key is not None and key not in self.fresh:
            return ["p", list(key)]
        key = key or self.add(leaf)
        self.fresh.add(key)
        self.states[key] = self.state_of(key)
        return ["p", list(key), isinstance(leaf, nn.Parameter), self.states[key]]

    def read_leaf(self, node: Node) -> Tensor:
        key = tuple(node[1])
        if key in self.tensors:
            return self.tensors[key]
        if len(node) < 4 or key[0] == self.side:
            raise BadNode("an unknown leaf")
        values = read_tensor(node[3][0])
        leaf = nn.Parameter(values, requires_grad=False) if node[2] else values
        self.add(leaf, key)
        self.become(key, node[3])
        return leaf

    def lend(self, tensor: Tensor) -> list[int]:
        """The key of a tensor that the other side will compute with."""
        return list(self.keys.get(id(tensor)) or self.add(tensor))

    def borrow(self, key: Any, values: Tensor) -> Tensor:
        """A tensor that requires a gradient, to compute with; changing it in place is allowed."""
        leaf = values.requires_grad_()
        self.add(leaf, tuple(key))
        with torch.enable_grad():
            return leaf.clone()

    def changes(self) -> list[Node]:
        """[key, state] of each leaf that is not what both sides knew last; it ends a message."""
        self.fresh.clear()
        changed = []
        for key, before in self.states.items():
            now = self.state_of(key)
            if now != before:
                self.states[key] = now
                changed.append([list(key), now])
        return changed

    def take(self, changes: Iterable) -> None:
        """What the other side's :meth:`changes` said."""
        for key, state in changes:
            key = tuple(key)
            if key not in self.states:
                raise BadNode("a change of an unknown leaf")
            self.become(key, state)

    def state_of(self, key: tuple[int, int]) -> Node:
        """[values, whether it requires a gradient, the gradient, how often another tensor took its place]."""
        leaf = self.tensors[key]
        times, last = self.gradients.get(key, (0, None))
        if leaf.grad is not last:
            times += 1
            self.gradients[key] = times, leaf.grad
        gradient = None if leaf.grad is None else tensor_node(leaf.grad)
        return [tensor_node(leaf), leaf.requires_grad, gradient, times]

    def become(self, key: tuple[int, int], state: Node) -> None:
        """What the other side's :meth:`state_of` said; a replaced gradient is a new tensor here, too."""
        leaf = self.tensors[key]
        content, requires_grad, gradient, times = state
        values = read_tensor(content)
        with torch.no_grad():
            if leaf.shape == values.shape and leaf.dtype == values.dtype:
                leaf.data.copy_(values)
            else:
                leaf.data = values
        leaf.requires_grad_(requires_grad)
        if gradient is None:
            leaf.grad = None
        else:
            new = read_tensor(gradient)
            old = leaf.grad if times == self.gradients.get(key, (0, None))[0] else None
            if old is not None and old.shape == new.shape and old.dtype == new.dtype:
                old.data.copy_(new)
            else:
                leaf.grad = new
        self.gradients[key] = times, leaf.grad
        self.states[key] = state

    def beneath(self, results: Iterable[Tensor]) -> list[Tensor]:
        """The leaves that ``results`` were computed from."""
        found: dict[int, Tensor] = {}
        seen: set = set()
        waiting = [result.grad_fn for result in results if result.requires_grad]
        found.update({id(result): result for result in results if result.requires_grad and result.is_leaf})
        while waiting:
            step = waiting.pop()
            if step is None or step in seen:
                continue
            seen.add(step)
            if hasattr(step, "variable"):
                found[id(step.variable)] = step.variable
            waiting.extend(before for before, _ in step.next_functions)
        return list(found.values())
