"""The next character of tiny Shakespeare, in nats: the last tenth of the text is the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.real_data.intervals import of_ratio
from experiments.real_data.training import Setting, moved, record, start, train
from utils.data import load
from utils.models import LSTM, LanguageModel, NGramModel
from utils.text import BPTTBatches, Vocab, build_vocabulary, numericalise

TARGETS = {"tiny-shakespeare": 1.55}
SEEDS = (0, 1, 2)
ORDERS = (5, 6, 7)  # of n-grams
BLOCK = 500  # characters that are drawn together for the interval: neighbours are not independent
HELD_OUT = 45  # one part of so many of the training text, its last, chooses the epoch


class Size(NamedTuple):
    characters: int | None  #: of each split; all if None
    hidden_size: int
    num_layers: int
    epochs: int
    embedding_size: int = 128
    batch_size: int = 64
    seq_length: int = 128
    dropout: float = 0.4
    lr: float = 2e-3


SIZES = {
    "tiny": Size(4_000, 16, 1, 2, batch_size=4, seq_length=32),
    "default": Size(None, 256, 1, 5, dropout=0.1, lr=4e-3),
    "full": Size(None, 512, 2, 30),
}


def runs(setting: Setting) -> dict[str, Callable[[], dict[str, Any]]]:
    """The runs by name."""
    networks = {f"tiny-shakespeare/LSTM/{seed}": partial(network, seed, setting) for seed in SEEDS}
    orders = ORDERS if setting.size != "tiny" else ORDERS[:1]
    return networks | {
        f"tiny-shakespeare/baseline/{order}": partial(counted, order, setting) for order in orders
    }


def read(size: Size) -> tuple[Vocab, dict[str, Tensor]]:
    """The characters as numbers: the test is all that the course's splits hold back, the last tenth."""
    data = load("tinyshakespeare", "real")
    held = len(data["train"]) // HELD_OUT
    texts = {
        "train": data["train"][:-held],
        "valid": data["train"][-held:],
        "test": data["valid"] + data["test"],
    }
    vocabulary = build_vocabulary([list(data["train"])])
    numbers = {
        split: numericalise(list(text[: size.characters]), vocabulary) for split, text in texts.items()
    }
    return vocabulary, numbers


class Rows:
    """``BPTTBatches`` that say whether they are the first of an epoch, where the state is zero."""

    def __init__(self, text: Tensor, size: Size) -> None:
        self.batches = list(BPTTBatches(text, size.batch_size, size.seq_length))

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, bool]]:
        return ((*batch, number == 0) for number, batch in enumerate(self.batches))


class CarriedLoss:
    """Cross-entropy of the next characters; each batch starts from the state after the one before."""

    def __init__(self) -> None:
        self.state: Any = None

    def __call__(self, model: nn.Module, batch: tuple[Tensor, Tensor, bool]) -> Tensor:
        inputs, targets, is_first = batch
        logits, state = model(inputs, None if is_first else self.state)
        self.state = tuple(part.detach() for part in state)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def network(seed: int, setting: Setting) -> dict[str, Any]:
    """An LSTM language model."""
    run = start(setting, seed)
    size = SIZES[setting.size]
    vocabulary, numbers = read(size)
    model = LanguageModel(
        len(vocabulary),
        size.embedding_size,
        size.hidden_size,
        num_layers=size.num_layers,
        cell=LSTM,
        dropout=size.dropout,
    )
    valid = Rows(numbers["valid"], size._replace(batch_size=min(size.batch_size, 16)))
    carried = CarriedLoss()

    def score(model: nn.Module) -> float:
        """Higher is better: less than nothing."""
        losses = [float(carried(model, moved(batch, run.device))) for batch in valid]
        return -float(np.mean(losses))

    trained = train(
        model, Rows(numbers["train"], size), CarriedLoss(), score, run, epochs=size.epochs, lr=size.lr
    )
    found = {split: nats(model, numbers[split].to(run.device)) for split in ("valid", "test")}
    return summary(run, found, **trained)


@torch.no_grad()
def nats(model: Any, text: Tensor, piece: int = 4096) -> np.ndarray:
    """-log p of each character but the first, read one after the other from the beginning."""
    state, found = None, []
    for inputs, targets in zip(text[:-1].split(piece), text[1:].split(piece), strict=True):
        logits, state = model(inputs[None], state)
        found.append(F.cross_entropy(logits[0], targets, reduction="none").cpu())
    return torch.cat(found).numpy()


def counted(order: int, setting: Setting) -> dict[str, Any]:
    """Kneser–Ney n-grams of this order; the best order is that of the lowest validation."""
    run = start(setting._replace(device="cpu"))
    vocabulary, numbers = read(SIZES[setting.size])
    model = NGramModel(len(vocabulary), order).fit([numbers["train"]])
    found = {split: nats(model, numbers[split]) for split in ("valid", "test")}
    return summary(run, found, what=f"{order}-grams, Kneser–Ney")


def summary(run: Any, found: dict[str, np.ndarray], **more: Any) -> dict[str, Any]:
    test = found["test"].astype(float)
    starts = np.arange(0, len(test), BLOCK)
    sums = np.add.reduceat(test, starts)
    lengths = np.diff([*starts, len(test)])
    return record(run, float(found["valid"].mean()), float(test.mean()), of_ratio(sums, lengths), **more)
