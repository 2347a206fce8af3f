"""How well can one tell praise from blame in published reviews? Run it from the repository:

    python -m experiments.sentiment [--seeds 0 1 2] [--to FILE]

Logistic regression on counts of words and on the mean of word vectors, and a GRU on word vectors, for
sentences of film reviews and whole ones. Every choice (n-grams, penalty, epoch) is made on the validation
split; the test split is read once, at the end. Chapter 7 reads what it writes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from utils import metrics
from utils.chapters import sentiment
from utils.chapters.messages import Messages, train
from utils.data import load
from utils.device import seed_everything
from utils.text import Vectors, coverage

TO = Path("book/chapters/07-sentiment/real.json")
SETS = {"sentences": "rt-polarity", "whole reviews": "movie-reviews"}
WORDS = 100  # of a whole review, its last ones, for the networks: the verdict mostly comes at the end


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
    logits = {
        "logistic regression on counts of words": [counted],
        "logistic regression on mean vectors": [mean_of_vectors(reviews, glove)],
        "GRU on GloVe vectors": [network(short, glove, seed) for seed in seeds],
    }
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
        for penalty in (1, 10):
            model = LogisticRegression(C=penalty, solver="liblinear").fit(
                counts["train"], reviews.labels["train"]
            )
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


def mean_of_vectors(reviews: Messages, glove: Vectors) -> dict[str, np.ndarray]:
    """Logits of logistic regression on the mean of the words' vectors; the penalty from "valid"."""
    means = {
        split: np.stack([mean_vector(reviews.tokenizer(text), glove) for text in texts])
        for split, texts in reviews.texts.items()
    }
    best, logits = -1.0, {}
    for penalty in (0.1, 1, 10):
        model = LogisticRegression(C=penalty, max_iter=300).fit(means["train"], reviews.labels["train"])
        score = model.score(means["valid"], reviews.labels["valid"])
        if score > best:
            best = score
            logits = {part: model.decision_function(means[part]) for part in ("valid", "test")}
    return logits


def mean_vector(words: list[str], glove: Vectors) -> np.ndarray:
    """Zeros if no word has a vector."""
    rows = [glove.stoi[word] for word in words if word in glove.stoi]
    return glove.vectors[rows].mean(dim=0).numpy() if rows else np.zeros(glove.dim, dtype=np.float32)


def network(reviews: Messages, glove: Vectors, seed: int) -> dict[str, np.ndarray]:
    """Logits of a GRU whose vectors stay as they are; it reads the maximum over its states."""
    begin = time.perf_counter()
    seed_everything(seed)
    model = sentiment.make_classifier(reviews, glove, freeze=True, seed=seed, pooling="max", dropout=0.3)
    history = train(model, reviews, seed, epochs=6, patience=2, lr=3e-3)
    logits = {part: sentiment.logits(model, reviews, reviews.texts[part]) for part in ("valid", "test")}
    print(f"seed {seed}: epoch {history.best_epoch}, {time.perf_counter() - begin:.0f} s", flush=True)
    return {part: values.double().numpy() for part, values in logits.items()}


if __name__ == "__main__":
    main()
