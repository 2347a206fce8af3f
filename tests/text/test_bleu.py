import math
import random

import pytest
import sacrebleu
import torch

from utils.text import bleu_score, corpus_bleu, sentence_bleu


def by_sacrebleu(candidates, references):
    """sacrebleu's corpus BLEU of text that is tokenised already, unsmoothed, as a share of 1."""
    most = max(len(group) for group in references)
    # sacrebleu wants one list for each reference; None where a sentence has fewer.
    streams = [[" ".join(group[i]) if i < len(group) else None for group in references] for i in range(most)]
    lines = [" ".join(candidate) for candidate in candidates]
    return (
        sacrebleu.corpus_bleu(lines, streams, tokenize="none", smooth_method="none", force=True).score / 100
    )


def random_corpus(seed, sentences=20, max_references=3):
    """Candidates that are disturbed copies of their first reference."""
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(12)] + [".", "don't", "日本"]
    candidates, references = [], []
    for _ in range(sentences):
        group = [rng.choices(words, k=rng.randrange(4, 15)) for _ in range(rng.randint(1, max_references))]
        disturbed = [rng.choice(words) if rng.random() < 0.2 else word for word in group[0]]
        candidates.append(disturbed[: rng.randrange(3, 16)])
        references.append(group)
    return candidates, references


@pytest.mark.parametrize("seed", range(10))
def test_agrees_with_sacrebleu(seed):
    candidates, references = random_corpus(seed)
    score = bleu_score(candidates, references)
    assert 0.1 < score < 1
    assert score == pytest.approx(by_sacrebleu(candidates, references), rel=1e-5)


def test_of_two_equally_near_references_the_shorter_counts():
    candidate = ["a", "b", "c", "d", "e", "f"]
    longer, shorter = ["a", "b", "c", "d", "e", "f", "g"], ["a", "b", "c", "d", "e"]
    for group in ([longer, shorter], [shorter, longer]):
        assert bleu_score([candidate], [group]) == pytest.approx(1.0)
        assert by_sacrebleu([candidate], [group]) == pytest.approx(1.0)


def test_the_example_of_papineni_et_al():
    """Example 2 of the paper: 'the' counts twice at most, so p_1 = 2 / 7."""
    references = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
    assert bleu_score([["the"] * 7], [references], max_n=1) == pytest.approx(2 / 7)


def test_the_brevity_penalty():
    candidate, reference = ["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert bleu_score([candidate], [[reference]]) == pytest.approx(math.exp(1 - 8 / 5))


def test_weights():
    candidate, reference = ["a", "b", "c", "x"], ["a", "b", "c", "d"]  # p_1 = 3/4, p_2 = 2/3
    score = bleu_score([candidate], [[reference]], max_n=2, weights=(0.2, 0.8))
    assert score == pytest.approx((3 / 4) ** 0.2 * (2 / 3) ** 0.8)


def test_zero_when_an_n_gram_order_has_no_match():
    assert bleu_score([["a", "b", "c"]], [[["a", "b", "c"]]]) == 0.0
    assert bleu_score([[]], [[["a"]]]) == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([["a"]], []), "got them for 0"),
        (([["a"]], [[]]), "one or more references"),
        ((["a b"], [[["a", "b"]]]), "got the string 'a b'"),
        (([["a"]], ["a"]), "list of one or more references"),
        (([["a"]], [["a"]]), "each candidate has a list of references"),
        (([["a b"]], [[["a"]]]), "must not hold a space"),
        (([], []), "one or more candidates"),
        (([[1]], [[[1]]]), "a token must be a string, got 1: denumericalise the indices first"),
        (([torch.tensor([1, 2])], [[["a"]]]), r"a token must be a string, got tensor\(1\): denumericalise"),
        (([["a"]], [[[1]]]), "a token must be a string, got 1"),
        (([1], [[["a"]]]), "expected a list of tokens, got 1: each candidate has a list of references"),
        (([["a"]], [1]), "list of one or more references for each candidate, got 1"),
        (([["a"]], [[["a"]]], 0), "max_n"),
        (([["a"]], [[["a"]]], 2, [1.0]), "one weight for each n"),
    ],
)
def test_what_has_no_score(arguments, message):
    with pytest.raises(ValueError, match=message):
        bleu_score(*arguments)


@pytest.mark.parametrize("seed", range(10))
def test_the_reported_bleu_agrees_with_torchtext_on_tokenised_text(seed):
    candidates, references = random_corpus(seed)
    lines = [" ".join(candidate) for candidate in candidates]
    groups = [[" ".join(reference) for reference in group] for group in references]
    bleu = corpus_bleu(lines, groups, tokenize="none", smooth_method="none")
    assert bleu.score == pytest.approx(100 * bleu_score(candidates, references), rel=1e-5)


def test_the_reported_bleu_is_sacrebleus_with_its_signature(capfd):
    candidates = ["The cat sat on the mat.", "It rained all day, didn't it?"]
    references = [["The cat is on the mat.", "A cat sat on the mat."], ["It rained all day long, didn't it?"]]
    streams = [[group[0] for group in references], [references[0][1], None]]
    bleu = corpus_bleu(candidates, references)
    assert bleu.score == sacrebleu.corpus_bleu(candidates, streams).score
    assert bleu.signature == f"nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:{sacrebleu.__version__}"
    assert str(bleu) == f"BLEU {bleu.score:.1f} ({bleu.signature})"
    assert capfd.readouterr() == ("", "")


def test_options_stand_in_the_signature():
    options = {"tokenize": "char", "smooth_method": "none", "lowercase": True}
    bleu = corpus_bleu(["THE CAT"], [["the cat"]], **options)
    assert bleu.score == pytest.approx(100)
    assert "case:lc" in bleu.signature and "tok:char" in bleu.signature and "smooth:none" in bleu.signature


def test_smoothing_counts_half_a_match_then_a_quarter():
    candidate, reference = "a b c d", "a b x d"  # p_1 = 3/4, p_2 = 1/3, then 1/2 of 1/2 and 1/4 of 1
    expected = 100 * (3 / 4 * 1 / 3 * 1 / 4 * 1 / 4) ** (1 / 4)
    assert corpus_bleu([candidate], [[reference]]).score == pytest.approx(expected)
    assert corpus_bleu([candidate], [[reference]], smooth_method="none").score == 0


def test_smoothing_does_not_help_where_nothing_matches_or_no_candidate_has_four_tokens():
    assert corpus_bleu(["a"], [["a"]]).score == 0
    assert corpus_bleu(["a b c", "d"], [["a b c"], ["d"]]).score == 0
    assert corpus_bleu(["a b c d", "d"], [["a b c d"], ["d"]]).score == pytest.approx(100)
    assert corpus_bleu(["a b c d e"], [["v w x y z"]]).score == 0


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("smooth_method", ["exp", "none"])
def test_the_bleu_of_a_sentence_is_sacrebleus(seed, smooth_method):
    for candidate, group in zip(*random_corpus(seed), strict=True):
        line, lines = " ".join(candidate[: seed + 1]), [" ".join(reference) for reference in group]
        expected = sacrebleu.sentence_bleu(line, lines, smooth_method=smooth_method)
        bleu = sentence_bleu(line, lines, smooth_method=smooth_method)
        assert bleu.score == pytest.approx(expected.score)
        assert "eff:yes" in bleu.signature and f"smooth:{smooth_method}" in bleu.signature


def test_a_short_sentence_that_is_right_has_100():
    for length in range(1, 7):
        line = " ".join("abcdef"[:length])
        assert sentence_bleu(line, [line]).score == pytest.approx(100)
    candidate, reference = "a b x", "a b c"  # p_1 = 2/3, p_2 = 1/2, then 1/2 of 1
    assert sentence_bleu(candidate, [reference]).score == pytest.approx(
        100 * (2 / 3 * 1 / 2 * 1 / 2) ** (1 / 3)
    )
    assert sentence_bleu("", ["a"]).score == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a", "b"], ["a b"]), "join its tokens by spaces"),
        (("a b", "a b"), "list of one or more references"),
        (("a b", []), "list of one or more references"),
        (("a b", ["a b"], "moses"), "tokenize must be one of 13a, intl"),
    ],
)
def test_what_sentence_has_no_bleu(arguments, message):
    with pytest.raises(ValueError, match=message):
        sentence_bleu(*arguments)


def test_tokenised_text_brings_no_warning(capfd, caplog):
    corpus_bleu(["the end ."] * 200, [["the end ."]] * 200)
    assert capfd.readouterr() == ("", "") and caplog.records == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], []), "one or more candidates"),
        (("a b", [["a"]]), "one or more candidates"),
        ((["a"], []), "got them for 0"),
        ((["a"], [[]]), "one or more references"),
        ((["a"], ["a"]), "list of one or more references"),
        (([["a", "b"]], [["a b"]]), "join its tokens by spaces"),
        ((["a b"], [[["a", "b"]]]), "join its tokens by spaces"),
        ((["a"], [["a"]], "moses"), "tokenize must be one of 13a, intl"),
        ((["a"], [["a"]], "13a", "floor"), "smooth_method must be exp or none"),
    ],
)
def test_what_has_no_reported_bleu(arguments, message):
    with pytest.raises(ValueError, match=message):
        corpus_bleu(*arguments)


@pytest.mark.parametrize("words", range(1, 9))
def test_no_score_lies_above_its_range(words):
    """sacrebleu's exp of a mean of log 100 is 100.00000000000004."""
    tokens = ["one", "two", "three", "four", "five", "six", "seven", "eight"][:words]
    text = " ".join(tokens)
    assert sentence_bleu(text, [text]).score == 100
    assert corpus_bleu([text] * 3, [[text]] * 3).score == (100 if words >= 4 else 0)
    assert bleu_score([tokens], [[tokens]], max_n=min(words, 4)) <= 1
