import gc

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


def test_a_corpus_is_its_texts_one_by_one():
    texts = ["Hello, world!", "", "It's late."]
    assert tokenise_all(texts) == [get_tokenizer()(text) for text in texts]
    assert tokenise_all(iter(texts), list) == [list(text) for text in texts]
    assert gc.isenabled()
    with pytest.raises(ValueError, match="a list of texts, got the string 'Hello'"):
        tokenise_all("Hello")


def test_a_tokenizer_that_fails_leaves_the_garbage_collector_on():
    with pytest.raises(ZeroDivisionError):
        tokenise_all(["a"], lambda text: 1 / 0)
    assert gc.isenabled()
