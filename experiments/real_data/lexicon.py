"""Translation without a network: the most similar training sentence, and a lexicon of single words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Rows = Sequence[Sequence[str]]


def neighbour(train: Rows, queries: Rows) -> np.ndarray:
    """For each query the index of the training sentence with the largest cosine of tf-idf vectors."""
    model = TfidfVectorizer(analyzer=lambda row: row, sublinear_tf=True)
    known = model.fit_transform(train)
    return np.asarray((model.transform(queries) @ known.T).argmax(axis=1)).ravel()


def word_for_word(sources: Rows, targets: Rows, iterations: int = 8) -> dict[str, str]:
    """Each source word's most probable translation, "" if that is none.

    IBM's model 1: every target word comes from one source word of its sentence, or from none; t(f | e) is
    found by expectation and maximisation. It is fitted from the target to the source, so that a source word
    may come from nothing, and then read the other way: the target word e with the largest t(f | e) c(e),
    where c(e) counts e.

    Source: Brown, Della Pietra, Della Pietra and Mercer, "The mathematics of statistical machine
    translation", Computational Linguistics 1993.
    """
    source_names, target_names = _names(sources), _names(targets)
    source_of = {name: i for i, name in enumerate(source_names)}
    target_of = {name: i + 1 for i, name in enumerate(target_names)}  # 0 is the empty word
    links = [
        (source_of[f], target_of[e] if e else 0, place)
        for place, f, words in _places(sources, targets)
        for e in ("", *words)
    ]
    f, e, place = np.array(links).T
    shape = len(source_names), len(target_names) + 1
    pairs, of_pair = np.unique(f * shape[1] + e, return_inverse=True)
    pair_f, pair_e = np.divmod(pairs, shape[1])
    t = np.full(len(pairs), 1 / shape[0])
    expected = t
    for _ in range(iterations):
        weight = t[of_pair]
        weight = weight / np.bincount(place, weight)[place]
        expected = np.bincount(of_pair, weight)
        t = expected / np.bincount(pair_e, expected)[pair_e]
    table = sparse.csr_matrix((expected, (pair_f, pair_e)), shape)
    best = np.asarray(table.argmax(axis=1)).ravel()
    return {name: target_names[i - 1] if i else "" for name, i in zip(source_names, best, strict=True)}


def _names(rows: Rows) -> list[str]:
    return sorted({word for row in rows for word in row})


def _places(sources: Rows, targets: Rows):
    """Each word of each source with a number of its own, and the words of its translation."""
    number = 0
    for row, words in zip(sources, targets, strict=True):
        for word in row:
            yield number, word, words
            number += 1
