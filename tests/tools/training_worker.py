"""What the processes of ``torchrun`` do in test_distributed.py, which also runs it in one process.

Called as a script, it runs every training below and writes what it saw to a file for each process.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from utils.training import distributed, fit

PADDING = -100
RANK = int(os.environ.get("RANK", 0))  # torchrun sets it


class Reader(nn.Module):
    """A label for every step; in float64, so that only a mistake can move a curve by more than 1e-12."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 5, batch_first=True, dtype=torch.float64)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(5, 4, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.dropout(self.rnn(x)[0]))


def ragged_batches(*sizes: int) -> list[dict[str, Tensor]]:
    """Batches with so many items, of 1 to 6 steps each, padded to 6."""
    generator = torch.Generator().manual_seed(1)
    batches = []
    for size in sizes:
        lengths = torch.randint(1, 7, (size,), generator=generator)
        labels = torch.randint(4, (size, 6), generator=generator)
        labels[torch.arange(6) >= lengths[:, None]] = PADDING
        x = torch.randn(size, 6, 3, generator=generator, dtype=torch.float64)
        batches.append({"x": x, "labels": labels})
    return batches


def token_loss(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """The mean over real steps, of which items have different numbers."""
    logits = model(batch["x"])
    return F.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), ignore_index=PADDING)


def count_tokens(batch: dict[str, Tensor]) -> Tensor:
    return (batch["labels"] != PADDING).sum()


def train(model: nn.Module, batches: Any, loss: Callable, epochs: int = 4, **options: Any) -> dict[str, Any]:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    history = fit(model, batches, loss, optimizer, epochs, **{"progress": False, **options})
    return {**vars(history), "weights": model.state_dict()}


def tokens(folder: Path, **options: Any) -> dict[str, Any]:
    """Ragged sequences, a clipped gradient, and batches too small for two processes."""
    torch.manual_seed(0)
    batches = ragged_batches(7, 4, 1, 5)

    def validate(model: nn.Module) -> Tensor:
        return sum(token_loss(model, batch) for batch in ragged_batches(3, 2))

    return train(
        Reader(),
        batches,
        token_loss,
        **{"count": count_tokens, "clip_norm": 0.05, "validate": validate, **options},
    )


def wrong_count(folder: Path) -> dict[str, Any]:
    return tokens(folder, count=distributed.count_items)


def stops_early(folder: Path) -> dict[str, Any]:
    scores = iter([3.0, 1.0, 2.0, 4.0])
    return tokens(folder, epochs=9, patience=2, validate=lambda model: next(scores))


def shuffled(folder: Path) -> dict[str, Any]:
    """Each process has a seed of its own, so that alone the first one's weights and order can agree."""
    torch.manual_seed(RANK)
    x = torch.randn(11, 6, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    loader = DataLoader(TensorDataset(x, x.cumsum(1)), batch_size=4, shuffle=True)

    def loss(model: nn.Module, batch: list[Tensor]) -> Tensor:
        return F.mse_loss(model(batch[0])[..., :3], batch[1])

    return train(Reader(), loader, loss)


class Branches(nn.Module):
    """``rare`` is used by the items with x < 0 alone, ``idle`` by none."""

    def __init__(self) -> None:
        super().__init__()
        self.usual, self.rare, self.idle = (
            nn.Parameter(torch.full((2,), float(value), dtype=torch.float64)) for value in (1, 2, 3)
        )

    def forward(self, x: Tensor) -> Tensor:
        negative = x < 0
        y = (self.usual * x[:, None]).sum(1)
        return y.masked_scatter(negative, (self.rare * x[negative][:, None]).sum(1)) if negative.any() else y


def unused(folder: Path) -> dict[str, Any]:
    x = torch.tensor([1.0, 2.0, 3.0, -1.0], dtype=torch.float64)
    model = Branches()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.1)
    history = fit(model, [x], lambda m, part: m(part).square().mean(), optimizer, 3, progress=False)
    return {**vars(history), "weights": model.state_dict()}


def dropout(folder: Path, epochs: int = 4, **options: Any) -> dict[str, Any]:
    torch.manual_seed(0)
    masks = []

    def loss(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        masks.append(model.dropout(torch.ones(20)) > 0)
        return token_loss(model, batch)

    result = train(Reader(dropout=0.5), ragged_batches(4, 4), loss, epochs, count=count_tokens, **options)
    return {**result, "masks": torch.stack(masks), "next": torch.rand(3)}


def resumed(folder: Path) -> dict[str, Any]:
    file = folder / "resumed.pt"
    dropout(folder, epochs=2, checkpoint=file)
    return dropout(folder, epochs=4, checkpoint=file, resume=True)


def prints(folder: Path) -> dict[str, Any]:
    return tokens(folder, progress=True)


def fails(folder: Path) -> dict[str, Any]:
    """The loss is NaN in one process alone; the other must not wait for it for ever."""

    def loss(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        return token_loss(model, batch) * (torch.nan if RANK == 1 else 1)

    try:
        train(Reader(), ragged_batches(4), loss)
    except FloatingPointError as error:
        return {"error": str(error)}
    return {}


TRAININGS = [
    tokens,
    wrong_count,
    stops_early,
    shuffled,
    unused,
    dropout,
    resumed,
    prints,
    fails,
]

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    seen = {training.__name__: training(folder) for training in TRAININGS}
    torch.save({**seen, "size": distributed.size()}, folder / f"process{distributed.rank()}.pt")
