import ssl

import numpy as np
import pytest
import torch

from utils.text import Vectors, build_vocabulary, load_vectors

LINES = {"king": [0.5, -1.25, 3.0], "queen": [0.25, 2.0, -3.5], "naïve": [1e-3, 0.0, 7.0]}


@pytest.fixture
def glove(tmp_path):
    return write(tmp_path / "small.txt", LINES)


def write(path, lines):
    rows = [" ".join([word, *map(str, numbers)]) for word, numbers in lines.items()]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_numbers_of_the_file(glove, tmp_path, capfd):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    assert isinstance(vectors, Vectors) and len(vectors) == 3 and vectors.dim == 3
    for word, numbers in LINES.items():
        np.testing.assert_allclose(vectors[word].numpy(), numbers, rtol=1e-6)
    assert "king" in vectors and "pawn" not in vectors
    assert vectors["pawn"].tolist() == [0, 0, 0]
    assert capfd.readouterr() == ("", "")


def test_a_matrix_for_an_embedding(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache", unk_init=lambda empty: empty.fill_(9))
    vocabulary = build_vocabulary([["queen", "pawn"]], specials=["<pad>"])
    matrix = vectors.get_vecs_by_tokens(vocabulary.get_itos())
    expected = {"<pad>": [9] * 3, "queen": LINES["queen"], "pawn": [9] * 3}
    assert matrix.tolist() == [expected[token] for token in vocabulary.get_itos()]
    assert torch.nn.Embedding.from_pretrained(matrix).embedding_dim == 3


def test_the_second_call_reads_the_cache(glove, tmp_path, monkeypatch):
    first = load_vectors(glove, cache=tmp_path / "cache")
    monkeypatch.setattr("utils.text.vectors._fill", lambda *_: pytest.fail("read the text again"))
    second = load_vectors(glove, cache=tmp_path / "cache")
    assert second.stoi == first.stoi and torch.equal(second.vectors, first.vectors)


def test_a_changed_file_of_the_same_name_is_read_anew(glove, tmp_path):
    load_vectors(glove, cache=tmp_path / "cache")
    write(glove, {"king": [1, 2, 3]})
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    assert len(vectors) == 1 and vectors["king"].tolist() == [1, 2, 3]


def test_the_cache_is_the_users_unless_another_is_named(glove, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    load_vectors(glove.name)
    assert len(list((tmp_path / "home").rglob("small.txt.pt"))) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"small.txt", "home"}


def test_certificates_are_still_checked_afterwards(glove, tmp_path):
    load_vectors(glove, cache=tmp_path / "cache")
    assert ssl._create_default_https_context().verify_mode is ssl.CERT_REQUIRED


def test_nothing_is_downloaded(tmp_path):
    with pytest.raises(ValueError, match="local file"):
        Vectors("glove.txt", cache=str(tmp_path), url="https://example.org/glove.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2 3\nb 1 2\n", "line 2: expected 3 numbers as in the first line, got 2"),
        (b"a 1 2 3\nb 1 2 3 4\n", "line 2: expected 3 numbers as in the first line, got 4"),
        (b"a 1 2 3\nb\n", "line 2: expected 3 numbers as in the first line, got 0"),
        (b"a 1 2 3\n\nb 1 2 3\n", "line 2: expected 3 numbers"),
        (b"400000 100\na 1 2 3\n", "line 1: expected a word and at least 3 numbers, got 1"),
        (b"a 1 2 3\nb 1 2 3\na 4 5 6\n", "line 3: the word 'a' is there for the second time"),
        (b"a 1 2 3\nb 1 x 3\n", "line 2: 'b' is not UTF-8 or its vector is not all numbers"),
        (b"a 1 2 nan\n", "line 1: 'a' is not UTF-8 or its vector is not all numbers"),
        (b"a 1 2 3\n\xff 1 2 3\n", "line 2: .* is not UTF-8"),
        (b"", "is empty"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path, content, message):
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_vectors(tmp_path / "bad.txt", cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="there is no file of vectors"):
        load_vectors(tmp_path / "none.txt")
