"""From tokens to the numbers that index the rows of an embedding, and back."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from utils.common.memory import garbage_collector_paused
from utils.text.torchtext_adapter import Vocab, build_vocab_from_iterator, vocab

PAD = "<pad>"
UNK = "<unk>"
BOS = "<bos>"
EOS = "<eos>"
SPECIALS = (PAD, UNK, BOS, EOS)


def build_vocabulary(
    sentences: Iterable[Sequence[str]],
    min_count: int = 1,
    specials: Sequence[str] = (PAD, UNK),
    max_tokens: int | None = None,
) -> Vocab:
    """A torchtext ``Vocab`` of the tokens that occur at least ``min_count`` times in ``sentences``.

    With ``max_tokens`` it has at most so many entries, the specials and the most frequent tokens.

    ``sentences`` gives lists of tokens. Index 0, 1, ... go to the ``specials`` in their order, then the most
    frequent token comes first and ties are in alphabetical order. ``<pad>``, if it is used, has index 0, so
    that a tensor of zeros is a batch of padding. If ``<unk>`` is among the specials, every unknown token
    gets its index; if not (labels, for example: ``specials=()``), an unknown token is an error.

    Raises ValueError if a sentence or ``specials`` is a string, min_count is below 1, a special is there
    twice, ``<pad>`` is not the first of them, or max_tokens leaves no room for a token.
    """
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, got {min_count}")
    specials = _token_list(specials)
    if len(set(specials)) < len(specials):
        raise ValueError(f"the specials must differ from each other, got {specials}")
    if PAD in specials[1:]:
        raise ValueError(f"{PAD} must come first, so that its index is 0, got {specials}")
    if max_tokens is not None and max_tokens <= len(specials):
        raise ValueError(
            f"max_tokens must be above {len(specials)}, the number of specials; got {max_tokens}"
        )
    vocabulary = build_vocab_from_iterator(
        _tokenised(sentences), min_freq=min_count, specials=specials, max_tokens=max_tokens
    )
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
        raise _unknown_token(unknown) from None


def numericalise_all(sentences: Iterable[Sequence[str]], vocabulary: Vocab) -> list[Tensor]:
    """``numericalise`` of every sentence of a corpus, several times as fast as one call for each.

    The results are views of one tensor that holds the whole corpus: to save or pickle one of them alone, take
    its ``.clone()``, or the whole corpus goes with it.

    Raises ValueError as ``numericalise`` does.
    """
    with garbage_collector_paused():
        corpus = list(_tokenised(sentences))
        indices = _lookup(list(chain.from_iterable(corpus)), vocabulary)
        return list(indices.split([len(sentence) for sentence in corpus])) if corpus else []


def _lookup(tokens: list[str], vocabulary: Vocab) -> Tensor:
    """The indices of many tokens; no Python code runs for each of them, which makes it fast."""
    if not all(issubclass(kind, str) for kind in set(map(type, tokens))):
        raise TypeError("a token must be a string")  # as torchtext does
    index, unknown = vocabulary.get_stoi(), vocabulary.get_default_index()
    found = map(index.__getitem__, tokens) if unknown is None else map(index.get, tokens, repeat(unknown))
    try:
        return torch.from_numpy(np.fromiter(found, np.int64, count=len(tokens)))
    except KeyError as error:
        raise _unknown_token(error.args[0]) from None


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


def denumericalise_all(
    tokens: Tensor, lengths: Tensor | Sequence[int] | None, vocabulary: Vocab
) -> list[list[str]]:
    """The tokens of each row of a batch, without padding and ``<eos>``; undoes ``numericalise_all``, padded.

    A row ends after its length or before its first ``<eos>``, whichever comes first. So what a model has
    decoded becomes text: ``denumericalise_all(decoded.tokens, decoded.lengths, vocabulary)`` gives lists of
    tokens, and each of them, joined by spaces, a candidate for ``corpus_bleu``. ``lengths`` may be None where
    padding stands after ``<eos>`` alone, as in ``PairBatch.target_out``.

    Args:
        tokens: (batch, time) integers.
        lengths: (batch,) integers from 0 to time.

    Raises ValueError if the shapes or the lengths are others, or an index before the end of its row lies
    outside the vocabulary.
    """
    tokens = torch.as_tensor(tokens)
    if tokens.dim() != 2:
        raise ValueError(f"expected the indices of a batch, shape (batch, time), got {tuple(tokens.shape)}")
    rows, time = tokens.shape
    ends = [time] * rows if lengths is None else torch.as_tensor(lengths).flatten().tolist()
    if len(ends) != rows or not all(isinstance(end, int) and 0 <= end <= time for end in ends):
        raise ValueError(f"lengths must hold {rows} integers from 0 to {time}, got {ends!s:.60}")
    stop = vocabulary.get_stoi().get(EOS)
    sentences = []
    for row, end in zip(tokens.tolist(), ends, strict=True):
        if stop in row[:end]:
            end = row.index(stop)
        sentences.append(denumericalise(row[:end], vocabulary))
    return sentences


def save_vocabulary(vocabulary: Vocab, path: str | Path) -> None:
    """Write a vocabulary to a file in JSON, one token to a line, in the order of their indices.

    ``"default_index"`` is the index that unknown tokens get, or null where they are an error. The file
    appears, or replaces another one, only when it is complete.

    Raises ValueError if the folder of ``path`` does not exist, or ``path`` is itself a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a file in it, such as {path / 'vocabulary.json'}")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent}: make it first, or mend the path")
    content = {"default_index": vocabulary.get_default_index(), "tokens": vocabulary.get_itos()}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        scratch.write_text(text, encoding="utf-8", newline="\n")
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)  # there only if writing failed


def load_vocabulary(path: str | Path) -> Vocab:
    """The vocabulary that ``save_vocabulary`` wrote: the same tokens, indices and default index.

    Raises ValueError if there is no such file, or it is not a vocabulary.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"there is no vocabulary at {path}: save one there first, or mend the path")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not JSON, or not UTF-8
        raise ValueError(f"{path.name} is no vocabulary, or was cut short: {error}") from None
    wrong = _what_is_wrong(content)
    if wrong:
        raise ValueError(f"{path.name} is no vocabulary: {wrong}")
    vocabulary = vocab(OrderedDict.fromkeys(content["tokens"], 1))
    vocabulary.set_default_index(content["default_index"])
    return vocabulary


def _what_is_wrong(content: Any) -> str | None:
    if not isinstance(content, dict) or set(content) != {"default_index", "tokens"}:
        return 'expected "default_index" and "tokens"'
    tokens, index = content["tokens"], content["default_index"]
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        return '"tokens" must be a list of strings'
    if len(set(tokens)) < len(tokens):
        return f"the token {next(token for token in tokens if tokens.count(token) > 1)!r} is there twice"
    if index is not None and (type(index) is not int or not 0 <= index < len(tokens)):
        return f'"default_index" must be null or the index of a token, got {index!r}'
    return None


def _unknown_token(token: str) -> ValueError:
    return ValueError(
        f"the token {token!r} is not in the vocabulary: build it with {UNK!r} among its specials, "
        "or from sentences that have this token"
    )


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
