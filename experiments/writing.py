"""The part of ``experiments.learning`` whose models write: translations, captions, prose."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.learners import BATCH, EMBEDDING, HIDDEN, report, trained
from utils.data import Dataset
from utils.models import (
    GRU,
    LSTM,
    AdditiveAttention,
    Captioner,
    Decoder,
    Encoder,
    LanguageModel,
    NGramModel,
    Seq2Seq,
    decoding,
)
from utils.text import (
    BOS,
    EOS,
    PAD,
    UNK,
    BPTTBatches,
    BucketBatches,
    Vocab,
    build_vocabulary,
    corpus_bleu,
    denumericalise_all,
    numericalise_all,
    pad,
    pair_batches,
)

WRITTEN = (PAD, UNK, BOS, EOS)  # specials of what a model writes
LIMIT = 60  # words


def translate(data: Dataset, seeds: Sequence[int]) -> None:
    """BLEU without and with attention, and how often it looks where the gold alignment says."""
    words = {
        side: {name: [getattr(item, side).lower().split() for item in part] for name, part in data.items()}
        for side in ("source", "target")
    }
    source = build_vocabulary(words["source"]["train"])
    target = build_vocabulary(words["target"]["train"], specials=WRITTEN)
    items = {
        name: list(
            zip(
                numericalise_all(words["source"][name], source),
                numericalise_all(words["target"][name], target),
                strict=True,
            )
        )
        for name in data
    }
    has_gold = hasattr(data["test"][0], "alignment")

    def measure(attention: type | None, seed: int) -> list[float]:
        encoder = Encoder(len(source), EMBEDDING, HIDDEN, cell=GRU, bidirectional=True)
        decoder = Decoder(len(target), EMBEDDING, HIDDEN, encoder.output_size, attention, cell=GRU)
        batches = {
            name: pair_batches(items[name], BATCH, target[BOS], target[EOS], seed=seed)
            for name in ("train", "valid")
        }
        model = trained(Seq2Seq(encoder, decoder), batches, translation_loss, epochs=10)
        step, state = model.start(*pad([row for row, _ in items["test"]]))
        texts = written(step, state, len(items["test"]), target)
        score = corpus_bleu(
            texts, [[" ".join(row)] for row in words["target"]["test"]], tokenize="none"
        ).score
        looked = (
            [alignment(model, items["test"], data["test"], target[BOS])] if attention and has_gold else []
        )
        return [score, *looked]

    report("GRU, without attention", partial(measure, None), seeds, "BLEU")
    report("GRU, with attention", partial(measure, AdditiveAttention), seeds, "BLEU, % of words aligned")


def translation_loss(model: nn.Module, batch: Any) -> Tensor:
    logits, _ = model(batch.source, batch.target_in, batch.source_lengths)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=0)


@torch.no_grad()
def written(step: decoding.Step, state: Any, rows: int, vocabulary: Vocab) -> list[str]:
    """What a model writes word by word from these states."""
    found = decoding.greedy(step, torch.full((rows,), vocabulary[BOS]), state, vocabulary[EOS], LIMIT)
    return list(map(" ".join, denumericalise_all(found.tokens, found.lengths, vocabulary)))


@torch.no_grad()
def alignment(model: Seq2Seq, items: list, gold: Sequence[Any], bos: int) -> float:
    """Of the target words that have a source word, those at which the largest weight is on one of theirs."""
    right = total = 0
    for (source, target), item in zip(items, gold, strict=True):
        _, weights = model(source[None], torch.cat([torch.tensor([bos]), target])[None, :-1])
        looked = weights[0].argmax(dim=1).tolist()
        aligned = {j for _, j in item.alignment}
        right += sum((looked[j], j) in item.alignment for j in aligned)
        total += len(aligned)
    return 100 * right / total


# pictures


def describe(data: Dataset, seeds: Sequence[int]) -> None:
    """How many pictures get one of their right sentences, written from the features of a network that was
    trained to say which words fit a picture."""
    sentences = {
        name: [text.split() for item in part for text in item.captions] for name, part in data.items()
    }
    vocabulary = build_vocabulary(sentences["train"], specials=WRITTEN)
    pictures = {name: 1 - torch.stack([item.image for item in part]) for name, part in data.items()}
    present = {
        name: torch.stack([words_of(item.captions, vocabulary) for item in part])
        for name, part in data.items()
    }

    def measure(seed: int) -> list[float]:
        reader = picture_reader(len(vocabulary))
        parts = {
            name: list(zip(pictures[name].split(BATCH), present[name].split(BATCH), strict=True))
            for name in data
        }
        trained(reader, parts, presence_loss, epochs=15, lr=1e-3)
        with torch.no_grad():
            features = {name: reader[:-1](pictures[name]) for name in data}
        items = {
            name: [
                (vector, numericalise_all([text.split()], vocabulary)[0])
                for vector, item in zip(features[name], data[name], strict=True)
                for text in item.captions
            ]
            for name in ("train", "valid")
        }
        collate = partial(caption_batch, bos=vocabulary[BOS], eos=vocabulary[EOS])
        batches = {
            name: BucketBatches(part, BATCH, collate, lambda item: len(item[1]), seed)
            for name, part in items.items()
        }
        model = trained(
            Captioner(HIDDEN, len(vocabulary), EMBEDDING, HIDDEN), batches, caption_loss, 20, 1e-3
        )
        state = model.first_state(features["test"])
        texts = written(model.step, state, len(features["test"]), vocabulary)
        right = [text in item.captions for text, item in zip(texts, data["test"], strict=True)]
        return [100 * statistics.mean(right)]

    report("convolutions, GRU", measure, seeds, "% right")


def picture_reader(words: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 32, 5, 2, 2), nn.ReLU(), nn.Conv2d(32, 64, 5, 2, 2), nn.ReLU(), nn.Flatten(),
        nn.Linear(64 * 8 * 8, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, words),
    )  # fmt: skip


def words_of(captions: Sequence[str], vocabulary: Vocab) -> Tensor:
    """1 for each word of the vocabulary that stands in a caption, else 0; (words,)"""
    present = torch.zeros(len(vocabulary))
    present[vocabulary([word for text in captions for word in text.split()])] = 1
    return present


def presence_loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    return F.binary_cross_entropy_with_logits(model(batch[0]), batch[1])


def caption_batch(
    items: Sequence[tuple[Tensor, Tensor]], bos: int, eos: int
) -> tuple[Tensor, Tensor, Tensor]:
    features = torch.stack([vector for vector, _ in items])
    tokens_in, _ = pad([[bos, *row.tolist()] for _, row in items])
    tokens_out, _ = pad([[*row.tolist(), eos] for _, row in items])
    return features, tokens_in, tokens_out


def caption_loss(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    features, tokens_in, tokens_out = batch
    return F.cross_entropy(model(features, tokens_in).flatten(0, 1), tokens_out.flatten(), ignore_index=0)


# the next character


def continue_prose(data: Dataset, seeds: Sequence[int]) -> None:
    """Counts of n-grams against a recurrent language model, in bits a character."""
    vocabulary = build_vocabulary([list(data["train"])])
    numbers = {name: numericalise_all([list(text)], vocabulary)[0] for name, text in data.items()}
    test_in, test_out = numbers["test"][None, :-1], numbers["test"][1:]

    def counted(order: int, seed: int) -> list[float]:
        logs, _ = NGramModel(len(vocabulary), order).fit([numbers["train"]])(test_in)
        return [F.nll_loss(logs[0], test_out).item() / math.log(2)]

    def read(seed: int) -> list[float]:
        batches = {name: list(BPTTBatches(part, 16, 64)) for name, part in numbers.items()}
        model = LanguageModel(len(vocabulary), EMBEDDING, 2 * HIDDEN, cell=LSTM, dropout=0.2)
        trained(model, batches, prose_loss, epochs=30)
        with torch.no_grad():
            logits, _ = model(test_in)
        return [F.cross_entropy(logits[0], test_out).item() / math.log(2)]

    for order in (1, 3, 5):
        report(f"{order}-gram, Kneser-Ney", partial(counted, order), seeds[:1], "bits a character")
    report("LSTM", read, seeds, "bits a character")


def prose_loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    return F.cross_entropy(model(batch[0])[0].flatten(0, 1), batch[1].flatten())
