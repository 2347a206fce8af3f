"""The derivative of each cell's step: what backpropagation through time does at one time step.

Autograd could find these by itself, and it does where a model is compiled or differentiated twice. Written
out, they are faster: few operations a step, and the weights' gradients summed in place.

Every function has the form ``step_backward(d_state, saved, weights, gradients, d_projected) -> d_before``.
A name d_v stands for the derivative of the loss with respect to v.

- ``d_state`` and ``d_before``: for the state after and before the step.
- ``saved`` and ``weights``: as the step returned and got them (see ``cells.py``).
- ``gradients``: the sum of each weight's derivative over the time steps so far; this step adds its own.
- ``d_projected``: where to write the derivative for ``projected``.

From there ``project_backward(d_projected, x, d_x, weights, gradients)`` goes on, for all time steps at once,
to the input ``x``, whose derivative it writes into ``d_x``, if anybody wants it (else ``d_x`` is None).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.models.layers.cells import (
    STANDARD,
    Activation,
    LSTMForm,
    State,
    Weights,
    gated,
    mut_blocks,
    mut_weights,
)

Values = tuple[Tensor, ...]  # what a step saved, where every gate of the cell is there
sigmoid_backward = torch.ops.aten.sigmoid_backward.default  # d ⊙ y ⊙ (1 - y), for y = σ(v)
tanh_backward = torch.ops.aten.tanh_backward.default  # d ⊙ (1 - y²), for y = tanh(v)
write_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # the same, into a given tensor
write_tanh_backward = torch.ops.aten.tanh_backward.grad_input


def add_product(total: Tensor, d_out: Tensor, operand: Tensor) -> None:
    """Add the derivative of W in out = operand Wᵀ to ``total``; short floats are summed in float32."""
    d_out, operand = d_out.flatten(0, -2), operand.flatten(0, -2)
    if total.dtype == d_out.dtype:
        total.addmm_(d_out.t(), operand)
    else:
        total.add_(d_out.t() @ operand)


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


def rnn_step_backward(
    d_state: State,
    saved: Values,
    weights: Weights,
    gradients: Weights,
    d_projected: Tensor,
    activation: Activation = torch.tanh,
) -> State:
    hidden, new_hidden = saved
    (d_hidden,) = d_state
    if activation is torch.tanh:
        d_projected.copy_(tanh_backward(d_hidden, new_hidden))
    else:
        torch.mul(d_hidden, new_hidden > 0, out=d_projected)
    add_product(gradients["weight_hh"], d_projected, hidden)
    return (d_projected @ weights["weight_hh"],)


def lstm_step_backward(
    d_state: State,
    saved: tuple[Tensor | None, ...],
    weights: Weights,
    gradients: Weights,
    d_projected: Tensor,
    form: LSTMForm = STANDARD,
) -> State:
    """Line by line the reverse of ``cells.lstm_step``."""
    d_hidden, d_cell, *d_gates = d_state
    hidden, cell, i, f, g, o, new_cell, shown, *gates = saved
    assert hidden is not None and cell is not None and g is not None
    assert new_cell is not None and shown is not None  # only gates can be missing
    d_gate_i, d_gate_f, d_gate_o = d_gates[0].chunk(3, dim=1) if d_gates else (None, None, None)
    d_sum_i, d_sum_f, d_sum_g, d_sum_o = d_projected.chunk(4, dim=1)  # to be written
    if i is None or f is None or o is None or form.coupled:
        d_projected.zero_()  # for the sum of a gate that is not there
    if form.peepholes:
        peep_i, peep_f, peep_o = weights["weight_peephole"].chunk(3)
        total_i, total_f, total_o = gradients["weight_peephole"].chunk(3)

    # h = o ⊙ tanh(c)
    if o is not None:
        write = write_tanh_backward if form.tanh_output_gate else write_sigmoid_backward
        write(plus(d_hidden * shown, d_gate_o), o, grad_input=d_sum_o)
    d_shown = gated(o, d_hidden)
    d_cell = d_cell + (tanh_backward(d_shown, shown) if form.output_activation else d_shown)
    if form.peepholes:
        d_cell = torch.addcmul(d_cell, d_sum_o, peep_o)
        total_o += (d_sum_o * new_cell).sum(0)

    # c = f ⊙ c_before + i ⊙ g
    d_before = gated(f, d_cell)
    d_g = gated(i, d_cell)
    if form.input_activation:
        write_tanh_backward(d_g, g, grad_input=d_sum_g)
    else:
        d_sum_g.copy_(d_g)
    if i is not None:
        d_i = d_cell * (g - cell if form.coupled else g)
        write_sigmoid_backward(plus(d_i, d_gate_i), i, grad_input=d_sum_i)
    if f is not None and not form.coupled:
        write_sigmoid_backward(plus(d_cell * cell, d_gate_f), f, grad_input=d_sum_f)
    if form.peepholes:
        d_before = torch.addcmul(d_before, d_sum_i, peep_i)
        d_before = torch.addcmul(d_before, d_sum_f, peep_f)
        total_i += (d_sum_i * cell).sum(0)
        total_f += (d_sum_f * cell).sum(0)

    # the sums
    add_product(gradients["weight_hh"], d_projected, hidden)
    d_hidden = d_projected @ weights["weight_hh"]
    if not gates or gates[0] is None:
        return d_hidden, d_before
    d_sums = torch.cat([d_sum_i, d_sum_f, d_sum_o], dim=1)
    add_product(gradients["weight_gates"], d_sums, gates[0])
    return d_hidden, d_before, d_sums @ weights["weight_gates"]


def plus(a: Tensor, b: Tensor | None) -> Tensor:
    return a if b is None else a + b


def gru_step_backward(
    d_state: State, saved: Values, weights: Weights, gradients: Weights, d_projected: Tensor
) -> State:
    """Line by line the reverse of ``cells.gru_step``."""
    (d_hidden,) = d_state
    hidden, r, z, n, recurrent_n = saved
    # h = (1 - z) ⊙ n + z ⊙ h_before
    d_z = d_hidden * (hidden - n)
    d_before = d_hidden * z
    d_sum_n = tanh_backward(d_hidden - d_before, n)
    d_sum_z = sigmoid_backward(d_z, z)
    # n = tanh(projected_n + r ⊙ recurrent_n)
    d_sum_r = sigmoid_backward(d_sum_n * recurrent_n, r)
    torch.cat([d_sum_r, d_sum_z, d_sum_n], dim=1, out=d_projected)
    # recurrent = W_hh h_before + b_hh
    d_recurrent = torch.cat([d_sum_r, d_sum_z, d_sum_n * r], dim=1)
    add_product(gradients["weight_hh"], d_recurrent, hidden)
    if "bias_hh" in gradients:
        gradients["bias_hh"].add_(d_recurrent.sum(0))
    return (torch.addmm(d_before, d_recurrent, weights["weight_hh"]),)


def mut_project_backward(
    d_projected: Tensor, x: Tensor, d_x: Tensor | None, weights: Weights, gradients: Weights, kind: int
) -> None:
    if "bias" in gradients:
        gradients["bias"].add_(d_projected.sum((0, 1)))
    blocks = mut_blocks(weights, kind)
    d_sums = dict(zip("zrn", d_projected.chunk(3, dim=-1), strict=True))
    if kind == 1:
        size = weights["weight_hh"].shape[1]
        from_n = F.linear(x, weights["weight_ih"][2 * size :]) if "n" in blocks else x
        d_sums["n"] = tanh_backward(d_sums["n"], torch.tanh(from_n))
    d_product = torch.cat([d_sums.pop(block) for block in blocks], dim=-1)
    add_product(gradients["weight_ih"], d_product, x)
    if d_x is not None:
        torch.matmul(d_product, weights["weight_ih"], out=d_x)
        for d_bare in d_sums.values():  # what is left has no block: it adds the bare x
            d_x.add_(d_bare)


def mut_step_backward(
    d_state: State,
    saved: tuple[Tensor | None, ...],
    weights: Weights,
    gradients: Weights,
    d_projected: Tensor,
    kind: int,
) -> State:
    """Line by line the reverse of ``cells.mut_step``."""
    (d_hidden,) = d_state
    hidden, source_z, z, r, reset, n = saved
    assert hidden is not None and z is not None and r is not None and reset is not None and n is not None
    weight_z, weight_r, weight_n = mut_weights(weights["weight_hh"], kind)
    sum_z, sum_r, sum_n = mut_weights(gradients["weight_hh"], kind)
    # h = n ⊙ z + h_before ⊙ (1 - z)
    d_n = d_hidden * z
    d_before = d_hidden - d_n
    d_sum_z = sigmoid_backward(d_hidden * (n - hidden), z)
    # n = tanh(projected_n + W_hh (r ⊙ h_before))
    d_sum_n = tanh_backward(d_n, n)
    add_product(sum_n, d_sum_n, reset)
    d_reset = d_sum_n @ weight_n
    d_before = torch.addcmul(d_before, d_reset, r)
    # r = σ(projected_r + W_hr h_before)
    d_sum_r = sigmoid_backward(d_reset * hidden, r)
    add_product(sum_r, d_sum_r, hidden)
    d_before = torch.addmm(d_before, d_sum_r, weight_r)
    # z = σ(projected_z + W_hz h_before), or with tanh(h_before), or without
    torch.cat([d_sum_z, d_sum_r, d_sum_n], dim=1, out=d_projected)
    if source_z is None:
        return (d_before,)
    add_product(sum_z, d_sum_z, source_z)
    d_source = d_sum_z @ weight_z
    return (d_before + (tanh_backward(d_source, source_z) if kind == 3 else d_source),)
