"""BLEU: how much of a translation is found, n-gram by n-gram, in the translations of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sacrebleu.metrics import BLEU

from utils.text import torchtext_adapter

TOKENIZERS = ("13a", "intl", "char", "zh", "none")  # those of sacrebleu that need no other package


@dataclass(frozen=True)
class Bleu:
    """A BLEU score and all that one must know to compute it again; ``print(bleu)`` is what to report."""

    score: float  #: between 0 and 100
    signature: str  #: number of references, case, tokenizer, smoothing and version of sacrebleu

    def __str__(self) -> str:
        return f"BLEU {self.score:.1f} ({self.signature})"


def corpus_bleu(
    candidates: Sequence[str],
    references: Sequence[Sequence[str]],
    tokenize: str = "13a",
    smooth_method: str = "exp",
    lowercase: bool = False,
) -> Bleu:
    """The BLEU to report, computed by sacrebleu from plain text, which it tokenises by itself.

    ``candidates`` holds a string for each sentence, ``references`` a list of strings for each sentence.
    Scores of differently tokenised text cannot be compared, so sacrebleu fixes the tokenizer and names it in
    the signature. The formula is that of ``bleu_score``, times 100, but for a p_n without a match:
    ``smooth_method`` "exp" counts the first as 1 / 2 of a match, the next as 1 / 4, ...; "none" leaves it 0.
    For text that is tokenised already, join the tokens by spaces and pass ``tokenize="none"``: with
    ``smooth_method="none"`` the score is then 100 times that of ``bleu_score``.

    Whatever the smoothing, the score is 0 if no token is found in a reference, and if no candidate has the 4
    tokens of a 4-gram, even where all are right. To score sentences one by one, take ``sentence_bleu``.

    Raises ValueError if the two differ in length or are empty, a sentence is not a string or has no
    reference, or the tokenizer or the smoothing is not known.

    Source: Post, "A call for clarity in reporting BLEU scores", WMT 2018.
    """
    return _scored(candidates, references, tokenize, smooth_method, lowercase, effective_order=False)


def sentence_bleu(
    candidate: str,
    references: Sequence[str],
    tokenize: str = "13a",
    smooth_method: str = "exp",
    lowercase: bool = False,
) -> Bleu:
    """The BLEU of one sentence, to compare sentences with each other: as ``corpus_bleu`` of it alone, but the
    mean of log p_n stops at the last n for which the candidate has an n-gram (sacrebleu's effective order).

    So a short candidate can have 100, too. The mean of such scores is not the BLEU of a corpus.

    Raises ValueError as ``corpus_bleu`` does.
    """
    return _scored([candidate], [references], tokenize, smooth_method, lowercase, effective_order=True)


def _scored(
    candidates: Sequence[str],
    references: Sequence[Sequence[str]],
    tokenize: str,
    smooth_method: str,
    lowercase: bool,
    effective_order: bool,
) -> Bleu:
    if tokenize not in TOKENIZERS:
        raise ValueError(f"tokenize must be one of {', '.join(TOKENIZERS)}, got {tokenize!r}")
    if smooth_method not in ("exp", "none"):
        raise ValueError(f"smooth_method must be exp or none, got {smooth_method!r}")
    if isinstance(candidates, str) or len(candidates) == 0:
        raise ValueError("expected a list of one or more candidates, each a string")
    if len(candidates) != len(references):
        raise ValueError(
            f"expected references for each of {len(candidates)} candidates, got them for {len(references)}"
        )
    groups = [_plain_references(group) for group in references]
    lines = [_plain_text(candidate) for candidate in candidates]
    # force: tokenised text is meant, and sacrebleu's warning of it would stain a graded cell.
    metric = BLEU(
        tokenize=tokenize,
        smooth_method=smooth_method,
        lowercase=lowercase,
        effective_order=effective_order,
        force=True,
    )
    # sacrebleu's exp(log 100) is 100.00000000000004
    score = metric.corpus_score(lines, _streams(groups)).score  # type: ignore[arg-type]  # it allows None
    return Bleu(min(score, 100.0), metric.get_signature().format())


def _plain_references(group: Sequence[str]) -> list[str]:
    if isinstance(group, str) or len(group) == 0:
        raise ValueError(f"expected a list of one or more references for each candidate, got {group!r}")
    return [_plain_text(reference) for reference in group]


def _plain_text(sentence: str) -> str:
    if not isinstance(sentence, str):
        raise ValueError(
            f"expected a sentence as a string, got {sentence!r:.60}: join its tokens by spaces and pass "
            'tokenize="none", or use bleu_score'
        )
    return sentence


def _streams(groups: list[list[str]]) -> list[list[str | None]]:
    """One list for each reference, as sacrebleu wants them; None where a sentence has fewer."""
    most = max(map(len, groups))
    return [[group[i] if i < len(group) else None for group in groups] for i in range(most)]


def bleu_score(
    candidate_corpus: Sequence[Sequence[str]],
    references_corpus: Sequence[Sequence[Sequence[str]]],
    max_n: int = 4,
    weights: Sequence[float] | None = None,
) -> float:
    """The BLEU score of a corpus, between 0 and 1, computed by torchtext.

    BLEU = min(1, exp(1 - r / c)) * exp(Σ_n weights_n * log p_n),  n = 1 ... max_n

    p_n is the share of the candidates' n-grams that stand in a reference as well, each counted at most as
    often as in the reference that has it most often. c is the length of all candidates together, r that of
    the references nearest to them in length (the shorter one if two are equally near). The score is 0 if
    some p_n is 0. The weights are 1 / max_n unless they are given.

    ``candidate_corpus`` holds one list of tokens for each sentence, ``references_corpus`` a list of
    references for each sentence, each a list of tokens.

    Raises ValueError if the two differ in length or are empty, a sentence has no reference, anything else
    stands where a list of tokens is expected, a token is no string or holds a space (torchtext joins n-grams
    by spaces), max_n is below 1, or the number of weights is not max_n.

    Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002.
    """
    if max_n < 1:
        raise ValueError(f"max_n must be at least 1, got {max_n}")
    weights = [1 / max_n] * max_n if weights is None else list(weights)
    if len(weights) != max_n:
        raise ValueError(f"expected one weight for each n from 1 to {max_n}, got {len(weights)} weights")
    if len(candidate_corpus) != len(references_corpus):
        raise ValueError(
            f"expected references for each of {len(candidate_corpus)} candidates, "
            f"got them for {len(references_corpus)}"
        )
    if len(candidate_corpus) == 0:
        raise ValueError("expected a list of one or more candidates, each a list of tokens")
    candidates = [_tokens(candidate) for candidate in candidate_corpus]
    references = [_references(group) for group in references_corpus]
    return min(torchtext_adapter.bleu_score(candidates, references, max_n, weights), 1.0)


def _references(group: Sequence[Sequence[str]]) -> list[list[str]]:
    """The references of one sentence, the shortest first: torchtext takes the first of equally near ones."""
    if isinstance(group, str) or not isinstance(group, Sequence) or len(group) == 0:
        raise ValueError(f"expected a list of one or more references for each candidate, got {group!r:.60}")
    return sorted((_tokens(reference) for reference in group), key=len)


def _tokens(sentence: Sequence[str]) -> list[str]:
    if isinstance(sentence, str):
        raise ValueError(
            f"expected a list of tokens, got the string {sentence[:40]!r}: apply a tokenizer first; "
            "each candidate has a list of references, and each of them is a list of tokens"
        )
    if not isinstance(sentence, Iterable):
        raise ValueError(
            f"expected a list of tokens, got {sentence!r:.60}: "
            "each candidate has a list of references, and each of them is a list of tokens"
        )
    for token in sentence:
        if not isinstance(token, str):
            raise ValueError(f"a token must be a string, got {token!r:.60}: denumericalise the indices first")
        if " " in token:
            raise ValueError(f"a token must not hold a space, got {token!r}")
    return list(sentence)
