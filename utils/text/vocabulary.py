"""From tokens to the numbers that index the rows of an embedding, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from utils.text.torchtext_adapter import Vocab, build_vocab_from_iterator

PAD = "<pad>"
UNK = "<unk>"


def build_vocabulary(
    sentences: Iterable[Sequence[str]], min_count: int = 1, specials: Sequence[str] = (PAD, UNK)
) -> Vocab:
    """A torchtext ``Vocab`` of the tokens that occur at least ``min_count`` times in ``sentences``.

    ``sentences`` gives lists of tokens. Index 0, 1, ... go to the ``specials`` in their order, then the most
    frequent token comes first and ties are in alphabetical order. ``<pad>``, if it is used, has index 0, so
    that a tensor of zeros is a batch of padding. If ``<unk>`` is among the specials, every unknown token
    gets its index; if not (labels, for example: ``specials=()``), an unknown token is an error.

    Raises ValueError if a sentence or ``specials`` is a string, min_count is below 1, a special is there
    twice, or ``<pad>`` is not the first of them.
    """
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, got {min_count}")
    specials = _token_list(specials)
    if len(set(specials)) < len(specials):
        raise ValueError(f"the specials must differ from each other, got {specials}")
    if PAD in specials[1:]:
        raise ValueError(f"{PAD} must come first, so that its index is 0, got {specials}")
    vocabulary = build_vocab_from_iterator(_tokenised(sentences), min_freq=min_count, specials=specials)
    if UNK in specials:
        vocabulary.set_default_index(vocabulary[UNK])
    return vocabulary


def numericalise(tokens: Sequence[str], vocabulary: Vocab) -> Tensor:
    """The indices of ``tokens``, a tensor of shape (length,) in int64.

    Raises ValueError if ``tokens`` is a string, or a token is unknown and the vocabulary has no ``<unk>``.
    """
    tokens = _token_list(tokens)
    try:
        return torch.tensor(vocabulary(tokens), dtype=torch.int64)
    except RuntimeError:
        unknown = next(token for token in tokens if token not in vocabulary)
        raise ValueError(
            f"the token {unknown!r} is not in the vocabulary: build it with {UNK!r} among its specials, "
            "or from sentences that have this token"
        ) from None


def denumericalise(indices: Tensor | Sequence[int], vocabulary: Vocab) -> list[str]:
    """The tokens at ``indices``, of shape (length,); undoes ``numericalise``, but for unknown tokens.

    Raises ValueError if ``indices`` is not one sentence of integers or an index lies outside the vocabulary.
    """
    tensor = torch.as_tensor(indices)
    if tensor.dim() != 1:
        raise ValueError(f"expected the indices of one sentence, shape (length,), got {tuple(tensor.shape)}")
    if len(tensor) > 0 and tensor.is_floating_point():
        raise ValueError(f"expected integer indices, got {tensor.dtype}: are these scores, before argmax?")
    outside = tensor[(tensor < 0) | (tensor >= len(vocabulary))]
    if len(outside) > 0:
        raise ValueError(f"index {outside[0]} lies outside the vocabulary of {len(vocabulary)} tokens")
    return vocabulary.lookup_tokens(tensor.tolist())


def _tokenised(sentences: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    for sentence in sentences:
        yield _token_list(sentence)


def _token_list(tokens: Sequence[str]) -> list[str]:
    """``tokens`` as a list, which torchtext's C++ part insists on."""
    if isinstance(tokens, str):  # a string is a sequence too: its characters would pass as tokens
        raise ValueError(
            f"expected a list of tokens, got the string {tokens[:40]!r}: "
            "apply a tokenizer first, or list(...) for characters"
        )
    return list(tokens)
