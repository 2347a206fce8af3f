"""What do the course's models learn from the data sets? Run it from the repository:

    python -m experiments.learning [spam reviews ...] [--source default] [--seeds 0 1 2]

Each line is one method: the mean and the standard deviation over the seeds, on the test split, with the
weights of the lowest validation loss. The data set's own line names the ceiling that it computes of itself.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments import writing
from experiments.learners import BATCH, EMBEDDING, HIDDEN, report, trained
from utils.data import Dataset, load
from utils.models import LSTM, BagOfEmbeddings, SequenceClassifier, Tagger
from utils.text import (
    PAD,
    BucketBatches,
    build_vocabulary,
    coverage,
    embedding_matrix,
    get_tokenizer,
    labelled_batch,
    numericalise_all,
    pad,
    tokenise_all,
)

FEW = 1000  # labelled reviews, where word vectors from more text than that are worth something


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TASKS)}; all if none is named")
    parser.add_argument("--source", default="default", choices=["default", "real"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args()
    if unknown := set(options.names) - set(TASKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(TASKS)}")
    for name in options.names or TASKS:
        data = load(name, options.source)
        print(f"\n{data}", flush=True)
        TASKS[name](data, options.seeds)


# one label for a text


class Classification:
    """Texts with labels, as numbers; ``accuracy`` trains a classifier on them and tests it."""

    def __init__(self, texts: dict[str, list], labels: dict[str, list], groups: dict[str, list[int]]) -> None:
        self.vocabulary = build_vocabulary(texts["train"])
        self.classes = build_vocabulary([labels["train"]], specials=())
        self.items = {
            name: list(
                zip(numericalise_all(texts[name], self.vocabulary), self.classes(labels[name]), strict=True)
            )
            for name in texts
        }
        self.labels = labels
        self.groups = groups  # of test items, measured apart

    def accuracy(self, make: Callable[[], nn.Module], seed: int) -> list[float]:
        batches = {
            name: BucketBatches(self.items[name], BATCH, labelled_batch, lambda item: len(item[0]), seed)
            for name in ("train", "valid")
        }
        model = trained(make(), batches, classification_loss, epochs=20)
        batch = labelled_batch(self.items["test"])
        with torch.no_grad():
            right = (model(batch.tokens, batch.lengths).argmax(dim=1) == batch.labels).float()
        return [100 * right[group].mean().item() for group in self.groups.values()]

    def majority(self, seed: int) -> list[float]:
        most = Counter(self.labels["train"]).most_common(1)[0][0]
        right = [label == most for label in self.labels["test"]]
        return [100 * statistics.mean(right[i] for i in group) for group in self.groups.values()]

    def compare(self, seeds: Sequence[int], vectors: Any = None) -> None:
        """Print the lines; with word vectors, those of models that start from them, too."""
        if len(self.groups) > 1:
            print(f"  {'':38}" + "".join(f"{group:>14}" for group in self.groups))
        sizes = len(self.vocabulary), EMBEDDING if vectors is None else vectors.dim
        classifiers: dict[str, Callable[[], nn.Module]] = {
            "bag of embeddings": partial(BagOfEmbeddings, *sizes, len(self.classes)),
            "LSTM": partial(SequenceClassifier, *sizes, HIDDEN, len(self.classes), cell=LSTM),
        }
        report("always the commonest label", self.majority, seeds, "% right")
        for name, make in classifiers.items():
            report(name, partial(self.accuracy, make), seeds, "% right")
        if vectors is not None:
            rows = embedding_matrix(self.vocabulary, vectors, seed=0)
            for frozen in (True, False):
                make = partial(with_vectors, classifiers["LSTM"], rows, self.vocabulary[PAD], frozen)
                name = f"LSTM on word vectors, {'frozen' if frozen else 'trained on'}"
                report(name, partial(self.accuracy, make), seeds, "% right")


def with_vectors(make: Callable[[], Any], rows: Tensor, padding_idx: int, frozen: bool) -> nn.Module:
    model = make()
    model.encoder.embedding = nn.Embedding.from_pretrained(
        rows.clone(), freeze=frozen, padding_idx=padding_idx
    )
    return model


def classification_loss(model: nn.Module, batch: Any) -> Tensor:
    return F.cross_entropy(model(batch.tokens, batch.lengths), batch.labels)


def classify(
    data: Dataset, seeds: Sequence[int], tokenizer: Callable[[str], list[str]] | None = None
) -> None:
    task(data, tokenizer or get_tokenizer()).compare(seeds)


def task(data: Any, tokenizer: Callable[[str], list[str]]) -> Classification:
    texts = {name: tokenise_all([item.text for item in part], tokenizer) for name, part in data.items()}
    labels = {name: [item.label for item in part] for name, part in data.items()}
    return Classification(texts, labels, {"all": list(range(len(data["test"])))})


def reviews(data: Dataset, seeds: Sequence[int]) -> None:
    """All labelled reviews, and few of them with word vectors."""
    classify(data, seeds)
    vectors = load("vectors", data.source)
    few = task({**data, "train": data["train"][:FEW]}, get_tokenizer())
    print(f"  with the first {FEW:,} labelled reviews; {vectors.title}")
    print(f"  {coverage(few.vocabulary, vectors['all'].vectors)}")
    few.compare(seeds, vectors["all"].vectors)


def agreement(data: Dataset, seeds: Sequence[int]) -> None:
    """The number of the verb from the words before it, by the nouns that mislead."""
    texts = {name: [item.text.split()[: item.verb] for item in part] for name, part in data.items()}
    labels = {name: [item.label for item in part] for name, part in data.items()}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(data["test"]):
        groups[f"{item.attractors} attractors"].append(place)
    Classification(texts, labels, dict(sorted(groups.items()))).compare(seeds)


# one label for every word


def tag(data: Dataset, seeds: Sequence[int]) -> None:
    """Each word's most frequent tag against taggers that read in one direction and in two."""
    words = {name: [item.tokens for item in part] for name, part in data.items()}
    tags = {name: [item.tags for item in part] for name, part in data.items()}
    vocabulary, classes = build_vocabulary(words["train"]), build_vocabulary(tags["train"])
    items = {
        name: list(
            zip(numericalise_all(words[name], vocabulary), numericalise_all(tags[name], classes), strict=True)
        )
        for name in data
    }

    def accuracy(bidirectional: bool, seed: int) -> list[float]:
        batches = {
            name: BucketBatches(items[name], BATCH, pad_both, lambda item: len(item[0]), seed)
            for name in ("train", "valid")
        }
        width = HIDDEN // 2 if bidirectional else HIDDEN
        model = Tagger(len(vocabulary), EMBEDDING, width, len(classes), bidirectional, cell=LSTM)
        trained(model, batches, tagging_loss, epochs=10)
        (tokens, lengths), (targets, _) = pad_both(items["test"])
        with torch.no_grad():
            right = model(tokens, lengths).argmax(dim=2) == targets
        return [100 * right[targets != 0].float().mean().item()]

    report("each word's most frequent tag", lambda seed: [most_frequent_tag(words, tags)], seeds, "% right")
    report("LSTM", partial(accuracy, False), seeds, "% right")
    report("LSTM, both directions", partial(accuracy, True), seeds, "% right")


def tagging_loss(model: nn.Module, batch: Any) -> Tensor:
    (tokens, lengths), (targets, _) = batch
    return F.cross_entropy(model(tokens, lengths).flatten(0, 1), targets.flatten(), ignore_index=0)


def pad_both(items: Sequence[tuple[Tensor, Tensor]]) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    return pad([words for words, _ in items]), pad([tags for _, tags in items])


def most_frequent_tag(words: dict[str, list], tags: dict[str, list]) -> float:
    counts: defaultdict[str, Counter] = defaultdict(Counter)
    for word, name in pairs(words["train"], tags["train"]):
        counts[word][name] += 1
    every = Counter(name for _, name in pairs(words["train"], tags["train"]))
    guesses = ((counts[word] or every, name) for word, name in pairs(words["test"], tags["test"]))
    return 100 * statistics.mean(count.most_common(1)[0][0] == name for count, name in guesses)


def pairs(words: list, tags: list) -> Iterable[tuple[str, str]]:
    return (pair for row in zip(words, tags, strict=True) for pair in zip(*row, strict=True))


TASKS: dict[str, Callable[[Dataset, Sequence[int]], None]] = {
    "spam": classify,
    "surnames": partial(classify, tokenizer=list),
    "reviews": reviews,
    "agreement": agreement,
    "tagged": tag,
    "translation": writing.translate,
    "captions": writing.describe,
    "prose": writing.continue_prose,
}

if __name__ == "__main__":
    main()
