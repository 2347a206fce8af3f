import random
from collections import Counter

import pytest
import torch

from utils.text import BucketBatches, labelled_batch, padding_waste, pair_batches

LENGTHS = {
    "alike": lambda rng: rng.randint(9, 11),
    "short": lambda rng: rng.randint(1, 5),
    "wide": lambda rng: rng.randint(1, 100),
    "long tail": lambda rng: int(rng.paretovariate(1.2)),
    "far apart": lambda rng: rng.choice([1, 2, 10, 11, 90, 1000]),
}


def sentences(kind, seed, count=300):
    """Lists that begin with their own number, so that an item can be told from any other."""
    rng = random.Random(seed)
    return [[number] * LENGTHS[kind](rng) for number in range(count)]


def items_of(batches):
    return [int(row[0]) for tokens, _ in batches for row in tokens]


def wasted(lengths):
    """By filling a table and counting."""
    longest = max(lengths)
    table = [[t < length for t in range(longest)] for length in lengths]
    return sum(row.count(False) for row in table) / (longest * len(lengths))


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("batch_size", [1, 7, 32])
def test_every_item_once_in_batches_that_waste_little(kind, seed, batch_size):
    batches = BucketBatches(sentences(kind, seed), batch_size, seed=seed)
    for _ in range(3):
        epoch = list(batches)
        assert sorted(items_of(epoch)) == list(range(300))
        assert len(epoch) == len(batches)
        for tokens, lengths in epoch:
            assert 1 <= len(tokens) <= batch_size
            assert tokens.shape == (len(lengths), max(lengths))
            assert wasted(lengths.tolist()) < 0.1
        assert padding_waste(lengths for _, lengths in epoch) < 0.1


@pytest.mark.parametrize("max_waste", [0.02, 0.3, 0.7])
def test_another_bound(max_waste):
    items = sentences("long tail", 5)
    batches = BucketBatches(items, 16, max_waste=max_waste)
    assert all(wasted(lengths.tolist()) < max_waste for _, lengths in batches)
    assert sorted(items_of(batches)) == list(range(300))


def test_batches_are_full_where_lengths_are_common():
    batches = BucketBatches(sentences("short", 0, count=1000), 20)
    assert len(batches) <= 1000 / 20 + 5  # one bucket for each of five lengths
    plain = BucketBatches(sentences("wide", 0), 32, max_waste=1)
    assert [len(tokens) for tokens, _ in plain].count(30) == 10  # 300 items, none left in a small batch


def test_a_new_order_in_every_epoch_and_other_company():
    batches = BucketBatches(sentences("alike", 0), 30)
    first, second = batches.plan(0), batches.plan(1)
    assert first != second
    company = [{frozenset(batch) for batch in plan} for plan in (first, second)]
    assert company[0].isdisjoint(company[1])


def test_the_same_order_for_the_same_seed_and_epoch():
    items = sentences("wide", 0)
    one, other = BucketBatches(items, 8, seed=3), BucketBatches(items, 8, seed=3)
    epochs = [items_of(one) for _ in range(3)]
    assert epochs == [items_of(other) for _ in range(3)]
    assert len({tuple(epoch) for epoch in epochs}) == 3
    resumed = BucketBatches(items, 8, seed=3)
    resumed.epoch = 2
    assert items_of(resumed) == epochs[2] and resumed.epoch == 3
    assert items_of(BucketBatches(items, 8, seed=4)) != epochs[0]


def test_the_order_is_that_of_today_on_every_machine():
    batches = BucketBatches([[0] * length for length in (3, 3, 3, 5, 5, 9)], 2, seed=1)
    assert batches.plan(2) == [[1], [3, 4], [0, 2], [5]]  # as drawn once; a change would move every result


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize("max_waste", [0.1, 1])
def test_without_shuffling_every_epoch_has_the_order_that_is_named(kind, max_waste):
    items = sentences(kind, 0)
    batches = BucketBatches(items, 16, max_waste=max_waste, shuffle=False)
    order = batches.order
    assert sorted(order) == list(range(300))
    for epoch in (list(batches), list(batches)):
        assert items_of(epoch) == order == batches.order  # each item begins with its own number
        assert len(epoch) == len(batches) == len(BucketBatches(items, 16, max_waste=max_waste))
        assert all(len(tokens) <= 16 and wasted(lengths.tolist()) < max_waste for tokens, lengths in epoch)


def test_answers_find_their_way_back_to_their_items():
    rng = random.Random(0)
    references = [[rng.randrange(4, 50) for _ in range(rng.randint(1, 30))] for _ in range(200)]
    pairs = [([number + 4], reference) for number, reference in enumerate(references)]
    batches = pair_batches(pairs, 16, bos=2, eos=3, shuffle=False)
    for _ in range(2):
        answers = [row[row > 3].tolist() for batch in batches for row in batch.target_out]
        answer_of = {}
        for index, answer in zip(batches.order, answers, strict=True):
            answer_of[index] = answer
        assert [answer_of[number] for number in range(200)] == references


def test_an_order_that_is_shuffled_has_no_name():
    with pytest.raises(ValueError, match=r"pass shuffle=False, or ask plan\(epoch\)"):
        _ = BucketBatches([[1], [2]], 1).order


def test_an_epoch_that_is_not_read_to_its_end_does_not_disturb_the_next():
    items = sentences("wide", 0)
    whole = BucketBatches(items, 8)
    list(whole)
    broken_off = BucketBatches(items, 8)
    next(iter(broken_off))
    assert items_of(broken_off) == items_of(whole)


def test_any_order_is_as_likely_as_another():
    batches = BucketBatches([[0], [0], [0]], 1)
    orders = Counter(tuple(index for (index,) in batches.plan(epoch)) for epoch in range(1200))
    assert len(orders) == 6 and max(orders.values()) < 260  # 200 on average, standard deviation 13


def test_the_global_random_numbers_are_left_alone():
    random.seed(0)
    torch.manual_seed(0)
    states = random.getstate(), torch.get_rng_state()
    list(BucketBatches(sentences("wide", 0), 8))
    assert random.getstate() == states[0] and torch.equal(torch.get_rng_state(), states[1])


@pytest.mark.parametrize("seed", range(4))
def test_pairs_waste_little_on_both_sides_together(seed):
    rng = random.Random(seed)
    pairs = []
    for number in range(400):
        size = rng.randint(1, 20)
        pairs.append(([number + 4] * size, [5] * max(0, size + rng.randint(-4, 4))))
    batches = pair_batches(pairs, 16, bos=2, eos=3, seed=seed)
    seen = []
    for batch in batches:
        real = int(batch.source_lengths.sum()) + int((batch.target_out != 0).sum())
        assert 1 - real / (batch.source.numel() + batch.target_out.numel()) < 0.1
        seen += [int(row[0]) - 4 for row in batch.source]
    assert sorted(seen) == list(range(400))
    assert len(batches) < 60  # 25 would be full; sorted by source, then target, there are about 70


def test_a_collate_of_ones_own():
    items = [("ab", 1), ("cd", 2), ("efg", 3)]
    batches = BucketBatches(items, 2, collate=list, length=lambda item: len(item[0]))
    assert sorted(item for batch in batches for item in batch) == items
    assert sorted(map(len, batches)) == [1, 2]


def test_len_of_items_with_labels_is_not_the_length_of_a_sentence():
    items = [(sentence, number % 2) for number, sentence in enumerate(sentences("wide", 0))]
    with pytest.raises(ValueError, match=r"pass length=lambda item: len\(item\[0\]\)"):
        BucketBatches(items, 16, labelled_batch)
    batches = BucketBatches(items, 16, labelled_batch, length=lambda item: len(item[0]))
    assert all(wasted(batch.lengths.tolist()) < 0.1 for batch in batches)


def test_tuples_of_integers_are_sentences():
    batches = BucketBatches([tuple(sentence) for sentence in sentences("wide", 0)], 16)
    assert all(wasted(lengths.tolist()) < 0.1 for _, lengths in batches)


@pytest.mark.parametrize("kind", [list, lambda sizes: tuple(torch.tensor(sizes))])
def test_lengths_as_a_list_or_as_other_integers(kind):
    sizes = [(len(row), len(row) // 2 + 1) for row in sentences("wide", 0)]
    expected = BucketBatches(range(300), 8, list, length=lambda number: sizes[number])
    batches = BucketBatches(range(300), 8, list, length=lambda number: kind(sizes[number]))
    assert batches.plan(0) == expected.plan(0)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (lambda item: None, "length must give an integer or a tuple of integers, got None for item 0"),
        (lambda item: 2.5, "length must give an integer or a tuple of integers, got 2.5 for item 0"),
        (lambda item: (1, "2"), r"got \(1, '2'\) for item 0"),
        (lambda item: (1,) * item, "as many integers for every item, .* got 2 for item 0 and 3 for item 1"),
        (lambda item: (), "as many integers for every item, at least one; got 0"),
    ],
)
def test_what_is_no_length(length, message):
    with pytest.raises(ValueError, match=message):
        BucketBatches([2, 3], 2, list, length)


def test_waste_worked_by_hand():
    assert padding_waste([[3, 1], torch.tensor([2, 2])]) == pytest.approx(2 / 10)
    assert padding_waste([[4]]) == 0
    with pytest.raises(ValueError, match="one or more batches"):
        padding_waste([])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 2), "one or more items"),
        ((zip([[1]], [0], strict=True), 2), "expected a list of items to batch, got a zip"),
        (({"a": [1]}, 2), "expected a list of items to batch, got a dict"),
        (([[1], []], 2), "item 1 is empty"),
        (([[1]], 0), "batch_size must be at least 1"),
        (([[1]], 1, list, len, 0, 0), "max_waste must lie above 0"),
        (([[1]], 1, list, len, 0, 1.5), "max_waste must lie above 0"),
    ],
)
def test_what_cannot_be_batched(arguments, message):
    with pytest.raises(ValueError, match=message):
        BucketBatches(*arguments)
