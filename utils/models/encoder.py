"""What reads the tokens in every model: an embedding and a recurrent layer on top of it."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from utils.models.layers.gru import GRU
from utils.models.layers.recurrent import Recurrent
from utils.models.validation import check_sizes, check_tokens

Cell = Callable[..., Recurrent]  # RNN, LSTM, GRU, ... or a partial of one: partial(LSTM, variant="NP")
State = Any  # what the cell hands on: a tensor, or a tuple of tensors for LSTM


class Encoder(nn.Module):
    """Embeds tokens and carries a cell over them.

    x_t = E[token_t],    h_t = cell(x_t, h_{t-1})

    Args:
        vocabulary_size: how many tokens there are; they are the integers below it.
        embedding_size: width of x_t.
        hidden_size: width of h_t, in each direction.
        num_layers: recurrent layers on one another.
        cell: the recurrent layer's class.
        bidirectional: a second layer reads from the end of each item; its output is joined to the first's.
        dropout: in training, the probability of zeroing each number of x_t, of h_t, and of what goes from
            layer to layer, but never from step to step (Zaremba et al., 2014).

    ``output_size`` is the width of the output: hidden_size, or twice that if bidirectional.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int = 1,
        cell: Cell = GRU,
        bidirectional: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_sizes(vocabulary_size=vocabulary_size, embedding_size=embedding_size)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.rnn = make_layer(cell, embedding_size, hidden_size, num_layers, dropout, bidirectional)
        self.dropout = nn.Dropout(dropout)
        self.num_layers = num_layers
        self.output_size = (2 if bidirectional else 1) * hidden_size

    def forward(
        self, tokens: Tensor, state: State = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """The output at every step, (batch, time, output_size), and the last state, as the cell's layer.

        ``tokens`` is (batch, time), ``state`` the layer's first state (zeros if None), ``lengths`` (batch,)
        integers: how many tokens of each padded item are real. Beyond them the output is 0.

        Raises ValueError if the tokens are no (batch, time) integers below vocabulary_size, or the state or
        a length does not fit.
        """
        check_tokens(tokens, self.embedding.num_embeddings)
        output, state = self.rnn(self.dropout(self.embedding(tokens)), state, lengths)
        return self.dropout(output), state

    def last_hidden(self, state: State) -> Tensor:
        """What the top layer's last state holds of each item: (batch, output_size).

        Forwards that is h at the item's last token, backwards h at its first.
        """
        hidden = state[0] if isinstance(state, tuple) else state
        top = hidden.unflatten(0, (self.num_layers, -1))[-1]  # (directions, batch, hidden_size)
        return top.transpose(0, 1).flatten(1)


def make_layer(
    cell: Cell,
    input_size: int,
    hidden_size: int,
    num_layers: int,
    dropout: float = 0.0,
    bidirectional: bool = False,
) -> Recurrent:
    """A batch-first recurrent layer; dropout acts between layers, so a single layer gets none."""
    return cell(
        input_size,
        hidden_size,
        num_layers=num_layers,
        batch_first=True,
        dropout=dropout if num_layers > 1 else 0.0,
        bidirectional=bidirectional,
    )
