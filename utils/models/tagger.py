"""One label for every token of a sequence."""

from torch import Tensor, nn

from utils.models.encoder import Cell, Encoder
from utils.models.layers.gru import GRU
from utils.models.validation import check_sizes


class Tagger(nn.Module):
    """Scores the tags of every token, such as its part of speech (the documents' labelling of words).

    h_1 ... h_T = the encoder's states,    logits_t = W_out h_t + b_out

    Args:
        vocabulary_size: how many tokens there are.
        embedding_size: width of a token's embedding.
        hidden_size: width of h_t, in each direction.
        tags: how many tags there are.
        bidirectional: if True, the tag of a token may depend on the tokens after it.
        num_layers, cell, dropout: as in ``Encoder``.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tags: int,
        bidirectional: bool = False,
        num_layers: int = 1,
        cell: Cell = GRU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_sizes(tags=tags)
        self.encoder = Encoder(
            vocabulary_size, embedding_size, hidden_size, num_layers, cell, bidirectional, dropout
        )
        self.head = nn.Linear(self.encoder.output_size, tags)

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The logits (batch, time, tags) of ``tokens`` (batch, time), padded beyond ``lengths`` (batch,).

        The logits at padding mean nothing: leave them out of the loss (``ignore_index`` of cross-entropy).
        Raises ValueError as ``Encoder`` does.
        """
        output, _ = self.encoder(tokens, lengths=lengths)
        return self.head(output)
