"""The command of ``experiments.real_data`` at its tiny size, on the published data."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from sacrebleu.metrics import BLEU

from experiments.real_data import __main__ as command
from experiments.real_data import intervals, translation
from experiments.real_data.lexicon import word_for_word
from experiments.real_data.training import Clock, Paced, Setting, Started

BOOK = Path(__file__).parents[2] / command.TO
published = pytest.mark.skipif(
    "COURSE_DATA" not in os.environ, reason="COURSE_DATA names no folder with the published data"
)
TINY = Setting("tiny", "cpu", None)


def test_each_task_has_three_seeds_a_baseline_and_a_target():
    runs = command.chosen([], TINY)
    for task in command.TASKS.values():
        for corpus in task.TARGETS:
            mine = [name for name in runs if name.startswith(f"{corpus}/")]
            assert any("baseline" in name for name in mine)
            assert {name[-1] for name in mine if "baseline" not in name} >= {"0", "1", "2"}


def test_the_time_limit_ends_an_epoch_after_its_first_batch_and_the_rate_at_its_lowest():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    clock = Clock(minutes=1e-9)
    over = Started(clock, torch.device("cpu"))
    paced = Paced([torch.tensor(i) for i in range(5)], optimizer, 0.5, 100, over, taken=50)
    assert clock.is_over() and [int(batch) for batch in paced] == [0]
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * 0.01)
    paced.run = Started(Clock(None), torch.device("cpu"))
    assert [int(batch) for batch in paced] == list(range(5))
    assert paced.taken == 56


def test_the_bleu_of_summed_rows_is_sacrebleus():
    said = ["A man sits on a bench.", "Two dogs run over the grass.", "A cat"]
    true = ["A man is sitting on a bench.", "Two dogs run across the green grass.", "A cat sleeps here."]
    rows = intervals.bleu_rows(said, true)
    assert intervals.bleu(rows.sum(axis=0)) == pytest.approx(BLEU().corpus_score(said, [true]).score)
    low, high = intervals.of_ratio([1, 0, 1, 1] * 100, np.ones(400))
    assert 0.70 < low < 0.75 < high < 0.80


def test_a_sentence_survives_being_cut_into_words():
    for text, french in [
        ("A man's dog, which barks, runs.", False),
        ('He says: "stop now!"', False),
        ("L'homme t-il est là !", True),
    ]:
        assert translation.plain(translation.tokens(text), french) == text


def test_a_lexicon_is_learnt_from_pairs_of_sentences():
    sources = [["das", "haus"], ["das", "buch"], ["ein", "buch"], ["ein", "haus"], ["haus"]]
    targets = [["the", "house"], ["the", "book"], ["a", "book"], ["a", "house"], ["house"]]
    expected = {"das": "the", "haus": "house", "buch": "book", "ein": "a"}
    assert word_for_word(sources, targets) == expected


@published
@pytest.mark.parametrize(
    ("name", "worst", "best"),
    [
        ("rt-polarity/LSTM on GloVe/0", 0.4, 1),
        ("tiny-shakespeare/LSTM/0", 1.5, np.log(65)),
        ("ud-ewt/LSTM/0", 0.3, 1),
        ("de-en/attention/0", 0, 100),
        ("jsb/LSTM/0", 6, 11),
        ("jsb/baseline/0", 6, 11),
        ("ud-ewt/most frequent tag/0", 0.5, 1),
    ],
)
def test_a_tiny_run_is_scored_with_an_interval(name, worst, best):
    result = command.chosen([], TINY)[name]()
    low, high = result["interval"]
    assert worst <= result["test"] <= best
    assert low <= result["test"] <= high
    json.dumps(result)


def test_the_table_has_a_line_for_each_method():
    results = {f"jsb/LSTM/{i}": {"test": 8.0 + i, "interval": [7.5, 8.5]} for i in range(3)}
    assert command.table(results).split() == ["jsb/LSTM", "9.0000", "±", "1.0000", "[7.5000,", "8.5000]"]


def test_the_book_has_every_run_of_the_full_size():
    kept = json.loads(BOOK.read_text(encoding="utf-8"))["runs"]
    assert set(command.chosen([], TINY._replace(size="full"))) <= set(kept)
