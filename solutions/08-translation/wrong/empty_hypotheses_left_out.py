# ---
# jupyter:
#   course:
#     misconception: "Sentences with an empty hypothesis are left out, so that saying nothing costs nothing."
#     section: "BLEU, and reading translations, Its traps"
#     question: "What does an empty translation add to c, and what to r?"
#     keeps:  # points of the tasks that lose some, least and most
#       bleu: [2, 2]
# ---

# %% task="bleu"
def ngram_counts(
    hypotheses: list[list[str]], references: list[list[list[str]]]
) -> tuple[list[int], list[int]]:
    """(matches, totals) for n = 1 to 4."""
    matches, totals = [0] * 4, [0] * 4

    def ngrams(words, n):
        return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))

    for words, group in zip(hypotheses, references, strict=True):
        for n in range(1, 5):
            most: Counter = Counter()
            for reference in group:
                most |= ngrams(reference, n)
            found = ngrams(words, n)
            matches[n - 1] += (found & most).total()
            totals[n - 1] += found.total()
    return matches, totals


def corpus_bleu(hypotheses: list[list[str]], references: list[list[list[str]]]) -> float:
    """BLEU, from 0 to 1."""
    matches, totals = ngram_counts(hypotheses, references)
    if min(matches) == 0:
        return 0.0
    r = 0
    for words, group in zip(hypotheses, references, strict=True):
        r += bool(words) * min((abs(len(reference) - len(words)), len(reference)) for reference in group)[1]
    brevity = min(1.0, math.exp(1 - r / totals[0]))
    return brevity * math.prod(m / t for m, t in zip(matches, totals, strict=True)) ** 0.25
