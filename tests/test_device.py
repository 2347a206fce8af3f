import random

import numpy as np
import pytest
import torch

from utils.device import best_device, seed_everything


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_best_device_prefers_cuda_then_mps(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device() == torch.device(expected)


def test_each_process_of_torchrun_gets_its_own_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert best_device() == torch.device("cuda:1")


def test_best_device_holds_a_tensor():
    assert torch.ones(2, device=best_device()).sum().item() == 2


def draw() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), torch.rand(()).item()


def test_the_same_seed_repeats_every_source_of_randomness():
    seed_everything(7)
    first = draw()
    second = draw()
    seed_everything(7)
    again = draw()
    assert again == first
    assert all(a != b for a, b in zip(first, second, strict=True))
    seed_everything(8)
    assert all(a != b for a, b in zip(draw(), first, strict=True))


def test_the_generator_is_seeded_alike():
    generator = seed_everything(7)
    assert generator.device.type == "cpu"
    assert torch.equal(torch.rand(5, generator=generator), torch.rand(5))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_outside_the_common_range(seed):
    with pytest.raises(ValueError, match="seed must lie between"):
        seed_everything(seed)
