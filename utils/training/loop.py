"""The training loop of the course."""

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from utils.training import distributed
from utils.training.checkpoint import device_of, load, restore, save, snapshot


@dataclass
class History:
    """What ``fit`` saw: one number per finished epoch."""

    train_loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation (the first of equals); 0 if there is none."""
        scores = [math.inf if math.isnan(score) else score for score in self.validation]
        return scores.index(min(scores)) + 1 if scores else 0


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
    autocast: bool = False,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    count: Callable[[Any], float] = distributed.count_items,
    shard: Callable[[Any, int, int], Any] = distributed.shard,
) -> History:
    """Train a model by gradient descent and return the history of its loss.

    Started by ``torchrun --nproc-per-node 2 script.py``, two processes train one model. Each reads the same
    batches, computes on its own part of each, and takes the same step as one process would with the whole
    batch. They begin with the weights and random numbers of the first. Dropout draws other masks in each
    part, and batch normalisation sees its own part alone, so with these the curves agree only roughly.

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
        autocast: compute the loss in bfloat16 where ``torch.autocast`` holds it safe; the parameters and the
            validation keep their precision.
        patience: if given, stop when this many epochs have passed since the one with the lowest validation,
            and in the end take the weights of that one. Where more is better, validate by the negative.
        checkpoint: if given, a file that is replaced after every epoch. It holds the weights, the states of
            the optimizer and of the random numbers, and the history; not what ``loss`` remembers by itself.
        resume: go on after the last epoch in ``checkpoint``, if the file exists, with the same numbers as a
            run that was never stopped. ``epochs`` counts the finished ones too.
        count: with several processes, ``count(batch)`` is the number of terms that the loss is the mean of.
            They are the items of the batch, unless you say otherwise: for a mean over tokens, the number of
            tokens without padding.
        shard: with several processes, ``shard(batch, part, parts)`` gives one part of a batch. Unless you say
            otherwise, the first dimension of each tensor is cut.

    Returns:
        History: ``train_loss`` is each epoch's mean over its batches. An interrupt (Ctrl-C, the notebook's
        stop button) ends the training early and returns the epochs that were finished.

    Raises:
        ValueError: if an option is out of its range or lacks the one that it needs, an epoch has no batch,
            the loss is not a scalar, or ``checkpoint`` is there without ``resume`` or is of another run.
        FloatingPointError: if the loss becomes NaN or infinite, with its epoch and batch.
    """
    check_options(model, epochs, clip_norm, validate, patience, checkpoint, resume)
    distributed.join(device_of(model))
    if autocast:
        loss = torch.autocast(device_of(model).type, torch.bfloat16)(loss)
    loss = distributed.share_of(loss, shard, count)
    progress = progress and distributed.rank() == 0
    path = None if checkpoint is None else Path(checkpoint)
    history, best_weights = start(model, optimizer, batches, path, resume)
    check_same_options(history, best_weights, validate, patience)
    if progress and history.train_loss:
        print(f"resumed after epoch {len(history.train_loss)}", flush=True)
    try:
        for epoch in range(len(history.train_loss) + 1, epochs + 1):
            if patience is not None and len(history.validation) - history.best_epoch >= patience:
                if progress:
                    print(
                        f"stopped early: the best validation was that of epoch {history.best_epoch}",
                        flush=True,
                    )
                break
            train_loss = train_epoch(model, batches, loss, optimizer, clip_norm, epoch)
            score = None if validate is None else evaluate(model, validate)
            history.train_loss.append(train_loss)
            if score is not None:
                history.validation.append(score)
            if patience is not None and history.best_epoch == epoch:
                best_weights = copy.deepcopy(model.state_dict())
            if path is not None and distributed.rank() == 0:
                save(snapshot(model, optimizer, batches, history=vars(history), best=best_weights), path)
            if progress and is_reported(epoch, epochs):
                print_progress(epoch, epochs, train_loss, score)
    except KeyboardInterrupt:
        if progress:
            print(f"interrupted after {len(history.train_loss)} of {epochs} epochs", flush=True)
    finally:
        model.eval()
    if best_weights is not None:
        model.load_state_dict(best_weights)
    return history


def start(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Any, path: Path | None, resume: bool
) -> tuple[History, dict[str, Tensor] | None]:
    """Begin where the checkpoint ended, if there is one, and in all processes where the first one is.

    Returns the history up to there and the best weights in it (None: nobody looked for them).
    """
    state = None
    if distributed.rank() == 0 and path is not None and path.exists():
        if not resume:
            raise ValueError(f"{path} holds an earlier run: continue it with resume=True, or delete the file")
        state = load(path)
    if state is None and distributed.size() > 1:
        state = snapshot(model, optimizer, batches, history={}, best=None)
    state = distributed.from_first(state)
    if state is None:
        return History(), None
    restore(state, model, optimizer, batches)
    return History(**state["history"]), state["best"]


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
        with distributed.own_random_numbers(epoch, number):
            batch_loss = loss(model, batch)
        losses.append(check_loss(batch_loss, epoch, number))
        batch_loss.backward()
        distributed.add_gradients(model.parameters())
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
    if not losses:
        raise ValueError(
            f"epoch {epoch} had no batch: pass a list or a DataLoader, since a generator runs out"
        )
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(model: nn.Module, validate: Callable[[Any], float]) -> float:
    """``validate(model)`` in evaluation mode and without gradients."""
    model.eval()
    return distributed.from_first(float(validate(model)))


def check_options(
    model: nn.Module,
    epochs: int,
    clip_norm: float | None,
    validate: Callable[[Any], float] | None,
    patience: int | None,
    checkpoint: str | Path | None,
    resume: bool,
) -> None:
    if epochs < 0:
        raise ValueError(f"epochs must not be negative, got {epochs}")
    if clip_norm is not None and clip_norm <= 0:
        raise ValueError(f"clip_norm must be positive, got {clip_norm}; None leaves gradients as they are")
    if patience is not None and patience < 1:
        raise ValueError(f"patience must be at least 1, got {patience}; None never stops early")
    if patience is not None and validate is None:
        raise ValueError("patience needs validate, whose number says when to stop")
    if resume and checkpoint is None:
        raise ValueError("resume needs checkpoint, the file to go on from")
    if isinstance(model, DistributedDataParallel):
        raise ValueError("pass the model itself, model.module: fit adds the gradients of all processes")


def check_same_options(history: History, best_weights: Any, validate: Any, patience: int | None) -> None:
    """A resumed run must have looked at the validation, and for the best weights, from the beginning."""
    if not history.train_loss:
        return
    for name, option, was_used in [
        ("validate", validate, bool(history.validation)),
        ("patience", patience, best_weights is not None),
    ]:
        if (option is not None) != was_used:
            raise ValueError(
                f"the run in the checkpoint was started {'with' if was_used else 'without'} {name}: "
                "resume it in the same way, or start a new one"
            )


def check_loss(loss: Tensor, epoch: int, batch: int) -> float:
    """The loss of the whole batch, which must be one finite number."""
    if loss.numel() != 1:
        raise ValueError(f"the loss must be one number, got shape {tuple(loss.shape)}: take its mean")
    value = distributed.total(loss)
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the loss became {value} in epoch {epoch}, batch {batch}: "
            "lower the learning rate, clip the gradient or look for bad data"
        )
    return value


def is_reported(epoch: int, epochs: int) -> bool:
    """About ten epochs, evenly spaced, and the last."""
    return epoch % max(1, epochs // 10) == 0 or epoch == epochs


def print_progress(epoch: int, epochs: int, train_loss: float, score: float | None) -> None:
    line = f"epoch {epoch:{len(str(epochs))}}/{epochs}  loss {train_loss:.4f}"
    print(line if score is None else f"{line}  validation {score:.4f}", flush=True)
