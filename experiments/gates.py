"""Which parts of a gated cell matter, which cell is better, and what depth and a second direction bring.

    python -m experiments.gates [recall prose layers tagging] [--to FILE]

Chapter 4 reads the file. Each row is written when it is measured, and a row that the file has is not measured
again: a run that was stopped goes on, and without the file everything is new. Nothing is chosen on a test
split: one setting holds for all cells of a table.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.chapters.remembering import recalled, train_recaller
from utils.data import Dataset, load
from utils.data.made.tagged import ceiling
from utils.device import seed_everything
from utils.models import GRU, LSTM, MUT1, MUT2, MUT3, RNN, LanguageModel, Tagger
from utils.text import BucketBatches, Vocab, build_vocabulary, numericalise_all, pad
from utils.training import fit

TO = Path("book/chapters/04-lstm-and-gru/default.json")
GREFF = ("V", "CIFG", "FGR", "NP", "NOG", "NIAF", "NIG", "NFG", "NOAF")
TEN: dict[str, Callable[..., nn.Module]] = {
    "tanh": RNN,
    "LSTM": LSTM,
    "LSTM-f": partial(LSTM, variant="LSTM-f"),
    "LSTM-i": partial(LSTM, variant="LSTM-i"),
    "LSTM-o": partial(LSTM, variant="LSTM-o"),
    "LSTM-b": partial(LSTM, forget_bias=1.0),
    "GRU": GRU,
    "MUT1": MUT1,
    "MUT2": MUT2,
    "MUT3": MUT3,
}
THREE = {"RNN": RNN, "GRU": GRU, "LSTM": TEN["LSTM-b"]}
WINDOW, BATCH = 32, 16  # characters of a training piece, and pieces of a batch


def main() -> None:
    parts = {"recall": recall_table, "prose": prose_table, "layers": layers_table, "tagging": tagging_table}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(parts)}; default: all")
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    torch.set_num_threads(1)
    kept = Kept(options.to)
    for part in options.parts or parts:
        print(f"\n{part}", flush=True)
        parts[part](kept)


class Kept:
    """What has been measured, in a file: part → group → row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def row(self, part: str, group: str, name: str, measure: Callable[[], Any]) -> Any:
        """A row of the file; if it is not there, measure it and write it."""
        rows = self.content.setdefault(part, {}).setdefault(group, {})
        if name not in rows:
            rows[name] = measure()
            self.path.write_text(json.dumps(self.content, indent=1) + "\n", encoding="utf-8")
        return rows[name]

    def note(self, part: str, **facts: Any) -> None:
        """Facts about a part."""
        self.content.setdefault(part, {}).update(facts)


def recall_table(kept: Kept) -> None:
    """The share of right answers on streams of 16 and of 100 steps, for every cell and seed."""
    seeds = range(6)
    kept.note("recall", seeds=len(seeds))

    def measure(cell: Callable[..., nn.Module]) -> dict[str, list[float]]:
        models = [train_recaller(cell, seed) for seed in seeds]
        return {str(steps): [recalled(model, steps) for model in models] for steps in (16, 100)}

    for name, cell in ({name: partial(LSTM, variant=name) for name in GREFF} | TEN).items():
        row = kept.row("recall", "accuracy", name, partial(measure, cell))
        print(f"{name:8} {spread(row['16'])}   {spread(row['100'])}", flush=True)


# the next character of real prose


class Characters:
    """A text as numbers, and what a model makes of it."""

    def __init__(self, data: Dataset) -> None:
        self.vocabulary = build_vocabulary([list(data["train"])])
        numbers = {part: numericalise_all([list(data[part])], self.vocabulary)[0] for part in data}
        self.train = numbers["train"]
        pieces = len(numbers["test"]) // 200
        self.test = numbers["test"][: 200 * pieces].view(pieces, 200)

    def model(self, cell: Callable[..., nn.Module], hidden_size: int, num_layers: int = 1) -> LanguageModel:
        return LanguageModel(len(self.vocabulary), 32, hidden_size, num_layers=num_layers, cell=cell)

    def batch(self, generator: torch.Generator) -> Tensor:
        start = torch.randint(len(self.train) - WINDOW, (BATCH, 1), generator=generator)
        return self.train[start + torch.arange(WINDOW + 1)]

    @torch.no_grad()
    def bits(self, model: nn.Module) -> float:
        """Cross-entropy of the test text in bits a character, in pieces of 200."""
        return self.loss(model.eval(), self.test).item() / math.log(2)

    @staticmethod
    def loss(model: nn.Module, tokens: Tensor) -> Tensor:
        logits, _ = model(tokens[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def learn(text: Characters, model: nn.Module, seed: int, updates: int, every: int) -> list[float]:
    """Bits a character on the test text after every ``every`` updates."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    curve = []
    for update in range(1, updates + 1):
        loss = text.loss(model.train(), text.batch(generator))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if update % every == 0:
            curve.append(text.bits(model))
    return curve


def prose_table(kept: Kept) -> None:
    """The ten cells with equal width; then RNN, GRU and LSTM for longer, with equal width and equal size."""
    data = load("prose", "default")
    text, seeds, updates, every = Characters(data), range(3), 150, 50
    kept.note("prose", data=data.title, characters=len(data["train"]), updates=updates, every=every)

    def measure(cell: Callable[..., nn.Module], width: int, updates: int, every: int) -> dict[str, Any]:
        curves, parameters = [], 0
        for seed in seeds:
            seed_everything(seed)
            model = text.model(cell, width)
            parameters = sum(p.numel() for p in model.encoder.rnn.parameters())
            curves.append(learn(text, model, seed, updates, every))
        return {"width": width, "parameters": parameters, "bits": curves}

    for name, cell in TEN.items():
        row = kept.row("prose", "ten", name, partial(measure, cell, 64, updates, updates))
        print(f"{name:8} {spread([curve[-1] for curve in row['bits']])} bits", flush=True)
    for group, widths in (("equal width", (64, 64, 64)), ("equal size", (155, 78, 64))):
        for (name, cell), width in zip(THREE.items(), widths, strict=True):
            row = kept.row("prose", group, name, partial(measure, cell, width, 300, every))
            bits = spread([curve[-1] for curve in row["bits"]])
            print(f"{group}: {name:5} {row['parameters']:6} parameters, {bits} bits", flush=True)


def layers_table(kept: Kept) -> None:
    """One, two and three layers of an LSTM with about the same number of parameters, on the same text."""
    text = Characters(load("prose", "default"))
    kept.note("layers", updates=300, every=100)

    def measure(layers: int, width: int) -> dict[str, Any]:
        bits, parameters = [], 0
        for seed in range(3):
            seed_everything(seed)
            model = text.model(TEN["LSTM-b"], width, layers)
            parameters = sum(p.numel() for p in model.encoder.rnn.parameters())
            bits.append(learn(text, model, seed, 300, 100))
        return {"width": width, "parameters": parameters, "bits": bits}

    for layers, width in ((1, 128), (2, 77), (3, 61)):
        row = kept.row("layers", "layers", str(layers), partial(measure, layers, width))
        bits = spread([curve[-1] for curve in row["bits"]])
        print(f"{layers} layers of {width}: {row['parameters']} parameters, {bits} bits", flush=True)


# tags


class Tags:
    """The sentences of ``load("tagged")`` as numbers."""

    def __init__(self, data: Dataset) -> None:
        sentences = {part: [item for item in data[part] if len(item.tokens) > 1][:4800] for part in data}
        train = sentences["train"]
        self.words: Vocab = build_vocabulary((item.tokens for item in train), max_tokens=2000)
        self.tags: Vocab = build_vocabulary((item.tags for item in train), specials=())
        self.ceiling = ceiling(sentences["test"])
        self.items = {part: self._numbers(items) for part, items in sentences.items()}

    def _numbers(self, items: Sequence[Any]) -> list[tuple[Tensor, Tensor]]:
        tokens = numericalise_all([item.tokens for item in items], self.words)
        labels = numericalise_all([item.tags for item in items], self.tags)
        return list(zip(tokens, labels, strict=True))

    def hidden(self, part: str, seed: int, share: float = 0.3) -> list[tuple[Tensor, Tensor]]:
        """The sentences with this share of their words replaced by the unknown one; the full stop stays."""
        generator = torch.Generator().manual_seed(seed)
        items = []
        for tokens, labels in self.items[part]:
            gone = torch.rand(len(tokens), generator=generator) < share
            items.append(
                (tokens.masked_fill(gone & (tokens != self.words["."]), self.words["<unk>"]), labels)
            )
        return items

    def train(
        self, items: list[tuple[Tensor, Tensor]], seed: int, epochs: int, both: bool, layers: int = 1
    ) -> Tagger:
        seed_everything(seed)
        width = 16 if both else 32
        model = Tagger(
            len(self.words), 16, width, len(self.tags), bidirectional=both, cell=LSTM, num_layers=layers
        )
        batches = BucketBatches(items, 64, collate, length=lambda item: len(item[0]), seed=seed)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        fit(model, batches, tagging_loss, optimizer, epochs, clip_norm=1.0, progress=False)
        return model


def collate(items: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    tokens, lengths = pad([tokens for tokens, _ in items])
    labels, _ = pad([labels for _, labels in items], padding_value=-100)
    return tokens, lengths, labels


def tagging_loss(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    tokens, lengths, labels = batch
    return F.cross_entropy(model(tokens, lengths).flatten(0, 1), labels.flatten())


@torch.no_grad()
def tag_accuracy(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor], where: Tensor) -> float:
    tokens, lengths, labels = batch
    right = model(tokens, lengths).argmax(dim=-1) == labels
    return right[where].float().mean().item()


def tagging_table(kept: Kept) -> None:
    """Forward and in both directions: after six epochs, with one layer and two, and on unknown words."""
    data = load("tagged", "default").without_repeats()
    task = Tags(data)
    test, hidden = collate(task.items["test"]), collate(task.hidden("test", seed=1))
    real, gone = test[2] >= 0, hidden[0] == task.words["<unk>"]
    commonest = (hidden[2][gone].bincount().max() / gone.sum()).item()
    kept.note(
        "tagging", data=data.title, ceiling=task.ceiling, unknown_words=int(gone.sum()), commonest=commonest
    )

    def measure(both: bool, layers: int) -> list[float]:
        models = [task.train(task.items["train"], seed, 6, both, layers) for seed in range(4)]
        return [tag_accuracy(model, test, real) for model in models]

    def measure_unknown(both: bool) -> list[float]:
        models = [task.train(task.hidden("train", seed=0), seed, 2, both) for seed in range(4)]
        return [tag_accuracy(model, hidden, gone) for model in models]

    for name, both in (("forward", False), ("both", True)):
        unknown = kept.row("tagging", "unknown", name, partial(measure_unknown, both))
        print(f"{name:8} unknown words {spread(unknown)}", flush=True)
        for layers in (1, 2):
            row = kept.row("tagging", "accuracy", f"{name}, layers: {layers}", partial(measure, both, layers))
            print(f"{name:8} {layers} layers {spread(row, 4)}", flush=True)


def spread(values: Sequence[float], digits: int = 3) -> str:
    """The median, and the lowest and highest."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    main()
