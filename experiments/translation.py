"""What chapter 8 reports over several seeds. Run it from the repository:

    python -m experiments.translation [--seeds 0 1 2 3 4] [--kinds NAME ...] [--to FILE]

Networks with attention and without it, the latter also with scheduled sampling, on what the pages train on
(``utils.chapters.translation.small``); and on noun phrases, with an encoder of both directions and of one.

Each network is written as soon as it is there; what the file has is not run again. Sizes and epochs are fixed
below, nothing is chosen by a result, and the weights of the last epoch are tested. Networks without attention
get more epochs, which takes about as long.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from pathlib import Path
from typing import Any

import torch

from utils.chapters.translation import (
    alignment_error,
    forced,
    phrases,
    prepare,
    small,
    trained,
    translated,
    words,
)
from utils.data import load
from utils.data.made.french import adjectives_of, nouns_of
from utils.data.made.french_grammar import accepted, first_refused, is_sentence
from utils.data.made.translation import noun_phrase, to_pair
from utils.models import AdditiveAttention, Seq2Seq
from utils.text import corpus_bleu

TO = Path("book/chapters/08-translation/default.json")
SMALL = {"batch_size": 64, "lr": 8e-3}
ON_PHRASES = {"batch_size": 64, "lr": 1e-2, "epochs": 6}
KINDS: dict[str, dict[str, Any]] = {
    "phrases": {**ON_PHRASES, "attention": AdditiveAttention},
    "phrases, one direction": {**ON_PHRASES, "attention": AdditiveAttention, "bidirectional": False},
    "attention": {**SMALL, "attention": AdditiveAttention, "epochs": 6},
    "without attention": {**SMALL, "attention": None, "epochs": 10},
    "scheduled sampling": {**SMALL, "attention": None, "epochs": 10, "sampling": 0.5},
}
PHRASES = (3000, 300)  # that train and test
PLACES = 12  # words of a translation that are judged
ARTICLES = ("the", "a", "this", "my", "our", "two")
DETERMINERS = (*ARTICLES, "an", "some", "these")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for kind in options.kinds:
        task = Task(kind)
        for seed in options.seeds:
            kept = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {}
            count, epochs = len(task.pairs.items["train"]), task.how["epochs"]
            about = {"data": task.title, "train": count, "epochs": epochs, "seeds": {}}
            seeds = kept.setdefault(kind, about)["seeds"]
            if str(seed) not in seeds:
                seeds[str(seed)] = task.measured(seed)
                options.to.write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
        print(row(kind, list(kept[kind]["seeds"].values())), flush=True)


def row(kind: str, runs: list[dict[str, Any]]) -> str:
    """A line of the table in README.md: mean and standard deviation over the seeds."""
    columns = [spread([run["bleu"] for run in runs])]
    for name in ("alignment error", "of determiners", "of other words"):
        shares = [100 * run[name] for run in runs if name in run]
        columns.append(f"{spread(shares)} %" if shares else "")
    return f"| {kind} | {len(runs)} | {' | '.join(columns)} |"


def spread(values: list[float]) -> str:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {deviation:.1f}"


class Task:
    """The data of one kind of network as numbers, and what is measured of one seed."""

    def __init__(self, kind: str) -> None:
        self.kind, self.how = kind, KINDS[kind]
        data = load("translation", "default")
        self.title = data.title
        self.on_phrases = kind.startswith("phrases")
        if self.on_phrases:
            made = phrases(sum(PHRASES))
            splits = {"train": made[: PHRASES[0]], "test": made[PHRASES[0] :]}
        else:
            splits = small(data)
        self.test = splits["test"]
        self.pairs = prepare(splits)
        self.references = [" ".join(words(pair.target)) for pair in self.test]

    def measured(self, seed: int) -> dict[str, Any]:
        start = time.process_time()
        model = trained(self.pairs, seed, **self.how)
        texts = translated(model, self.pairs, [source for source, _ in self.pairs.items["test"]])
        found: dict[str, Any] = {
            "seconds": round(time.process_time() - start),
            "bleu": self.bleu(texts, range(len(texts))),
            "exact": statistics.mean(a == b for a, b in zip(texts, self.references, strict=True)),
        }
        if not self.on_phrases:  # whose BLEU by length would be 0 where no phrase has four words
            found |= {
                "by length": self.by_length(texts),
                "free": survival(texts),
                "forced": self.survival_if_independent(model),
            }
        if self.how["attention"]:
            found |= self.attended(model)
        print(f"seed {seed}, {self.kind}: BLEU {found['bleu']:.1f}, {found['seconds']:.0f} s", flush=True)
        return found

    def bleu(self, texts: Sequence[str], chosen: Sequence[int]) -> float:
        references = [[self.references[i]] for i in chosen]
        return corpus_bleu([texts[i] for i in chosen], references, tokenize="none").score

    def by_length(self, texts: Sequence[str]) -> list[tuple[float, float, int]]:
        """For each fifth of the test sentences, from the shortest: mean length, BLEU, and their number."""
        lengths = [len(source) for source, _ in self.pairs.items["test"]]
        order = sorted(range(len(texts)), key=lambda i: lengths[i])
        fifths = [order[k * len(order) // 5 : (k + 1) * len(order) // 5] for k in range(5)]
        return [
            (statistics.mean(lengths[i] for i in fifth), self.bleu(texts, fifth), len(fifth))
            for fifth in fifths
        ]

    def survival_if_independent(self, model: Seq2Seq) -> list[float]:
        """What ``survival`` would be if the model erred as often after its own words as after the true ones.

        A sentence of n words survives to place i with Π_k (share accepted at place k), k up to min(i, n).
        """
        said, _, _ = forced(model, self.pairs, self.pairs.items["test"])
        shares = []
        for place in range(PLACES):
            right = []
            for row, reference in zip(said, self.references, strict=True):
                true = reference.split()
                if place <= len(true):
                    word = self.pairs.target.lookup_token(int(row[place]))
                    right.append(is_accepted(true[:place], word))
            shares.append(statistics.mean(right) if right else 1.0)
        survived = list(accumulate(shares, mul))
        ends = [len(reference.split()) for reference in self.references]
        return [statistics.mean(survived[min(place, end)] for end in ends) for place in range(PLACES)]

    def attended(self, model: Seq2Seq) -> dict[str, Any]:
        """Alignment error, the table of the green car, and how much each article's word looks at the noun."""
        _, _, weights = forced(model, self.pairs, self.pairs.items["test"])
        assert weights is not None
        return {
            "alignment error": alignment_error(weights, self.test),
            "of determiners": alignment_error(weights, self.test, self.determiners()),
            "of other words": alignment_error(weights, self.test, self.determiners(), inverse=True),
            "table": self.table(model, "the green car", "la voiture verte"),
            "on the noun": {article: self.on_the_noun(model, article) for article in ARTICLES},
        }

    def determiners(self) -> list[set[int]]:
        """Of each test pair the places of the target words that stand for an article or its like."""
        return [{j for i, j in pair.alignment if pair.source.split()[i] in DETERMINERS} for pair in self.test]

    def table(self, model: Seq2Seq, source: str, target: str) -> dict[str, Any]:
        items = list(zip(self.pairs.encode([source]), self.pairs.encode_targets([target]), strict=True))
        _, _, weights = forced(model, self.pairs, items)
        assert weights is not None
        rows = [[round(value, 4) for value in row] for row in weights[0, :-1].tolist()]
        return {"source": words(source), "target": words(target), "weights": rows}

    def on_the_noun(self, model: Seq2Seq, article: str) -> float:
        """The mean weight of ``article``'s translation on the noun, in "the green car" and its like."""
        made = [
            to_pair(noun_phrase(article, noun, adjectives=(name,)))
            for noun in nouns_of("thing")
            for name in adjectives_of("thing", before=False)
        ]
        made = [pair for pair in made if len(pair.source.split()) == len(pair.target.split()) == 3]
        sources = self.pairs.encode(pair.source for pair in made)
        targets = self.pairs.encode_targets(pair.target for pair in made)
        _, _, weights = forced(model, self.pairs, list(zip(sources, targets, strict=True)))
        assert weights is not None
        return weights[:, 0, 2].mean().item()


def is_accepted(before: Sequence[str], word: str) -> bool:
    """Whether the grammar accepts ``word``, or the end, after these words."""
    if word == "<eos>":
        return is_sentence(before)
    return accepted([*before, word]) > len(before)


def survival(texts: Sequence[str]) -> list[float]:
    """The share of translations whose first 1, 2, ... words the grammar accepts."""
    refused = [first_refused(text.split()) for text in texts]
    return [statistics.mean(place is None or place > last for place in refused) for last in range(PLACES)]


if __name__ == "__main__":
    main()
