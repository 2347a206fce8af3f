"""From a data set to batches, as a page of the book does it."""

import pytest
import torch
from real_data import needs_course_data, require

from utils.data.load import load
from utils.data.published.fetch import fetch
from utils.data.published.registry import CORPORA
from utils.data.published.unpacked import opened
from utils.text import (
    BOS,
    EOS,
    PAD,
    UNK,
    BPTTBatches,
    BucketBatches,
    build_vocabulary,
    coverage,
    denumericalise,
    embedding_matrix,
    get_tokenizer,
    labelled_batch,
    load_vectors,
    numericalise_all,
    padding_waste,
    pair_batches,
)
from utils.training import fit


def spam_batches(source):
    """Batches of messages, their vocabulary, and the messages themselves."""
    messages = load("spam", source)["train"]
    sentences = [get_tokenizer()(message.text) for message in messages]
    vocabulary = build_vocabulary(sentences, min_count=2)
    labels = [message.label == "spam" for message in messages]
    items = list(zip(numericalise_all(sentences, vocabulary), labels, strict=True))
    return BucketBatches(items, 32, labelled_batch, lambda item: len(item[0])), vocabulary, messages


def check_messages(source):
    batches, vocabulary, messages = spam_batches(source)
    epoch = list(batches)
    assert sum(len(batch.tokens) for batch in epoch) == len(messages)
    assert sum(int(batch.labels.sum()) for batch in epoch) == sum(m.label == "spam" for m in messages)
    assert padding_waste(batch.lengths for batch in epoch) < 0.1
    known = {tuple(get_tokenizer()(message.text)) for message in messages}
    for batch in epoch[:5]:
        for row, length in zip(batch.tokens, batch.lengths, strict=True):
            tokens = denumericalise(row[:length], vocabulary)
            assert UNK in tokens or tuple(tokens) in known
            assert not row[length:].any()


def test_the_default_messages():
    check_messages("default")


def test_a_model_is_trained_on_them():
    batches, vocabulary, _ = spam_batches("default")
    torch.manual_seed(0)
    model = torch.nn.EmbeddingBag(len(vocabulary), 2, mode="mean", padding_idx=0)

    def loss(model, batch):
        return torch.nn.functional.cross_entropy(model(batch.tokens), batch.labels)

    history = fit(model, batches, loss, torch.optim.Adam(model.parameters(), lr=0.05), 3, progress=False)
    assert batches.epoch == 3 and history.train_loss[-1] < 0.7 * history.train_loss[0]


@needs_course_data
def test_the_real_messages():
    require("sms")
    check_messages("real")


@needs_course_data
def test_real_pairs_waste_little_on_both_sides():
    require("multi30k")
    pairs = load("multi30k", "real")["valid"]
    sides = []
    for texts in ([pair.source for pair in pairs], [pair.target for pair in pairs]):
        sentences = list(map(get_tokenizer(), texts))
        sides.append(numericalise_all(sentences, build_vocabulary(sentences, specials=[PAD, UNK, BOS, EOS])))
    real = positions = 0
    for batch in pair_batches(list(zip(*sides, strict=True)), 32, bos=2, eos=3):
        real += int((batch.source != 0).sum()) + int((batch.target_in != 0).sum())
        positions += batch.source.numel() + batch.target_in.numel()
    assert real == sum(len(row) for side in sides for row in side) + len(pairs)
    assert 1 - real / positions < 0.1


@needs_course_data
def test_real_prose_in_rows():
    require("tinyshakespeare")
    text = load("prose", "real")["valid"]
    vocabulary = build_vocabulary([list(text)], specials=())
    (numbers,) = numericalise_all([list(text)], vocabulary)
    batches = BPTTBatches(numbers, 20, 35)
    rows = torch.cat([inputs for inputs, _ in batches], dim=1)
    assert "".join(denumericalise(rows.flatten(), vocabulary)) == text[: rows.numel()]
    assert rows.numel() + batches.dropped + 1 == len(text)


@needs_course_data
def test_real_vectors_for_real_messages(tmp_path):
    require("glove")
    require("sms")
    vectors = load_vectors(opened(fetch(CORPORA["glove"]))[0], cache=tmp_path)
    assert vectors.dim == 100 and len(vectors) == 30_000
    _, vocabulary, _ = spam_batches("real")
    report = coverage(vocabulary, vectors)
    assert 0.5 < report.share < 0.9
    matrix = embedding_matrix(vocabulary, vectors, seed=0)
    lines = dict(line.split(" ", 1) for line in opened(fetch(CORPORA["glove"]))[0].open(encoding="utf-8"))
    for word in ("the", "call", "free"):
        numbers = torch.tensor([float(number) for number in lines[word].split()])
        torch.testing.assert_close(matrix[vocabulary[word]], numbers)
    lengths = matrix.norm(dim=1)
    missing = torch.tensor([vocabulary[word] for word in report.missing])
    assert lengths[missing].mean().item() == pytest.approx(vectors.vectors.norm(dim=1).mean().item(), rel=0.2)
