import gc
import sys

import pytest

from utils.text import get_tokenizer, tokenise_all


def test_basic_english_is_the_default():
    tokens = get_tokenizer()("You can now install TorchText using pip!")  # the example of torchtext's docs
    assert tokens == ["you", "can", "now", "install", "torchtext", "using", "pip", "!"]
    assert get_tokenizer()('It\'s "late";<br />go (now).') == [
        "it",
        "'",
        "s",
        "late",
        "go",
        "(",
        "now",
        ")",
        ".",
    ]


def test_none_splits_at_white_space_only():
    assert get_tokenizer(None)("It's  late,\nGo!") == ["It's", "late,", "Go!"]


def test_a_function_is_the_tokenizer():
    assert get_tokenizer(list)("été") == ["é", "t", "é"]


def test_what_there_is_no_tokenizer_for():
    with pytest.raises(ValueError, match="shakespeare"):
        get_tokenizer("shakespeare")
    with pytest.raises(ValueError):
        get_tokenizer("basic_english", language="fr")


@pytest.mark.parametrize("tokenizer", ["bogus", "", 3, ["basic_english"]])
def test_a_name_that_is_none_is_answered_with_all_that_are(tokenizer):
    names = "basic_english, spacy, moses, toktok, revtok, subword, None"
    with pytest.raises(ValueError, match=rf"there is no tokenizer .*: pass {names}"):
        get_tokenizer(tokenizer)
    with pytest.raises(ValueError, match="there is no tokenizer"):
        tokenise_all(["a b"], tokenizer)


def test_the_english_rules_in_another_language():
    with pytest.raises(ValueError, match=r"'fr': where spaces .* pass None .* leave the language out"):
        get_tokenizer("basic_english", "fr")
    assert get_tokenizer(None, "fr")("l' arbre est grand .") == ["l'", "arbre", "est", "grand", "."]
    assert get_tokenizer("basic_english")("L'arbre est grand.") == ["l", "'", "arbre", "est", "grand", "."]


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("spacy", "spacy"),
        ("moses", "sacremoses"),
        ("toktok", "nltk"),
        ("revtok", "revtok"),
        ("subword", "revtok"),
    ],
)
def test_a_package_that_is_not_installed_is_named(name, package, monkeypatch, capfd):
    monkeypatch.setattr("importlib.util.find_spec", lambda wanted: None if wanted == package else 1 / 0)
    with pytest.raises(ValueError, match=f'"{name}" needs the package {package}, .* `pip install {package}`'):
        get_tokenizer(name)
    assert capfd.readouterr() == ("", "")


def test_a_package_that_is_installed_is_used(monkeypatch, tmp_path):
    (tmp_path / "revtok.py").write_text("def tokenize(text, decap=False):\n    return [text, str(decap)]\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert get_tokenizer("revtok")("a b") == ["a b", "False"]
        assert tokenise_all(["a b"], "subword") == [["a b", "True"]]
    finally:
        sys.modules.pop("revtok", None)


def test_a_corpus_is_its_texts_one_by_one():
    texts = ["Hello, world!", "", "It's late."]
    assert tokenise_all(texts) == [get_tokenizer()(text) for text in texts]
    assert tokenise_all(iter(texts), list) == [list(text) for text in texts]
    assert tokenise_all(texts, "basic_english") == tokenise_all(texts)
    assert gc.isenabled()
    with pytest.raises(ValueError, match="a list of texts, got the string 'Hello'"):
        tokenise_all("Hello")


def test_a_tokenizer_that_fails_leaves_the_garbage_collector_on():
    with pytest.raises(ZeroDivisionError):
        tokenise_all(["a"], lambda text: 1 / 0)
    assert gc.isenabled()
