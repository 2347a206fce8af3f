"""A forecaster of signals: a recurrent layer and a linear head that predicts the next value."""

import torch
from torch import Tensor, nn

from utils.models.encoder import Cell, State, make_layer
from utils.models.layers.rnn import RNN
from utils.models.pooling import last_step
from utils.models.validation import check_steps


class Forecaster(nn.Module):
    """Predicts the next value of a sequence at every step (the documents' sine-wave forecaster).

    h_t = cell(x_t, h_{t-1}),    ŷ_t = W_out h_t + b_out,    where ŷ_t estimates x_{t+1}

    Args:
        input_size: width of x_t.
        hidden_size: width of h_t.
        output_size: width of ŷ_t; to run free it must be input_size.
        num_layers: recurrent layers on one another.
        cell: the recurrent layer's class.
    """

    def __init__(
        self,
        input_size: int = 1,
        hidden_size: int = 32,
        output_size: int = 1,
        num_layers: int = 1,
        cell: Cell = RNN,
    ) -> None:
        super().__init__()
        self.rnn = make_layer(cell, input_size, hidden_size, num_layers)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Predict from the true values.

        ``x`` is (batch, time, input_size), padded beyond ``lengths`` (batch,); ``state`` is the cell's, or
        None for zeros. Returns the prediction (batch, time, output_size), which means nothing at padding, and
        the last state, with which the next call continues. Raises ValueError as the cell does.
        """
        hidden, state = self.rnn(x, state, lengths)
        return self.head(hidden), state

    @torch.no_grad()
    def forecast(self, prefix: Tensor, steps: int, lengths: Tensor | None = None) -> Tensor:
        """Run free: read ``prefix`` (batch, time, input_size), then feed each prediction back as input.

        The prefixes may be padded beyond ``lengths`` (batch,). Returns the ``steps`` values that follow each
        prefix, (batch, steps, output_size), without gradients.
        Raises ValueError if steps < 1, the prefix has no batch, output and input differ in width, or the cell
        is LSTM's variant "FGR", which cannot go step by step.
        """
        check_steps(self.rnn)
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        if prefix.dim() != 3:
            raise ValueError(f"prefix must be (batch, time, input_size), got shape {tuple(prefix.shape)}")
        if self.head.out_features != self.rnn.input_size:
            raise ValueError(
                f"a forecast feeds its output back, so output_size={self.head.out_features} must equal "
                f"input_size={self.rnn.input_size}"
            )
        prediction, state = self(prefix, None, lengths)
        values = [last_step(prediction, lengths).unsqueeze(1)]
        while len(values) < steps:
            prediction, state = self(values[-1], state)
            values.append(prediction)
        return torch.cat(values, dim=1)
