import math

import numpy as np
import pytest
import torch

from utils.data.made.signals import parity, random_sines, sine_wave


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("seq_length", [1, 20])
def test_sine_wave_is_the_data_of_the_documents(step, seq_length):
    time_steps = np.linspace(step * np.pi, (step + 1) * np.pi, seq_length + 1)
    data = np.sin(time_steps)
    data.resize((seq_length + 1, 1))
    x, y = sine_wave(step, seq_length)
    assert torch.equal(x, torch.Tensor(data[:-1]).unsqueeze(0))
    assert torch.equal(y, torch.Tensor(data[1:]).unsqueeze(0))
    assert x.shape == y.shape == (1, seq_length, 1)
    assert x.dtype == y.dtype == torch.float32


def test_sine_wave_goes_on_where_the_last_step_ended():
    for step in range(5):
        torch.testing.assert_close(sine_wave(step)[1][:, -1], sine_wave(step + 1)[0][:, 0])


def test_random_sines_obey_the_equation_of_a_sine():
    x, y = random_sines(50, 30, seed=0)
    assert x.shape == y.shape == (50, 30, 1)
    assert x.dtype == y.dtype == torch.float32
    assert torch.equal(x[:, 1:], y[:, :-1])
    # sin(a - d) + sin(a + d) = 2 cos(d) sin(a), whatever the phase
    middle = x[:, 1:-1]
    torch.testing.assert_close(x[:, :-2] + x[:, 2:], 2 * math.cos(math.pi / 20) * middle, atol=1e-5, rtol=0)


def test_random_sines_start_at_every_phase():
    start = random_sines(20_000, 1, seed=0)[0].flatten()
    # sin of a uniform phase has mean 0 and variance 1/2
    assert abs(start.mean().item()) < 0.02
    assert abs(start.var().item() - 0.5) < 0.02


def test_noise_has_the_given_standard_deviation():
    clean = random_sines(500, 40, seed=3)[0]
    noisy = random_sines(500, 40, seed=3, noise=0.1)[0]
    assert abs((noisy - clean).std().item() - 0.1) < 0.002


@pytest.mark.parametrize("count", [1, 6, 101])
def test_labels_are_the_running_parity(count):
    bits, labels = parity(count, 12, seed=0)
    assert bits.shape == labels.shape == (count, 12)
    assert bits.dtype == labels.dtype == torch.int64
    assert set(bits.flatten().tolist()) <= {0, 1}
    for row, row_labels in zip(bits.tolist(), labels.tolist(), strict=True):
        assert row_labels == [sum(row[: t + 1]) % 2 for t in range(12)]


@pytest.mark.parametrize("count", [10, 11])
def test_labels_are_balanced_at_every_position(count):
    for seed in range(20):
        ones = parity(count, 9, seed)[1].sum(dim=0)
        assert ((ones == count // 2) | (ones == (count + 1) // 2)).all()


def test_no_window_of_bits_tells_the_parity():
    bits, labels = parity(20_000, 10, seed=0)
    for width in range(1, 4):
        window = bits[:, -width:] @ (2 ** torch.arange(width))
        for pattern in range(2**width):
            assert abs(labels[window == pattern, -1].float().mean().item() - 0.5) < 0.05


def test_a_single_string_is_not_always_the_same():
    strings = {tuple(parity(1, 3, seed)[0][0].tolist()) for seed in range(100)}
    assert len(strings) == 8


@pytest.mark.parametrize(
    "make", [lambda seed: random_sines(4, 9, seed, noise=0.1), lambda seed: parity(4, 9, seed)]
)
def test_signals_are_pure_functions_of_their_seed(make):
    before = torch.random.get_rng_state()
    for a, b, c in zip(make(5), make(5), make(6), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sine_wave(0, 0), "seq_length must be at least 1, got 0"),
        (lambda: random_sines(0, 5, 0), "count must be at least 1"),
        (lambda: random_sines(5, 0, 0), "seq_length must be at least 1"),
        (lambda: random_sines(5, 5, 0, noise=-1), "cannot be negative"),
        (lambda: parity(0, 5, 0), "count must be at least 1"),
        (lambda: parity(5, 0, 0), "length must be at least 1"),
    ],
)
def test_bad_sizes_get_one_clear_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()
