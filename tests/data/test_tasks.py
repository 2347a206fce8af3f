import collections
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
import torch

from utils.data.made import tasks


def test_adding_is_the_sum_of_the_two_marked_numbers():
    x, y = tasks.adding(500, 21, seed=0)
    assert x.shape == (500, 21, 2) and y.shape == (500,) and x.dtype == y.dtype == torch.float32
    for sequence, answer in zip(x.tolist(), y.tolist(), strict=True):
        places = [t for t, (_, mark) in enumerate(sequence) if mark == 1]
        assert [mark for _, mark in sequence if mark not in (0, 1)] == []
        assert len(places) == 2 and places[0] < 10 <= places[1]
        assert answer == pytest.approx(sum(sequence[t][0] for t in places))


def test_adding_has_the_baseline_it_names():
    y = tasks.adding(50_000, 20, seed=0)[1]
    assert ((y - 1) ** 2).mean().item() == pytest.approx(1 / 6, abs=0.005)


@pytest.mark.parametrize("length", [10, 25, 100])
def test_temporal_order_is_read_off_the_text(length):
    x, labels = tasks.temporal_order(402, length, seed=0)
    assert x.shape == (402, length) and x.dtype == labels.dtype == torch.int64
    for sequence, label in zip(x.tolist(), labels.tolist(), strict=True):
        text = "".join(tasks.SYMBOLS[i] for i in sequence)
        assert re.sub("[abcd]", "", text) == tasks.ORDERS[label]
        first, second = (match.start() for match in re.finditer("[XY]", text))
        assert 0.1 * length - 1 <= first < 0.2 * length + 1 and 0.5 * length - 1 <= second < 0.6 * length + 1
    assert sorted(collections.Counter(labels.tolist()).values()) == [100, 100, 101, 101]


def test_copy_is_a_copy():
    x, target = tasks.copy(200, 5, 7, seed=0)
    assert x.shape == target.shape == (200, 17) and x.dtype == target.dtype == torch.int64
    assert torch.equal(x[:, :5], target[:, 12:])
    assert set(x[:, :5].flatten().tolist()) == set(range(1, 9))
    assert (x[:, 11] == 9).all() and (x[:, 5:11] == 0).all() and (x[:, 12:] == 0).all()
    assert (target[:, :12] == 0).all()


def test_a_model_without_memory_copies_by_chance():
    """The cross-entropy of the best guess at every step: certain of blanks, uniform over 8 symbols."""
    target = tasks.copy(20_000, 5, 7, seed=0)[1]
    entropy = 0.0
    for column in target.T:
        share = torch.bincount(column).double() / len(column)
        entropy -= (share[share > 0] * share[share > 0].log()).sum().item()
    assert entropy / 17 == pytest.approx(5 * math.log(8) / 17, rel=1e-3)


def test_arithmetic_is_right():
    pairs = tasks.arithmetic(2_000, seed=0)
    digits, signs = collections.Counter(), collections.Counter()
    for question, answer in pairs:
        assert re.fullmatch(r"\d[\da-z]*[+-][a-z]*\d[\da-z]*=", question)
        first, sign, second = re.fullmatch(r"(\d+)([+-])(\d+)", re.sub("[a-z=]", "", question)).groups()
        value = int(first) + int(second) * (1 if sign == "+" else -1)
        assert answer == f"{value}."
        digits.update([len(first), len(second)])
        signs.update(sign)
    assert set(digits) == set(range(1, 9)) and min(digits.values()) > 400
    assert min(signs.values()) > 900


def test_distractors_are_as_frequent_as_asked():
    assert not re.search("[a-z]", "".join(q for q, _ in tasks.arithmetic(50, 0, distractors=0)))
    questions = "".join(q.rstrip("=") for q, _ in tasks.arithmetic(3_000, 0, distractors=0.25))
    # after each of the other characters, 1/4 + 1/16 + ... = 1/3 of a letter
    letters = len(re.findall("[a-z]", questions))
    assert letters / (len(questions) - letters) == pytest.approx(1 / 3, abs=0.02)
    assert all(len(re.sub(r"\D", "", q)) <= 4 for q, _ in tasks.arithmetic(100, 0, digits=2))


def test_xml_is_well_formed():
    deep = set()
    for text in tasks.xml(300, 8, seed=0):
        root = ElementTree.fromstring(f"<root>{text}</root>")
        names = [element.tag for element in root.iter()][1:]
        assert len(names) == 8 and all(2 <= len(name) <= 10 for name in names)
        deep.add(max(text[:i].count("<") - 2 * text[:i].count("</") for i in range(len(text))))
    assert len(deep) > 3


def test_the_data_set_has_every_task_in_every_split():
    data = tasks.make(0, count=100)
    names = {"sine", "parity", "adding", "temporal order", "copy", "arithmetic", "xml"}
    for split, size in (("train", 80), ("valid", 10), ("test", 10)):
        counts = collections.Counter(item.task for item in data[split])
        assert set(counts) == names
        assert all(abs(count - size) <= 3 for count in counts.values())
    example = next(item for item in data["train"] if item.task == "xml")
    assert example.input[1:] == example.target[:-1]


def test_no_input_is_in_two_splits():
    data = tasks.make(0, count=400)
    places = collections.defaultdict(set)
    for split, items in data.items():
        for item in items:
            text = item.input if isinstance(item.input, str) else str(item.input.tolist())
            key = re.sub("[a-z]", "", text) if item.task == "arithmetic" else text
            places[item.task, key].add(split)
    assert all(len(splits) == 1 for splits in places.values())


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: tasks.adding(5, 20, seed),
        lambda seed: tasks.temporal_order(5, 20, seed),
        lambda seed: tasks.copy(5, 6, 7, seed),
        lambda seed: tasks.arithmetic(5, seed),
        lambda seed: tasks.xml(5, 6, seed),
        lambda seed: [(i.task, i.input, i.target) for i in tasks.make(seed, 10)["train"]],
    ],
)
def test_tasks_are_pure_functions_of_their_seed(make):
    before = torch.random.get_rng_state()
    assert str(make(1)) == str(make(1)) != str(make(2))
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tasks.adding(5, 1, 0), "length must be at least 2, got 1"),
        (lambda: tasks.temporal_order(5, 9, 0), "length must be at least 10, got 9"),
        (lambda: tasks.copy(5, 0, 3, 0), "symbols must be at least 1"),
        (lambda: tasks.arithmetic(5, 0, digits=0), "digits must be at least 1"),
        (lambda: tasks.arithmetic(5, 0, distractors=1), "probability below 1"),
        (lambda: tasks.xml(5, 0, 0), "tags must be at least 1"),
        (lambda: tasks.make(0, count=0), "count must be at least 1"),
    ],
)
def test_bad_sizes_get_one_clear_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()
