"""Everything that a training run needs to go on as if it had never stopped, in one file."""

import os
import pickle
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn


def snapshot(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Any, **more: Any) -> dict[str, Any]:
    """The state of a run between two epochs, in tensors, numbers, strings and containers of them.

    ``batches`` matters for the order of the data: see ``generators_of``. ``more`` is kept as it is.
    """
    return {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "random": random_state(model, batches),
        **more,
    }


def restore(
    state: Mapping[str, Any], model: nn.Module, optimizer: torch.optim.Optimizer, batches: Any
) -> None:
    """Bring model, optimizer and all random numbers back to a snapshot.

    Raises ValueError if the snapshot is of another kind of model, optimizer or batches.
    """
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        set_random_state(state["random"], model, batches)
    except (KeyError, RuntimeError, ValueError) as error:
        raise ValueError(f"the checkpoint is of another model, optimizer or batches: {error}") from error


def save(state: Mapping[str, Any], path: Path) -> None:
    """Write a snapshot. Whenever the machine stops, ``path`` holds this snapshot or still the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        torch.save(dict(state), file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Read a snapshot; its tensors are on the CPU. Raises ValueError if the file holds none."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(f"{path} is no checkpoint, or a damaged one: {error}") from error
    if not isinstance(state, dict) or not {"model", "optimizer", "random"} <= state.keys():
        raise ValueError(f"{path} is no checkpoint that fit wrote")
    return state


def random_state(model: nn.Module, batches: Any) -> dict[str, Any]:
    """The state of every source of random numbers: Python, NumPy, torch, the device and the batches."""
    numpy_state: Any = np.random.get_state()
    name, keys, *rest = numpy_state
    device = device_of(model)
    return {
        "python": random.getstate(),
        "numpy": (name, keys.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        "mps": torch.mps.get_rng_state() if device.type == "mps" else None,
        "batches": [generator.get_state() for generator in generators_of(batches)],
    }


def set_random_state(state: Mapping[str, Any], model: nn.Module, batches: Any) -> None:
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    device = device_of(model)
    if device.type == "cuda" and state["cuda"] is not None:
        torch.cuda.set_rng_state(state["cuda"], device)
    if device.type == "mps" and state["mps"] is not None:
        torch.mps.set_rng_state(state["mps"])
    for generator, generator_state in zip(generators_of(batches), state["batches"], strict=True):
        generator.set_state(generator_state)


def generators_of(batches: Any) -> list[torch.Generator]:
    """The sources of randomness that decide the order of the data, where it is not torch's own.

    They are the attributes ``generator`` of the batches themselves, as a DataLoader has it, and of their
    samplers.
    """
    owners = [batches, getattr(batches, "sampler", None), getattr(batches, "batch_sampler", None)]
    found = [getattr(owner, "generator", None) for owner in owners]
    return [generator for generator in found if isinstance(generator, torch.Generator)]


def device_of(model: nn.Module) -> torch.device:
    """Where the parameters are."""
    return next(model.parameters()).device
