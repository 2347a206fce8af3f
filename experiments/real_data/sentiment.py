"""Praise or blame: sentences of film reviews (rt-polarity) and whole ones (IMDB), with GloVe vectors."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from experiments.real_data.intervals import of_ratio
from experiments.real_data.training import Setting, moved, record, start, train
from utils.data import load
from utils.models import LSTM, SequenceClassifier
from utils.text import (
    PAD,
    UNK,
    BucketBatches,
    LabelledBatch,
    Vectors,
    Vocab,
    build_vocabulary,
    embedding_matrix,
    labelled_batch,
    numericalise_all,
)

TARGETS = {"rt-polarity": 0.78, "imdb": 0.88}
SEEDS = (0, 1, 2)


class Size(NamedTuple):
    items: int | None  #: of each split; all if None
    words: int  #: of a review, its last ones: the verdict mostly comes at the end
    hidden_size: int
    epochs: int
    pooling: str = "attention"  #: of the states, as in ``SequenceClassifier``
    dropout: float = 0.5
    batch_size: int = 32
    lr: float = 2e-3


SIZES = {
    "rt-polarity": {
        "tiny": Size(200, 30, 8, 1),
        "default": Size(None, 60, 48, 3, "max", 0.3, batch_size=50, lr=3e-3),
        "full": Size(None, 60, 48, 3, "max", 0.3, batch_size=50, lr=3e-3),
    },
    "imdb": {
        "tiny": Size(60, 30, 8, 1),
        "default": Size(None, 200, 64, 3),
        "full": Size(None, 400, 128, 5, batch_size=128, lr=2e-3),
    },
}


def runs(setting: Setting) -> dict[str, Callable[[], dict[str, Any]]]:
    """The runs by name."""
    networks = {
        f"{corpus}/LSTM on GloVe/{seed}": partial(network, corpus, seed, setting)
        for corpus, seed in product(reversed(SIZES), SEEDS)
    }
    baselines = {f"{corpus}/baseline/0": partial(logistic, corpus, setting) for corpus in SIZES}
    return networks | baselines


def read(corpus: str, size: Size) -> tuple[dict[str, list[str]], dict[str, np.ndarray]]:
    """The texts and labels (1: positive) of the splits; no text of an earlier split is in a later one."""
    data = load(corpus, "real").without_repeats()
    generator = np.random.default_rng(0)
    texts, labels = {}, {}
    for split, items in data.items():
        chosen = range(len(items))
        if size.items is not None:  # IMDB's splits are sorted by label
            chosen = generator.permutation(len(items))[: size.items]
        texts[split] = [items[i].text for i in chosen]
        labels[split] = np.array([int(items[i].label == "positive") for i in chosen])
    return texts, labels


def tokens(text: str) -> list[str]:
    """The words, in lower case, and the marks of a review."""
    return re.findall(r"\w+|[^\w\s]", text.lower().replace("<br />", " "))


def network(corpus: str, seed: int, setting: Setting) -> dict[str, Any]:
    """A bidirectional LSTM on GloVe vectors, which are trained further."""
    run = start(setting, seed)
    size = SIZES[corpus][setting.size]
    texts, labels = read(corpus, size)
    words = {
        split: [tokens(text)[-size.words :] or [UNK] for text in several] for split, several in texts.items()
    }
    vocabulary = build_vocabulary(words["train"], min_count=2, max_tokens=30_000)
    items = {
        split: list(zip(numericalise_all(words[split], vocabulary), labels[split].tolist(), strict=True))
        for split in words
    }
    glove = load("vectors", "real")["all"].vectors
    batches = BucketBatches(items["train"], size.batch_size, labelled_batch, _length, seed, max_waste=0.2)
    ordered = {
        split: BucketBatches(items[split], 256, labelled_batch, _length, shuffle=False)
        for split in ("valid", "test")
    }

    def right(model: nn.Module, split: str) -> np.ndarray:
        """Whether each review of the split is judged rightly."""
        said = np.empty(len(items[split]), dtype=int)
        found = [model(*moved(batch, run.device)[:2]).argmax(dim=1).cpu() for batch in ordered[split]]
        said[ordered[split].order] = torch.cat(found).numpy()
        return said == labels[split]

    def score(model: nn.Module) -> float:
        return float(right(model, "valid").mean())

    model = classifier(vocabulary, glove, size, seed)
    trained = train(model, batches, loss, score, run, epochs=size.epochs, lr=size.lr)
    with torch.no_grad():
        answers = right(model, "test")
        valid = score(model)
    interval = of_ratio(answers, np.ones(len(answers)))
    return record(run, valid, float(answers.mean()), interval, **trained)


def classifier(vocabulary: Vocab, glove: Vectors, size: Size, seed: int) -> SequenceClassifier:
    model = SequenceClassifier(
        len(vocabulary),
        glove.dim,
        size.hidden_size,
        classes=2,
        pooling=size.pooling,
        cell=LSTM,
        bidirectional=True,
        dropout=size.dropout,
    )
    model.encoder.embedding = nn.Embedding.from_pretrained(
        embedding_matrix(vocabulary, glove, seed), freeze=False, padding_idx=vocabulary[PAD]
    )
    return model


def loss(model: nn.Module, batch: LabelledBatch) -> Tensor:
    return F.cross_entropy(model(batch.tokens, batch.lengths), batch.labels)


def _length(item: tuple[Tensor, int]) -> int:
    return len(item[0])


def logistic(corpus: str, setting: Setting) -> dict[str, Any]:
    """Logistic regression on tf-idf of one and two words; the penalty is chosen on the validation split."""
    run = start(setting._replace(device="cpu"))
    size = SIZES[corpus][setting.size]
    texts, labels = read(corpus, size)
    grams = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, tokenizer=tokens, token_pattern=None, lowercase=False
    )
    counts: dict[str, sparse.spmatrix] = {"train": grams.fit_transform(texts["train"])}
    counts |= {split: grams.transform(texts[split]) for split in ("valid", "test")}
    tried = {}
    for penalty in (1.0, 3.0, 10.0, 30.0):
        model = LogisticRegression(C=penalty, solver="liblinear").fit(counts["train"], labels["train"])
        tried[penalty] = model.score(counts["valid"], labels["valid"]), model
    penalty = max(tried, key=lambda each: tried[each][0])
    valid, model = tried[penalty]
    answers = model.predict(counts["test"]) == labels["test"]
    what = f"logistic regression on tf-idf of one and two words, C = {penalty:g}"
    return record(
        run, float(valid), float(answers.mean()), of_ratio(answers, np.ones(len(answers))), what=what
    )
