"""Simple and recurrent classifiers of messages, five-fold. Run it from the repository:

    python -m experiments.classifying [--source real] [--seeds 0 1 2] [--to FILE]

Every message is tested once, by models that were trained on the other four fifths; copies of a message count
once. The networks keep a tenth of their training part for early stopping, the other methods train on all of
it; nothing is chosen by the tested fifth. Chapter 5 reads what it writes.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from utils import metrics
from utils.chapters.messages import make_classifier, prepare, probabilities, train
from utils.data import load
from utils.device import seed_everything
from utils.models import BagOfEmbeddings
from utils.text import get_tokenizer

TO = Path("book/chapters/05-messages/five_folds.json")
FOLDS = 5
TOKEN = r"\w+|[^\w\s]"  # a word, or one mark

Method = Callable[[Sequence[Any], Sequence[Any], int], np.ndarray]  # (train, test, seed) → 0 or 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", default="real", choices=["default", "real"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load("spam", options.source)
    items = list({item.text: item for split in data.values() for item in split}.values())
    labels = np.array([int(item.label == "spam") for item in items])
    print(f"{data}\n{len(items):,} different messages, {labels.sum():,} spam", flush=True)
    predictions = {}
    for name, (method, seeded) in METHODS.items():
        print(name, flush=True)
        seeds = options.seeds if seeded else [0]
        predictions[name] = [out_of_fold(method, items, labels, seed) for seed in seeds]
    result = {
        "data": data.title,
        "messages": len(items),
        "spam": int(labels.sum()),
        "folds": FOLDS,
        "seeds": options.seeds,
        "methods": {name: summary(labels, answers) for name, answers in predictions.items()},
        "pairs": {
            f"{first} | {second}": [
                metrics.mcnemar(labels, predictions[first][0], answers)._asdict()
                for answers in predictions[second]
            ]
            for first, second in PAIRS
        },
    }
    options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, values in result["methods"].items():
        print(f"{name:44} F1 {values['f1']}  {values['interval']}  errors {values['errors']}")
    for name, values in result["pairs"].items():
        print(f"{name:60} {values}")


def out_of_fold(method: Method, items: Sequence[Any], labels: np.ndarray, seed: int) -> np.ndarray:
    """What the method says of every message when it was trained on the folds without it."""
    answers = np.zeros_like(labels)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for train_part, test_part in folds.split(labels, labels):
        answers[test_part] = method([items[i] for i in train_part], [items[i] for i in test_part], seed)
    return answers


def summary(labels: np.ndarray, answers: Sequence[np.ndarray]) -> dict[str, Any]:
    """F1 and errors for each seed; the interval over test sets is that of the first seed."""

    def f1(true: np.ndarray, predicted: np.ndarray) -> float:
        return metrics.scores(true, predicted).f1

    return {
        "f1": [round(f1(labels, answer), 4) for answer in answers],
        "interval": [round(bound, 4) for bound in metrics.bootstrap_interval(f1, labels, answers[0])],
        "errors": [int((labels != answer).sum()) for answer in answers],
    }


def simple(make: Callable[[], Any], train_items: Sequence[Any], test: Sequence[Any], seed: int) -> np.ndarray:
    model = make()
    model.fit([item.text for item in train_items], [int(item.label == "spam") for item in train_items])
    return model.predict([item.text for item in test])


def words(classifier: Callable[[], Any], **options: Any) -> Method:
    return partial(
        simple, lambda: make_pipeline(CountVectorizer(token_pattern=TOKEN, **options), classifier())
    )


def characters(lowercase: bool) -> Method:
    vectors = {"analyzer": "char_wb", "ngram_range": (1, 4), "sublinear_tf": True, "lowercase": lowercase}
    return partial(simple, lambda: make_pipeline(TfidfVectorizer(**vectors), plain(C=20)))


def network(
    train_items: Sequence[Any], test: Sequence[Any], seed: int, average: bool = False, cased: bool = False
) -> np.ndarray:
    labels = [item.label for item in train_items]
    fitted, valid = train_test_split(train_items, test_size=0.1, stratify=labels, random_state=seed)
    tokenizer = split_marks if cased else get_tokenizer()
    data = prepare({"train": fitted, "valid": valid}, tokenizer=tokenizer)
    seed_everything(seed)
    if average:
        model: Any = BagOfEmbeddings(len(data.vocabulary), 32, classes=1)
        train(model, data, seed, epochs=30, lr=1e-2)
    else:
        model = make_classifier(data)
        train(model, data, seed)
    texts = [item.text for item in test]
    said = [probabilities(model, data, texts[i : i + 64]) > 0.5 for i in range(0, len(texts), 64)]
    return torch.cat(said).int().numpy()


def split_marks(text: str) -> list[str]:
    """The words and marks of a text, its capitals kept."""
    return re.findall(TOKEN, text)


plain = partial(LogisticRegression, max_iter=1000)
METHODS: dict[str, tuple[Method, bool]] = {
    "naive Bayes, words": (words(MultinomialNB), False),
    "logistic regression, words": (words(plain), False),
    "logistic regression, words with capitals": (words(plain, lowercase=False), False),
    "logistic regression, characters": (characters(lowercase=False), False),
    "logistic regression, characters, lower case": (characters(lowercase=True), False),
    "average of embeddings": (partial(network, average=True), True),
    "LSTM": (network, True),
    "LSTM, words with capitals": (partial(network, cased=True), True),
}
PAIRS = [
    ("logistic regression, words", "LSTM"),
    ("logistic regression, characters", "LSTM"),
    ("naive Bayes, words", "LSTM"),
    ("logistic regression, words", "average of embeddings"),
    ("logistic regression, characters", "logistic regression, characters, lower case"),
    ("logistic regression, words", "logistic regression, words with capitals"),
    ("LSTM", "LSTM, words with capitals"),
]

if __name__ == "__main__":
    main()
