"""The plain recurrent layer."""

from functools import partial

import torch
from torch import Tensor, nn

from utils.models.layers import fused
from utils.models.layers.projection import (
    Activation,
    Saved,
    State,
    Values,
    Weights,
    add_product,
    project,
    project_backward,
    tanh_backward,
)
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell

__all__ = ["RNN", "Recurrent"]

ACTIVATIONS: dict[str, Activation] = {"tanh": torch.tanh, "relu": torch.relu}


def rnn_step(
    projected: Tensor, state: State, weights: Weights, activation: Activation = torch.tanh
) -> tuple[State, Saved]:
    """One step of the recurrent neuron (Elman, 1990).

    h_t = tanh(W_ih x_t + b_ih + b_hh + W_hh h_{t-1})

    ``weight_hh`` is (hidden_size, hidden_size); ``activation`` may be relu in the place of tanh.
    """
    (hidden,) = state
    new_hidden = activation(torch.addmm(projected, hidden, weights["weight_hh"].t()))
    return (new_hidden,), (hidden, new_hidden)


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


class RNN(Recurrent):
    """The recurrent layer of Elman (1990), with the call contract of ``torch.nn.RNN``.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu in the place of tanh. The output at step t is
    h_t; the layer above reads it as its x_t, after dropout in training.

    Args:
        input_size: width of x_t.
        hidden_size: width of h_t.
        num_layers: how many layers lie on one another.
        nonlinearity: "tanh" or "relu".
        bias: False leaves b_ih and b_hh out.
        batch_first: x and output are (batch, time, ...) instead of (time, batch, ...); the state is not.
        dropout: probability of zeroing an output between two layers, in training.
        bidirectional: a second set of weights reads from the end; the two outputs are joined.
        device, dtype: of the parameters, as everywhere in torch.nn.
        identity_start: start with W_hh the identity, biases 0 and W_ih from N(0, 0.001²), so that the state
            at first stays as it is; with relu (Le, Jaitly and Hinton, 2015).
        backend: "auto" or "readable" (see ``Recurrent``).

    Raises:
        ValueError: if a size is below 1, dropout no probability, the nonlinearity or the backend unknown.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        identity_start: bool = False,
        backend: str = "auto",
    ) -> None:
        if nonlinearity not in ACTIVATIONS:
            raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        self.mode = f"RNN_{nonlinearity.upper()}"
        self.identity_start = identity_start
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device,
            dtype,
            backend=backend,
        )

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """As torch.nn, or the identity start."""
        super().reset_parameters()
        if not self.identity_start:
            return
        for name, parameter in self.named_parameters():
            if name.startswith("weight_hh"):
                nn.init.eye_(parameter)
            elif name.startswith("weight_ih"):
                nn.init.normal_(parameter, std=0.001)
            else:
                nn.init.zeros_(parameter)

    def cell(self) -> Cell:
        activation = ACTIVATIONS[self.nonlinearity]
        return Cell(
            project,
            partial(rnn_step, activation=activation),
            project_backward,
            partial(rnn_step_backward, activation=activation),
        )

    def kernel(self) -> fused.Kernel:
        return {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}[self.nonlinearity]
