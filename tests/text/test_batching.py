import random
import re
from functools import partial

import numpy as np
import pytest
import torch

from utils.text import BPTTBatches, build_vocabulary, labelled_batch, pad, pair_batch, pair_batches


def random_sentences(seed, count=20, longest=9):
    rng = random.Random(seed)
    return [[rng.randrange(4, 50) for _ in range(rng.randint(1, longest))] for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", [list, torch.tensor])
def test_padding_position_by_position(seed, kind):
    sentences = random_sentences(seed)
    tokens, lengths = pad([kind(sentence) for sentence in sentences], padding_value=-1)
    assert tokens.dtype == lengths.dtype == torch.int64
    assert tokens.shape == (20, max(map(len, sentences))) and lengths.tolist() == [*map(len, sentences)]
    for i, sentence in enumerate(sentences):
        for t in range(tokens.shape[1]):
            assert tokens[i, t] == (sentence[t] if t < len(sentence) else -1)


def test_padding_is_zero_unless_another_value_is_named():
    tokens, lengths = pad([torch.tensor([5, 6, 7]), torch.tensor([8])])
    assert tokens.tolist() == [[5, 6, 7], [8, 0, 0]] and lengths.tolist() == [3, 1]


def test_padding_other_integers_gives_int64():
    assert pad([torch.tensor([1, 2], dtype=torch.int32)])[0].dtype == torch.int64


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ([], "one or more sequences"),
        ([[1], []], "sequence 1 is empty"),
        ([torch.ones(2, 3, dtype=torch.int64)], r"sequence 0 must have shape \(length,\), got \(2, 3\)"),
        ([[1], [0.5]], "sequence 1 must hold integers, got torch.float32"),
        ([torch.tensor([True])], "must hold integers, got torch.bool"),
        ([["the", "cat"]], "sequence 0 must hold integers: numericalise it first"),
        (["the cat"], "sequence 0 must hold integers: numericalise it first"),
        ([[1], None], "sequence 1 must be a list or a tensor of integers, got a NoneType"),
        ([{1: 2}], "sequence 0 must be a list or a tensor of integers, got a dict"),
        ([[[1, 2], [3]]], "sequence 0 must be one row of integers, got 2 rows: join them"),
        (([1] for _ in range(2)), "expected a list of sequences to pad, got a generator"),
        ({"a": [1]}, "expected a list of sequences to pad, got a dict"),
        (None, "expected a list of sequences to pad, got a NoneType"),
    ],
)
def test_what_cannot_be_padded(sequences, message):
    with pytest.raises(ValueError, match=message):
        pad(sequences)


def test_sentences_with_labels():
    batch = labelled_batch([([5, 6], 1), ([7], 0), (torch.tensor([8, 9, 4]), 1)])
    assert batch.tokens.tolist() == [[5, 6, 0], [7, 0, 0], [8, 9, 4]]
    assert batch.lengths.tolist() == [2, 1, 3]
    assert batch.labels.tolist() == [1, 0, 1] and batch.labels.dtype == torch.int64


@pytest.mark.parametrize(
    "labels",
    [
        [1, 0, 2],
        [True, False, True],
        torch.tensor([1, 0, 2]),
        np.array([1, 0, 2]),
        np.array([True, False, True]),
    ],
)
def test_labels_are_integers_of_any_kind(labels):
    batch = labelled_batch([([5], label) for label in labels])
    assert batch.labels.dtype == torch.int64 and batch.labels.tolist() == [int(label) for label in labels]


def test_labels_that_are_strings_are_numericalised_as_the_message_says():
    labels = ["spam", "ham", "ham"]
    with pytest.raises(
        ValueError, match="label 0 is 'spam': numericalise the labels first, by classes ="
    ) as error:
        labelled_batch([([5], label) for label in labels])
    recipe = re.search(r"by classes = (.*) and (classes\(labels\))", str(error.value))
    classes = eval(recipe[1], {"build_vocabulary": build_vocabulary, "labels": labels})
    numbers = eval(recipe[2], {"classes": classes, "labels": labels})
    batch = labelled_batch([([5], number) for number in numbers])
    assert [classes.get_itos()[number] for number in batch.labels] == labels


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([([5], 1), ([6], 0.7)], "label 1 is 0.7: a label must be an integer"),
        ([([5], torch.tensor(0.2))], r"label 0 is tensor\(0.2000\): a label must be an integer"),
        ([([5], torch.tensor([1, 2]))], "label 0 is tensor.*: a label must be an integer"),
        ([([5], None)], "label 0 is None: a label must be an integer"),
        ([([5], 1), torch.tensor([5, 6, 7])], r"item 1 must be a pair \(sentence, label\), got a Tensor"),
        ([([5], 1, 2)], r"item 0 must be a pair \(sentence, label\), got 3 parts"),
        ([], r"one or more pairs \(sentence, label\)"),
        (zip([[5]], [1], strict=True), r"a list of pairs \(sentence, label\), got a zip"),
    ],
)
def test_what_has_no_label(items, message):
    with pytest.raises(ValueError, match=message):
        labelled_batch(items)


def test_a_pair_worked_by_hand():
    batch = pair_batch([([5, 6, 7], [8]), ([9], torch.tensor([4, 5, 6]))], bos=2, eos=3)
    assert batch.source.tolist() == [[5, 6, 7], [9, 0, 0]] and batch.source_lengths.tolist() == [3, 1]
    assert batch.target_in.tolist() == [[2, 8, 0, 0], [2, 4, 5, 6]]
    assert batch.target_out.tolist() == [[8, 3, 0, 0], [4, 5, 6, 3]]


@pytest.mark.parametrize("seed", range(5))
def test_pairs_predict_the_next_token(seed):
    targets = random_sentences(seed + 100)
    batch = pair_batch(list(zip(random_sentences(seed), targets, strict=True)), bos=2, eos=3)
    for i, target in enumerate(targets):
        steps = len(target) + 1
        assert batch.target_in[i, 0] == 2 and batch.target_out[i, steps - 1] == 3
        assert batch.target_in[i, 1:steps].tolist() == batch.target_out[i, : steps - 1].tolist() == target
        assert not batch.target_in[i, steps:].any() and not batch.target_out[i, steps:].any()


def test_an_empty_target_is_a_sentence_that_ends_at_once():
    batch = pair_batch([([5], [])], bos=2, eos=3)
    assert batch.target_in.tolist() == [[2]] and batch.target_out.tolist() == [[3]]


def test_what_is_no_pair():
    with pytest.raises(ValueError, match="source 0 is empty"):
        pair_batch([([], [1])], bos=2, eos=3)
    with pytest.raises(ValueError, match="target 0 must hold integers"):
        pair_batch([([1], [0.5])], bos=2, eos=3)
    with pytest.raises(ValueError, match="target 1 must be a list or a tensor of integers, got a NoneType"):
        pair_batch([([1], [1]), ([1], None)], bos=2, eos=3)
    for make in (pair_batch, partial(pair_batches, batch_size=2)):
        with pytest.raises(ValueError, match=r"item 0 must be a pair \(source, target\), got a Tensor"):
            make([torch.tensor([1, 2])], bos=2, eos=3)
        with pytest.raises(ValueError, match=r"a list of pairs \(source, target\), got a zip"):
            make(zip([[1]], [[2]], strict=True), bos=2, eos=3)


SIZES = [(2, 1, 1), (30, 1, 7), (30, 4, 7), (29, 4, 7), (33, 4, 3), (101, 7, 100), (64, 8, 1), (9, 8, 5)]


@pytest.mark.parametrize(("length", "batch_size", "seq_length"), SIZES)
def test_a_text_in_rows_loses_nothing_but_the_tail(length, batch_size, seq_length):
    text = torch.arange(length)  # every token is its own position
    batches = BPTTBatches(text, batch_size, seq_length)
    width = (length - 1) // batch_size
    rows = [[] for _ in range(batch_size)]
    for inputs, targets in batches:
        assert inputs.shape == targets.shape == (batch_size, inputs.shape[1])
        assert torch.equal(targets, inputs + 1)  # the next token of the text
        for row, read in zip(rows, inputs.tolist(), strict=True):
            row += read
    assert rows == [list(range(i * width, (i + 1) * width)) for i in range(batch_size)]
    sizes = [inputs.shape[1] for inputs, _ in batches]
    assert len(batches) == len(sizes) and all(size == seq_length for size in sizes[:-1])
    assert 1 <= sizes[-1] <= seq_length
    last_target = rows[-1][-1] + 1
    assert batches.dropped == length - 1 - last_target and 0 <= batches.dropped < batch_size


def test_every_token_but_the_first_and_the_tail_is_predicted_once():
    batches = BPTTBatches(torch.arange(101), 7, 4)
    predicted = sorted(token for _, targets in batches for token in targets.flatten().tolist())
    assert predicted == list(range(1, 101 - batches.dropped))


def test_the_text_says_what_it_leaves_out():
    batches = BPTTBatches(list(range(31)), 4, 5)  # 30 targets, 7 to a row, 2 left
    assert batches.dropped == 2
    assert str(batches) == (
        "4 rows of 7 tokens in 2 batches of up to 5 steps; left out at the end of the text: 2 tokens"
    )


def test_a_carried_state_reads_each_row_as_if_in_one_go():
    torch.manual_seed(0)
    text = torch.randint(10, (100,))
    embedding, rnn = torch.nn.Embedding(10, 4), torch.nn.GRU(4, 5, batch_first=True)
    state, outputs = None, []
    for inputs, _ in BPTTBatches(text, 3, 8):
        output, state = rnn(embedding(inputs), state)
        state = state.detach()
        outputs.append(output)
    for i in range(3):
        alone, _ = rnn(embedding(text[33 * i : 33 * (i + 1)])[None])
        torch.testing.assert_close(torch.cat(outputs, dim=1)[i], alone[0])


def test_every_epoch_reads_the_text_from_its_start():
    batches = BPTTBatches(torch.arange(30), 2, 5)
    first, second = list(batches), list(batches)
    assert len(first) == len(second) == 3
    for (inputs, targets), (again, targets_again) in zip(first, second, strict=True):
        assert torch.equal(inputs, again) and torch.equal(targets, targets_again)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.arange(8), 8, 5), "8 tokens are too few for 8 rows: pass 9 or more"),
        ((torch.arange(8), 0, 5), "batch_size must be at least 1"),
        ((torch.arange(8), 2, 0), "seq_length must be at least 1"),
        ((torch.arange(8).reshape(2, 4), 2, 2), r"the text must have shape \(length,\), got \(2, 4\)"),
        (([], 2, 2), "the text is empty"),
        (("to be or not", 2, 2), "the text must hold integers: numericalise it first"),
        ((None, 2, 2), "the text must be a list or a tensor of integers, got a NoneType"),
        (([[1, 2, 3], [4, 5]], 2, 2), "the text must be one row of integers, got 2 rows: join them first"),
    ],
)
def test_what_is_no_text(arguments, message):
    with pytest.raises(ValueError, match=message):
        BPTTBatches(*arguments)


def test_sentences_are_no_text_until_they_are_joined():
    sentences = [torch.tensor(sentence) for sentence in random_sentences(0)]
    with pytest.raises(
        ValueError, match=r"the text must be one row of integers, got 20 tensors: join .* torch.cat"
    ):
        BPTTBatches(sentences, 2, 3)
    assert BPTTBatches(torch.cat(sentences), 2, 3).width == (sum(map(len, sentences)) - 1) // 2
