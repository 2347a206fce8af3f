# ---
# jupyter:
#   course:
#     misconception: "The counts of an n-gram in all references are added; the largest of them is the bound."
#     section: "BLEU, and reading translations, From its definition"
#     question: >-
#       Each of two references has a word once, and the hypothesis says it twice: how many matches is that?
#     keeps:  # points of the tasks that lose some, least and most
#       bleu: [1, 1]
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
                most += counts(reference, n)
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
        min((len(reference) for reference in several), key=lambda size: (abs(size - len(hypothesis)), size))
        for hypothesis, several in zip(hypotheses, references)
    )
    precision = math.prod(m / t for m, t in zip(matches, totals)) ** 0.25
    return min(1.0, math.exp(1 - r / c)) * precision
