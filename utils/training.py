"""The training loop of the course."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn


@dataclass
class History:
    """What ``fit`` saw: one number per finished epoch."""

    train_loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


def fit(
    model: nn.Module,
    batches: Iterable[Any],
    loss: Callable[[Any, Any], Tensor],
    optimizer: torch.optim.Optimizer,
    epochs: int,
    *,
    clip_norm: float | None = None,
    validate: Callable[[Any], float] | None = None,
    progress: bool = True,
) -> History:
    """Train a model by gradient descent and return the history of its loss.

    Args:
        model: what is trained; afterwards it is in evaluation mode.
        batches: what one epoch reads, from the start in every epoch (a list, a DataLoader; no generator).
        loss: ``loss(model, batch)`` gives the scalar to make small.
        optimizer: holds the parameters of the model.
        epochs: how often to read all batches.
        clip_norm: if given, a gradient that is longer than this is scaled down to this length.
        validate: if given, ``validate(model)`` is called after every epoch, in evaluation mode and without
            gradients, and its number is kept in ``history.validation``.
        progress: print about ten lines on the way.

    Returns:
        History: ``train_loss`` is each epoch's mean over its batches. An interrupt (Ctrl-C, the notebook's
        stop button) ends the training early and returns the epochs that were finished.

    Raises:
        ValueError: if epochs < 0, clip_norm <= 0, an epoch has no batch or the loss is not a scalar.
        FloatingPointError: if the loss becomes NaN or infinite, with its epoch and batch.
    """
    if epochs < 0:
        raise ValueError(f"epochs must not be negative, got {epochs}")
    if clip_norm is not None and clip_norm <= 0:
        raise ValueError(f"clip_norm must be positive, got {clip_norm}; None leaves gradients as they are")
    history = History()
    try:
        for epoch in range(1, epochs + 1):
            train_loss = train_epoch(model, batches, loss, optimizer, clip_norm, epoch)
            score = None if validate is None else evaluate(model, validate)
            history.train_loss.append(train_loss)
            if score is not None:
                history.validation.append(score)
            if progress and is_reported(epoch, epochs):
                print_progress(epoch, epochs, train_loss, score)
    except KeyboardInterrupt:
        if progress:
            print(f"interrupted after {len(history.train_loss)} of {epochs} epochs", flush=True)
    finally:
        model.eval()
    return history


def train_epoch(
    model: nn.Module,
    batches: Iterable[Any],
    loss: Callable[[Any, Any], Tensor],
    optimizer: torch.optim.Optimizer,
    clip_norm: float | None,
    epoch: int,
) -> float:
    """One pass over the batches, one descent step each; returns the mean loss."""
    model.train()
    losses = []
    for number, batch in enumerate(batches, start=1):
        optimizer.zero_grad()
        batch_loss = loss(model, batch)
        check_loss(batch_loss, epoch, number)
        batch_loss.backward()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        losses.append(batch_loss.item())
    if not losses:
        raise ValueError(
            f"epoch {epoch} had no batch: pass a list or a DataLoader, since a generator runs out"
        )
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(model: nn.Module, validate: Callable[[Any], float]) -> float:
    """``validate(model)`` in evaluation mode and without gradients."""
    model.eval()
    return float(validate(model))


def check_loss(loss: Tensor, epoch: int, batch: int) -> None:
    if loss.numel() != 1:
        raise ValueError(f"the loss must be one number, got shape {tuple(loss.shape)}: take its mean")
    if not math.isfinite(loss.item()):
        raise FloatingPointError(
            f"the loss became {loss.item()} in epoch {epoch}, batch {batch}: "
            "lower the learning rate, clip the gradient or look for bad data"
        )


def is_reported(epoch: int, epochs: int) -> bool:
    """About ten epochs, evenly spaced, and the last."""
    return epoch % max(1, epochs // 10) == 0 or epoch == epochs


def print_progress(epoch: int, epochs: int, train_loss: float, score: float | None) -> None:
    line = f"epoch {epoch:{len(str(epochs))}}/{epochs}  loss {train_loss:.4f}"
    print(line if score is None else f"{line}  validation {score:.4f}", flush=True)
