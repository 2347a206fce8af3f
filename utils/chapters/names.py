"""Surnames as numbers and a classifier that is trained on them, as chapter 6 writes them out in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.device import seed_everything
from utils.models import SequenceClassifier
from utils.text import (
    BucketBatches,
    LabelledBatch,
    Vocab,
    build_vocabulary,
    labelled_batch,
    numericalise_all,
)
from utils.training import fit

Item = tuple[Tensor, int]


class Names(NamedTuple):
    """A data set of names, letter by letter, as numbers."""

    vocabulary: Vocab  #: <pad>, <unk> and the letters of the training names
    languages: list[str]  #: in the order of the alphabet
    items: dict[str, list[Item]]  #: split → (letters, language) of each name

    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """The letters of each text as integers of shape (letters,)."""
        return numericalise_all([list(text) for text in texts], self.vocabulary)


def prepare(data: Mapping[str, Sequence]) -> Names:
    """The names of ``load("surnames")`` as numbers; the vocabulary is that of the training names."""
    vocabulary = build_vocabulary([list(item.text) for item in data["train"]])
    languages = sorted({item.label for item in data["train"]})
    names = Names(vocabulary, languages, {})
    for part, items in data.items():
        labels = [languages.index(item.label) for item in items]
        names.items[part] = list(zip(names.encode([item.text for item in items]), labels, strict=True))
    return names


def trained(
    names: Names,
    seed: int,
    epochs: int = 12,
    *,
    items: Sequence[Item] | None = None,
    weights: Tensor | None = None,
    hidden_size: int = 64,
) -> SequenceClassifier:
    """A GRU that reads names, with the weights of the epoch that had the lowest loss on ``valid``.

    Args:
        items: what it learns from; the training split if None.
        weights: of each language in the training loss, shape (languages,).
    """
    seed_everything(seed)
    model = SequenceClassifier(len(names.vocabulary), 32, hidden_size, len(names.languages))
    items = names.items["train"] if items is None else items
    batches = BucketBatches(items, 32, labelled_batch, lambda item: len(item[0]), seed)
    valid = labelled_batch(names.items["valid"])

    def loss(model: SequenceClassifier, batch: LabelledBatch) -> Tensor:
        return F.cross_entropy(model(batch.tokens, batch.lengths), batch.labels, weights)

    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    fit(
        model,
        batches,
        loss,
        optimizer,
        epochs,
        clip_norm=1.0,
        validate=lambda model: loss(model, valid).item(),
        progress=False,
        patience=2,
    )
    return model


@torch.no_grad()
def logits(model: SequenceClassifier, items: Sequence[Item]) -> tuple[Tensor, Tensor]:
    """The model's logits (names, languages) of ``items``, and their languages (names,)."""
    batch = labelled_batch(items)
    return model(batch.tokens, batch.lengths), batch.labels


@torch.no_grad()
def after_each_letter(model: SequenceClassifier, letters: Tensor) -> Tensor:
    """Probabilities (letters, languages) of what the model would say if the name ended after each letter."""
    states, _ = model.encoder(letters.unsqueeze(0))
    return model.head(states[0]).softmax(dim=1)
