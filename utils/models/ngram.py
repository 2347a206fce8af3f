"""The language model before networks: counts of n-grams, smoothed by Kneser and Ney."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from utils.models.validation import as_column, check_sizes, check_tokens

NGram = tuple[int, ...]


class Followers(NamedTuple):
    """The tokens seen after one context, (types,), and the count of each, (types,)."""

    tokens: Tensor
    counts: Tensor


class NGramModel:
    """Interpolated Kneser–Ney (Kneser and Ney, 1995, as in Chen and Goodman, 1999).

    p(w | h) = max(c(hw) - d, 0) / c(h) + d t(h) / c(h) · p(w | h'),    c(h) = Σ_w c(hw)

    h is the context, the order - 1 tokens before w, and h' is h without its oldest token; t(h) is how many
    different tokens follow h. For the longest contexts c(hw) is how often hw occurs. For the shorter ones it
    is how many different tokens v occur before it, as vhw: a token that has only ever followed one other is
    improbable anywhere else. Below the empty context stands the uniform distribution, 1 / vocabulary_size.
    After a context that never occurred, p(w | h) = p(w | h').

    As in ``LanguageModel``, the first token of a sequence (begin-of-sequence) is context alone, never
    predicted. What would stand before it is taken to be the same token again.

    Args:
        vocabulary_size: how many tokens there are.
        order: the length of the n-grams; 2 is a Markov chain.
        discount: d, what each count gives away, between 0 and 1.
        dtype: of the probabilities; torch's default if None.
    """

    def __init__(
        self,
        vocabulary_size: int,
        order: int = 3,
        discount: float = 0.75,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_sizes(vocabulary_size=vocabulary_size, order=order)
        if not 0 <= discount <= 1:
            raise ValueError(f"discount must lie between 0 and 1, got {discount}")
        self.vocabulary_size = vocabulary_size
        self.order = order
        self.discount = discount
        self.dtype = torch.get_default_dtype() if dtype is None else dtype
        self.followers: dict[NGram, Followers] = {}

    def fit(self, sequences: Iterable[Tensor | Sequence[int]]) -> "NGramModel":
        """Count the n-grams of the sequences, each of them (length,) integers, and return the model.

        Raises ValueError if a sequence is not (length,) tokens, or none of them has two tokens.
        """
        counts: Counter[NGram] = Counter()
        for sequence in sequences:
            tokens = torch.as_tensor(sequence).unsqueeze(0)
            check_tokens(tokens, self.vocabulary_size)
            counts.update(self._ngrams(tokens.squeeze(0).tolist()))
        if not counts:
            raise ValueError("fit needs at least one sequence of two tokens: a first, and one that follows")
        self.followers = group(counts)
        for _ in range(self.order - 1):
            counts = Counter(ngram[1:] for ngram in counts)  # each kind of vhw counts once for hw
            self.followers |= group(counts)
        return self

    def distribution(self, context: Sequence[int]) -> Tensor:
        """p(w | h) for every w, (vocabulary_size,), where h is the end of ``context``.

        Raises ValueError if the model has counted nothing yet.
        """
        if not self.followers:
            raise ValueError("the model has counted nothing yet: call fit first")
        p = torch.full((self.vocabulary_size,), 1 / self.vocabulary_size, dtype=self.dtype)
        for length in range(min(self.order - 1, len(context)) + 1):
            seen = self.followers.get(tuple(context[len(context) - length :]))
            if seen is not None:
                total = int(seen.counts.sum())
                p *= self.discount * len(seen.tokens) / total
                p[seen.tokens] += (seen.counts.to(self.dtype) - self.discount) / total
        return p

    def __call__(self, tokens: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Log-probabilities (batch, time, vocabulary_size) of what follows each token, and the last state.

        ``tokens`` is (batch, time). The state is the order - 1 tokens last read, (1, batch, order - 1), or
        None at the beginning. The counts lie on the host, which therefore waits for the device of ``tokens``.

        Raises ValueError if the tokens are no (batch, time) integers below vocabulary_size, or the model has
        counted nothing yet.
        """
        check_tokens(tokens, self.vocabulary_size)
        memory = self.order - 1
        before = tokens[:, :1].expand(-1, memory) if state is None else state[0]
        history = torch.cat([before, tokens], dim=1)
        contexts = [
            tuple(row[t + 1 : t + 1 + memory]) for row in history.tolist() for t in range(tokens.shape[1])
        ]
        known = {context: self.distribution(context) for context in set(contexts)}
        p = torch.stack([known[context] for context in contexts]).unflatten(0, tokens.shape)
        return p.log().to(tokens.device), history[:, history.shape[1] - memory :].unsqueeze(0)

    def step(self, token: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read one token (batch,); the log-probabilities (batch, vocabulary_size) of the next, and the state.

        This is what the searches of ``decoding`` call.
        """
        log_probs, state = self(as_column(token), state)
        return log_probs.squeeze(1), state

    def _ngrams(self, tokens: list[int]) -> Iterable[NGram]:
        """The n-gram that ends at each token but the first."""
        padded = tokens[:1] * (self.order - 1) + tokens
        return (tuple(padded[end - self.order : end]) for end in range(self.order + 1, len(padded) + 1))


def group(counts: Counter[NGram]) -> dict[NGram, Followers]:
    """Sort the n-grams by their context."""
    pairs: dict[NGram, list[tuple[int, int]]] = {}
    for ngram, count in counts.items():
        pairs.setdefault(ngram[:-1], []).append((ngram[-1], count))
    return {context: Followers(*torch.tensor(found).unbind(1)) for context, found in pairs.items()}
