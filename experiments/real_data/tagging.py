"""Parts of speech: the universal tags of the English Web Treebank's words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from experiments.real_data.intervals import of_ratio
from experiments.real_data.training import Setting, moved, record, start, train
from utils.data import load
from utils.models import LSTM, Tagger
from utils.text import (
    PAD,
    UNK,
    BucketBatches,
    Vectors,
    build_vocabulary,
    embedding_matrix,
    numericalise_all,
    pad,
)

TARGETS = {"ud-ewt": 0.93}
SEEDS = (0, 1, 2)
AFFIXES = (-1, -2, -3, -4, 1, 2, 3)  # how many letters, from the end or from the beginning
AFFIX_SIZE = 24  # width of the embedding of an affix, or of a word's shape
UNKNOWN = 0.1  # of the training words are read as unknown ones

Sentences = dict[str, list[tuple[str, ...]]]


class Size(NamedTuple):
    items: int | None  #: sentences of each split; all if None
    hidden_size: int
    epochs: int
    num_layers: int = 1
    batch_size: int = 32
    dropout: float = 0.4
    lr: float = 4e-3


SIZES = {
    "tiny": Size(150, 16, 3, batch_size=8, lr=1e-2),
    "default": Size(None, 128, 6),
    "full": Size(None, 256, 12, num_layers=2, batch_size=64, lr=2e-3),
}


def runs(setting: Setting) -> dict[str, Callable[[], dict[str, Any]]]:
    """The runs by name."""
    networks = {f"ud-ewt/LSTM/{seed}": partial(network, seed, setting) for seed in SEEDS}
    baselines = {
        "ud-ewt/most frequent tag/0": partial(most_frequent, setting),
        "ud-ewt/baseline/0": partial(logistic, setting),
    }
    return networks | baselines


def read(size: Size) -> tuple[Sentences, Sentences]:
    """The words and the tags of each split's sentences."""
    data = load("tagged", "real")
    items = {split: sentences[: size.items] for split, sentences in data.items()}
    words = {split: [item.tokens for item in several] for split, several in items.items()}
    return words, {split: [item.tags for item in several] for split, several in items.items()}


def shape(word: str) -> str:
    """Kinds of characters, each run of one kind once: "iPhone-4" is "aAa-0"."""
    kinds = re.sub(r"[^\W\d_]", lambda letter: "A" if letter[0].isupper() else "a", word)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"\d", "0", kinds))


def affix(word: str, letters: int) -> str:
    return word[letters:] if letters < 0 else word[:letters]


class SpelledEmbedding(nn.Module):
    """A word's embedding: that of the word in lower case, and of its first and last letters and its shape.

    x = [E[word]; E_1[affix_1]; ...; E_k[shape]]

    A word that was not in training still has its GloVe vector, if there is one, and its spelling. The module
    takes the place of an encoder's embedding.

    Args:
        words: the words by their number, as they are spelt.
        known: those of them that training has; of these the vocabularies are made.
        glove: the first vectors of the words.
        seed: of the rows of words that have none.
    """

    def __init__(self, words: Sequence[str], known: Sequence[str], glove: Vectors, seed: int) -> None:
        super().__init__()
        lower = [word.lower() for word in words]
        here = {word.lower() for word in known} | (set(lower) & glove.stoi.keys())
        vocabulary = build_vocabulary([sorted(here)])
        self.word = nn.Embedding.from_pretrained(
            embedding_matrix(vocabulary, glove, seed), freeze=False, padding_idx=vocabulary[PAD]
        )
        self.unknown = vocabulary[UNK]
        spellings = [[affix(word.lower(), letters) for word in words] for letters in AFFIXES]
        spellings.append([shape(word) for word in words])
        taught = set(known)
        tables, columns = [], [torch.tensor(vocabulary(lower))]
        for spelling in spellings:
            seen = build_vocabulary([[s for s, w in zip(spelling, words, strict=True) if w in taught]])
            tables.append(nn.Embedding(len(seen), AFFIX_SIZE))
            columns.append(torch.tensor(seen(spelling)))
        self.tables = nn.ModuleList(tables)
        self.columns: Tensor
        self.register_buffer("columns", torch.stack(columns, dim=1))  # (words, 1 + affixes + shape)
        self.num_embeddings = len(words)
        self.embedding_dim = glove.dim + AFFIX_SIZE * len(spellings)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, time, embedding_dim) of word numbers (batch, time)."""
        word, *spelling = self.columns[tokens].unbind(dim=-1)
        if self.training:
            word = word.masked_fill(torch.rand(word.shape, device=word.device) < UNKNOWN, self.unknown)
        parts = [table(column) for table, column in zip(self.tables, spelling, strict=True)]
        return torch.cat([self.word(word), *parts], dim=-1)


def network(seed: int, setting: Setting) -> dict[str, Any]:
    """A bidirectional LSTM on GloVe vectors and spellings."""
    run = start(setting, seed)
    size = SIZES[setting.size]
    words, tags = read(size)
    vocabulary = build_vocabulary([word for several in words.values() for word in several])  # spellings only
    classes = build_vocabulary(tags["train"])
    numbers = {split: numericalise_all(several, vocabulary) for split, several in words.items()}
    targets = {split: numericalise_all(several, classes) for split, several in tags.items()}
    items = {split: list(zip(numbers[split], targets[split], strict=True)) for split in words}
    known = sorted({word for sentence in words["train"] for word in sentence})
    glove = load("vectors", "real")["all"].vectors
    embedding = SpelledEmbedding(vocabulary.get_itos(), known, glove, seed)
    model = Tagger(
        len(vocabulary),
        embedding.embedding_dim,
        size.hidden_size,
        len(classes),
        bidirectional=True,
        num_layers=size.num_layers,
        cell=LSTM,
        dropout=size.dropout,
    )
    model.encoder.embedding = embedding
    batches = BucketBatches(items["train"], size.batch_size, pad_both, _length, seed, max_waste=0.2)
    ordered = {
        split: BucketBatches(items[split], 256, pad_both, _length, shuffle=False)
        for split in ("valid", "test")
    }

    def right(model: nn.Module, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Of each sentence, its words that are tagged rightly, and its words."""
        counts = []
        for batch in ordered[split]:
            tokens, lengths, wanted = moved(batch, run.device)
            is_right = (model(tokens, lengths).argmax(dim=2) == wanted) & (wanted != 0)
            counts.append(torch.stack([is_right.sum(dim=1), lengths], dim=1).cpu())
        both = torch.cat(counts).numpy()
        return both[:, 0], both[:, 1]

    def score(model: nn.Module) -> float:
        good, all_words = right(model, "valid")
        return float(good.sum() / all_words.sum())

    trained = train(model, batches, loss, score, run, epochs=size.epochs, lr=size.lr)
    with torch.no_grad():
        good, all_words = right(model, "test")
        valid = score(model)
    test = float(good.sum() / all_words.sum())
    return record(run, valid, test, of_ratio(good, all_words), **trained)


def pad_both(items: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """Words, lengths and tags of a batch."""
    tokens, lengths = pad([words for words, _ in items])
    return tokens, lengths, pad([tags for _, tags in items])[0]


def loss(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    tokens, lengths, targets = batch
    return F.cross_entropy(model(tokens, lengths).flatten(0, 1), targets.flatten(), ignore_index=0)


def _length(item: tuple[Tensor, Tensor]) -> int:
    return len(item[0])


# baselines


def most_frequent(setting: Setting) -> dict[str, Any]:
    """Each word's most frequent tag; of an unknown word the most frequent one of words that occur once."""
    run = start(setting._replace(device="cpu"))
    words, tags = read(SIZES[setting.size])
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sentence, names in zip(words["train"], tags["train"], strict=True):
        for word, name in zip(sentence, names, strict=True):
            counts[word][name] += 1
    rare: Counter[str] = Counter()
    for found in counts.values():
        if found.total() == 1:
            rare += found
    said = {
        split: [
            [(counts.get(word) or rare).most_common(1)[0][0] for word in sentence] for sentence in several
        ]
        for split, several in words.items()
    }
    return judged(run, said, tags, what="each word's most frequent tag")


def logistic(setting: Setting) -> dict[str, Any]:
    """Logistic regression on a word, its spelling and its two neighbours."""
    run = start(setting._replace(device="cpu"))
    words, tags = read(SIZES[setting.size])
    counter = CountVectorizer(analyzer=lambda each: each, binary=True, min_df=2, dtype=np.float64)
    rows = {"train": counter.fit_transform(features(words["train"]))}
    rows |= {split: counter.transform(features(words[split])) for split in ("valid", "test")}
    model = LogisticRegression(C=1.0, max_iter=60)
    model.fit(rows["train"], [name for sentence in tags["train"] for name in sentence])
    said = {}
    for split in ("valid", "test"):
        answers = iter(model.predict(rows[split]))
        said[split] = [[next(answers) for _ in sentence] for sentence in words[split]]
    what = "logistic regression on a word, its spelling and its neighbours"
    return judged(run, said, tags, what=what)


def features(sentences: Sequence[Sequence[str]]) -> list[list[str]]:
    """Of every word of the sentences, one after the other."""
    found = []
    for sentence in sentences:
        padded = ["<s>", *sentence, "</s>"]
        for before, word, after in zip(padded, padded[1:], padded[2:], strict=False):
            lower = word.lower()
            spelling = [f"{n}={affix(lower, n)}" for n in AFFIXES]
            near = [f"before={before.lower()}", f"after={after.lower()}"]
            near += [f"before {affix(before.lower(), -3)}", f"after {affix(after.lower(), -3)}"]
            found.append([f"word={word}", f"lower={lower}", f"shape={shape(word)}", *spelling, *near])
    return found


def judged(run: Any, said: dict[str, Any], tags: Sentences, what: str) -> dict[str, Any]:
    """The record of a baseline from the tags that it says."""
    counts = {}
    for split in ("valid", "test"):
        pairs = zip(said[split], tags[split], strict=True)
        good = [sum(a == b for a, b in zip(*pair, strict=True)) for pair in pairs]
        counts[split] = np.array([good, [len(sentence) for sentence in tags[split]]])
    shares = {split: float(good.sum() / total.sum()) for split, (good, total) in counts.items()}
    return record(run, shares["valid"], shares["test"], of_ratio(*counts["test"]), what=what)
