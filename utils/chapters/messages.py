"""Messages as numbers, and the classifier that chapter 5 trains on them: its pages share what stands here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.data.dataset import Dataset
from utils.device import seed_everything
from utils.models import LSTM, SequenceClassifier
from utils.text import (
    UNK,
    BucketBatches,
    LabelledBatch,
    Tokenizer,
    Vocab,
    build_vocabulary,
    get_tokenizer,
    labelled_batch,
    numericalise_all,
    pad,
)
from utils.training import History, fit

EMBEDDING_SIZE, HIDDEN_SIZE, BATCH_SIZE = 32, 32, 32


class Messages(NamedTuple):
    """A data set of two classes, ready for a network."""

    tokenizer: Tokenizer
    vocabulary: Vocab  #: of the training split alone
    texts: dict[str, list[str]]  #: by split
    labels: dict[str, list[int]]  #: by split: 1 for the positive class, 0 for the other

    def numbers(self, texts: Sequence[str]) -> list[Tensor]:
        """Each text as the indices of its tokens; a text without a token is one unknown token."""
        return numericalise_all([self.tokenizer(text) or [UNK] for text in texts], self.vocabulary)

    def items(self, split: str) -> list[tuple[Tensor, int]]:
        """The texts of a split as numbers, each with its label."""
        return list(zip(self.numbers(self.texts[split]), self.labels[split], strict=True))

    def batches(
        self, split: str, seed: int = 0, batch_size: int = BATCH_SIZE
    ) -> BucketBatches[tuple[Tensor, int], LabelledBatch]:
        """Batches of texts of similar length."""
        return BucketBatches(self.items(split), batch_size, labelled_batch, lambda item: len(item[0]), seed)


def prepare(
    data: Dataset | dict[str, Any],
    positive: str = "spam",
    tokenizer: Tokenizer | None = None,
    min_count: int = 2,
) -> Messages:
    """Tokens, vocabulary and labels of a data set whose items have a ``text`` and a ``label``.

    ``min_count=2`` leaves the training words that occur once unknown: it trains the row of ``<unk>``.
    """
    tokenizer = tokenizer or get_tokenizer()
    texts = {split: [item.text for item in items] for split, items in data.items()}
    labels = {split: [int(item.label == positive) for item in items] for split, items in data.items()}
    vocabulary = build_vocabulary(map(tokenizer, texts["train"]), min_count)
    return Messages(tokenizer, vocabulary, texts, labels)


def make_classifier(messages: Messages, **options: Any) -> SequenceClassifier:
    """Embeddings, an LSTM in both directions, its two last states, one logit."""
    options.setdefault("cell", LSTM)
    options.setdefault("bidirectional", True)
    return SequenceClassifier(len(messages.vocabulary), EMBEDDING_SIZE, HIDDEN_SIZE, classes=1, **options)


def batch_loss(model: nn.Module, batch: LabelledBatch) -> Tensor:
    """The binary cross-entropy of a batch, from logits of shape (batch, 1)."""
    logits = model(batch.tokens, batch.lengths).squeeze(1)
    return F.binary_cross_entropy_with_logits(logits, batch.labels.float())


def train(
    model: nn.Module,
    messages: Messages,
    seed: int = 0,
    *,
    epochs: int = 10,
    patience: int = 2,
    lr: float = 3e-3,
    weight_decay: float = 0.0,
    loss: Any = batch_loss,
) -> History:
    """Train ``model``; in the end it has the weights of the epoch with the lowest validation loss."""
    valid = list(messages.batches("valid", batch_size=256))

    def validate(model: nn.Module) -> float:
        sizes = [len(batch.labels) for batch in valid]
        losses = [float(batch_loss(model, batch)) for batch in valid]
        return sum(size * loss for size, loss in zip(sizes, losses, strict=True)) / sum(sizes)

    optimizer = torch.optim.Adam(model.parameters(), lr, weight_decay=weight_decay)
    batches = messages.batches("train", seed)
    return fit(model, batches, loss, optimizer, epochs, validate=validate, patience=patience, progress=False)


def trained(messages: Messages, seed: int = 0, **options: Any) -> SequenceClassifier:
    """A classifier, made and trained from ``seed``."""
    seed_everything(seed)
    model = make_classifier(messages)
    train(model, messages, seed, **options)
    return model


@torch.no_grad()
def probabilities(model: nn.Module, messages: Messages, texts: Sequence[str]) -> Tensor:
    """σ(logit) of each text, of shape (texts,); the model is left in evaluation mode."""
    model.eval()
    tokens, lengths = pad(messages.numbers(texts))
    return torch.sigmoid(model(tokens, lengths).squeeze(1))
