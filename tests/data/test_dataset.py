import itertools
import random
from collections import Counter

import pytest
import torch

from utils.data.dataset import Dataset, Labelled, Pair, split
from utils.data.load import DEFAULT, load
from utils.data.made.captions import Captioned
from utils.data.made.tasks import Signal


def test_a_data_set_is_a_mapping_and_prints_what_it_is():
    data = Dataset("spam", "default", "messages of a grammar", {"train": ["a"] * 1200, "test": ["b"]})
    assert list(data) == ["train", "test"] and len(data) == 2 and data["test"][0] == "b"
    assert str(data) == repr(data) == "spam (default): messages of a grammar; train 1,200, test 1"
    with pytest.raises(KeyError, match="spam has no split 'valid'; it has: train, test"):
        data["valid"]


def test_a_split_keeps_every_item_once_and_about_the_fractions():
    parts = split(range(1000), seed=0)
    assert {name: len(part) for name, part in parts.items()} == {"train": 800, "valid": 100, "test": 100}
    assert sorted(itertools.chain(*parts.values())) == list(range(1000))
    assert parts["train"] != sorted(parts["train"])


def test_a_split_is_a_pure_function_of_its_seed():
    state = random.getstate()
    assert split(range(50), 3) == split(range(50), 3) != split(range(50), 4)
    assert random.getstate() == state


def test_equal_items_stay_together():
    items = [Labelled(f"text {i % 100}", "ham") for i in range(1000)]
    parts = split(items, seed=1)
    assert Counter(itertools.chain(*parts.values())) == Counter(items)
    assert overlaps(parts, lambda item: [item]) == []
    assert [len(set(part)) for part in parts.values()] == [80, 10, 10]


@pytest.mark.parametrize("seed", range(5))
def test_items_that_share_any_key_stay_together(seed):
    generator = random.Random(seed)
    pairs = [Pair(f"en {generator.randrange(300)}", f"fr {generator.randrange(300)}") for _ in range(200)]
    parts = split(pairs, seed, keys=lambda pair: pair)
    assert Counter(itertools.chain(*parts.values())) == Counter(pairs)
    assert overlaps(parts, lambda pair: pair) == []


def test_two_fractions_of_nothing():
    parts = split(range(10), 0, (0.9, 0.1, 0.0))
    assert [len(part) for part in parts.values()] == [9, 1, 0]


@pytest.mark.parametrize("fractions", [(0.8, 0.2), (0.8, 0.1, 0.2), (1.1, -0.1, 0.0)])
def test_fractions_that_are_none(fractions):
    with pytest.raises(ValueError, match="three numbers from 0 on that sum to 1"):
        split(range(10), 0, fractions)


def test_published_splits_that_overlap_say_so_and_can_be_cleaned():
    splits = {
        "train": [Labelled("thank you", "ham"), Labelled("thank you", "ham"), Labelled("hello", "ham")],
        "valid": [Labelled("hello", "spam"), Labelled("good bye", "ham")],
        "test": [Labelled("good bye", "ham"), Labelled("thank you", "ham"), Labelled("see you", "ham")],
    }
    published = Dataset("spam", "real", "messages", splits)
    assert str(published).endswith("test 3; as published, 3 of them in an earlier split, too")
    clean = published.without_repeats()
    assert {name: [item.text for item in items] for name, items in clean.items()} == {
        "train": ["thank you", "thank you", "hello"],
        "valid": ["good bye"],
        "test": ["see you"],
    }
    assert str(clean).endswith("train 3, valid 1, test 1") and published["valid"] is splits["valid"]


def test_without_repeats_leaves_other_data_alone():
    chorales = {"train": [((60,), (62,))], "test": [((60,), (64,)), ((60,), (62,))]}  # equal beginnings
    assert Dataset("chorales", "real", "", chorales).without_repeats()["test"] == [((60,), (64,))]
    prose = Dataset("prose", "real", "", {"train": "to be", "test": "to be"})
    assert prose.without_repeats()["test"] == "to be"


@pytest.mark.parametrize("name", DEFAULT)
def test_a_default_set_has_no_repeats_to_lose(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    data = load(name)
    clean = data.without_repeats()
    assert list(clean) == list(data) and all(clean[part] is data[part] for part in data)


def test_inputs_and_pictures_are_compared_by_content():
    def numbers(*values):
        return torch.tensor(values)

    parity = {
        "train": [Signal("parity", numbers(0, 1), 1), Signal("parity", numbers(1, 1), 0)],
        "test": [Signal("parity", numbers(1, 0), 1), Signal("parity", numbers(1, 1), 0)],
    }
    clean = Dataset("signals", "default", "", parity).without_repeats()
    assert [item.input.tolist() for item in clean["test"]] == [[1, 0]]
    seen = torch.zeros(3, 2, 2)
    pictures = {"train": [Captioned(seen, ("dark",))], "test": [Captioned(seen.clone(), ("black",))]}
    assert Dataset("captions", "default", "", pictures).without_repeats()["test"] == []


def overlaps(parts, keys):
    """What occurs in two parts, by brute force."""
    seen = [{key for item in part for key in keys(item)} for part in parts.values()]
    return [key for one, other in itertools.combinations(seen, 2) for key in one & other]
