"""One label for a whole sequence: a recurrent classifier, and a baseline that ignores the order of words."""

from torch import Tensor, nn

from utils.models.encoder import Cell, Encoder
from utils.models.layers.gru import GRU
from utils.models.pooling import AttentionPooling, max_pooling, mean_pooling, step_mask
from utils.models.validation import check_sizes, check_tokens

POOLINGS = ("last", "mean", "max", "attention")


class SequenceClassifier(nn.Module):
    """Reads a sequence and gives a score for each class (the documents' sentiment classifier).

    h_1 ... h_T = the encoder's states,    p = pool(h_1 ... h_T),    logits = W_out p + b_out

    Args:
        vocabulary_size: how many tokens there are.
        embedding_size: width of a token's embedding.
        hidden_size: width of h_t, in each direction.
        classes: how many classes there are.
        pooling: "last" takes each direction's state after its last step; "mean" and "max" go over all
            steps, "attention" is a mean with learnt weights.
        num_layers, cell, bidirectional, dropout: as in ``Encoder``.

    Raises ValueError if a size is below 1 or the pooling unknown.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        pooling: str = "last",
        num_layers: int = 1,
        cell: Cell = GRU,
        bidirectional: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}, got {pooling!r}")
        check_sizes(classes=classes)
        self.pooling = pooling
        self.encoder = Encoder(
            vocabulary_size, embedding_size, hidden_size, num_layers, cell, bidirectional, dropout
        )
        if pooling == "attention":
            self.attention = AttentionPooling(self.encoder.output_size)
        self.head = nn.Linear(self.encoder.output_size, classes)

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The logits (batch, classes) of the sequences ``tokens`` (batch, time), padded beyond ``lengths``.

        Raises ValueError as ``Encoder`` does.
        """
        output, state = self.encoder(tokens, lengths=lengths)
        if self.pooling == "last":
            return self.head(self.encoder.dropout(self.encoder.last_hidden(state)))
        pool = {"mean": mean_pooling, "max": max_pooling}.get(self.pooling) or self.attention
        return self.head(pool(output, step_mask(output, lengths)))


class BagOfEmbeddings(nn.Module):
    """The baseline: the mean of the words' embeddings, in whatever order they stand.

    logits = W_out (1 / T) Σ_t E[token_t] + b_out

    Args:
        vocabulary_size: how many tokens there are.
        embedding_size: width of a token's embedding.
        classes: how many classes there are.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, classes: int) -> None:
        super().__init__()
        check_sizes(vocabulary_size=vocabulary_size, embedding_size=embedding_size, classes=classes)
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.head = nn.Linear(embedding_size, classes)

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The logits (batch, classes) of ``tokens`` (batch, time), padded beyond ``lengths``.

        Raises ValueError if the tokens are no (batch, time) integers below vocabulary_size or a length does
        not fit.
        """
        check_tokens(tokens, self.embedding.num_embeddings)
        embedded = self.embedding(tokens)
        return self.head(mean_pooling(embedded, step_mask(embedded, lengths)))
