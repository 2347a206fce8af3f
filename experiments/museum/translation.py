"""The room of chapter 8: a translator. This is the right program; a bug changes one line of it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from experiments.museum.data import made
from utils.chapters.translation import words
from utils.text import corpus_bleu

SIZES = {"tiny": (250, 2), "default": (10_000, 3), "full": (10_000, 12)}  # pairs of all splits; epochs
LONGEST, TESTED, LIMIT = 9, 200, 20  # words of a sentence, sentences that are tested, words of a translation
PAD, UNK, BOS, EOS = range(4)
SPECIAL = ["<pad>", "<unk>", "<bos>", "<eos>"]


def prepare(count):
    """Sentences of up to ``LONGEST`` words as numbers, the words of English, and those of French."""
    pairs = {
        part: [(words(pair.source), words(pair.target)) for pair in items]
        for part, items in made("translation", count).items()
    }
    short = {part: [pair for pair in pairs[part] if max(map(len, pair)) <= LONGEST] for part in pairs}
    english, french = (
        SPECIAL + sorted({word for pair in short["train"] for word in pair[side]}) for side in (0, 1)
    )
    places = [{word: place for place, word in enumerate(known)} for known in (english, french)]
    items = {
        part: [
            tuple(
                torch.tensor([place.get(word, UNK) for word in side])
                for side, place in zip(pair, places, strict=True)
            )
            for pair in short[part]
        ]
        for part in ("train", "test")
    }
    items["test"] = items["test"][:TESTED]
    references = [" ".join(target) for _, target in short["test"][:TESTED]]
    return items, references, english, french


def collate(items):
    """Padded: source (batch, T), its lengths, what the decoder reads and should write (batch, n + 1)."""
    source = pad_sequence([x for x, _ in items], batch_first=True)
    lengths = torch.tensor([len(x) for x, _ in items])
    reads = pad_sequence([F.pad(y, (1, 0), value=BOS) for _, y in items], batch_first=True)
    writes = pad_sequence([F.pad(y, (0, 1), value=EOS) for _, y in items], batch_first=True)
    return source, lengths, reads, writes


class Translator(nn.Module):
    def __init__(self, english, french, width=32, hidden=64):
        super().__init__()
        self.embed_source = nn.Embedding(english, width, padding_idx=PAD)
        self.embed_target = nn.Embedding(french, width, padding_idx=PAD)
        self.encoder = nn.GRU(width, hidden, batch_first=True, bidirectional=True)
        self.first = nn.Linear(2 * hidden, hidden)
        self.W = nn.Linear(2 * hidden, hidden, bias=False)
        self.U = nn.Linear(hidden, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + 2 * hidden, hidden)
        self.head = nn.Linear(hidden, french)

    def encode(self, source, lengths):
        """The states of the source, their keys, the mask of its words, and the decoder's first state."""
        embedded = self.embed_source(source)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        output, last = self.encoder(packed)
        states, _ = pad_packed_sequence(output, batch_first=True)
        mask = torch.arange(states.shape[1]) < lengths.unsqueeze(1)
        return (states, self.W(states), mask), torch.tanh(self.first(torch.cat([last[0], last[1]], dim=1)))

    def step(self, token, state, memory):
        states, keys, mask = memory
        scores = self.v(torch.tanh(keys + self.U(state).unsqueeze(1))).squeeze(2)
        weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
        context = (weights.unsqueeze(1) @ states).squeeze(1)
        return self.cell(torch.cat([self.embed_target(token), context], dim=1), state)

    def forward(self, source, lengths, reads):
        """Logits (batch, n + 1, words) of what follows each word that is read."""
        memory, state = self.encode(source, lengths)
        states = []
        for token in reads.unbind(1):
            state = self.step(token, state, memory)
            states.append(state)
        return self.head(torch.stack(states, dim=1))

    def greedy(self, source, lengths):
        """What the decoder writes when it reads its own words, (batch, LIMIT)."""
        memory, state = self.encode(source, lengths)
        token, written = torch.full_like(lengths, BOS), []
        for _ in range(LIMIT):
            after = self.step(token, state, memory)
            token = self.head(after).argmax(dim=1)
            state = after
            written.append(token)
        return torch.stack(written, dim=1)


def train(prepared, seed, epochs):
    items, _, english, french = prepared
    torch.manual_seed(seed)
    model = Translator(len(english), len(french))
    optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
    losses = []
    for _ in range(epochs):
        for rows in torch.randperm(len(items["train"])).split(64):
            source, lengths, reads, writes = collate([items["train"][row] for row in rows])
            logits = model(source, lengths, reads).flatten(0, 1)
            loss = F.cross_entropy(logits, writes.flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    return model, losses


@torch.no_grad()
def evaluate(model, prepared):
    """BLEU of the translations, and the perplexity of the true words and ends, on the test split."""
    items, references, _, french = prepared
    source, lengths, reads, writes = collate(items["test"])
    said = model.greedy(source, lengths)
    texts = [text(row, french) for row in said]
    bleu = corpus_bleu(texts, [[one] for one in references], tokenize="none")
    logits = model(source, lengths, reads).flatten(0, 1)
    nats = F.cross_entropy(logits, writes.flatten(), ignore_index=PAD).item()
    return {"score": bleu.score, "perplexity": math.exp(nats)}


def text(row, french):
    """The words up to the end of the sentence, joined by spaces."""
    numbers = [*row.tolist(), EOS]
    return " ".join(french[number] for number in numbers[: numbers.index(EOS)])
