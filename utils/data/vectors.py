"""Word vectors trained here, on the texts that the course makes itself, and kept in the user's cache.

Words that stand in the same company get similar vectors. The company of a word is counted, the counts are
compared with what chance would give (positive pointwise mutual information), and the matrix is reduced to a
few columns by a singular value decomposition.

Source: Levy, Goldberg and Dagan, "Improving distributional similarity with lessons learned from word
embeddings", TACL 2015.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from utils.common.files import digest
from utils.data.dataset import Dataset
from utils.data.made.grammar import tokens
from utils.data.published.cache import cache_errors, cache_folder
from utils.data.published.corpora import VectorTable

# The English texts of our own data sets, by the field of the items that holds them.
CORPORA = {"reviews": "text", "spam": "text", "translation": "source", "agreement": "text"}


def make(seed: int = 0, dim: int = 50) -> Dataset:
    """Vectors of ``dim`` numbers for the words of the default texts; trained once, then kept.

    The one part is "all", as there is nothing to hold out. Its items are ``WordVector(word, vector)``, the
    most frequent word first; ``data["all"].vectors`` is torchtext's ``Vectors`` of them.

    Where the cache cannot be written, they are trained at each call.

    Raises ValueError if dim is below 3 or above the number of words.
    """
    name = f"default-{seed}-{dim}-{digest(depends_on())[:16]}.txt"
    path = cache_folder() / "trained" / name
    kept = os.path.isfile(path)  # noqa: PTH113  False, too, where the cache may not be read
    table = VectorTable(path) if kept else _trained(path, seed, dim)
    title = f"vectors of {dim} numbers by PPMI and SVD, trained on {', '.join(CORPORA)} of ours"
    return Dataset("vectors", "default", title, {"all": table})


def depends_on() -> list[Path]:
    """The files whose edit trains the vectors anew: this one, and those that make the texts."""
    here = Path(__file__)
    return [here, *here.with_name("made").glob("*.py")]


def _trained(path: Path, seed: int, dim: int) -> VectorTable:
    """The vectors, kept at ``path`` if that can be written."""
    words, vectors = train_vectors(default_sentences(seed), dim)
    with contextlib.suppress(OSError):
        write_vectors(path, words, vectors)
        return VectorTable(path)
    with cache_errors(), tempfile.TemporaryDirectory() as folder:
        write_vectors(Path(folder) / path.name, words, vectors)
        return VectorTable(Path(folder) / path.name)


def default_sentences(seed: int) -> list[list[str]]:
    """The tokens of every text in the training splits of ``CORPORA``, in lower case."""
    return [
        tokens(getattr(item, field))
        for name, field in CORPORA.items()
        for item in importlib.import_module(f"utils.data.made.{name}").make(seed)["train"]
    ]


def train_vectors(
    sentences: Sequence[Sequence[str]], dim: int, window: int = 2, min_count: int = 5
) -> tuple[list[str], Tensor]:
    """The words that occur at least ``min_count`` times, the most frequent first, and their vectors.

    With the singular value decomposition PPMI = U S Vᵀ the vectors are the rows of U √S, of which the
    ``dim`` columns with the largest singular values are kept. Each column's sign, which is arbitrary, is
    chosen so that its largest number is positive.

    Returns the words and a tensor (words, dim) in float32.
    Raises ValueError if dim is below 3 or above the number of words, or window or min_count below 1.
    """
    if window < 1 or min_count < 1:
        raise ValueError(f"window and min_count must be at least 1, got {window} and {min_count}")
    counts = Counter(word for sentence in sentences for word in sentence)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    if not 3 <= dim <= len(words):
        raise ValueError(f"dim must be between 3 and the number of words, {len(words)}, got {dim}")
    matrix = ppmi(torch.from_numpy(company(sentences, words, window)))
    u, s, _ = torch.linalg.svd(matrix)
    vectors = u[:, :dim] * s[:dim].sqrt()
    largest = vectors.gather(0, vectors.abs().argmax(dim=0, keepdim=True))
    return words, (vectors * largest.sign()).float()


def company(sentences: Sequence[Sequence[str]], words: Sequence[str], window: int) -> np.ndarray:
    """How often word j stands within ``window`` places of word i in a sentence; (words, words), symmetric.

    Other words than ``words`` take a place, but are not counted.
    """
    index = {word: i for i, word in enumerate(words)}
    ids: list[int] = []
    for sentence in sentences:
        ids += [index.get(word, -1) for word in sentence] + [-1] * window  # no window reaches across
    line = np.array(ids)
    size = len(words)
    counts = np.zeros(size * size)
    for distance in range(1, window + 1):
        left, right = line[:-distance], line[distance:]
        both = (left >= 0) & (right >= 0)
        counts += np.bincount(left[both] * size + right[both], minlength=size * size)
    square = counts.reshape(size, size)
    return square + square.T


def ppmi(counts: Tensor, smoothing: float = 0.75) -> Tensor:
    """Positive pointwise mutual information: max(0, log(p_ij / (p_i q_j))), and 0 where c_ij is 0.

    ``counts`` c is (n, n) and symmetric; p_ij = c_ij / Σc, p_i is the sum of its row, and q_j is that sum to
    the power ``smoothing``, divided by Σq: so a rare neighbour counts for less.
    """
    together = counts / counts.sum()
    alone = together.sum(dim=1, keepdim=True)
    neighbour = alone.T**smoothing / (alone**smoothing).sum()
    ratio = torch.where(counts > 0, together / (alone * neighbour).clamp(min=1e-300), torch.ones_like(counts))
    return ratio.log().clamp(min=0)


def write_vectors(path: Path, words: Sequence[str], vectors: Tensor) -> None:
    """Write GloVe's text format; the file moves to its place when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        draft = Path(scratch) / path.name
        with draft.open("w", encoding="utf-8") as file:
            for word, vector in zip(words, vectors.tolist(), strict=True):
                file.write(f"{word} {' '.join(f'{number:.5f}' for number in vector)}\n")
        draft.replace(path)
