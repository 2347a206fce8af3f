"""The probability of the next token, from a recurrent layer."""

from torch import Tensor, nn

from utils.models.encoder import Cell, Encoder, State
from utils.models.layers.gru import GRU
from utils.models.validation import as_column, check_steps


class LanguageModel(nn.Module):
    """Predicts the next token at every step (the documents' RNN language model).

    h_t = cell(E[token_t], h_{t-1}),    p(token_{t+1} | token_1 ... token_t) = softmax(W_out h_t + b_out)

    Args:
        vocabulary_size: how many tokens there are.
        embedding_size: width of a token's embedding.
        hidden_size: width of h_t.
        tied: W_out and E are the same matrix (Press and Wolf, 2017); embedding_size is then hidden_size.
        num_layers, cell, dropout: as in ``Encoder``.

    Raises ValueError if a size is below 1, or tied and the two sizes differ.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tied: bool = False,
        num_layers: int = 1,
        cell: Cell = GRU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if tied and embedding_size != hidden_size:
            raise ValueError(
                f"tied weights need embedding_size={embedding_size} and hidden_size={hidden_size} to be equal"
            )
        self.encoder = Encoder(
            vocabulary_size, embedding_size, hidden_size, num_layers, cell, dropout=dropout
        )
        self.head = nn.Linear(hidden_size, vocabulary_size)
        if tied:
            self.encoder.embedding.weight = self.head.weight  # whose start suits an output, not N(0, 1)

    def forward(
        self, tokens: Tensor, state: State = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Logits (batch, time, vocabulary_size) of what follows each token, and the last state.

        ``tokens`` is (batch, time), padded beyond ``lengths``; ``state`` is where an earlier call stopped, or
        None at the beginning. The logits at padding mean nothing: leave them out of the loss.

        Raises ValueError as ``Encoder`` does.
        """
        output, state = self.encoder(tokens, state, lengths)
        return self.head(output), state

    def step(self, token: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read one token (batch,); the logits (batch, vocabulary_size) of the next, and the new state.

        This is what the searches of ``decoding`` call.

        Raises ValueError as ``Encoder`` does, and for LSTM's variant "FGR", which cannot go step by step.
        """
        check_steps(self.encoder.rnn)
        logits, state = self(as_column(token), state)
        return logits.squeeze(1), state
