"""Sentence pairs as numbers and a translator that is trained on them, as chapter 8 writes them out."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.data import Dataset
from utils.data.made.french import ARTICLES, NOUNS
from utils.data.made.grammar import distinct
from utils.data.made.translation import AlignedPair, noun_phrase, some_adjectives, to_pair
from utils.device import seed_everything
from utils.models import GRU, AdditiveAttention, Decoder, Encoder, Seq2Seq, decoding
from utils.models.attention import Attention
from utils.text import (
    BOS,
    EOS,
    PAD,
    UNK,
    PairBatch,
    Vocab,
    build_vocabulary,
    denumericalise_all,
    numericalise_all,
    pad,
    pair_batch,
    pair_batches,
)
from utils.training import fit

Item = tuple[Tensor, Tensor]
LIMIT = 40  # words that a translation may have


class Pairs(NamedTuple):
    """Sentences and their translations as numbers."""

    source: Vocab  #: <pad>, <unk> and the words of the training sources
    target: Vocab  #: the same for the targets, with <bos> and <eos>
    items: dict[str, list[Item]]  #: split → (source, target) of each pair, without <bos> and <eos>

    def encode(self, sources: Iterable[str]) -> list[Tensor]:
        """Each sentence as the numbers of its words."""
        return numericalise_all([words(text) for text in sources], self.source)

    def encode_targets(self, targets: Iterable[str]) -> list[Tensor]:
        return numericalise_all([words(text) for text in targets], self.target)


def words(text: str) -> list[str]:
    """The words and marks of ``text`` in lower case; an apostrophe ends a word: "l'arbre" is two."""
    return re.findall(r"\w+['’]?|[^\w\s]", text.lower().replace("’", "'"))


def prepare(splits: Mapping[str, Sequence], min_count: int = 1) -> Pairs:
    """The pairs of ``splits`` as numbers; the vocabularies have what ``train`` has ``min_count`` times."""
    train = splits["train"]
    source = build_vocabulary([words(pair.source) for pair in train], min_count)
    target = build_vocabulary([words(pair.target) for pair in train], min_count, (PAD, UNK, BOS, EOS))
    pairs = Pairs(source, target, {})
    for name, items in splits.items():
        sources = pairs.encode(pair.source for pair in items)
        targets = pairs.encode_targets(pair.target for pair in items)
        pairs.items[name] = list(zip(sources, targets, strict=True))
    return pairs


def phrases(count: int, seed: int = 0, without: str = "the green car") -> list[AlignedPair]:
    """Different noun phrases of the grammar, such as "my old hats"; ``without`` is not among them."""
    rng = random.Random(seed)

    def draw() -> AlignedPair:
        noun, plural = rng.choice(NOUNS), rng.random() < 0.4
        pair = to_pair(noun_phrase(rng.choice(tuple(ARTICLES)), noun, plural, some_adjectives(noun, rng)))
        return pair if pair.source != without else draw()

    return distinct(count, draw)


def small(data: Dataset) -> dict[str, list[Any]]:
    """Of ``data`` what a page of the book learns in seconds: "train", and up to 300 of "test".

    Of the grammar: sentences of up to 9 words in each language, and 800 noun phrases. Of real sentences:
    those of up to 7 words whose words are all among the 400 commonest of their language in such sentences.
    """
    longest = 9 if data.source == "default" else 7
    split = {part: [pair for pair in data[part] if _longer(pair) <= longest] for part in ("train", "test")}
    if data.source == "default":
        split["train"] += phrases(800)
    else:
        english = _commonest(words(pair.source) for pair in split["train"])
        french = _commonest(words(pair.target) for pair in split["train"])
        split = {
            part: [
                pair
                for pair in items
                if english.issuperset(words(pair.source)) and french.issuperset(words(pair.target))
            ]
            for part, items in split.items()
        }
    return {"train": split["train"], "test": split["test"][:300]}


def _commonest(sentences: Iterable[list[str]], count: int = 400) -> set[str]:
    return {word for word, _ in Counter(chain.from_iterable(sentences)).most_common(count)}


def _longer(pair: Any) -> int:
    """The number of words of the side that has more."""
    return max(len(words(pair.source)), len(words(pair.target)))


def trained(
    pairs: Pairs,
    seed: int,
    epochs: int,
    attention: type[Attention] | None = AdditiveAttention,
    *,
    hidden_size: int = 64,
    batch_size: int = 64,
    lr: float = 5e-3,
    bidirectional: bool = True,
    sampling: float = 0.0,
    dropout: float = 0.0,
) -> Seq2Seq:
    """A translator after ``epochs`` passes over ``train``.

    ``sampling`` is the probability, in the last epoch, that the decoder reads its own word in place of the
    true one (Bengio et al., 2015); it grows from 0 in the first, in equal steps.
    """
    seed_everything(seed)
    encoder = Encoder(
        len(pairs.source),
        hidden_size // 2,
        hidden_size,
        cell=GRU,
        bidirectional=bidirectional,
        dropout=dropout,
    )
    decoder = Decoder(
        len(pairs.target), hidden_size // 2, hidden_size, encoder.output_size, attention, dropout=dropout
    )
    model = Seq2Seq(encoder, decoder)
    bos, eos = pairs.target[BOS], pairs.target[EOS]
    batches = pair_batches(pairs.items["train"], batch_size, bos, eos, seed=seed, max_waste=0.3)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for epoch in range(epochs):
        own = sampling * epoch / max(1, epochs - 1)
        loss = partial(token_loss, sampling=own)
        fit(model, batches, loss, optimizer, 1, clip_norm=1.0, progress=False)
    return model


def token_loss(model: Seq2Seq, batch: PairBatch, sampling: float = 0.0) -> Tensor:
    """The cross-entropy of the true next word, averaged over all words of the batch that are no padding."""
    logits, _ = model(batch.source, batch.target_in, batch.source_lengths, sampling)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=0)


@torch.no_grad()
def translated(
    model: Seq2Seq, pairs: Pairs, sources: Sequence[Tensor], beam_size: int = 1, length_penalty: float = 1.0
) -> list[str]:
    """What the model writes for each source, its words joined by spaces: greedily, or by beam search."""
    step, state = model.start(*pad(list(sources)))
    first = torch.full((len(sources),), pairs.target[BOS])
    options: dict[str, Any] = {}
    search = decoding.greedy
    if beam_size > 1:
        search, options = decoding.beam, {"beam_size": beam_size, "length_penalty": length_penalty}
    found = search(step, first, state, pairs.target[EOS], LIMIT, **options)
    return list(map(" ".join, denumericalise_all(found.tokens, found.lengths, pairs.target)))


@torch.no_grad()
def forced(model: Seq2Seq, pairs: Pairs, items: Sequence[Item]) -> tuple[Tensor, PairBatch, Tensor | None]:
    """What the model says at each step while it reads the true targets: the most probable word (batch, time),
    the batch, and the weights of the attention (batch, time, source), if it has one."""
    batch = pair_batch(items, pairs.target[BOS], pairs.target[EOS])
    logits, weights = model(batch.source, batch.target_in, batch.source_lengths)
    return logits.argmax(dim=-1), batch, weights


def alignment_error(
    weights: Tensor,
    gold: Sequence[AlignedPair],
    places: Sequence[Collection[int]] | None = None,
    inverse: bool = False,
) -> float:
    """Of the target words that came from a source word, the share whose largest weight is on none of theirs.

    Args:
        weights: (batch, time, source); row i of an item belongs to word i of its target.
        places: of each item the target words that count; all if None.
        inverse: count the words that are not in ``places``.
    """
    largest = weights.argmax(dim=-1).tolist()
    wrong = []
    for number, (row, pair) in enumerate(zip(largest, gold, strict=True)):
        for j in {j for _, j in pair.alignment}:
            if places is None or (j in places[number]) != inverse:
                wrong.append((row[j], j) not in pair.alignment)
    return sum(wrong) / len(wrong)
