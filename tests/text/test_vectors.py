import re
import ssl

import numpy as np
import pytest
import torch

from utils.text import Vectors, build_vocabulary, coverage, embedding_matrix, load_vectors

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
        (b"a 1 2 inf\n", "line 1: 'a' is not UTF-8 or its vector is not all numbers"),
        (b"a 1 2 nan\n", "line 1: 'a' is not UTF-8 or its vector is not all numbers"),
        (b"a 1 2 3\n\xff 1 2 3\n", "line 2: .* is not UTF-8"),
        (b"a 1e39 2 3\n", "line 1: 'a' is not UTF-8 or its vector is not all numbers that fit float32"),
        (b"a 1 2 -1e39\n", "line 1: 'a' is not UTF-8 or its vector is not all numbers that fit float32"),
        (b"a 1 2 3\nb 4 5 6_0\n", "line 2: 'b' is not UTF-8 or its vector is not all numbers"),
        (b"\xef\xbb\xbfa 1 2 3\n", "line 1: the file begins with a byte order mark: save it .* without"),
        (b"a\t1\t2\t3\nb\t1\t2\t3\n", "line 1: expected single spaces .*, got tabs: replace each by a space"),
        (b"a 1 2 3\nb\t1\t2\t3\n", "line 2: expected single spaces .*, got tabs: replace each by a space"),
        (b"", "is empty"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path, content, message):
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_vectors(tmp_path / "bad.txt", cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_message_holds_no_more_than_the_beginning_of_a_word(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"a" * 3_000_000 + b" 1 2 x\n")
    with pytest.raises(ValueError, match=f"line 1: '{'a' * 40}…' is not UTF-8") as error:
        load_vectors(tmp_path / "bad.txt", cache=tmp_path / "cache")
    assert len(str(error.value)) < 200


def test_words_and_numbers_that_are_unusual_but_right(tmp_path):
    largest = 2.0**128 - 2.0**104
    (tmp_path / "v.txt").write_text(
        f"new_york 1e-50 .5 +2.\n\ufeff 1 2 3\nc\td {largest} 0 0\n", encoding="utf-8"
    )
    vectors = load_vectors(tmp_path / "v.txt", cache=tmp_path / "cache")
    assert vectors.itos == ["new_york", "\ufeff", "c\td"]
    assert vectors.vectors.tolist() == [[0, 0.5, 2], [1, 2, 3], [largest, 0, 0]]


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.99])
def test_a_kept_tensor_that_is_damaged_is_made_anew(glove, tmp_path, keep, capfd):
    first = load_vectors(glove, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").rglob("*.pt")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    second = load_vectors(glove, cache=tmp_path / "cache")
    assert second.stoi == first.stoi and torch.equal(second.vectors, first.vectors)
    assert len(torch.load(kept)) == 4 and capfd.readouterr() == ("", "")


def test_a_cache_that_cannot_be_written_to_is_named(glove, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    place = tmp_path / "file" / "recurrent-networks-course" / "vectors"
    with pytest.raises(ValueError, match=rf"cannot write to {place} \(Not a directory\): .* XDG_CACHE_HOME"):
        load_vectors(glove)
    assert load_vectors(glove, cache=tmp_path / "cache").dim == 3


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (RuntimeError("[enforce fail at inline_container.cc:672] unexpected pos"), "is the disk full?"),
    ],
)
def test_why_it_cannot_be_written_to_is_said(glove, tmp_path, monkeypatch, error, why):
    def save(*_):
        raise error

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(
        ValueError, match=re.escape(f"cannot write to {tmp_path / 'cache'} ({why}): make room")
    ):
        load_vectors(glove, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.pt"))


def test_a_cache_that_may_only_be_read_serves_what_it_has(glove, tmp_path, monkeypatch):
    load_vectors(glove, cache=tmp_path / "cache")
    monkeypatch.setattr(torch, "save", lambda *_: pytest.fail("wrote to the cache"))
    assert load_vectors(glove, cache=tmp_path / "cache").dim == 3


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="there is no file of vectors"):
        load_vectors(tmp_path / "none.txt")


def test_coverage_counts_words_not_specials(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    vocabulary = build_vocabulary([["king", "pawn", "pawn", "queen", "King"]])
    report = coverage(vocabulary, vectors)
    assert (report.words, report.found, report.missing) == (4, 2, ("pawn", "King"))
    assert report.share == 2 / 4
    assert str(report) == "2 of 4 words (50.0%) have a vector; without: 'pawn', 'King'"
    assert coverage(vocabulary, vectors, specials=["<unk>"]).words == 5  # <pad> now counts as a word


def test_coverage_names_five_words_at_most(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    whole = coverage(build_vocabulary([["king", "queen"]]), vectors)
    assert whole.share == 1 and str(whole) == "2 of 2 words (100.0%) have a vector"
    none = coverage(build_vocabulary([list("abcdef")]), vectors)
    assert str(none) == "0 of 6 words (0.0%) have a vector; without: 'a', 'b', 'c', 'd', 'e', ..."


def test_a_vocabulary_without_words_has_no_coverage(glove, tmp_path):
    with pytest.raises(ValueError, match="no words"):
        coverage(build_vocabulary([]), load_vectors(glove, cache=tmp_path / "cache"))


def test_rows_of_the_matrix(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    tokens = ["<pad>", "<unk>", "queen", "pawn", "king"]
    matrix = embedding_matrix(vocabulary_of(tokens), vectors, seed=0)
    assert matrix.shape == (5, 3) and matrix.dtype == torch.float32
    assert matrix[0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(matrix[2], LINES["queen"], rtol=1e-6)
    np.testing.assert_allclose(matrix[4], LINES["king"], rtol=1e-6)
    assert matrix[1].abs().min() > 0 and matrix[3].abs().min() > 0
    assert torch.equal(matrix, embedding_matrix(vocabulary_of(tokens), vectors, seed=0))
    other = embedding_matrix(vocabulary_of(tokens), vectors, seed=1)
    assert torch.equal(other[[0, 2, 4]], matrix[[0, 2, 4]]) and not torch.equal(other[[1, 3]], matrix[[1, 3]])
    np.testing.assert_allclose(vectors["king"], LINES["king"], rtol=1e-6)  # still as they were read
    assert torch.nn.Embedding.from_pretrained(matrix).embedding_dim == 3


def test_the_row_of_padding_is_not_trained_on_where_it_is_named(glove, tmp_path):
    vocabulary = vocabulary_of(["<pad>", "<unk>", "queen", "pawn"])
    matrix = embedding_matrix(vocabulary, load_vectors(glove, cache=tmp_path / "cache"), seed=0)
    embedding = torch.nn.Embedding.from_pretrained(
        matrix.clone(),
        freeze=False,
        padding_idx=vocabulary["<pad>"],  # as the docstring says
    )
    embedding(torch.tensor([[2, 3, 0, 0]])).sum().backward()
    torch.optim.SGD(embedding.parameters(), lr=1.0).step()
    assert embedding.weight[0].tolist() == [0, 0, 0]
    assert not torch.equal(embedding.weight[2:], matrix[2:])


def test_unknown_words_are_about_as_long_as_the_others(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    matrix = embedding_matrix(vocabulary_of([f"w{i}" for i in range(4000)]), vectors, seed=0)
    known = np.array(list(LINES.values()))
    assert matrix.square().mean().item() == pytest.approx((known**2).mean(), rel=0.05)
    assert abs(matrix.mean().item()) < 0.1


def test_drawing_leaves_the_global_random_numbers_alone(glove, tmp_path):
    vectors = load_vectors(glove, cache=tmp_path / "cache")
    state = torch.get_rng_state()
    embedding_matrix(vocabulary_of(["pawn"]), vectors, seed=0)
    assert torch.equal(torch.get_rng_state(), state)


def vocabulary_of(tokens):
    return build_vocabulary([], specials=tokens)
