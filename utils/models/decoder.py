"""Writes a sequence token by token, looking at every step where in the source it should look."""

import torch
from torch import Tensor, nn

from utils.models.attention import AdditiveAttention, Attention, Memory
from utils.models.encoder import Cell, State, make_layer
from utils.models.layers.gru import GRU
from utils.models.layers.sequences import describe
from utils.models.validation import as_column, check_sizes, check_steps, check_tokens


class Decoder(nn.Module):
    """The documents' decoder with attention (after Bahdanau et al., 2015).

    c_i = Σ_j α_ij h_j, with the weights α_ij from s_{i-1} and h_j (see ``attention``)
    s_i = cell([x_i; c_i], s_{i-1}),  where x_i = E[token_i]
    p(token_{i+1} | token_1 ... token_i, source) = softmax(W_out s_i + b_out)

    Args:
        vocabulary_size: how many tokens there are in the target language.
        embedding_size: width of x_i.
        hidden_size: width of s_i.
        memory_size: width of h_j.
        attention: the attention's class; None leaves c_i out, so that the source acts through s_0 alone
            (Sutskever et al., 2014).
        num_layers: recurrent layers on one another; the attention reads s_{i-1} of the top layer.
        cell: the recurrent layer's class, or a partial of it, but not LSTM's variant "FGR".
        dropout: in training, the probability of zeroing each number of x_i, of what goes from layer to layer,
            and of s_i on its way to the output.

    Raises ValueError if a size is below 1, or for a cell whose state is not all that its next step needs.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        memory_size: int,
        attention: type[Attention] | None = AdditiveAttention,
        num_layers: int = 1,
        cell: Cell = GRU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_sizes(vocabulary_size=vocabulary_size, embedding_size=embedding_size, memory_size=memory_size)
        self.memory_size = memory_size
        context_size = 0 if attention is None else memory_size
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = None if attention is None else attention(hidden_size, memory_size)
        self.rnn = make_layer(cell, embedding_size + context_size, hidden_size, num_layers, dropout)
        check_steps(self.rnn)
        self.head = nn.Linear(hidden_size, vocabulary_size)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, tokens: Tensor, state: State, memory: Memory | None, sampling: float = 0.0
    ) -> tuple[Tensor, State, Tensor | None]:
        """Logits of what follows each token, the last state, and where each step looked.

        Args:
            tokens: (batch, time) integers, the target; it starts with begin-of-sequence.
            state: s_0, as the layer's state (see ``FirstState``).
            memory: the source, from ``attention.remember``; None without attention.
            sampling: at each step, the probability that an item reads its own most probable token in place
                of the true one. 0 is teacher forcing, 1 runs free, between them lies scheduled sampling
                (Bengio et al., 2015). The first token is always the true one.

        Returns:
            Logits (batch, time, vocabulary_size), the last state, and the weights α (batch, time, source), or
            None without attention. A target's padding comes after its real tokens and so cannot change their
            logits; those at padding mean nothing: leave them out of the loss.

        Raises:
            ValueError: if the tokens are no (batch, time) integers below vocabulary_size, sampling is no
                probability, or state and memory do not fit.
        """
        check_tokens(tokens, self.embedding.num_embeddings)
        self._check_start(len(tokens), state, memory)
        if not 0 <= sampling <= 1:
            raise ValueError(f"sampling must be a probability between 0 and 1, got {sampling}")
        x = self._embed(tokens)
        if memory is None and sampling == 0:  # nothing in the loop depends on the step before but the state
            output, state = self.rnn(x, state)
            return self._score(output), state, None
        outputs: list[Tensor] = []
        weights: list[Tensor] = []
        for i, x_i in enumerate(x.unbind(1)):
            if i > 0 and sampling > 0:
                own = self._embed(self._score(outputs[-1]).argmax(dim=-1))
                x_i = torch.where(torch.rand(len(x), 1, device=x.device) < sampling, own, x_i)
            output, state, weight = self._advance(x_i, state, memory)
            outputs.append(output)
            if weight is not None:
                weights.append(weight)
        logits = self._score(torch.stack(outputs, dim=1))  # one product for all steps
        return logits, state, torch.stack(weights, dim=1) if weights else None

    def step(self, token: Tensor, state: State, memory: Memory | None) -> tuple[Tensor, State]:
        """Read one token per row, (rows,); the logits (rows, vocabulary_size) of the next, and the state.

        The memory may have fewer rows: with k times as many rows, each item's k rows lie together, as in beam
        search, and share its memory.
        """
        check_tokens(as_column(token), self.embedding.num_embeddings)
        self._check_start(len(token), state, memory)
        output, state, _ = self._advance(self._embed(token), state, memory)
        return self._score(output), state

    def _advance(self, x: Tensor, state: State, memory: Memory | None) -> tuple[Tensor, State, Tensor | None]:
        """One step: s_i (rows, hidden_size), the state, and α_i (rows, source), from x_i (rows, width)."""
        weights = None
        if self.attention is not None and memory is not None:
            hidden = state[0] if isinstance(state, tuple) else state
            query = hidden[-1].unflatten(0, (len(memory.values), -1))  # (batch, rows of an item, hidden_size)
            context, weights = self.attention(query, memory)
            x = torch.cat([x, context.flatten(0, 1)], dim=-1)
            weights = weights.flatten(0, 1)
        output, state = self.rnn(x.unsqueeze(1), state)
        return output.squeeze(1), state, weights

    def _embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.embedding(tokens))

    def _score(self, output: Tensor) -> Tensor:
        return self.head(self.dropout(output))

    def _check_start(self, rows: int, state: State, memory: Memory | None) -> None:
        """The attention reads the state before the cell, which would check it, sees it."""
        if (memory is None) != (self.attention is None):
            raise ValueError("a decoder with attention needs a memory, one without must not get one")
        if memory is None:
            return
        if rows % len(memory.values) != 0:
            raise ValueError(f"{rows} rows cannot share a memory of {len(memory.values)} items")
        hidden = state[0] if isinstance(state, tuple) else state
        shape = (self.rnn.num_layers, rows, self.rnn.hidden_size)
        if not isinstance(hidden, Tensor) or hidden.shape != shape:
            raise ValueError(
                f"state must hold h of shape {shape}, (layers, rows, hidden_size); got {describe(hidden)}"
            )
