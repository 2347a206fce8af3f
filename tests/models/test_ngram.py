"""Kneser–Ney against its published formula, evaluated without cleverness, and against numbers by hand."""

import itertools
import math

import pytest
import torch

from utils.models import NGramModel, decoding

WORDS = 5


def random_corpus(seed: int) -> list[list[int]]:
    """Twelve sentences that start with 0 and hold the tokens 1 ... 3, so that 4 never occurs."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 8, (12,), generator=generator).tolist()
    return [[0, *torch.randint(1, 4, (length,), generator=generator).tolist()] for length in lengths]


def kneser_ney(corpus, order, discount, context, word, highest=True):
    """p(word | context) as Chen and Goodman (1999) write it, counting in the whole corpus at every call."""
    if order == 0:
        return 1 / WORDS
    context = tuple(context[len(context) - order + 1 :])

    def raw(ngram):
        return sum(occurrences(sentence, ngram, 4) for sentence in corpus)

    def count(w):
        ngram = (*context, w)
        return raw(ngram) if highest else sum(raw((v, *ngram)) > 0 for v in range(WORDS))

    counts = [count(w) for w in range(WORDS)]
    lower = kneser_ney(corpus, order - 1, discount, context[1:], word, highest=False)
    if sum(counts) == 0:
        return lower
    share = discount * sum(c > 0 for c in counts) / sum(counts)
    return max(counts[word] - discount, 0) / sum(counts) + share * lower


def occurrences(sentence, ngram, padding):
    """How often the n-gram stands in the sentence, ending after its first token, which repeats before it."""
    padded = [sentence[0]] * padding + sentence
    ends = range(padding + 1, len(padded))
    return sum(tuple(padded[end - len(ngram) + 1 : end + 1]) == ngram for end in ends)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("discount", [0.75, 0.3, 1.0, 0.0])
def test_equals_the_published_formula(order, discount, seed):
    corpus = random_corpus(seed)
    model = NGramModel(WORDS, order, discount, dtype=torch.float64).fit(corpus)
    contexts = itertools.product(range(WORDS), repeat=order - 1)
    for context in itertools.islice(contexts, 0, None, 1 if order < 4 else 17):
        p = model.distribution(context)
        expected = [kneser_ney(corpus, order, discount, context, word) for word in range(WORDS)]
        torch.testing.assert_close(p.tolist(), expected, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_sums_to_one_after_every_context(order):
    model = NGramModel(WORDS, order).fit(random_corpus(0))
    for context in itertools.product(range(WORDS), repeat=min(order - 1, 3)):
        p = model.distribution(context)
        torch.testing.assert_close(p.sum(), torch.ones(()))
        assert (p > 0).all()  # nothing is impossible, not even 4, which never occurred


def test_numbers_by_hand():
    """Two sentences, 0 1 2 and 0 1 1, in a vocabulary of three; order 2, discount 0.5.

    Bigrams: 01 twice, 12 once, 11 once. Before 1 stand 0 and 1, before 2 stands 1: continuation counts 2 and
    1 of 3 in all, so p(1) = 1.5/3 + 0.5·2/3 · 1/3 = 11/18, p(2) = 0.5/3 + 1/9 = 5/18 and p(0) = 1/9 = 2/18.
    After 1 come 2 and 1, once each: p(2|1) = 0.5/2 + 0.5·2/2 · 5/18 = 7/18, p(1|1) = 1/4 + 11/36 = 10/18 and
    p(0|1) = 1/18. After 0 comes 1, twice: p(1|0) = 1.5/2 + 0.5/2 · 11/18 = 65/72.
    """
    model = NGramModel(3, order=2, discount=0.5, dtype=torch.float64).fit([[0, 1, 2], [0, 1, 1]])
    torch.testing.assert_close(model.distribution([]).tolist(), [2 / 18, 11 / 18, 5 / 18])
    torch.testing.assert_close(model.distribution([1]).tolist(), [1 / 18, 10 / 18, 7 / 18])
    torch.testing.assert_close(model.distribution([0])[1].item(), 65 / 72)
    torch.testing.assert_close(model.distribution([2]).tolist(), model.distribution([]).tolist())


def test_a_word_that_follows_one_other_alone_is_improbable_elsewhere():
    """The example of Kneser and Ney: "Francisco" is frequent, but only after "San"."""
    san, francisco, glasses, other = range(1, 5)
    corpus = [[0, san, francisco]] * 10 + [[0, glasses], [0, other, glasses], [0, san, glasses]]
    model = NGramModel(WORDS, order=2).fit(corpus)
    unseen = model.distribution([francisco])  # nothing was seen to follow
    assert unseen[glasses] > unseen[francisco]


def test_logits_of_a_batch_are_the_distributions_of_its_contexts(device):
    model = NGramModel(WORDS, order=3).fit(random_corpus(1))
    tokens = torch.tensor([[0, 1, 2, 3], [0, 3, 3, 1]], device=device)
    log_probs, state = model(tokens)
    assert log_probs.device == tokens.device and log_probs.shape == (2, 4, WORDS)
    for row, sentence in enumerate(tokens.tolist()):
        padded = [sentence[0], *sentence]
        for t in range(4):
            expected = model.distribution(padded[t : t + 2]).to(device)
            torch.testing.assert_close(log_probs[row, t].exp(), expected)
    assert torch.equal(state, tokens[None, :, -2:])
    start, middle = model(tokens[:, :2])
    rest, _ = model(tokens[:, 2:], middle)
    assert torch.equal(torch.cat([start, rest], 1), log_probs)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_it_decodes_like_any_model(order, device):
    model = NGramModel(WORDS, order).fit(random_corpus(2))
    first = torch.zeros(3, dtype=torch.long, device=device)
    found = decoding.greedy(model.step, first, None, end=4, limit=6)
    tokens, scores = [0], 0.0
    for _ in range(6):
        p = model.distribution(([0] * order + tokens)[-(order - 1) :] if order > 1 else [])
        tokens.append(int(p.argmax()))
        scores += math.log(p.max())
    assert found.tokens.tolist() == [tokens[1:]] * 3
    torch.testing.assert_close(found.scores.tolist(), [scores] * 3, atol=1e-5, rtol=1e-5)
    searched = decoding.beam(model.step, first, None, end=4, limit=6, length_penalty=0)
    assert (searched.scores >= found.scores - 1e-6).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NGramModel(0), "vocabulary_size must be at least 1"),
        (lambda: NGramModel(WORDS, 0), "order must be at least 1"),
        (lambda: NGramModel(WORDS, 2, 1.5), "discount must lie between 0 and 1, got 1.5"),
        (lambda: NGramModel(WORDS).fit([]), "at least one sequence of two tokens"),
        (lambda: NGramModel(WORDS).fit([[0]]), "at least one sequence of two tokens"),
        (lambda: NGramModel(WORDS).fit([[0, WORDS]]), "between 0 and vocabulary_size - 1 = 4"),
        (lambda: NGramModel(WORDS).fit([[0.5, 1.0]]), "integers"),
        (lambda: NGramModel(WORDS).distribution([1]), "call fit first"),
        (lambda: NGramModel(WORDS)(torch.tensor([[1]])), "call fit first"),
        (lambda: NGramModel(WORDS)(torch.tensor([1])), r"\(batch, time\)"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()
