"""Signals made by a formula: the documents' sine wave and the parity of a bit string."""

import math

import numpy as np
import torch
from torch import Tensor


def sine_wave(step: int, seq_length: int = 20) -> tuple[Tensor, Tensor]:
    """The data of one training step of the sine-wave forecaster: half a period of sin.

    Step k covers ``np.linspace(k * pi, (k + 1) * pi, seq_length + 1)``, so the next step goes on where this
    one ends. x is all values but the last, y all but the first: y_t = x_{t+1}.

    Returns x and y, both (1, seq_length, 1), that is (batch, time, input_size), in float32.
    Raises ValueError if seq_length < 1.
    """
    check_at_least_one(seq_length=seq_length)
    time_steps = np.linspace(step * np.pi, (step + 1) * np.pi, seq_length + 1)
    data = torch.tensor(np.sin(time_steps), dtype=torch.float32).reshape(1, seq_length + 1, 1)
    return data[:, :-1], data[:, 1:]


def random_sines(count: int, seq_length: int, seed: int, noise: float = 0.0) -> tuple[Tensor, Tensor]:
    """A batch of sine waves that start anywhere, sampled as densely as ``sine_wave(step, 20)``.

    Item i is sin(phase_i + t * pi / 20) + noise * ε, with phase_i ~ U(0, 2 pi) and ε ~ N(0, 1) at every
    step; y_t = x_{t+1}.

    Returns x and y, both (count, seq_length, 1) in float32, the same for the same seed.
    Raises ValueError if count or seq_length is below 1 or noise is negative.
    """
    check_at_least_one(count=count, seq_length=seq_length)
    if noise < 0:
        raise ValueError(f"noise is a standard deviation and cannot be negative, got {noise}")
    generator = torch.Generator().manual_seed(seed)
    phase = 2 * math.pi * torch.rand(count, 1, 1, generator=generator)
    time = torch.arange(seq_length + 1).reshape(1, -1, 1)
    data = torch.sin(phase + time * math.pi / 20)
    data = data + noise * torch.randn(data.shape, generator=generator)
    return data[:, :-1], data[:, 1:]


def parity(count: int, length: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random bit strings and their running parity: label_t = (bit_1 + ... + bit_t) mod 2.

    Half of the labels at every position are 1 (to one, if count is odd), so guessing is right half of the
    time. To get there the labels are drawn first; each bit then says whether its label changes.

    Returns bits and labels, both (count, length) in int64, the same for the same seed.
    Raises ValueError if count or length is below 1.
    """
    check_at_least_one(count=count, length=length)
    generator = torch.Generator().manual_seed(seed)
    alternating = torch.arange(count)[:, None] + torch.randint(2, (1, length), generator=generator)
    shuffle = torch.rand(count, length, generator=generator).argsort(dim=0)
    labels = (alternating % 2).gather(0, shuffle)
    before = torch.cat([torch.zeros_like(labels[:, :1]), labels[:, :-1]], dim=1)
    return labels ^ before, labels


def check_at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
