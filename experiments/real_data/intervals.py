"""95 % bootstrap intervals: what another test set of as many sentences, or chorales, might have given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from sacrebleu.metrics import BLEU

RESAMPLES = 1000
LEVELS = (0.025, 0.975)


def interval(rows: npt.ArrayLike, statistic: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """Percentiles of ``statistic`` of the sum of as many rows, drawn with replacement, as there are.

    ``rows`` is (units, columns): what each sentence adds to the sums that the statistic is computed from.
    """
    sums = np.asarray(rows, dtype=float)
    generator = np.random.default_rng(0)
    draws = (
        np.bincount(generator.integers(len(sums), size=len(sums)), minlength=len(sums)) @ sums
        for _ in range(RESAMPLES)
    )
    low, high = np.quantile([statistic(drawn) for drawn in draws], LEVELS)
    return float(low), float(high)


def of_ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> tuple[float, float]:
    """Of Σ above / Σ below, for example right words over words, with an entry for each sentence."""
    return interval(np.stack([np.asarray(above, dtype=float), np.asarray(below, dtype=float)], 1), ratio)


def ratio(sums: np.ndarray) -> float:
    return float(sums[0] / sums[1])


def bleu_rows(candidates: Sequence[str], references: Sequence[str], lowercase: bool = False) -> np.ndarray:
    """Of each sentence: the matching n-grams, all n-grams, and the lengths of candidate and reference."""
    metric = BLEU(lowercase=lowercase)
    scores = [metric.corpus_score([c], [[r]]) for c, r in zip(candidates, references, strict=True)]
    return np.array([[*one.counts, *one.totals, one.sys_len, one.ref_len] for one in scores])


def bleu(sums: np.ndarray) -> float:
    """sacrebleu's BLEU of a corpus from the sums of ``bleu_rows``."""
    counts = [int(value) for value in sums]
    order = (len(counts) - 2) // 2
    return BLEU.compute_bleu(
        counts[:order], counts[order : 2 * order], counts[-2], counts[-1], smooth_method="exp"
    ).score
