"""The gated recurrent unit."""

from functools import partial

import torch

from utils.models.layers import fused
from utils.models.layers.cells import gru_step, project
from utils.models.layers.derivatives import gru_step_backward, project_backward
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell


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
