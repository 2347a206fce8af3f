import itertools
import random

import pytest

from utils.data.made import french, translation
from utils.data.made.french import ADJECTIVES, NOUNS, VERBS
from utils.data.made.phrases import aligned, join, unit
from utils.data.made.translation import noun_phrase, to_pair, verb_phrase


@pytest.fixture(scope="module")
def data():
    return translation.make(0)


def everything(data):
    return [item for items in data.values() for item in items]


def noun(english):
    return next(noun for noun in NOUNS if english in noun.english)


def verb(base):
    return next(i for i, entry in enumerate(VERBS) if entry.base == base)


@pytest.mark.parametrize(
    ("article", "name", "plural", "adjectives", "source", "target", "alignment"),
    [
        ("the", "car", False, ("green",), "the green car", "la voiture verte", "0-0 1-2 2-1"),
        ("the", "car", True, ("green",), "the green cars", "les voitures vertes", "0-0 1-2 2-1"),
        ("a", "tree", False, ("old",), "an old tree", "un vieil arbre", "0-0 1-1 2-2"),
        ("a", "house", True, ("big",), "some big houses", "de grandes maisons", "0-0 1-1 2-2"),
        ("a", "house", True, ("white",), "some white houses", "des maisons blanches", "0-0 1-2 2-1"),
        ("the", "man", False, (), "the man", "l' homme", "0-0 1-1"),
        ("my", "actress", False, (), "my actress", "mon actrice", "0-0 1-1"),
        ("my", "actress", False, ("old",), "my old actress", "ma vieille actrice", "0-0 1-1 2-2"),
        ("my", "friend", True, ("old",), "my old friends", "mes vieux amis", "0-0 1-1 2-2"),
        ("this", "hotel", False, ("new",), "this new hotel", "ce nouvel hôtel", "0-0 1-1 2-2"),
        ("this", "hotel", False, (), "this hotel", "cet hôtel", "0-0 1-1"),
        ("two", "knife", False, ("small", "red"), "two small red knives", "deux petits couteaux rouges",
         "0-0 1-1 2-3 3-2"),
        ("our", "clock", False, ("beautiful", "round"), "our beautiful round clock",
         "notre belle horloge ronde", "0-0 1-1 2-3 3-2"),
    ],
)  # fmt: skip
def test_noun_phrases_are_those_of_a_french_lesson(
    article, name, plural, adjectives, source, target, alignment
):
    pair = to_pair(noun_phrase(article, noun(name), plural, adjectives))
    assert (pair.source, pair.target) == (source, target)
    assert pair.alignment == links(alignment)


HE, IT = unit("he", "il"), unit("it", "la")


@pytest.mark.parametrize(
    ("subject", "arguments", "source", "target", "alignment"),
    [
        (HE, ("see", "3s", "present"), "he sees", "il voit", "0-0 1-1"),
        (HE, ("see", "3s", "past"), "he saw", "il a vu", "0-0 1-1 1-2"),
        (HE, ("see", "3s", "future"), "he will see", "il verra", "0-0 1-1 2-1"),
        (HE, ("see", "3s", "present", True), "he does not see", "il ne voit pas", "0-0 1-2 2-1 2-3 3-2"),
        (HE, ("see", "3s", "past", True), "he did not see", "il n' a pas vu", "0-0 1-2 2-1 2-3 3-4"),
        (HE, ("see", "3s", "future", True), "he will not see", "il ne verra pas", "0-0 1-2 2-1 2-3 3-2"),
        (HE, ("wash", "3s", "present", False, IT), "he washes it", "il la lave", "0-0 1-2 2-1"),
        (HE, ("like", "3s", "present", False, IT), "he likes it", "il l' aime", "0-0 1-2 2-1"),
        (HE, ("like", "3s", "present", True, IT), "he does not like it", "il ne l' aime pas",
         "0-0 1-3 2-1 2-4 3-3 4-2"),
        (unit("I", "je"), ("buy", "1s", "present"), "I buy", "j' achète", "0-0 1-1"),
        (unit("I", "je"), ("sell", "1s", "past", True), "I did not sell", "je n' ai pas vendu",
         "0-0 1-2 2-1 2-3 3-4"),
        (unit("we", "nous"), ("look for", "1p", "present"), "we look for", "nous cherchons", "0-0 1-1 2-1"),
        (unit("they", "ils"), ("look for", "3p", "past"), "they looked for", "ils ont cherché",
         "0-0 1-1 1-2 2-1 2-2"),
    ],
)  # fmt: skip
def test_verb_phrases_are_those_of_a_french_lesson(subject, arguments, source, target, alignment):
    base, *others = arguments
    pair = to_pair(join(subject, verb_phrase(verb(base), *others)))
    assert (pair.source, pair.target) == (source, target)
    assert pair.alignment == links(alignment)


def test_a_merged_word_belongs_to_all_it_is_made_of():
    pair = to_pair(join(unit("near", "près de"), noun_phrase("the", noun("garden"))))
    assert (pair.source, pair.target) == ("near the garden", "près du jardin")
    assert pair.alignment == links("0-0 0-1 1-1 2-2")
    hotel = to_pair(join(unit("near", "près de"), noun_phrase("the", noun("hotel"))))
    assert hotel.target == "près de l' hôtel"


def test_no_word_of_either_side_stands_alone(data):
    for pair in everything(data):
        sources, targets = pair.source.split(), pair.target.split()
        assert {i for i, _ in pair.alignment} == set(range(len(sources)))
        assert {j for _, j in pair.alignment} == set(range(len(targets)))
        assert len(set(pair.alignment)) == len(pair.alignment)


def test_aligned_words_are_each_others_translation(data):
    """By counting alone, as IBM's first model would start: what is aligned is what occurs together."""
    dictionary = {
        "car": "voiture", "cars": "voitures", "green": "vert verte verts vertes", "he": "il",
        "my": "ma mes mon",
        "tree": "arbre", "but": "mais", "not": "n' ne pas", "saw": "a ai avons ont vu", "it": "l' la le",
        "the": "du l' la le les", "near": "de du près", "women": "femmes", ".": ".",
        "bought": "a acheté ai avons ont",
        "some": "de des", "is": "est", "were": "étaient", "hides": "cache", "houses": "maisons",
    }  # fmt: skip
    found = {word: set() for word in dictionary}
    for pair in everything(data):
        sources, targets = pair.source.split(), pair.target.split()
        for i, j in pair.alignment:
            if sources[i] in dictionary:
                found[sources[i]].add(targets[j])
    for word, translations in found.items():
        assert translations and translations <= set(dictionary[word].split()), word


def test_every_adjective_agrees_with_its_noun(data):
    feminine = {"voiture": 0, "voitures": 1, "maison": 0, "maisons": 1, "porte": 0, "portes": 1, "table": 0}
    masculine = {"livre": 0, "livres": 1, "jardin": 0, "vélo": 0, "vélos": 1, "chapeau": 0, "chapeaux": 1}
    checked = 0
    for pair in everything(data):
        words = pair.target.split()
        for before, word, after in zip(words, words[1:], words[2:], strict=False):
            if word not in feminine | masculine:
                continue
            plural = (feminine | masculine)[word]
            endings = ("verte", "vertes") if word in feminine else ("vert", "verts")
            if after in ("vert", "verte", "verts", "vertes"):
                assert after == endings[plural]
                checked += 1
            if before in ("le", "la", "les", "ce", "cette", "ces", "un", "une", "des"):
                gender = ("la", "cette", "une") if word in feminine else ("le", "ce", "un")
                assert before in (("les", "ces", "des") if plural else gender)
                checked += 1
    assert checked > 1000


def test_a_pronoun_has_the_gender_of_its_thing(data):
    checked = 0
    for pair in everything(data):
        words = pair.target.split()
        if pair.source.startswith("the car is ") and pair.source.endswith(" it ."):
            assert "la" in words[4:] or "l'" in words[4:]
            checked += 1
        if pair.source.startswith("the book is ") and pair.source.endswith(" it ."):
            assert "le" in words[4:] or "l'" in words[4:]
            checked += 1
    assert checked > 5


def test_french_spelling_is_kept(data):
    elided = ("l'", "n'", "j'", "d'", "qu'", "cet", "bel", "vieil", "nouvel")
    vowels = tuple("aeiouœéèêâôh")
    for pair in everything(data):
        words = pair.target.split()
        for word, following in itertools.pairwise(words):
            if word in elided:
                assert following.startswith(vowels), pair.target
            if word in ("le", "la", "je", "ne", "que", "de", "ce"):
                assert not following.startswith(vowels), pair.target
            assert (word, following) not in {("de", "le"), ("de", "les"), ("ma", "amie"), ("beau", "arbre")}


def test_the_grammar_teaches_reordering_and_all_it_claims(data):
    crossing = [
        any(i < k and j > m for i, j in pair.alignment for k, m in pair.alignment)
        for pair in everything(data)
    ]
    assert sum(crossing) / len(crossing) > 0.4
    lengths = [len(pair.source.split()) for pair in everything(data)]
    assert min(lengths) <= 6 and max(lengths) >= 18


def test_no_sentence_of_either_language_is_in_two_splits(data):
    assert {name: len(items) for name, items in data.items()} == {"train": 8000, "valid": 1000, "test": 1000}
    for side in ("source", "target"):
        parts = [{getattr(item, side) for item in items} for items in data.values()]
        assert not any(one & other for one, other in itertools.combinations(parts, 2))


def test_every_word_of_the_test_split_is_in_training(data):
    for side in ("source", "target"):
        known = {word for item in data["train"] for word in getattr(item, side).split()}
        assert {word for item in data["test"] for word in getattr(item, side).split()} <= known


def test_translation_is_a_pure_function_of_the_seed():
    make = translation.make
    assert make(0, count=300) == make(0, count=300) != make(1, count=300)


def test_all_adjectives_and_verbs_have_all_their_forms():
    for entry in ADJECTIVES.values():
        assert len(entry.forms) == 4 and entry.kinds
    for entry in VERBS:
        assert len(entry.present) == 4 and entry.stem.endswith("r")


def test_alignment_is_by_shared_keys():
    one, two = frozenset({1}), frozenset({2})
    assert aligned([("a", one), ("b", two)], [("x", two), ("y", one | two)]) == ((0, 1), (1, 0), (1, 1))
    assert french.adapt([("de", one), ("le", two), ("jardin", two)]) == [("du", one | two), ("jardin", two)]


def test_bad_arguments_get_one_clear_error():
    with pytest.raises(ValueError, match="count must be at least 1"):
        translation.make(count=0)
    with pytest.raises(ValueError, match="got 'every'"):
        noun_phrase("every", noun("car"))


def test_sentences_end_with_a_point():
    rng = random.Random(0)
    for _ in range(100):
        pair = to_pair(translation.sentence(rng))
        assert pair.source.endswith(" .") and pair.target.endswith(" .")


def links(text):
    return tuple(tuple(map(int, link.split("-"))) for link in text.split())
