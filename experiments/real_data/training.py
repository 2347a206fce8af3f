"""What the tasks share: training that a time limit may end at any batch, and the record of a run."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from utils.device import best_device, seed_everything
from utils.training import fit

WARM_UP = 0.05  # of the training, in which the learning rate rises
LOWEST = 0.01  # of the largest learning rate, at the end


class Setting(NamedTuple):
    """What the command says to every run."""

    size: str  #: tiny, default or full
    device: str  #: auto, cpu or cuda
    minutes: float | None  #: a run trains no longer than this; None: until its epochs are over


@dataclass
class Clock:
    """The time since a run began, and the share of its minutes that has passed."""

    minutes: float | None
    begin: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        return time.monotonic() - self.begin

    def share(self) -> float:
        """0 at the beginning, 1 when the time is over; always 0 without a limit."""
        return 0.0 if self.minutes is None else min(1.0, self.seconds() / (60 * self.minutes))

    def is_over(self) -> bool:
        return self.share() >= 1


class Started(NamedTuple):
    """A run that has begun: its time, its device."""

    clock: Clock
    device: torch.device


def start(setting: Setting, seed: int = 0) -> Started:
    """Seed everything and start the time of a run.

    On a GPU, products of float32 matrices may use its shorter format TF32, as cuDNN's recurrent kernels do.
    """
    seed_everything(seed)
    torch.set_float32_matmul_precision("high")
    device = best_device() if setting.device == "auto" else torch.device(setting.device)
    return Started(Clock(setting.minutes), device)


@dataclass
class Paced:
    """The batches of an epoch on the device, each with its learning rate, until the time is over.

    After a warm-up the rate falls as half a cosine, by the steps of all epochs or by the time that has
    passed, whichever is further: a run that is cut short by its time limit ends at a small rate, too. An
    epoch has one batch at least.
    """

    batches: Iterable[Any]
    optimizer: torch.optim.Optimizer
    lr: float
    steps: int
    run: Started
    taken: int = 0

    def __iter__(self) -> Iterator[Any]:
        for number, batch in enumerate(self.batches):
            if number > 0 and self.run.clock.is_over():
                return
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate()
            self.taken += 1
            yield moved(batch, self.run.device)

    def rate(self) -> float:
        done = self.taken / self.steps
        rise = min(1.0, (done + 1 / self.steps) / WARM_UP)
        progress = min(1.0, max(done, self.run.clock.share()))
        return self.lr * rise * max(LOWEST, 0.5 * (1 + math.cos(math.pi * progress)))


def moved(batch: Any, device: torch.device) -> Any:
    """A tensor, or a tuple of tensors and numbers, on the device."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, tuple):
        parts = [moved(part, device) for part in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else tuple(parts)
    return batch


def train(
    model: nn.Module,
    batches: Any,
    loss: Callable[[Any, Any], Tensor],
    score: Callable[[Any], float],
    run: Started,
    *,
    epochs: int,
    lr: float,
    weight_decay: float = 0.0,
) -> dict[str, Any]:
    """Train ``model``, which in the end has the weights of the epoch with the highest ``score(model)``.

    ``score`` looks at validation data alone. Where the time is over, or the loss is no longer a number, the
    epochs up to there count.

    Returns what the record of the run says of its training.
    """
    model.to(run.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay)
    paced = Paced(batches, optimizer, lr, epochs * len(batches), run)
    scores: list[float] = []
    best: dict[str, Tensor] | None = None
    ended = "all epochs"
    while len(scores) < epochs:
        if scores and run.clock.is_over():
            ended = "the time limit"
            break
        try:
            fit(model, paced, loss, optimizer, 1, clip_norm=1.0, progress=False)
        except FloatingPointError as error:
            if best is None:
                raise
            ended = str(error)
            break
        with torch.no_grad():
            scores.append(score(model))
        if scores[-1] == max(scores):
            best = copy.deepcopy(model.state_dict())
    assert best is not None
    model.load_state_dict(best)
    model.eval()
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "epochs": len(scores),
        "steps": paced.taken,
        "best epoch": scores.index(max(scores)) + 1,
        "scores": [round(value, 4) for value in scores],
        "ended by": ended,
    }


def record(
    run: Started, valid: float, test: float, interval: tuple[float, float], **more: Any
) -> dict[str, Any]:
    """A run in the file of results; ``interval`` is that of the test score."""
    device = torch.cuda.get_device_name(run.device) if run.device.type == "cuda" else run.device.type
    return {
        "valid": valid,
        "test": test,
        "interval": list(interval),
        "seconds": round(run.clock.seconds(), 1),
        "device": device,
        "torch": torch.__version__,
        **more,
    }
