"""How well can one tell the language of a surname? Run it from the repository:

    python -m experiments.names [--source real] [--seeds 0 1 2] [--to FILE]

Counts of letter n-grams with naive Bayes and logistic regression, and networks that read the letters. Every
choice (n-grams, penalty, epoch) is made on the validation names; the test names are read once, at the end.
Chapter 6 reads what it writes.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from torch import Tensor, nn

from utils import metrics
from utils.data import load
from utils.device import seed_everything
from utils.models import LSTM
from utils.models.pooling import max_pooling, step_mask
from utils.text import build_vocabulary, numericalise_all, pad

TO = Path("book/chapters/06-names/real.json")
BATCH, EPOCHS = 64, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", default="real", choices=["default", "real"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load("surnames", options.source)
    print(data, flush=True)
    task = Task(data)
    counts, logistic_counts = bayes(task), logistic(task)
    scores = {
        "naive Bayes on n-grams": [counts["test"]],
        "logistic regression on n-grams": [logistic_counts["test"]],
    }
    networks = [network(task, seed) for seed in options.seeds]
    mixed = {part: np.mean([each[part] for each in networks], axis=0) for part in ("valid", "test")}
    scores["LSTM on letters"] = [each["test"] for each in networks]
    scores["LSTM on letters, seeds averaged"] = [mixed["test"]]
    scores["LSTM and naive Bayes, added"] = [added(task, each, counts) for each in networks]
    scores["LSTM, seeds averaged, and naive Bayes"] = [added(task, mixed, counts)]
    answers = {name: [one.argmax(axis=1) for one in several] for name, several in scores.items()}
    for name, said in answers.items():
        task.report(name, said)
    baseline = answers["logistic regression on n-grams"][0]
    result = {
        "data": data.title,
        "seeds": options.seeds,
        "names": len(task.labels["test"]),
        "different names": len(set(task.texts["test"])),
        "ceiling": task.ceiling(),
        "smallest class": min(Counter(task.labels["test"].tolist()).values()),
        "methods": {name: task.summary(said) for name, said in answers.items()},
        "against logistic regression": {
            name: [metrics.mcnemar(task.labels["test"], baseline, one)._asdict() for one in said]
            for name, said in answers.items()
        },
    }
    options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


class Task:
    """The names, spelt in lower case between ``^`` and ``$``, and their languages as integers."""

    def __init__(self, data: Any) -> None:
        self.languages = sorted({item.label for item in data["train"]})
        self.texts = {part: [f"^{item.text.lower()}$" for item in data[part]] for part in data}
        self.labels = {
            part: np.array([self.languages.index(item.label) for item in data[part]]) for part in data
        }

    def ceiling(self) -> float:
        """What a classifier that knew every test name and its languages could reach."""
        seen = Counter(zip(self.texts["test"], self.labels["test"].tolist(), strict=True))
        best: Counter[str] = Counter()
        for (text, _), count in seen.items():
            best[text] = max(best[text], count)
        return best.total() / len(self.texts["test"])

    def macro(self, said: np.ndarray, part: str = "test") -> float:
        return metrics.scores(self.labels[part], said, "macro").f1

    def validation(self, scores: np.ndarray) -> float:
        """What every choice goes by: accuracy + macro-F1 on the validation names."""
        said = scores.argmax(axis=1)
        return metrics.accuracy(self.labels["valid"], said) + self.macro(said, "valid")

    def summary(self, answers: list[np.ndarray]) -> dict[str, Any]:
        """Accuracy and macro-F1 of each seed, and the first seed's intervals over different test names."""
        return {
            "accuracy": [metrics.accuracy(self.labels["test"], said) for said in answers],
            "macro-F1": [self.macro(said) for said in answers],
            "weighted F1": [metrics.scores(self.labels["test"], said, "weighted").f1 for said in answers],
            **{f"{name} interval": ends for name, ends in self.intervals(answers[0]).items()},
        }

    def intervals(self, said: np.ndarray, resamples: int = 1000) -> dict[str, list[float]]:
        """95 % bootstrap intervals that draw *names*: lines with the same name are drawn together."""
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(self.texts["test"]):
            rows.setdefault(text, []).append(row)
        groups = [np.array(group) for group in rows.values()]
        generator = np.random.default_rng(0)
        values = []
        for _ in range(resamples):
            drawn = np.concatenate([groups[i] for i in generator.integers(len(groups), size=len(groups))])
            labels, guesses = self.labels["test"][drawn], said[drawn]
            values.append((metrics.accuracy(labels, guesses), metrics.scores(labels, guesses, "macro").f1))
        ends = np.quantile(values, [0.025, 0.975], axis=0)
        return {"accuracy": ends[:, 0].tolist(), "macro-F1": ends[:, 1].tolist()}

    def report(self, name: str, answers: list[np.ndarray]) -> None:
        summary = self.summary(answers)
        for measure in ("accuracy", "macro-F1"):
            values = summary[measure]
            spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
            low, high = summary[f"{measure} interval"]
            print(f"{name:42} {measure:9} {statistics.mean(values):.3f}{spread} [{low:.3f}, {high:.3f}]")


# counts of letter n-grams


def counted(task: Task, longest: int) -> dict[str, Any]:
    grams = CountVectorizer(analyzer="char", ngram_range=(1, longest), lowercase=False)
    grams.fit(task.texts["train"])
    return {part: grams.transform(texts) for part, texts in task.texts.items()}


def best_of(task: Task, tried: list[tuple[int, Any]]) -> dict[str, np.ndarray]:
    """Log-probabilities on "valid" and "test" of the model that is best on the validation names."""
    best, scores = -1.0, {}
    for longest, model in tried:
        counts = counted(task, longest)
        model.fit(counts["train"], task.labels["train"])
        score = task.validation(model.predict_log_proba(counts["valid"]))
        if score > best:
            best, chosen = score, (longest, model)
            scores = {part: model.predict_log_proba(counts[part]) for part in ("valid", "test")}
    print(f"chosen: n-grams up to {chosen[0]}, {chosen[1]}", flush=True)
    return scores


def bayes(task: Task) -> dict[str, np.ndarray]:
    return best_of(task, [(n, MultinomialNB(alpha=alpha)) for n in (3, 4) for alpha in (0.1, 0.3)])


def logistic(task: Task) -> dict[str, np.ndarray]:
    models = [
        (4, LogisticRegression(C=penalty, max_iter=300, class_weight=weight))
        for penalty in (0.3, 3)
        for weight in (None, "balanced")
    ]
    return best_of(task, models)


# networks that read the letters


class LetterClassifier(nn.Module):
    """A bidirectional LSTM over the letters.

    logits = W [last states in both directions; max_t h_t] + b
    """

    def __init__(self, letters: int, classes: int, embedding_size: int = 64, hidden_size: int = 128):
        super().__init__()
        self.embedding = nn.Embedding(letters, embedding_size)
        self.lstm = LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.4)
        self.head = nn.Linear(4 * hidden_size, classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """The logits (batch, classes) of ``tokens`` (batch, time), padded beyond ``lengths``."""
        states, (last, _) = self.lstm(self.dropout(self.embedding(tokens)), lengths=lengths)
        pooled = max_pooling(states, step_mask(states, lengths))
        return self.head(self.dropout(torch.cat((last[0], last[1], pooled), dim=1)))


def network(task: Task, seed: int) -> dict[str, np.ndarray]:
    """Log-probabilities (names, languages) of a network trained with one seed, on "valid" and "test"."""
    begin = time.perf_counter()
    seed_everything(seed)
    vocabulary = build_vocabulary(map(list, task.texts["train"]))
    rows = {
        part: (*pad(numericalise_all(map(list, texts), vocabulary)), torch.tensor(task.labels[part]))
        for part, texts in task.texts.items()
    }
    model = LetterClassifier(len(vocabulary), len(task.languages))
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.0)
    steps = EPOCHS * -(-len(task.texts["train"]) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps, pct_start=0.1)
    best, kept, epoch_kept = -1.0, copy.deepcopy(model.state_dict()), 0
    for epoch in range(1, EPOCHS + 1):
        model.train()
        order = torch.randperm(len(rows["train"][1]))
        order = order[rows["train"][1][order].argsort(stable=True)]  # batches of one length, in random order
        batches = order.split(BATCH)
        for number in torch.randperm(len(batches)).tolist():
            tokens, lengths, labels = (column[batches[number]] for column in rows["train"])
            loss = F.cross_entropy(model(tokens[:, : int(lengths.max())], lengths), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        score = task.validation(log_probabilities(model, rows["valid"]))
        if score > best:
            best, kept, epoch_kept = score, copy.deepcopy(model.state_dict()), epoch
    model.load_state_dict(kept)
    print(f"seed {seed}: epoch {epoch_kept}, {time.perf_counter() - begin:.0f} s", flush=True)
    return {part: log_probabilities(model, rows[part]) for part in ("valid", "test")}


def added(task: Task, first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> np.ndarray:
    """``first`` + weight * ``second`` on the test names; the weight is chosen on the validation names."""
    weights = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
    best = max(weights, key=lambda weight: task.validation(first["valid"] + weight * second["valid"]))
    print(f"chosen: the n-grams' log-probabilities count {best}", flush=True)
    return first["test"] + best * second["test"]


@torch.no_grad()
def log_probabilities(model: nn.Module, rows: tuple[Tensor, Tensor, Tensor]) -> np.ndarray:
    model.eval()
    return model(rows[0], rows[1]).log_softmax(dim=1).numpy()


if __name__ == "__main__":
    main()
