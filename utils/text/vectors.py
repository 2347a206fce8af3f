"""Word vectors that were trained before: read from a text file in GloVe's format, given to a vocabulary.

Source: Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", EMNLP 2014.
"""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from utils.common.files import digest
from utils.text.torchtext_adapter import Vectors, Vocab
from utils.text.vocabulary import PAD, SPECIALS

INFINITE = 2.0**128 - 2.0**103  # this and all above it become infinite in float32


def load_vectors(
    path: str | Path, cache: str | Path | None = None, unk_init: Callable[[Tensor], Tensor] | None = None
) -> Vectors:
    """The vectors of a file with one word to a line: the word, then its numbers, separated by single spaces.

    Returns torchtext's ``Vectors``. ``vectors["king"]`` has shape (dim,). A word that is not in the file
    gets ``unk_init`` of an empty vector, by default zeros. ``embedding_matrix`` gives a vocabulary its rows,
    ``coverage`` says how many of its words are in the file.

    Reading the text is slow, so the first call keeps the tensor in the folder ``cache`` (by default the
    user's cache folder), under a name that changes with the content of the file. A kept tensor that is
    damaged is made anew.

    Raises ValueError if there is no such file, a line of it is not a new word with as many numbers as the
    line before, or ``cache`` cannot be written to.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"there is no file of vectors at {path}: fetch it first, or mend the path")
    cache = _user_cache() if cache is None else Path(cache)
    folder = cache / digest([path])
    kept = _kept(folder, path.name, unk_init)
    if kept is not None:
        return kept
    _check_format(path)
    try:
        _fill(folder, path)
    except (OSError, RuntimeError) as error:  # torch raises the second where it cannot write to the end
        why = error.strerror if isinstance(error, OSError) else "is the disk full?"
        raise ValueError(
            f"cannot write to {cache} ({why}): make room there, pass another folder as cache, or set "
            "XDG_CACHE_HOME to one"
        ) from error
    return Vectors(path.name, cache=str(folder), unk_init=unk_init)


@dataclass(frozen=True)
class Coverage:
    """How many words of a vocabulary have a vector; ``print(coverage)`` gives one line."""

    words: int  #: of the vocabulary, without the specials
    missing: tuple[str, ...]  #: those without a vector, in the vocabulary's order: the most frequent first

    @property
    def found(self) -> int:
        return self.words - len(self.missing)

    @property
    def share(self) -> float:
        """found / words."""
        return self.found / self.words

    def __str__(self) -> str:
        text = f"{self.found} of {self.words} words ({self.share:.1%}) have a vector"
        if not self.missing:
            return text
        some = ", ".join(map(repr, self.missing[:5]))
        return f"{text}; without: {some}{', ...' if len(self.missing) > 5 else ''}"


def coverage(vocabulary: Vocab, vectors: Vectors, specials: Sequence[str] = SPECIALS) -> Coverage:
    """Which words of ``vocabulary`` have a vector. ``specials`` are no words: they are not counted.

    A word is looked up as it is: vectors of lower-case words, as GloVe 6B's, cover no capitals.

    Raises ValueError if the vocabulary has no words.
    """
    words = [token for token in vocabulary.get_itos() if token not in specials]
    if not words:
        raise ValueError("the vocabulary has no words, only specials")
    return Coverage(len(words), tuple(word for word in words if word not in vectors.stoi))


def embedding_matrix(vocabulary: Vocab, vectors: Vectors, seed: int) -> Tensor:
    """One row for each token of ``vocabulary``, (len(vocabulary), dim): what ``nn.Embedding.from_pretrained``
    takes, with ``freeze=False`` if it shall be trained on. Pass it ``padding_idx=vocabulary["<pad>"]`` as
    well, or the row of ``<pad>`` is trained with the others and does not stay zero.

    ``<pad>`` gets zeros, and a token that has a vector gets it. Any other is drawn from N(0, σ²) with the
    seed, where σ² is the mean square of all numbers in ``vectors``: so it is about as long as the others.
    """
    tokens = vocabulary.get_itos()
    scale = vectors.vectors.square().mean().sqrt()
    matrix = scale * torch.randn(len(tokens), vectors.dim, generator=torch.Generator().manual_seed(seed))
    for row, token in zip(matrix, tokens, strict=True):
        if token == PAD:
            row.zero_()
        elif token in vectors.stoi:
            row.copy_(vectors.vectors[vectors.stoi[token]])
    return matrix


def _user_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "recurrent-networks-course" / "vectors"


def _kept(folder: Path, name: str, unk_init: Callable[[Tensor], Tensor] | None) -> Vectors | None:
    """What an earlier call kept; None if there is nothing, or nothing that can be read."""
    try:
        if (folder / f"{name}.pt").is_file():
            return Vectors(name, cache=str(folder), unk_init=unk_init)
    except Exception:  # torch has many kinds for a file that is cut short
        pass
    return None


def _fill(folder: Path, path: Path) -> None:
    """Let torchtext convert the file; it moves to its place when it is complete, never half-written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        Vectors(str(path), cache=scratch)
        (Path(scratch) / f"{path.name}.pt").replace(folder / f"{path.name}.pt")


def _check_format(path: Path) -> None:
    """Refuse what torchtext would skip, overwrite or misread in silence, and say in which line it is."""
    words: set[bytes] = set()
    dim = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            # As torchtext does it: a word may hold other kinds of white space than " ".
            word, *values = line.rstrip().split(b" ")
            dim = dim or len(values)
            wrong = _what_is_wrong(line, word, values, dim, words)
            if wrong:
                raise ValueError(f"{path.name}, line {number}: {wrong}")
            words.add(word)
    if not words:
        raise ValueError(f"{path.name} is empty: expected a word and its numbers in every line")


def _what_is_wrong(line: bytes, word: bytes, values: list[bytes], dim: int, words: set[bytes]) -> str | None:
    """Of a line of this word and these values, after lines of other ``words``; None if it is right."""
    if dim < 3 or len(values) != dim:
        return _wrong_number_of_values(line, values, dim)
    if not words and word.startswith(codecs.BOM_UTF8):
        return "the file begins with a byte order mark: save it as UTF-8 without one"
    if word in words:
        return f"the word {_readable(word)} is there for the second time"
    # Python would read 6_0 as 60
    if line.find(b"_", len(word)) >= 0 or not _are_numbers(values) or not _is_text(word):
        return f"{_readable(word)} is not UTF-8 or its vector is not all numbers that fit float32"
    return None


def _wrong_number_of_values(line: bytes, values: list[bytes], dim: int) -> str:
    if b"\t" in line:
        return "expected single spaces between the word and its numbers, got tabs: replace each by a space"
    if dim < 3:
        return (
            f"expected a word and at least 3 numbers, got {dim}; delete the line if it is a header "
            "(GloVe's format has none)"
        )
    return f"expected {dim} numbers as in the first line, got {len(values)}"


def _are_numbers(values: list[bytes]) -> bool:
    try:
        return sum(map(abs, map(float, values))) < INFINITE  # NaN is not below it, either
    except ValueError:
        return False


def _is_text(word: bytes) -> bool:
    try:
        return word.decode("utf-8") != ""
    except UnicodeDecodeError:
        return False


def _readable(word: bytes) -> str:
    text = word.decode("utf-8", errors="replace")
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
