# ---
# jupyter:
#   course:
#     misconception: "The length of the references is their mean, not that of the nearest."
#     section: "BLEU, and reading translations, From its definition"
#     question: "Which of three references gives the length that a hypothesis is compared with?"
#     keeps:  # points of the tasks that lose some, least and most
#       bleu: [1, 2]
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


def corpus_bleu(hypotheses, references):
    m, t = ngram_counts(hypotheses, references)
    if min(m) == 0 or min(t) == 0:
        return 0.0
    c, r = 0, 0.0
    for hyp, refs in zip(hypotheses, references):
        c += len(hyp)
        r += sum(len(ref) for ref in refs) / len(refs)
    bp = 1.0 if c >= r else math.exp(1 - r / c)
    return bp * math.exp(sum(math.log(a / b) for a, b in zip(m, t)) / 4)
