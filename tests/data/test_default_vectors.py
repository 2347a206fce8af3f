import math
from pathlib import Path

import numpy as np
import pytest
import torch

from utils.data import vectors
from utils.data.made import reviews
from utils.text import load_vectors

DATA = Path(vectors.__file__).parent
SENTENCES = [list("abac"), list("bca"), list("dabec"), list("cdd")]
WORDS = ["a", "b", "c", "d"]


def counted_by_hand(window):
    counts = {}
    for sentence in SENTENCES:
        for i, one in enumerate(sentence):
            for j, other in enumerate(sentence):
                if i != j and abs(i - j) <= window:
                    counts[one, other] = counts.get((one, other), 0) + 1
    return counts


@pytest.mark.parametrize("window", [1, 2, 5])
def test_company_is_what_a_double_loop_counts(window):
    counts = counted_by_hand(window)
    expected = [[counts.get((one, other), 0) for other in WORDS] for one in WORDS]
    assert vectors.company(SENTENCES, WORDS, window).tolist() == expected


@pytest.mark.parametrize("smoothing", [1.0, 0.75])
def test_ppmi_is_its_formula(smoothing):
    counts = vectors.company(SENTENCES, WORDS, 1)
    sums = [sum(row) for row in counts]
    powers = [value**smoothing for value in sums]
    found = vectors.ppmi(torch.from_numpy(counts), smoothing)
    for i in range(4):
        for j in range(4):
            chance = sums[i] * powers[j] / sum(powers)
            value = max(0.0, math.log(counts[i][j] / chance)) if counts[i][j] else 0.0
            assert found[i, j].item() == pytest.approx(value)
    assert (found > 0).any() and (found == 0).any()


def test_all_columns_together_give_ppmi_back():
    words, found = vectors.train_vectors(SENTENCES, 4, window=1, min_count=2)
    assert words == ["a", "c", "b", "d"]
    matrix = vectors.ppmi(torch.from_numpy(vectors.company(SENTENCES, words, 1))).numpy()
    values, rows = np.linalg.eigh(matrix @ matrix.T)  # U S Uᵀ is the square root of PPMI PPMIᵀ
    root = rows @ np.diag(np.sqrt(values.clip(0))) @ rows.T
    np.testing.assert_allclose((found @ found.T).numpy(), root, atol=1e-5)
    assert (found.gather(0, found.abs().argmax(dim=0, keepdim=True)) > 0).all()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def data(cache, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return vectors.make()


def nearest(table, word, count):
    normal = torch.nn.functional.normalize(table.vectors, dim=1)
    scores = normal @ normal[table.stoi[word]]
    return {table.itos[i] for i in scores.topk(count + 1).indices.tolist()} - {word}


@pytest.mark.parametrize(
    ("word", "kin"),
    [
        ("green", "red blue yellow white black round heavy expensive clean"),
        ("chair", "boat bike book table tree hat door lamp dress bag letter orange egg clock wardrobe"),
        ("pasta", "soup salad curry lamb steak fish bread dessert sauce risotto"),
        ("wash", "see buy sell find break paint like hide draw look"),
    ],
)  # fmt: skip
def test_words_of_one_kind_are_neighbours(data, word, kin):
    assert len(nearest(data["all"].vectors, word, 5) & set(kin.split())) >= 4


def test_praise_and_blame_are_not_neighbours(data):
    """They stand in the same sentences, so their company must tell them apart, or sentiment has no use for
    the vectors."""
    table = data["all"].vectors
    good = (*reviews.GOOD, *reviews.FILM.good, *reviews.RESTAURANT.good)
    bad = (*reviews.BAD, *reviews.FILM.bad, *reviews.RESTAURANT.bad)
    polarity = dict.fromkeys(good, 1) | dict.fromkeys(bad, -1)
    words = [word for word in polarity if word in table.stoi]
    assert len(words) > 50
    for word in words:
        others = [polarity[other] for other in nearest(table, word, 5) if other in polarity]
        assert len(others) >= 3 and sum(others) * polarity[word] >= 3, word


def test_the_items_are_words_with_vectors(data):
    assert list(data) == ["all"] and len(data["all"]) > 500
    word, vector = data["all"][0]
    assert word == data["all"].vectors.itos[0] and vector.shape == (50,)
    assert "PPMI" in str(data) and data.source == "default"


def test_they_are_trained_once_and_then_read(data, cache, monkeypatch):
    monkeypatch.setattr(vectors, "train_vectors", None)
    again = vectors.make()
    assert torch.equal(again["all"].vectors.vectors, data["all"].vectors.vectors)
    files = list(cache.rglob("default-*.txt"))
    assert len(files) == 1
    assert not [path for path in files[0].parent.iterdir() if path.is_dir()]


def test_only_an_edit_in_what_makes_them_trains_them_anew():
    names = {path.relative_to(DATA).as_posix() for path in vectors.depends_on()}
    assert {"vectors.py", "made/spam.py", "made/phrases.py", "made/grammar.py"} <= names
    assert not [name for name in names if name.startswith(("published", "installed", "load"))]


@pytest.mark.parametrize("in_the_way", ["home", "home/recurrent-networks-course/vectors"])
def test_a_cache_that_cannot_be_written_costs_time_but_no_vectors(in_the_way, tmp_path, monkeypatch):
    file = tmp_path / in_the_way
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(vectors, "default_sentences", lambda _: SENTENCES * 5)
    data = vectors.make(dim=3)
    words, expected = vectors.train_vectors(SENTENCES * 5, 3)
    assert [item.word for item in data["all"]] == words
    torch.testing.assert_close(data["all"].vectors.vectors, expected, atol=1e-5, rtol=0)


def test_training_is_a_pure_function():
    one, other = (vectors.train_vectors(SENTENCES, 3, window=2, min_count=2) for _ in range(2))
    assert one[0] == other[0] and torch.equal(one[1], other[1])


def test_what_is_written_can_be_read(tmp_path):
    numbers = torch.tensor([[0.5, -1.25, 3.0], [1.0, 0.0, -0.00001]])
    vectors.write_vectors(tmp_path / "x" / "two.txt", ["café", "."], numbers)
    read = load_vectors(tmp_path / "x" / "two.txt", cache=tmp_path / "cache")
    torch.testing.assert_close(read.get_vecs_by_tokens(["café", "."]), numbers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dim": 2}, "dim must be between 3 and the number of words"),
        ({"dim": 5, "min_count": 2}, "the number of words, 4, got 5"),
        ({"dim": 3, "window": 0}, "at least 1"),
    ],
)
def test_bad_arguments_get_one_clear_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        vectors.train_vectors(SENTENCES, **arguments)
