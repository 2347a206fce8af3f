"""The gated recurrent unit."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.models.layers import fused
from utils.models.layers.projection import (
    Saved,
    State,
    Values,
    Weights,
    add_product,
    project,
    project_backward,
    sigmoid_backward,
    tanh_backward,
)
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell


def gru_step(projected: Tensor, state: State, weights: Weights) -> tuple[State, Saved]:
    """One step of the gated recurrent unit (Cho et al., 2014), the reset applied after the product with h.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_{t-1} + b_hn))
    h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    ``weight_hh`` stacks W_hr, W_hz, W_hn: (3 * hidden_size, hidden_size), and ``bias_hh``, if there is one,
    b_hr, b_hz, b_hn. ``projected`` holds the W_i x_t + b_i, in the same order.
    """
    (hidden,) = state
    size = hidden.shape[1]
    recurrent = F.linear(hidden, weights["weight_hh"], weights.get("bias_hh"))
    r, z = torch.sigmoid(projected[:, : 2 * size] + recurrent[:, : 2 * size]).chunk(2, dim=1)
    recurrent_n = recurrent[:, 2 * size :]
    n = torch.tanh(torch.addcmul(projected[:, 2 * size :], r, recurrent_n))
    return (torch.lerp(n, hidden, z),), (hidden, r, z, n, recurrent_n)


def gru_step_backward(
    d_state: State, saved: Values, weights: Weights, gradients: Weights, d_projected: Tensor
) -> State:
    """Line by line the reverse of ``gru_step``."""
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


class GRU(Recurrent):
    """The gated recurrent unit of Cho et al. (2014), with the call contract of ``torch.nn.GRU``.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)                  reset: how much of the past the new sees
    z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)                  update: how much of the past stays
    n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_{t-1} + b_hn))       the new
    h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    The reset acts after the product with h, as in the lecture and in torch; Cho et al. have it before. The
    gates are stacked in the order r, z, n. Arguments, parameters, call and errors: as ``RNN``'s, without the
    nonlinearity.
    """

    gates = 3
    mode = "GRU"

    def cell(self) -> Cell:
        biases = ("bias_ih",)  # b_hh stays with the product W_hh h, since r acts on both
        return Cell(
            partial(project, biases=biases),
            gru_step,
            partial(project_backward, biases=biases),
            gru_step_backward,
        )

    def kernel(self) -> fused.Kernel:
        return torch.gru
