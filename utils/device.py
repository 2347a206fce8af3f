"""Where the tensors live, and the seed that makes a run repeatable."""

import os
import random

import numpy as np
import torch


def best_device() -> torch.device:
    """The fastest device of this machine: CUDA if there is one, else Apple's MPS, else the CPU.

    Under ``torchrun`` each process gets a CUDA device of its own.
    """
    if torch.cuda.is_available():
        rank = os.environ.get("LOCAL_RANK")
        return torch.device("cuda" if rank is None else f"cuda:{rank}")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed_everything(seed: int) -> torch.Generator:
    """Seed Python, NumPy and torch (all devices), so that the same seed gives the same random numbers.

    Returns a CPU generator seeded alike, for functions that take their own source of randomness
    (``torch.randperm(n, generator=...)``, ``DataLoader(..., generator=...)``).

    Raises ValueError if the seed is outside 0 ... 2**32 - 1, the range that NumPy accepts.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 2**32 - 1, got {seed}")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)
