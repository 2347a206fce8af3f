# ---
# jupyter:
#   course:
#     misconception: >-
#       Of two references that are equally near in length the one that stands first is taken; it should be
#       the shorter one.
#     section: "BLEU, and reading translations, From its definition"
#     question: "For a hypothesis of 5 words, does your r depend on the order of references of 6 and 4 words?"
#     keeps:  # points of the tasks that lose some, least and most
#       bleu: [2, 2]
# ---

# %% task="bleu"
def ngram_counts(
    hypotheses: list[list[str]], references: list[list[list[str]]]
) -> tuple[list[int], list[int]]:
    """(matches, totals) for n = 1 to 4."""

    def counts(words, n):
        return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))

    matches, totals = [0] * 4, [0] * 4
    for hypothesis, several in zip(hypotheses, references):
        for n in (1, 2, 3, 4):
            said, most = counts(hypothesis, n), Counter()
            for reference in several:
                most |= counts(reference, n)
            matches[n - 1] += sum((said & most).values())
            totals[n - 1] += sum(said.values())
    return matches, totals


def corpus_bleu(hypotheses: list[list[str]], references: list[list[list[str]]]) -> float:
    """BLEU, from 0 to 1."""
    matches, totals = ngram_counts(hypotheses, references)
    if 0 in matches:
        return 0.0
    c = sum(len(hypothesis) for hypothesis in hypotheses)
    r = sum(
        min((len(reference) for reference in several), key=lambda size: abs(size - len(hypothesis)))
        for hypothesis, several in zip(hypotheses, references)
    )
    precision = math.prod(m / t for m, t in zip(matches, totals)) ** 0.25
    return min(1.0, math.exp(1 - r / c)) * precision
