"""Reviews and the classifiers that chapter 7 trains on them, as its pages write them out in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from utils.chapters.messages import BATCH_SIZE, Messages, batch_loss
from utils.chapters.messages import prepare as prepare_messages
from utils.device import seed_everything
from utils.models import GRU, SequenceClassifier
from utils.text import PAD, embedding_matrix, pad
from utils.text.torchtext_adapter import Vectors
from utils.training import fit

EMBEDDING_SIZE, HIDDEN_SIZE = 50, 32


def documentation() -> list[list[str]]:
    """The words, in lower case, of each paragraph of Python's documentation without its code.

    It is real English that is on every machine."""
    from pydoc_data.topics import topics

    prose = (re.sub(r"(?m)^ {6,}.*$|^ *>>>.*$", "", text) for text in topics.values())
    return [re.findall(r"[a-z]+", part.lower()) for text in prose for part in re.split(r"\n\s*\n", text)]


def prepare(data: Any) -> Messages:
    """The reviews of ``load("reviews")`` as numbers; the positive ones have label 1."""
    return prepare_messages(data, positive="positive")


def first(reviews: Messages, count: int) -> Messages:
    """The same with only the first ``count`` training reviews labelled; the vocabulary stays that of all.

    Raises ValueError if there are fewer.
    """
    if not 1 <= count <= len(reviews.texts["train"]):
        raise ValueError(f"count must be between 1 and {len(reviews.texts['train'])}, got {count}")
    return reviews._replace(
        texts={**reviews.texts, "train": reviews.texts["train"][:count]},
        labels={**reviews.labels, "train": reviews.labels["train"][:count]},
    )


def make_classifier(
    reviews: Messages, vectors: Vectors | None = None, freeze: bool = False, seed: int = 0, **options: Any
) -> SequenceClassifier:
    """A recurrent classifier with one logit, a GRU unless ``options`` say otherwise.

    Args:
        vectors: what the embedding begins with; random numbers if None.
        freeze: keep the embedding as it is.
        seed: of the rows of words without a vector.
        options: those of ``SequenceClassifier``.
    """
    options.setdefault("cell", GRU)
    width = vectors.dim if vectors is not None else EMBEDDING_SIZE
    model = SequenceClassifier(len(reviews.vocabulary), width, HIDDEN_SIZE, classes=1, **options)
    if vectors is not None:
        matrix = embedding_matrix(reviews.vocabulary, vectors, seed)
        model.encoder.embedding = nn.Embedding.from_pretrained(
            matrix, freeze=freeze, padding_idx=reviews.vocabulary[PAD]
        )
    return model


def train(
    model: nn.Module, reviews: Messages, seed: int = 0, *, steps: int = 150, lr: float = 1e-2
) -> nn.Module:
    """Train for about ``steps`` steps, in whole epochs. There is no early stopping: where labels are few,
    none are left over for it."""
    batches = reviews.batches("train", seed)
    per_epoch = -(-len(reviews.texts["train"]) // BATCH_SIZE)
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(learnt, lr)
    fit(model, batches, batch_loss, optimizer, -(-steps // per_epoch), clip_norm=1.0, progress=False)
    return model


def trained(
    reviews: Messages, seed: int = 0, *, steps: int = 150, lr: float = 1e-2, **options: Any
) -> SequenceClassifier:
    """A classifier, made and trained from ``seed``; ``options`` are those of ``make_classifier``."""
    seed_everything(seed)
    model = make_classifier(reviews, seed=seed, **options)
    train(model, reviews, seed, steps=steps, lr=lr)
    return model


@torch.no_grad()
def logits(model: nn.Module, reviews: Messages, texts: Sequence[str]) -> Tensor:
    """The logit of "positive" for each text, shape (texts,); the model is left in evaluation mode."""
    model.eval()
    parts = [
        model(*pad(reviews.numbers(texts[start : start + 500]))).squeeze(1)
        for start in range(0, len(texts), 500)
    ]
    return torch.cat(parts)


def accuracy(model: nn.Module, reviews: Messages, split: str = "test") -> float:
    """The percentage of the reviews of a split that the model is right about."""
    said = logits(model, reviews, reviews.texts[split]) > 0
    return 100 * (said == torch.tensor(reviews.labels[split], dtype=torch.bool)).float().mean().item()


@torch.no_grad()
def after_each_word(model: SequenceClassifier, reviews: Messages, text: str) -> tuple[list[str], Tensor]:
    """The words of a text, and P(positive) if it ended after each of them, shape (words,).

    ``model`` reads from left to right and pools by its last state.
    """
    model.eval()
    words = reviews.tokenizer(text)
    states, _ = model.encoder(reviews.numbers([text])[0].unsqueeze(0))
    return words, torch.sigmoid(model.head(states[0])).squeeze(1)
