"""Where a decoder starts: a recurrent layer's first state, computed from a vector."""

import torch
from torch import Tensor, nn

from utils.models.encoder import State
from utils.models.layers.recurrent import Recurrent
from utils.models.validation import check_sizes


class FirstState(nn.Module):
    """s_0 = tanh(W v + b), for every layer, and with LSTM for h and c apart.

    v is what the decoder shall speak of: the encoder's last state (Bahdanau et al., 2015), or the features of
    an image (Xu et al., 2015).

    Args:
        size: width of v.
        rnn: the recurrent layer that starts from s_0; it reads in one direction.
    """

    def __init__(self, size: int, rnn: Recurrent) -> None:
        super().__init__()
        check_sizes(size=size)
        self.shape = (rnn.parts, rnn.num_layers, rnn.hidden_size)
        self.linear = nn.Linear(size, rnn.parts * rnn.num_layers * rnn.hidden_size)

    def forward(self, v: Tensor) -> State:
        """The state, (num_layers, batch, hidden_size) or a tuple of such, from ``v`` (batch, size).

        Raises ValueError if ``v`` has another shape.
        """
        size = self.linear.in_features
        if v.dim() != 2 or v.shape[1] != size:
            raise ValueError(f"a first state is computed from (batch, {size}), got shape {tuple(v.shape)}")
        state = torch.tanh(self.linear(v)).unflatten(1, self.shape)  # (batch, parts, num_layers, hidden_size)
        parts = state.permute(1, 2, 0, 3).contiguous().unbind()
        return parts[0] if len(parts) == 1 else parts
