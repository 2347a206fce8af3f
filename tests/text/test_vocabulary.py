import random
from collections import Counter

import pytest
import torch

from utils.text import PAD, UNK, Vocab, build_vocabulary, denumericalise, numericalise

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["the", "end"]]


def test_specials_then_frequency_then_alphabet():
    vocabulary = build_vocabulary(SENTENCES)
    assert isinstance(vocabulary, Vocab)
    assert vocabulary.get_itos() == [PAD, UNK, "the", "sat", "cat", "dog", "end"]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("min_count", [1, 2, 4])
def test_against_counting(seed, min_count):
    rng = random.Random(seed)
    sentences = [rng.choices(["a", "b", "c", "é", "日", UNK], k=rng.randrange(6)) for _ in range(12)]
    counts = Counter(token for sentence in sentences for token in sentence if token != UNK)
    kept = {token for token, count in counts.items() if count >= min_count}
    vocabulary = build_vocabulary((sentence for sentence in sentences), min_count)
    tokens = vocabulary.get_itos()
    assert tokens[:2] == [PAD, UNK] and set(tokens[2:]) == kept and len(tokens) == len(kept) + 2
    assert sorted(tokens[2:], key=lambda token: (-counts[token], token)) == tokens[2:]
    for sentence in sentences:
        indices = numericalise(sentence, vocabulary)
        assert indices.tolist() == [tokens.index(token if token in kept else UNK) for token in sentence]
        assert denumericalise(indices, vocabulary) == [token if token in kept else UNK for token in sentence]


def test_numericalise_gives_indices_for_an_embedding():
    vocabulary = build_vocabulary(SENTENCES, specials=[PAD, UNK, "<bos>"])
    indices = numericalise(("<bos>", "the", "unicorn"), vocabulary)
    assert indices.dtype == torch.int64 and indices.tolist() == [2, 3, 1]
    assert torch.nn.Embedding(len(vocabulary), 4)(indices).shape == (3, 4)
    assert numericalise([], vocabulary).shape == (0,) and numericalise([], vocabulary).dtype == torch.int64
    assert denumericalise([], vocabulary) == []
    assert denumericalise([0, 3], vocabulary) == [PAD, "the"]


def test_labels_have_no_specials_and_no_unknown():
    labels = build_vocabulary([["spam", "ham", "ham"]], specials=())
    assert labels.get_itos() == ["ham", "spam"]
    with pytest.raises(ValueError, match="'eggs' is not in the vocabulary"):
        numericalise(["spam", "eggs"], labels)


def test_characters_are_tokens_when_asked_for():
    assert build_vocabulary([list("aba")], specials=[PAD]).get_itos() == [PAD, "a", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sentences": ["the cat"]}, "got the string 'the cat'"),
        ({"sentences": "the cat"}, "got the string 't'"),
        ({"sentences": SENTENCES, "min_count": 0}, "min_count"),
        ({"sentences": SENTENCES, "specials": [PAD, UNK, PAD]}, "differ"),
        ({"sentences": SENTENCES, "specials": [UNK, PAD]}, "must come first"),
        ({"sentences": SENTENCES, "specials": PAD}, "got the string '<pad>'"),
    ],
)
def test_what_no_vocabulary_is_built_from(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_vocabulary(**arguments)


def test_what_cannot_be_numericalised():
    vocabulary = build_vocabulary(SENTENCES)
    with pytest.raises(ValueError, match="got the string"):
        numericalise("the cat", vocabulary)
    with pytest.raises(ValueError, match="index 7 lies outside"):
        denumericalise([0, 7], vocabulary)
    with pytest.raises(ValueError, match="index -1 lies outside"):
        denumericalise(torch.tensor([-1]), vocabulary)
    with pytest.raises(ValueError, match="one sentence"):
        denumericalise(torch.zeros(2, 3, dtype=torch.int64), vocabulary)
    with pytest.raises(ValueError, match="integer"):
        denumericalise(torch.rand(3), vocabulary)
