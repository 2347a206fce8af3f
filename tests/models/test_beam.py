"""Beam search against brute force over all sequences, and against a search without batches."""

import itertools
import math

import pytest
import torch
from chaos import END, LIMIT, WORDS, Chaos, every_sequence, sequences

from utils.models import decoding


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed, length_penalty, device):
    model = Chaos(device, seed)
    found = decoding.beam(model.step, model.first, model.state, END, LIMIT, WORDS**LIMIT, length_penalty)
    for item, sequence in enumerate(sequences(found)):
        scores = {s: model.log_probability(item, s) / len(s) ** length_penalty for s in every_sequence()}
        assert sequence == max(scores, key=scores.get)
        assert math.isclose(found.scores[item].item(), scores[sequence], abs_tol=1e-9)


def test_greedy_does_not_find_it():
    """So that the test above cannot pass by greed."""
    best_is_greedy = []
    for seed in range(3):
        model = Chaos(seed=seed)
        wide = decoding.beam(model.step, model.first, model.state, END, LIMIT, WORDS**LIMIT)
        best_is_greedy.append(
            sequences(wide) == sequences(decoding.greedy(model.step, model.first, model.state, END, LIMIT))
        )
    assert not all(best_is_greedy)


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_beam_one_is_greedy(length_penalty, device):
    for seed in range(20):
        model = Chaos(device, seed)
        one = decoding.beam(model.step, model.first, model.state, END, LIMIT, 1, length_penalty)
        greedy = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
        assert torch.equal(one.tokens, greedy.tokens) and torch.equal(one.lengths, greedy.lengths)
        torch.testing.assert_close(one.scores, greedy.scores / greedy.lengths**length_penalty)


def plain_beam(model, item, beam_size, length_penalty, limit=LIMIT):
    """Beam search for one item, one hypothesis at a time, to the limit whatever happens."""
    live, ended = [((), 0.0, *model.of(item))], []
    for length in range(1, limit + 1):
        continued = []
        for sequence, score, last, state in live:
            logits, new_state = model.step(last, state)
            for word, log_prob in enumerate(logits[0].log_softmax(-1).tolist()):
                continued.append(
                    ((*sequence, word), score + log_prob, torch.full_like(last, word), new_state)
                )
        kept = sorted(continued, key=lambda hypothesis: -hypothesis[1])[:beam_size]
        ended += [h for h in kept if h[0][-1] == END or length == limit]
        live = [h for h in kept if h[0][-1] != END]
    return max((score / len(sequence) ** length_penalty, sequence) for sequence, score, *_ in ended)


def run_against_plain_beam(device, seeds=range(8)):
    for seed, (beam_size, length_penalty) in itertools.product(seeds, [(2, 0.0), (3, 1.0), (7, 0.6)]):
        model = Chaos(device, seed)
        found = decoding.beam(model.step, model.first, model.state, END, LIMIT, beam_size, length_penalty)
        for item, sequence in enumerate(sequences(found)):
            score, expected = plain_beam(model, item, beam_size, length_penalty)
            assert sequence == expected
            assert math.isclose(found.scores[item].item(), score, abs_tol=1e-9)


def test_the_batched_beam_equals_a_search_without_batches(device):
    run_against_plain_beam(device)


def states_not_reordered(state, rows):
    """Repeat the states at the beginning, and never follow the hypotheses afterwards."""
    if len(rows) == state[0].shape[1]:
        rows = torch.arange(len(rows))
    return tuple(part.index_select(1, rows) for part in state)


def forgets_the_shorter(best, history, scores, length):
    """The last to end wins, whatever its score."""
    return right_better(
        best._replace(scores=torch.full_like(best.scores, -torch.inf)), history, scores, length
    )


right_better = decoding._better


@pytest.mark.parametrize(
    ("name", "wrong"), [("select", states_not_reordered), ("_better", forgets_the_shorter)]
)
def test_a_mistake_in_the_beam_would_be_caught(name, wrong, monkeypatch):
    monkeypatch.setattr(decoding, name, wrong)
    with pytest.raises(AssertionError):
        run_against_plain_beam("cpu")


def test_a_wider_beam_than_there_are_sequences():
    model = Chaos()
    wide = decoding.beam(model.step, model.first, model.state, END, 2, 50, 0.0)
    enough = decoding.beam(model.step, model.first, model.state, END, 2, WORDS**2, 0.0)
    assert sequences(wide) == sequences(enough)


@pytest.mark.parametrize(
    "row",
    [
        [0.0, 0.0, 0.0, 0.0],
        [-1.0, 2.0, 2.0, 2.0],
        [-math.inf, 5.0, 5.0, -math.inf],
        [1000.0, 1000.0 + 2**-13, 0.0, 0.0],  # which are equal after the softmax
        [0.0] * 500 + [1.0] * 500,
    ],
)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_a_beam_of_one_breaks_ties_as_greedy_does(row, dtype):
    logits = torch.tensor([row, row[::-1]], dtype=dtype)
    first = torch.tensor([0, 0])
    arguments = (lambda token, state: (logits, None), first, None, -1, 3)
    narrow, greedy = decoding.beam(*arguments, beam_size=1, length_penalty=0.0), decoding.greedy(*arguments)
    assert narrow.tokens.tolist() == greedy.tokens.tolist()
    assert narrow.lengths.tolist() == greedy.lengths.tolist()
    torch.testing.assert_close(narrow.scores, greedy.scores)
