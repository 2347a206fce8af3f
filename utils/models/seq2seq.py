"""From one sequence to another: an encoder reads the source, a decoder writes the target."""

from functools import partial

from torch import Tensor, nn

from utils.models.attention import Memory
from utils.models.decoder import Decoder
from utils.models.decoding import Step
from utils.models.encoder import Encoder, State
from utils.models.first_state import FirstState


class Seq2Seq(nn.Module):
    """The documents' encoder–decoder, with attention (Bahdanau et al., 2015) or without.

    h_1 ... h_T = the encoder's states,    s_0 = tanh(W h + b),    s_1, s_2, ...: see ``Decoder``

    h is the last state of the encoder's top layer, of both directions if it has two.

    Args:
        encoder: reads the source.
        decoder: writes the target; its memory_size is the encoder's output_size.

    Raises ValueError if these two sizes differ.
    """

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        super().__init__()
        if decoder.memory_size != encoder.output_size:
            raise ValueError(
                f"the decoder's memory_size={decoder.memory_size} must be the encoder's "
                f"output_size={encoder.output_size}"
            )
        self.encoder = encoder
        self.first_state = FirstState(encoder.output_size, decoder.rnn)
        self.decoder = decoder

    def forward(
        self, source: Tensor, target: Tensor, lengths: Tensor | None = None, sampling: float = 0.0
    ) -> tuple[Tensor, Tensor | None]:
        """Logits of what follows each token of the target, and the attention's weights for plots.

        ``source`` is (batch, source), padded beyond ``lengths`` (batch,); ``target`` is (batch, time) and
        starts with begin-of-sequence; ``sampling`` as in ``Decoder``. The logits are (batch, time,
        vocabulary_size), the weights (batch, time, source), or None without attention.

        Raises ValueError as ``Encoder`` and ``Decoder`` do.
        """
        state, memory = self.encode(source, lengths)
        logits, _, weights = self.decoder(target, state, memory, sampling)
        return logits, weights

    def encode(self, source: Tensor, lengths: Tensor | None = None) -> tuple[State, Memory | None]:
        """Read the source: the decoder's first state, and the memory with the keys, computed once."""
        output, state = self.encoder(source, lengths=lengths)
        attention = self.decoder.attention
        memory = None if attention is None else attention.remember(output, lengths)
        return self.first_state(self.encoder.last_hidden(state)), memory

    def start(self, source: Tensor, lengths: Tensor | None = None) -> tuple[Step, State]:
        """What the searches of ``decoding`` need: the step function for this source, and the first state.

        To see where a translation looked, hand it to ``forward`` as the target.
        """
        state, memory = self.encode(source, lengths)
        return partial(self.decoder.step, memory=memory), state
