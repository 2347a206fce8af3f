"""The next notes of Bach's chorales, in nats a step: summed binary cross-entropy of 88 notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.real_data.intervals import of_ratio
from experiments.real_data.training import Setting, record, start, train
from utils.data import load
from utils.models import LSTM, Forecaster
from utils.models.pooling import step_mask

TARGETS = {"jsb": 8.6}
SEEDS = (0, 1, 2)
LOWEST, NOTES = 21, 88  # a piano's keys, in MIDI numbers

Rolls = dict[str, list[Tensor]]


class Size(NamedTuple):
    items: int | None  #: chorales of each split; all if None
    hidden_size: int
    epochs: int
    num_layers: int = 1
    batch_size: int = 16
    dropout: float = 0.5
    noise: float = 0.1  #: the share of the notes that are not read, in training
    lr: float = 1e-2


SIZES = {
    "tiny": Size(12, 16, 2),
    "default": Size(None, 100, 25, dropout=0.2),
    "full": Size(None, 100, 25, dropout=0.2),
}


def runs(setting: Setting) -> dict[str, Callable[[], dict[str, Any]]]:
    """The runs by name."""
    networks = {f"jsb/LSTM/{seed}": partial(network, seed, setting) for seed in SEEDS}
    return networks | {"jsb/baseline/0": partial(simple, setting)}


def read(size: Size) -> Rolls:
    """Each chorale as (steps, 88) zeros and ones."""
    data = load("chorales", "real")
    return {split: [roll(chorale) for chorale in several[: size.items]] for split, several in data.items()}


def roll(chorale: tuple[tuple[int, ...], ...]) -> Tensor:
    notes = torch.zeros(len(chorale), NOTES)
    for step, sounding in enumerate(chorale):
        notes[step, [note - LOWEST for note in sounding]] = 1
    return notes


class Batch(NamedTuple):
    """Chorales padded by silence; the notes before the first step are none."""

    inputs: Tensor  #: (batch, time, 88): the notes one step before the targets
    targets: Tensor  #: (batch, time, 88)
    lengths: Tensor  #: (batch,)


def batch_of(rolls: list[Tensor]) -> Batch:
    targets = nn.utils.rnn.pad_sequence(rolls, batch_first=True)
    return Batch(F.pad(targets, (0, 0, 1, -1)), targets, torch.tensor([len(notes) for notes in rolls]))


class Shuffled:
    """The training chorales in a new order in every epoch."""

    def __init__(self, rolls: list[Tensor], batch_size: int, seed: int) -> None:
        self.rolls, self.batch_size = rolls, batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self.rolls) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        order = torch.randperm(len(self.rolls), generator=self.generator)
        return (batch_of([self.rolls[i] for i in chosen]) for chosen in order.split(self.batch_size))


def network(seed: int, setting: Setting) -> dict[str, Any]:
    """An LSTM forecaster whose outputs are the logits of the notes."""
    run = start(setting, seed)
    size = SIZES[setting.size]
    rolls = read(size)
    model = forecaster(size, rolls["train"])
    batches = {split: batch_of(rolls[split]) for split in ("valid", "test")}

    def per_chorale(model: nn.Module, split: str) -> np.ndarray:
        batch = Batch(*(part.to(run.device) for part in batches[split]))
        return chorale_sums(model(batch.inputs, lengths=batch.lengths)[0], batch).double().cpu().numpy()

    def score(model: nn.Module) -> float:
        return -float(per_chorale(model, "valid").sum() / batches["valid"].lengths.sum())

    shuffled = Shuffled(rolls["train"], size.batch_size, seed)
    batch_loss = partial(loss, noise=size.noise)
    trained = train(model, shuffled, batch_loss, score, run, epochs=size.epochs, lr=size.lr)
    with torch.no_grad():
        sums = per_chorale(model, "test")
        valid = -score(model)
    steps = batches["test"].lengths.numpy()
    return record(run, valid, float(sums.sum() / steps.sum()), of_ratio(sums, steps), **trained)


def forecaster(size: Size, rolls: list[Tensor]) -> Forecaster:
    """An LSTM forecaster with dropout, which begins at the frequencies of the notes."""
    model = Forecaster(NOTES, size.hidden_size, NOTES, num_layers=size.num_layers, cell=LSTM)
    if size.num_layers > 1:
        model.rnn.dropout = size.dropout  # between the layers
    nn.init.zeros_(model.head.weight)
    model.head.bias.data = torch.cat(rolls).mean(dim=0).clamp(1e-3, 1 - 1e-3).logit()
    model.head = nn.Sequential(nn.Dropout(size.dropout), model.head)
    return model


def chorale_sums(logits: Tensor, batch: Batch) -> Tensor:
    """Of each chorale -log p of all its notes: summed over the notes and the steps, (batch,)."""
    nats = F.binary_cross_entropy_with_logits(logits, batch.targets, reduction="none").sum(dim=2)
    return nats.masked_fill(~step_mask(nats, batch.lengths), 0).sum(dim=1)


def loss(model: nn.Module, batch: Batch, noise: float) -> Tensor:
    """Nats a step; of the notes that are read a share ``noise`` is left out."""
    inputs = F.dropout(batch.inputs, noise)
    sums = chorale_sums(model(inputs, lengths=batch.lengths)[0], batch)
    return sums.sum() / batch.lengths.sum()


def simple(setting: Setting) -> dict[str, Any]:
    """How often a note sounds, by which of the notes within a few semitones sounded one step before."""
    run = start(setting._replace(device="cpu"))
    rolls = read(SIZES[setting.size])
    tried = {}
    for reach in (None, 0, 1, 2):
        table = frequencies(rolls["train"], reach)
        tried[reach] = {split: forecast(rolls[split], table, reach) for split in ("valid", "test")}
    steps = {split: np.array([len(notes) for notes in rolls[split]]) for split in ("valid", "test")}
    reach = min(tried, key=lambda each: tried[each]["valid"].sum())
    valid, test = tried[reach]["valid"], tried[reach]["test"]
    what = "how often each note sounds"
    if reach is not None:
        what += f" after which notes within {reach} semitones of it"
    return record(
        run,
        float(valid.sum() / steps["valid"].sum()),
        float(test.sum() / steps["test"].sum()),
        of_ratio(test, steps["test"]),
        what=what,
    )


def contexts(notes: Tensor, reach: int | None) -> np.ndarray:
    """(steps, 88): each note's context one step before, its neighbours read as binary digits."""
    if reach is None:
        return np.zeros((len(notes), NOTES), dtype=int)
    before = F.pad(notes, (reach, reach, 1, -1)).numpy().astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(before, 2 * reach + 1, axis=1)
    return windows @ (1 << np.arange(2 * reach + 1))


def frequencies(rolls: list[Tensor], reach: int | None) -> np.ndarray:
    """p (88, contexts) that a note sounds; a context that is rare leans on the note's own frequency."""
    several = 1 if reach is None else 2 ** (2 * reach + 1)
    where = np.concatenate([contexts(notes, reach) for notes in rolls])
    sounds = torch.cat(rolls).numpy()
    own = (sounds.sum(axis=0) + 0.1) / (len(sounds) + 1)
    on, seen = np.zeros((NOTES, several)), np.zeros((NOTES, several))
    note = np.broadcast_to(np.arange(NOTES), where.shape)
    np.add.at(seen, (note, where), 1)
    np.add.at(on, (note, where), sounds)
    return (on + 2 * own[:, None]) / (seen + 2)


def forecast(rolls: list[Tensor], table: np.ndarray, reach: int | None) -> np.ndarray:
    """Of each chorale -log p of its notes."""
    sums = []
    for notes in rolls:
        p = table[np.arange(NOTES), contexts(notes, reach)]
        sums.append(-np.log(np.where(notes.numpy() > 0, p, 1 - p)).sum())
    return np.array(sums)
