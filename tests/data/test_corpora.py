"""The parsers: on small files of every form here, and on the published files where COURSE_DATA has them."""

import gzip
import itertools
import os
import re
from collections import Counter
from pathlib import Path

import pytest
import torch
from real_data import needs_course_data, require

from utils.data import load
from utils.data.dataset import Labelled, Pair, Tagged
from utils.data.load import counts
from utils.data.published import corpora
from utils.data.published.registry import CORPORA


def everything(splits):
    return list(itertools.chain(*splits.values()))


def shared(splits, keys):
    """The keys that occur in two splits, by brute force."""
    seen = [{key for item in part for key in keys(item)} for part in splits.values()]
    return [key for one, other in itertools.combinations(seen, 2) for key in one & other]


# small files


def test_messages_keep_tabs_and_odd_line_separators(tmp_path):
    path = tmp_path / "SMSSpamCollection"
    path.write_bytes("ham\tone\u2028line\nspam\ttwo\tparts\x85\nham\tÜ\n".encode())
    expected = [
        Labelled("one\u2028line", "ham"),
        Labelled("two\tparts\x85", "spam"),
        Labelled("Ü", "ham"),
    ]
    assert sorted(everything(corpora.sms([path]))) == sorted(expected)


def test_messages_of_the_same_words_are_in_one_split(tmp_path):
    path = tmp_path / "SMSSpamCollection"
    words = ("car", "phone", "watch", "holiday", "tablet", "bicycle", "ticket", "cake", "book", "map")
    rows = [f"spam\tYou won a {word}, call {number}!" for word in words for number in (8000, 8711, 9234)]
    path.write_text("\n".join([*rows, *(row.lower() for row in rows)]) + "\n")
    splits = corpora.sms([path])
    assert {name: len(part) for name, part in splits.items()} == {"train": 48, "valid": 6, "test": 6}
    assert shared(splits, lambda item: re.findall(f"(?i){'|'.join(words)}", item.text)) == []


def test_blanks_around_a_surname_are_not_part_of_it(tmp_path):
    names = [f"Name{i}" for i in range(50)]
    (tmp_path / "English.txt").write_text("\n".join(names) + "\n")
    (tmp_path / "Korean.txt").write_text(" \n".join(names) + "\u00a0\n")
    splits = corpora.names(sorted(tmp_path.iterdir()))
    assert Counter(item.text for item in everything(splits)) == dict.fromkeys(names, 2)
    assert shared(splits, lambda item: [item.text]) == []


def test_a_surname_of_two_languages_has_both_entries_in_one_split(tmp_path):
    for language in ("French", "English", "Irish"):
        names = [f"Name{i}" for i in range(100)] + [language]
        (tmp_path / f"{language}.txt").write_bytes("\n".join(names).encode())
    splits = corpora.names(sorted(tmp_path.iterdir()))
    assert Counter(item.label for item in everything(splits)) == dict.fromkeys(
        ("English", "French", "Irish"), 101
    )
    assert shared(splits, lambda item: [item.text]) == []


def test_multi30k_pairs_line_with_line(tmp_path):
    paths = []
    for part, language in itertools.product(("train", "val", "test_2016_flickr"), ("en", "fr")):
        paths.append(tmp_path / f"{part}.{language}.gz")
        paths[-1].write_bytes(gzip.compress(f"{part} {language} 1\r\n{part} {language} 2\n".encode()))
    splits = corpora.multi30k(paths)
    assert list(splits) == ["train", "valid", "test"]
    assert splits["valid"] == [Pair("val en 1", "val fr 1"), Pair("val en 2", "val fr 2")]
    paths[-1].write_bytes(gzip.compress(b"one line\n"))
    with pytest.raises(ValueError):
        corpora.multi30k(paths)


def test_conllu_gives_the_syntactic_words(tmp_path):
    path = tmp_path / "x.conllu"
    path.write_text(
        "# text = It don't\n"
        "1\tIt\tit\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n"
        "2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "2\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n"
        "3\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_\n"
        "3.1\twork\twork\tVERB\tVB\t_\t_\t_\t_\t_\n"
        "\n"
        "1\t#\t#\tSYM\tNN\t_\t0\troot\t_\t_\n\n"
    )
    assert list(corpora.read_conllu(path)) == [
        Tagged(("It", "do", "n't"), ("PRON", "AUX", "PART")),
        Tagged(("#",), ("SYM",)),
    ]


# published files


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """``load(corpus, source="real")``, each set read once, archives unpacked into a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))
        loaded = {}

        def get(corpus):
            require(corpus)
            if corpus not in loaded:
                loaded[corpus] = load(corpus, source="real")
            return loaded[corpus]

        yield get


SPLIT = [name for name in CORPORA if name not in ("imdb", "glove")]  # glove has no splits
SLOW_IMDB = pytest.param("imdb", marks=pytest.mark.slow)


@needs_course_data
@pytest.mark.parametrize("corpus", [*SPLIT, SLOW_IMDB])
def test_the_documented_counts(corpus, real):
    data = real(corpus)
    assert list(data) == ["train", "valid", "test"] and all(map(len, data.values()))
    assert counts(data, CORPORA[corpus].counts) == CORPORA[corpus].counts
    assert data.name == corpus and data.source == "real" and CORPORA[corpus].title in str(data)


@needs_course_data
@pytest.mark.parametrize("corpus", ["sms", "names", "rt-polarity", "movie-reviews", "tatoeba"])
def test_our_splits_share_no_text(corpus, real):
    keys = (lambda pair: pair) if corpus == "tatoeba" else (lambda item: [item.text])
    data = real(corpus)
    assert shared(data, keys) == []
    total = sum(map(len, data.values()))
    for part, fraction in (("train", 0.8), ("valid", 0.1), ("test", 0.1)):
        assert abs(len(data[part]) / total - fraction) < 0.005


@needs_course_data
@pytest.mark.parametrize(
    ("corpus", "most"),
    [
        ("multi30k", 1),
        ("jsb", 0),
        ("ud-ewt", 110),
        pytest.param("imdb", 123, marks=pytest.mark.slow),
    ],
)
def test_published_splits_share_next_to_nothing(corpus, most, real):
    data = real(corpus)
    assert len(shared(data, lambda item: [item])) <= most
    assert ("in an earlier split" in str(data)) == (most > 0)
    clean = data.without_repeats()
    assert shared(clean, lambda item: [item]) == [] and clean["train"] is data["train"]


@needs_course_data
@pytest.mark.parametrize(
    ("corpus", "labels"),
    [
        ("sms", {"ham": 4_827, "spam": 747}),
        ("rt-polarity", {"negative": 5_331, "positive": 5_331}),
        ("movie-reviews", {"negative": 1_000, "positive": 1_000}),
        pytest.param("imdb", {"negative": 25_000, "positive": 25_000}, marks=pytest.mark.slow),
    ],
)
def test_the_documented_labels(corpus, labels, real):
    items = everything(real(corpus))
    assert Counter(item.label for item in items) == labels
    assert all(item.text for item in items)


@needs_course_data
def test_surnames_are_of_18_languages_and_unbalanced(real):
    languages = Counter(item.label for item in everything(real("names")))
    assert len(languages) == 18 and languages["Russian"] == 9_384
    assert all(re.fullmatch(r"[^\n\r\t]+", item.text) for item in everything(real("names")))
    assert not [item for item in everything(real("names")) if item.text != item.text.strip()]
    assert shared(real("names"), lambda item: [item.text]) == []


@needs_course_data
def test_no_message_has_the_words_of_one_in_another_split(real):
    def words(item):  # without case, marks, numbers and codes
        return " ".join(word for word in re.split(r"\W+", item.text.lower()) if word.isalpha())

    assert shared(real("sms"), lambda item: [words(item)]) == []


@needs_course_data
@pytest.mark.slow
def test_imdb_holds_back_a_tenth_of_the_training_part(real):
    data = real("imdb")
    assert abs(len(data["valid"]) - 2_500) <= 5 and len(data["test"]) == 25_000
    assert Counter(item.label for item in data["test"]) == {"negative": 12_500, "positive": 12_500}
    assert shared({name: data[name] for name in ("train", "valid")}, lambda item: [item.text]) == []


@needs_course_data
def test_translations_are_in_the_languages_they_claim(real):
    for corpus, marks in (("tatoeba", "éèàçê"), ("multi30k", "éèàçê"), ("multi30k-de", "äöüß")):
        pairs = real(corpus)["train"]
        assert all(source and target for source, target in pairs)
        shares = [
            sum(any(mark in pair[side] for mark in marks) for pair in pairs) / len(pairs) for side in (0, 1)
        ]
        assert shares[0] < 0.02 and shares[1] > 0.3


@needs_course_data
def test_characters_are_cut_from_one_text_in_order(real):
    data = real("tinyshakespeare")
    text = (Path(os.environ["COURSE_DATA"]) / "tinyshakespeare/input.txt").read_bytes().decode()
    assert "".join(data.values()) == text and text.startswith("First Citizen:")
    assert [round(len(part) / len(text), 3) for part in data.values()] == [0.9, 0.05, 0.05]


@needs_course_data
def test_tags_are_the_universal_ones_one_to_a_word(real):
    universal = {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN"}
    universal |= {"PUNCT", "SCONJ", "SYM", "VERB", "X"}
    for part, file in (("train", "train"), ("valid", "dev"), ("test", "test")):
        sentences = real("ud-ewt")[part]
        assert all(len(tokens) == len(tags) > 0 for tokens, tags in sentences)
        assert {tag for sentence in sentences for tag in sentence.tags} == universal
        text = (Path(os.environ["COURSE_DATA"]) / f"ud-ewt/en_ewt-ud-{file}.conllu").read_text()
        assert sum(len(s.tokens) for s in sentences) == len(re.findall(r"^\d+\t", text, re.M))


@needs_course_data
def test_chorales_have_up_to_four_voices_in_the_range_of_a_choir(real):
    steps = [step for chorale in everything(real("jsb")) for step in chorale]
    assert {len(step) for step in steps} == {0, 1, 2, 3, 4}
    notes = {note for step in steps for note in step}
    assert (min(notes), max(notes)) == (43, 96)
    assert all(list(step) == sorted(step) for step in steps)


@needs_course_data
@pytest.mark.slow
def test_vectors_know_that_a_king_is_closer_to_a_queen_than_to_a_banana(real):
    data = real("glove")
    table = data["all"]
    expected = 30_000 if "only 30,000" in data.title else 400_000
    assert len(table) == expected and table[0].word == "the" and table[0].vector.shape == (100,)
    assert [entry.word for entry in table[:3]] == [table[i].word for i in range(3)]
    king, queen, banana = (table.vectors[word] for word in ("king", "queen", "banana"))
    similar = torch.nn.functional.cosine_similarity
    assert similar(king, queen, dim=0) > 0.7 > 0.4 > similar(king, banana, dim=0)
