"""How well can one tell praise from blame in published reviews? Run it from the repository:

    python -m benchmarks.sentiment [--seeds 0 1 2] [--to FILE]

Logistic regression on counts of words, the mean of word vectors, and an LSTM in both directions on word
vectors, on sentences of film reviews and on whole ones. Every choice (n-grams, penalty, epoch) is made on the
validation split; the test split is read once, at the end. Chapter 7 reads what it writes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from utils import metrics, sentiment
from utils.data import load
from utils.device import seed_everything
from utils.messages import Messages, train
from utils.models import LSTM, BagOfEmbeddings, SequenceClassifier
from utils.text import Vectors, coverage, embedding_matrix

TO = Path("book/chapters/07-sentiment/real.json")
SETS = {"sentences": "rt-polarity", "whole reviews": "movie-reviews"}
WORDS = 100  # of a whole review, its last ones: the verdict mostly comes at the end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    torch.set_num_threads(1)
    glove = load("vectors", "real")
    print(glove, flush=True)
    sets = {name: measure(corpus, glove["all"].vectors, options.seeds) for name, corpus in SETS.items()}
    result = {"vectors": glove.title, "seeds": options.seeds, "sets": sets}
    options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure(corpus: str, glove: Vectors, seeds: list[int]) -> dict[str, Any]:
    """All methods on one set."""
    data = load(corpus, "real").without_repeats()
    print(f"\n{data}", flush=True)
    reviews = sentiment.prepare(data)
    truth = np.array(reviews.labels["test"])
    counted = logistic(reviews)
    short = shortened(reviews)
    networks = {
        "mean of GloVe vectors": lambda seed: mean_of_vectors(short, glove, seed),
        "LSTM on GloVe vectors": lambda seed: lstm(short, glove, seed),
    }
    logits = {"logistic regression on words and pairs": [counted]}
    for name, make in networks.items():
        logits[name] = [network_logits(make, short, seed) for seed in seeds]
    lengths = [len(reviews.tokenizer(text)) for text in reviews.texts["test"]]
    return {
        "data": data.title,
        "reviews": {split: len(texts) for split, texts in reviews.texts.items()},
        "median words": statistics.median(lengths),
        "coverage": coverage(reviews.vocabulary, glove).share,
        "methods": {name: summary(several, reviews, truth) for name, several in logits.items()},
        "against logistic regression": {
            name: [metrics.mcnemar(truth, counted["test"] > 0, one["test"] > 0).p_value for one in several]
            for name, several in logits.items()
        },
    }


def summary(several: list[dict[str, np.ndarray]], reviews: Messages, truth: np.ndarray) -> dict[str, Any]:
    """Accuracy of each seed with the first one's interval; calibration before and after a temperature."""
    right = [int(((one["test"] > 0) == truth).sum()) for one in several]
    temperatures = [metrics.temperature(reviews.labels["valid"], one["valid"]) for one in several]
    result = {
        "accuracy": [count / len(truth) for count in right],
        "interval": list(metrics.accuracy_interval(right[0], len(truth))),
        "temperature": temperatures,
        "calibration error": [metrics.calibration_error(truth, sigmoid(one["test"])) for one in several],
        "calibrated": [
            metrics.calibration_error(truth, sigmoid(one["test"] / T))
            for one, T in zip(several, temperatures, strict=True)
        ],
    }
    print({key: np.round(value, 3).tolist() for key, value in result.items()}, flush=True)
    return result


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def logistic(reviews: Messages) -> dict[str, np.ndarray]:
    """Logits of logistic regression on words weighted by rarity; n-grams and penalty chosen on "valid"."""
    best, logits = -1.0, {}
    for longest in (1, 2):
        grams = TfidfVectorizer(
            ngram_range=(1, longest), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"
        )
        counts = {"train": grams.fit_transform(reviews.texts["train"])}
        counts |= {part: grams.transform(reviews.texts[part]) for part in ("valid", "test")}
        for penalty in (1, 3, 10, 30):
            model = LogisticRegression(C=penalty, max_iter=300).fit(counts["train"], reviews.labels["train"])
            score = model.score(counts["valid"], reviews.labels["valid"])
            if score > best:
                best, chosen = score, (longest, penalty)
                logits = {part: model.decision_function(counts[part]) for part in ("valid", "test")}
    print(f"chosen: n-grams up to {chosen[0]}, C = {chosen[1]}", flush=True)
    return logits


def shortened(reviews: Messages) -> Messages:
    """The same with the last WORDS words of each text."""
    texts = {
        split: [" ".join(text.split()[-WORDS:]) for text in several]
        for split, several in reviews.texts.items()
    }
    return reviews._replace(texts=texts)


def mean_of_vectors(reviews: Messages, glove: Vectors, seed: int) -> nn.Module:
    model = BagOfEmbeddings(len(reviews.vocabulary), glove.dim, classes=1)
    matrix = embedding_matrix(reviews.vocabulary, glove, seed)
    model.embedding = nn.Embedding.from_pretrained(matrix, freeze=False, padding_idx=0)
    return model


def lstm(reviews: Messages, glove: Vectors, seed: int) -> SequenceClassifier:
    """Both directions, the maximum over the states, and dropout, which small sets need."""
    model = SequenceClassifier(
        len(reviews.vocabulary), glove.dim, 48, 1, pooling="max", cell=LSTM, bidirectional=True, dropout=0.5
    )
    matrix = embedding_matrix(reviews.vocabulary, glove, seed)
    model.encoder.embedding = nn.Embedding.from_pretrained(matrix, freeze=False, padding_idx=0)
    return model


def network_logits(make: Callable[[int], nn.Module], reviews: Messages, seed: int) -> dict[str, np.ndarray]:
    begin = time.perf_counter()
    seed_everything(seed)
    model = make(seed)
    history = train(model, reviews, seed, epochs=5, patience=2, lr=2e-3)
    logits: dict[str, Tensor] = {
        part: sentiment.logits(model, reviews, reviews.texts[part]) for part in ("valid", "test")
    }
    print(f"seed {seed}: epoch {history.best_epoch}, {time.perf_counter() - begin:.0f} s", flush=True)
    return {part: values.double().numpy() for part, values in logits.items()}


if __name__ == "__main__":
    main()
