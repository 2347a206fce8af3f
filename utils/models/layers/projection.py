"""What the steps of all cells share: the input's part of their sums, for all time steps in one product.

It is W x_t + b, which does not depend on the state. ``project(x, weights)`` finds it before the loop over
time. Then each step of a cell, in the cell's own file, has the form
``step(projected, state, weights) -> (new state, saved)``.

- ``projected`` (batch, rows) is the input's part at one time step.
- ``state`` is a tuple of tensors (batch, hidden_size); the first is the hidden state h_{t-1}.
- ``weights`` maps the names of the parameters to tensors.
- ``saved`` are the values from which the derivative of the step is found.

Beside it stands that derivative, which backpropagation through time calls at each time step. Autograd could
find it by itself, and it does where a model is compiled or differentiated twice. Written out, it is faster:
few operations a step, and the weights' gradients summed in place. It has the form
``step_backward(d_state, saved, weights, gradients, d_projected) -> d_before``. A name d_v stands for the
derivative of the loss with respect to v.

- ``d_state`` and ``d_before``: for the state after and before the step.
- ``gradients``: the sum of each weight's derivative over the time steps so far; the step adds its own.
- ``d_projected``: where to write the derivative for ``projected``.

From there ``project_backward(d_projected, x, d_x, weights, gradients)`` goes on, for all time steps at once,
to the input ``x``, whose derivative it writes into ``d_x``, if anybody wants it (else ``d_x`` is None).

In the formulas ⊙ multiplies element by element, σ is the logistic function, and the W x_t + b of each line
is what ``projected`` holds.
"""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Activation = Callable[[Tensor], Tensor]
State = tuple[Tensor, ...]
Weights = Mapping[str, Tensor]
Saved = tuple[Tensor | None, ...]
Values = tuple[Tensor, ...]  # what a step saved, where every gate of the cell is there

sigmoid_backward = torch.ops.aten.sigmoid_backward.default  # d ⊙ y ⊙ (1 - y), for y = σ(v)
tanh_backward = torch.ops.aten.tanh_backward.default  # d ⊙ (1 - y²), for y = tanh(v)
write_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # the same, into a given tensor
write_tanh_backward = torch.ops.aten.tanh_backward.grad_input


def project(x: Tensor, weights: Weights, biases: tuple[str, ...] = ("bias_ih", "bias_hh")) -> Tensor:
    """W_ih x_t + b_ih + b_hh, or those ``biases`` that are named, for all time steps at once.

    ``x`` is (time, batch, input_size), the result (time, batch, rows of ``weight_ih``).
    """
    bias = None
    for name in biases:
        if name in weights:
            bias = weights[name] if bias is None else bias + weights[name]
    return F.linear(x, weights["weight_ih"], bias)


def project_backward(
    d_projected: Tensor,
    x: Tensor,
    d_x: Tensor | None,
    weights: Weights,
    gradients: Weights,
    biases: tuple[str, ...] = ("bias_ih", "bias_hh"),
) -> None:
    add_product(gradients["weight_ih"], d_projected, x)
    if biases[0] in gradients:
        d_bias = d_projected.sum((0, 1))
        for name in biases:
            gradients[name].add_(d_bias)
    if d_x is not None:
        torch.matmul(d_projected, weights["weight_ih"], out=d_x)


def add_product(total: Tensor, d_out: Tensor, operand: Tensor) -> None:
    """Add the derivative of W in out = operand Wᵀ to ``total``; short floats are summed in float32."""
    d_out, operand = d_out.flatten(0, -2), operand.flatten(0, -2)
    if total.dtype == d_out.dtype:
        total.addmm_(d_out.t(), operand)
    else:
        total.add_(d_out.t() @ operand)


def product_dtype(x: Tensor, weight: Tensor) -> torch.dtype:
    """The dtype that a product of the two has here: autocast decides. The product itself is empty."""
    return F.linear(x[:0], weight).dtype
