"""Sampling against probabilities computed by hand."""

import pytest
import torch
from chaos import END, LIMIT, Chaos

from utils.models import decoding

PROBABILITIES = [0.1, 0.4, 0.05, 0.3, 0.15]
LOGITS = torch.tensor(PROBABILITIES, dtype=torch.float64).log() + 3  # a constant changes nothing


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, PROBABILITIES),
        ({"temperature": 0.5}, [p**2 / 0.285 for p in PROBABILITIES]),  # .01 + .16 + .0025 + .09 + .0225
        ({"top_k": 1}, [0, 1, 0, 0, 0]),
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_k": 9}, PROBABILITIES),
        ({"top_p": 0.01}, [0, 1, 0, 0, 0]),  # the most probable alone has more
        ({"top_p": 0.39}, [0, 1, 0, 0, 0]),
        ({"top_p": 0.41}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_p": 0.71}, [0, 8 / 17, 0, 6 / 17, 3 / 17]),
        ({"top_p": 0.9}, [2 / 19, 8 / 19, 0, 6 / 19, 3 / 19]),
        ({"top_p": 1.0}, PROBABILITIES),
        ({"top_k": 3, "top_p": 0.8}, [0, 4 / 7, 0, 3 / 7, 0]),  # of 3: 8/17 + 6/17 = 0.82, enough
        ({"temperature": 0.5, "top_p": 0.56}, [0, 1, 0, 0, 0]),  # 0.16 / 0.285 = 0.5614
        ({"temperature": 0.5, "top_k": 2}, [0, 0.16 / 0.25, 0, 0.09 / 0.25, 0]),
    ],
    ids=str,
)
def test_the_distribution_by_hand(options, expected, device):
    logits = LOGITS.to(device, torch.float32 if device.type == "mps" else torch.float64)
    p = decoding.distribution(logits, **options)
    torch.testing.assert_close(p, torch.tensor(expected).to(p), atol=1e-6, rtol=1e-6)
    batch = decoding.distribution(torch.stack([logits, logits.flip(0)]), **options)
    torch.testing.assert_close(batch, torch.stack([p, p.flip(0)]))


def test_top_k_keeps_k_of_equal_tokens():
    p = decoding.distribution(torch.zeros(6), top_k=2)
    assert sorted(p.tolist()) == [0, 0, 0, 0, 0.5, 0.5]


@pytest.mark.parametrize("options", [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.8}], ids=str)
def test_draws_follow_the_distribution(options, device):
    count = 40_000
    logits = LOGITS.to(device, torch.float32)

    def step(token, state):
        return logits.expand(len(token), -1), state

    first = torch.zeros(count, dtype=torch.long, device=device)
    generator = torch.Generator(device).manual_seed(0)
    found = decoding.sample(step, first, None, -1, 2, **options, generator=generator)
    p = decoding.distribution(logits, **options)
    for drawn in found.tokens.unbind(1):
        share = drawn.bincount(minlength=5) / count
        assert ((share - p).abs() <= 4 * (p * (1 - p) / count).sqrt()).all()
    pairs = (found.tokens[:, 0] * 5 + found.tokens[:, 1]).bincount(minlength=25) / count
    torch.testing.assert_close(pairs, torch.outer(p, p).flatten(), atol=0.01, rtol=0)  # independent draws


def test_the_same_generator_gives_the_same_sample():
    model = Chaos()
    runs = [
        decoding.sample(
            model.step, model.first, model.state, -1, 20, generator=torch.Generator().manual_seed(seed)
        )
        for seed in (1, 1, 2)
    ]
    assert torch.equal(runs[0].tokens, runs[1].tokens) and not torch.equal(runs[0].tokens, runs[2].tokens)


def test_a_cold_sample_is_greedy():
    model = Chaos()
    cold = decoding.sample(model.step, model.first, model.state, END, LIMIT, temperature=1e-3)
    greedy = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
    assert torch.equal(cold.tokens, greedy.tokens)
    torch.testing.assert_close(cold.scores, greedy.scores)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("temperature", [1e-4, 1e-40, 1e-320])
def test_a_tiny_temperature_is_greedy(dtype, temperature):
    logits = torch.tensor([[1.0, 3.0, -torch.inf, 2.0], [-5.0, -7.0, -6.0, -torch.inf]], dtype=dtype)
    for options in ({}, {"top_k": 2}, {"top_p": 0.9}, {"top_k": 3, "top_p": 0.5}):
        probabilities = decoding.distribution(logits, temperature, **options)
        assert probabilities.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    found = decoding.sample(
        lambda token, state: (logits, None), torch.tensor([0, 0]), None, -1, 3, temperature
    )
    assert found.tokens.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_a_tiny_temperature_leaves_ties_and_a_huge_one_what_cannot_be():
    logits = torch.tensor([2.0, 2.0, 1.0, -torch.inf])
    assert decoding.distribution(logits, 1e-40).tolist() == [0.5, 0.5, 0, 0]
    torch.testing.assert_close(decoding.distribution(logits, 1e300), torch.tensor([1 / 3, 1 / 3, 1 / 3, 0]))


@pytest.mark.parametrize("temperature", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_temperature_that_is_no_positive_number_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be positive and finite"):
        decoding.distribution(torch.zeros(3), temperature)
