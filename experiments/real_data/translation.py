"""Captions of pictures (Multi30k): German to English and English to French, with attention and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.real_data.intervals import bleu, bleu_rows, interval
from experiments.real_data.lexicon import neighbour, word_for_word
from experiments.real_data.training import Setting, Started, record, start, train
from utils.data import load
from utils.models import GRU, AdditiveAttention, Decoder, Encoder, Seq2Seq, decoding
from utils.text import (
    BOS,
    EOS,
    PAD,
    UNK,
    PairBatch,
    Vocab,
    build_vocabulary,
    corpus_bleu,
    denumericalise_all,
    numericalise_all,
    pad,
    pair_batches,
)

CORPORA = {"de-en": ("multi30k-de", True), "en-fr": ("multi30k", False)}  # whether English is the target
TARGETS = {"de-en": 29.0, "en-fr": 45.0}
SEEDS = (0, 1, 2)
KINDS = {"attention": AdditiveAttention, "without attention": None}
LIMIT = 50  # words
BEAM = 5
PIECE = 250  # sentences that are translated together
BINS = 5  # of test sentences, by the length of the source


class Size(NamedTuple):
    items: int | None  #: pairs of each split; all if None
    embedding_size: int
    hidden_size: int  #: of the decoder, and of both directions of the encoder together
    epochs: int
    batch_size: int = 128
    dropout: float = 0.4
    lr: float = 1e-3


SIZES = {
    "tiny": Size(120, 16, 16, 2, batch_size=32, lr=1e-2),
    "default": Size(None, 128, 256, 5, batch_size=64, dropout=0.2, lr=2e-3),
    "full": Size(None, 256, 512, 15, lr=1.5e-3),
}


def runs(setting: Setting) -> dict[str, Callable[[], dict[str, Any]]]:
    """The runs by name."""
    networks = {
        f"{direction}/{kind}/{seed}": partial(network, direction, kind, seed, setting)
        for kind, direction, seed in product(KINDS, CORPORA, SEEDS)
        if kind == "attention" or seed == 0
    }
    baselines = {f"{direction}/baseline/0": partial(simple, direction, setting) for direction in CORPORA}
    return networks | baselines


class Texts(NamedTuple):
    """A split's sentences and their translations, as they were published."""

    sources: list[str]
    targets: list[str]


def read(direction: str, size: Size) -> dict[str, Texts]:
    corpus, into_english = CORPORA[direction]
    splits = {}
    for split, items in load(corpus, "real").items():
        english = [pair.source for pair in items[: size.items]]
        other = [pair.target for pair in items[: size.items]]
        splits[split] = Texts(other, english) if into_english else Texts(english, other)
    return splits


def tokens(text: str) -> list[str]:
    """The words, in lower case, and the marks of a sentence; an apostrophe ends a word: "l'arbre" is two."""
    return re.findall(r"\w+(?:-\w+)*'?|[^\w\s]", text.lower().replace("’", "'"))


def plain(words: Sequence[str], french: bool = False) -> str:
    """A sentence as one writes it, from its words: undoes ``tokens`` but for capitals within it.

    French has a space before a colon, a semicolon, a question mark and an exclamation mark.
    """
    text = " ".join(words)
    text = re.sub(r"(?<=\w') (?=\w)", "", text)  # l' arbre, man' s
    text = re.sub(r" ([.,)%]|\.\.\.)", r"\1", text).replace("( ", "(")
    text = re.sub(r'" ([^"]*?) "', r'"\1"', text)
    if not french:
        text = re.sub(r" ([:;?!])", r"\1", text)
    return text[:1].upper() + text[1:]


class Task:
    """The pairs of one direction as texts and as numbers."""

    def __init__(self, direction: str, size: Size) -> None:
        self.texts = read(direction, size)
        self.french = direction.endswith("fr")
        self.words = {
            split: (list(map(tokens, texts.sources)), list(map(tokens, texts.targets)))
            for split, texts in self.texts.items()
        }
        sources, targets = self.words["train"]
        self.source: Vocab = build_vocabulary(sources, min_count=2)
        self.target: Vocab = build_vocabulary(targets, min_count=2, specials=(PAD, UNK, BOS, EOS))
        self.numbers = {
            split: (numericalise_all(one, self.source), numericalise_all(other, self.target))
            for split, (one, other) in self.words.items()
        }

    def written(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """Translations as plain text; words that the model does not know are left out."""
        return [plain([word for word in row if word != UNK], self.french) for row in rows]

    def bleu(self, candidates: Sequence[str], split: str) -> float:
        return corpus_bleu(candidates, [[text] for text in self.texts[split].targets]).score

    def judged(self, candidates: Sequence[str]) -> dict[str, Any]:
        """BLEU of the translations of the test, its interval, and BLEU by length of the source."""
        references = self.texts["test"].targets
        rows = bleu_rows(candidates, references)
        scored = corpus_bleu(candidates, [[text] for text in references])
        lower = corpus_bleu(candidates, [[text] for text in references], lowercase=True)
        lengths = np.array([len(words) for words in self.words["test"][0]])
        return {
            "bleu": scored.score,
            "interval": list(interval(rows, bleu)),
            "signature": scored.signature,
            "ignoring case": lower.score,
            "by length": [
                {
                    "from": int(lengths[part].min()),
                    "to": int(lengths[part].max()),
                    "sentences": len(part),
                    "bleu": bleu(rows[part].sum(axis=0)),
                }
                for part in np.array_split(lengths.argsort(kind="stable"), BINS)
            ],
        }


def network(direction: str, kind: str, seed: int, setting: Setting) -> dict[str, Any]:
    """A bidirectional GRU reads, a GRU writes: greedily, and by beam search."""
    run = start(setting, seed)
    size = SIZES[setting.size]
    task = Task(direction, size)
    encoder = Encoder(
        len(task.source),
        size.embedding_size,
        size.hidden_size // 2,
        cell=GRU,
        bidirectional=True,
        dropout=size.dropout,
    )
    decoder = Decoder(
        len(task.target),
        size.embedding_size,
        size.hidden_size,
        encoder.output_size,
        KINDS[kind],
        cell=GRU,
        dropout=size.dropout,
    )
    model = Seq2Seq(encoder, decoder)
    bos, eos = task.target[BOS], task.target[EOS]
    pairs = list(zip(*task.numbers["train"], strict=True))
    batches = pair_batches(pairs, size.batch_size, bos, eos, seed=seed, max_waste=0.2)

    def score(model: nn.Module) -> float:
        return task.bleu(translated(model, task, "valid", run), "valid")

    trained = train(model, batches, loss, score, run, epochs=size.epochs, lr=size.lr)
    greedy = task.judged(translated(model, task, "test", run))
    beam = task.judged(translated(model, task, "test", run, BEAM))
    return record(
        run,
        score(model),
        greedy["bleu"],
        tuple(greedy["interval"]),
        greedy=greedy,
        beam=beam,
        **trained,
    )


def loss(model: nn.Module, batch: PairBatch) -> Tensor:
    logits, _ = model(batch.source, batch.target_in, batch.source_lengths)
    return F.cross_entropy(
        logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=0, label_smoothing=0.1
    )


@torch.no_grad()
def translated(model: Any, task: Task, split: str, run: Started, beam_size: int = 1) -> list[str]:
    """What the model writes for each source of the split."""
    sources = task.numbers[split][0]
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    found: list[list[str]] = [[]] * len(sources)
    for place in range(0, len(order), PIECE):
        piece = order[place : place + PIECE]
        tokens_, lengths = (part.to(run.device) for part in pad([sources[i] for i in piece]))
        step, state = model.start(tokens_, lengths)
        first = torch.full((len(piece),), task.target[BOS], device=run.device)
        eos = task.target[EOS]
        if beam_size == 1:
            decoded = decoding.greedy(step, first, state, eos, LIMIT)
        else:
            decoded = decoding.beam(step, first, state, eos, LIMIT, beam_size)
        rows = denumericalise_all(decoded.tokens.cpu(), decoded.lengths.cpu(), task.target)
        for i, row in zip(piece, rows, strict=True):
            found[i] = row
    return task.written(found)


def simple(direction: str, setting: Setting) -> dict[str, Any]:
    """The best of three without a network, by BLEU on the validation split: the source itself, the training
    sentence that is most like it, and its words one by one."""
    run = start(setting._replace(device="cpu"))
    task = Task(direction, SIZES[setting.size])
    train_words = task.words["train"]
    said = {}
    for split in ("valid", "test"):
        sources = task.words[split][0]
        said[split] = {
            "the source as it is": task.texts[split].sources,
            "the translation of the training sentence most like it": [
                task.texts["train"].targets[i] for i in neighbour(train_words[0], sources)
            ],
        }
    lexicon = word_for_word(*train_words)
    for split in ("valid", "test"):
        rows = [[lexicon.get(word, word) for word in row] for row in task.words[split][0]]
        said[split]["word for word, by IBM's model 1"] = task.written(
            [[word for word in row if word] for row in rows]
        )
    valid = {what: task.bleu(texts, "valid") for what, texts in said["valid"].items()}
    what = max(valid, key=lambda each: valid[each])
    judged = task.judged(said["test"][what])
    others = {name: task.bleu(texts, "test") for name, texts in said["test"].items()}
    return record(
        run, valid[what], judged["bleu"], tuple(judged["interval"]), what=what, greedy=judged, tried=others
    )
