import gc
import pickle
import random
from collections import Counter

import pytest
import torch

from utils.models import decoding
from utils.text import (
    BOS,
    EOS,
    PAD,
    UNK,
    Vocab,
    build_vocabulary,
    corpus_bleu,
    denumericalise,
    denumericalise_all,
    load_vocabulary,
    numericalise,
    numericalise_all,
    pad,
    pair_batch,
    save_vocabulary,
)
from utils.text.torchtext_adapter import native

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["the", "end"]]


def test_specials_then_frequency_then_alphabet():
    vocabulary = build_vocabulary(SENTENCES)
    assert isinstance(vocabulary, Vocab)
    assert vocabulary.get_itos() == [PAD, UNK, "the", "sat", "cat", "dog", "end"]


def test_at_most_so_many_tokens_the_most_frequent_first():
    whole = build_vocabulary(SENTENCES).get_itos()
    for most in range(3, len(whole) + 2):
        assert build_vocabulary(SENTENCES, max_tokens=most).get_itos() == whole[:most]


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
        ({"sentences": SENTENCES, "max_tokens": 2}, "max_tokens must be above 2"),
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


@pytest.mark.parametrize("specials", [(PAD, UNK), (PAD, UNK, "<bos>", "<eos>"), ()])
def test_a_corpus_at_once_is_sentence_by_sentence(specials):
    rng = random.Random(0)
    sentences = [rng.choices(["a", "b", "é", "日"], k=rng.randrange(6)) for _ in range(30)]
    vocabulary = build_vocabulary([*sentences[:20], ["a", "b", "é", "日"]], specials=specials)
    corpus = numericalise_all((tuple(sentence) for sentence in sentences), vocabulary)
    assert len(corpus) == 30
    for indices, sentence in zip(corpus, sentences, strict=True):
        assert indices.dtype == torch.int64 and torch.equal(indices, numericalise(sentence, vocabulary))
    assert numericalise_all([], vocabulary) == []
    assert [row.tolist() for row in numericalise_all([[], []], vocabulary)] == [[], []]


@pytest.mark.parametrize("kind", [torch.tensor, list])
def test_a_padded_batch_comes_back_as_sentences(kind):
    rng = random.Random(1)
    sentences = [rng.choices(["a", "b", "é", "日"], k=rng.randint(1, 9)) for _ in range(30)]
    vocabulary = build_vocabulary(sentences)
    tokens, lengths = pad(numericalise_all(sentences, vocabulary))
    assert denumericalise_all(kind(tokens.tolist()), kind(lengths.tolist()), vocabulary) == sentences
    ended = build_vocabulary(sentences, specials=(PAD, UNK, BOS, EOS))
    for padding_value in (0, -100):
        batch = pair_batch(
            [(row, row) for row in numericalise_all(sentences, ended)], ended[BOS], ended[EOS], padding_value
        )
        assert denumericalise_all(batch.target_out, None, ended) == sentences
        assert denumericalise_all(batch.source, batch.source_lengths, ended) == sentences


def test_a_row_ends_at_its_length_or_its_first_end_of_sequence():
    vocabulary = build_vocabulary(SENTENCES, specials=(PAD, UNK, BOS, EOS))  # the: 4, sat: 5
    tokens = torch.tensor([[4, 5, 3, 3], [4, 3, 5, 3], [3, 3, 3, 3], [4, 5, 4, 5], [4, 0, 5, 9]])
    expected = [["the", "sat"], ["the"], [], ["the", "sat", "the", "sat"], ["the", PAD, "sat"]]
    assert denumericalise_all(tokens, torch.tensor([3, 2, 1, 4, 3]), vocabulary) == expected
    assert denumericalise_all(tokens, [1, 4, 0, 2, 1], vocabulary) == [
        ["the"],
        ["the"],
        [],
        ["the", "sat"],
        ["the"],
    ]
    assert denumericalise_all(torch.zeros(0, 3, dtype=torch.int64), [], vocabulary) == []


@pytest.mark.parametrize("search", [decoding.greedy, decoding.beam])
def test_what_is_decoded_is_scored_as_text(search):
    """A model that knows one sentence for each first token, and for one of them no end."""
    sentences = [["the", "cat", "sat", "."], ["the", "dog", "sat", "on", "the", "end", "."], ["end"] * 7]
    vocabulary = build_vocabulary(sentences, specials=(PAD, UNK, BOS, EOS))
    written = [[*numericalise(row, vocabulary).tolist(), vocabulary[EOS]] for row in sentences]

    def step(token, state):  # the state is (1, rows, 2): the sentence, and how far it is written
        logits = torch.zeros(len(token), len(vocabulary))
        for row, (sentence, place) in enumerate(state[0].tolist()):
            logits[row, written[sentence][min(place, len(written[sentence]) - 1)]] = 50
        return logits, state + torch.tensor([0, 1])

    state = torch.tensor([[[0, 0], [1, 0], [2, 0]]])
    found = search(step, torch.full((3,), vocabulary[BOS]), state, vocabulary[EOS], 7)
    texts = list(map(" ".join, denumericalise_all(found.tokens, found.lengths, vocabulary)))
    assert texts == list(map(" ".join, sentences))
    assert corpus_bleu(texts, [[text] for text in texts], tokenize="none").score == pytest.approx(100)


@pytest.mark.parametrize(
    ("tokens", "lengths", "message"),
    [
        ([1, 2], [2], r"shape \(batch, time\), got \(2,\)"),
        ([[1, 2]], [3], "lengths must hold 1 integers from 0 to 2, got \\[3\\]"),
        ([[1, 2]], [-1], "lengths must hold 1 integers from 0 to 2"),
        ([[1, 2]], [1, 2], "lengths must hold 1 integers from 0 to 2"),
        ([[1, 2]], [1.0], "lengths must hold 1 integers from 0 to 2"),
        ([[1, 7]], [2], "index 7 lies outside"),
        ([[0.5, 0.5]], [2], "are these scores, before argmax?"),
    ],
)
def test_what_is_no_batch_of_indices(tokens, lengths, message):
    with pytest.raises(ValueError, match=message):
        denumericalise_all(torch.tensor(tokens), lengths, build_vocabulary(SENTENCES))


def test_one_row_of_a_corpus_carries_the_rest_unless_it_is_cloned():
    row = numericalise_all([["the"]] * 10_000, build_vocabulary(SENTENCES))[0]
    assert len(pickle.dumps(row)) > 80_000 and len(pickle.dumps(row.clone())) < 1000


def test_unknown_tokens_of_a_corpus():
    assert numericalise_all([["unicorn", "the"]], build_vocabulary(SENTENCES))[0].tolist() == [1, 2]
    labels = build_vocabulary(SENTENCES, specials=())
    with pytest.raises(ValueError, match="'unicorn' is not in the vocabulary"):
        numericalise_all([["the"], ["unicorn"]], labels)


def test_what_is_no_corpus():
    with pytest.raises(ValueError, match="got the string 'the cat'"):
        numericalise_all(["the cat"], build_vocabulary(SENTENCES))
    with pytest.raises(TypeError, match="must be a string"):
        numericalise_all([["the", 3]], build_vocabulary(SENTENCES))


def test_the_garbage_collector_is_as_it_was():
    vocabulary = build_vocabulary(SENTENCES)
    numericalise_all(SENTENCES, vocabulary)
    assert gc.isenabled()
    with pytest.raises(ValueError):
        numericalise_all(["the cat"], vocabulary)
    assert gc.isenabled()
    gc.disable()
    try:
        numericalise_all(SENTENCES, vocabulary)
        assert not gc.isenabled()
    finally:
        gc.enable()


AWKWARD = ["\n", "\t", " ", "", '"', "\\", "é", "e\u0301", "日", "\u2028", "\x00", "<unk>", "null"]


@pytest.mark.parametrize("specials", [(PAD, UNK), (PAD, "<bos>", UNK), (PAD,), ()])
def test_a_saved_vocabulary_comes_back_as_it_was(tmp_path, specials):
    vocabulary = build_vocabulary([*SENTENCES, AWKWARD], specials=specials)
    save_vocabulary(vocabulary, tmp_path / "vocabulary.json")
    loaded = load_vocabulary(tmp_path / "vocabulary.json")
    assert isinstance(loaded, Vocab) and loaded.get_itos() == vocabulary.get_itos()
    assert loaded.get_default_index() == vocabulary.get_default_index()
    assert loaded(["the", "\n"]) == vocabulary(["the", "\n"])
    if UNK in specials:
        assert loaded["unicorn"] == specials.index(UNK)
    assert [path.name for path in tmp_path.iterdir()] == ["vocabulary.json"]


def test_the_file_has_one_readable_token_to_a_line(tmp_path):
    save_vocabulary(build_vocabulary([["été", "日"]]), tmp_path / "v")
    lines = (tmp_path / "v").read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["{", ' "default_index": 1,', ' "tokens": [']
    assert lines[3:] == ['  "<pad>",', '  "<unk>",', '  "été",', '  "日"', " ]", "}"]


@pytest.mark.skipif(native, reason="the C++ table refuses such a token before anything is written")
def test_a_vocabulary_that_cannot_be_written_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "v"
    save_vocabulary(build_vocabulary(SENTENCES), path)
    before = path.read_bytes()
    with pytest.raises(ValueError):  # half of a surrogate pair has no place in UTF-8
        save_vocabulary(build_vocabulary([["\ud800"]]), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_where_no_vocabulary_is_saved_or_found(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        save_vocabulary(build_vocabulary(SENTENCES), tmp_path / "none" / "v")
    with pytest.raises(ValueError, match=f"{tmp_path} is a folder: name a file in it"):
        save_vocabulary(build_vocabulary(SENTENCES), tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="there is no vocabulary at"):
        load_vocabulary(tmp_path / "v")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no vocabulary, or was cut short"),
        (b'{"default_index": 1, "tokens": ["a", "b"', "is no vocabulary, or was cut short"),
        (b'{"default_index": null, "tokens": ["\xff"]}', "is no vocabulary, or was cut short"),
        (b'["a", "b"]', 'expected "default_index" and "tokens"'),
        (b'{"tokens": ["a"]}', 'expected "default_index" and "tokens"'),
        (b'{"default_index": null, "tokens": "ab"}', "must be a list of strings"),
        (b'{"default_index": null, "tokens": ["a", 1]}', "must be a list of strings"),
        (b'{"default_index": null, "tokens": ["a", "b", "a"]}', "the token 'a' is there twice"),
        (b'{"default_index": 2, "tokens": ["a", "b"]}', "must be null or the index of a token, got 2"),
        (b'{"default_index": true, "tokens": ["a", "b"]}', "must be null or the index of a token, got True"),
    ],
)
def test_a_file_that_is_no_vocabulary(tmp_path, content, message):
    (tmp_path / "v").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_vocabulary(tmp_path / "v")
