"""One to many: a sentence about an image."""

from torch import Tensor, nn

from utils.models.encoder import Cell, State
from utils.models.first_state import FirstState
from utils.models.language_model import LanguageModel
from utils.models.layers.gru import GRU


class Captioner(nn.Module):
    """A language model whose first state is computed from an image (the documents' image captioning).

    h_0 = tanh(W v + b),  h_t = cell(E[token_t], h_{t-1})
    p(token_{t+1} | v, token_1 ... token_t) = softmax(W_out h_t + b_out)

    v are the image's features, from a network that was trained on images.

    Args:
        feature_size: width of v.
        vocabulary_size, embedding_size, hidden_size: as in ``LanguageModel``.
        tied, num_layers, cell, dropout: likewise.
    """

    def __init__(
        self,
        feature_size: int,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tied: bool = False,
        num_layers: int = 1,
        cell: Cell = GRU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.language_model = LanguageModel(
            vocabulary_size, embedding_size, hidden_size, tied, num_layers, cell, dropout
        )
        self.first_state = FirstState(feature_size, self.language_model.encoder.rnn)

    def forward(self, features: Tensor, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Logits (batch, time, vocabulary_size) of what follows each token of the captions.

        ``features`` is (batch, feature_size); ``tokens`` is (batch, time) and starts with begin-of-sequence.

        Raises ValueError if the features have another width or batch, or as ``LanguageModel`` does.
        """
        return self.language_model(tokens, self.first_state(features), lengths)[0]

    def step(self, token: Tensor, state: State) -> tuple[Tensor, State]:
        """One step for the searches of ``decoding``; the state to start from is ``first_state(features)``."""
        return self.language_model.step(token, state)
