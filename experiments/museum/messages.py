"""The room of chapter 5: a spam filter. This is the right program; a bug changes one line of it."""

from __future__ import annotations

from collections import Counter
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from experiments.museum.data import made
from utils.data.made.grammar import tokens as tokenise
from utils.text import BucketBatches

# (messages that train, those of all splits), epochs
SIZES = {"tiny": ((300, 500), 2), "default": ((1000, 5000), 8), "full": ((4000, 5000), 8)}
PAD, UNK = 0, 1


def prepare(count):
    """Messages as words, with 1 for spam, and the number of each word that is seen twice or more."""
    few, of_all = count
    data = {
        part: [(tokenise(item.text) or ["<unk>"], float(item.label == "spam")) for item in items]
        for part, items in made("spam", of_all).items()
    }
    data["train"] = data["train"][:few]
    seen = data["train"]
    counts = Counter(word for words, _ in seen for word in words)
    known = [word for word, times in counts.items() if times >= 2]
    return data, {word: number for number, word in enumerate(known, start=2)}


def numbers(words, index):
    return torch.tensor([index.get(word, UNK) for word in words])


def collate(items, index):
    """A padded batch: tokens (batch, time), lengths (batch,) and labels (batch,)."""
    rows = [numbers(words, index) for words, _ in items]
    lengths = torch.tensor([len(row) for row in rows])
    labels = torch.tensor([label for _, label in items])
    return pad_sequence(rows, batch_first=True), lengths, labels


class Filter(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, 32, padding_idx=PAD)
        self.lstm = nn.LSTM(32, 32, batch_first=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(32, 1)

    def forward(self, tokens, lengths):
        output, _ = self.lstm(self.dropout(self.embedding(tokens)))
        last = output[torch.arange(len(tokens)), lengths - 1]
        logits = self.head(self.dropout(last)).squeeze(1)
        return logits


def train(prepared, seed, epochs):
    data, index = prepared
    torch.manual_seed(seed)
    model = Filter(len(index) + 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    batches = BucketBatches(
        data["train"], 32, partial(collate, index=index), lambda item: len(item[0]), seed=seed
    )
    losses = []
    for _ in range(epochs):
        model.train()
        for tokens, lengths, labels in batches:
            loss = F.binary_cross_entropy_with_logits(model(tokens, lengths), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    return model, losses


def evaluate(model, prepared):
    """Accuracy in %: on the test split, and on messages of which no word was seen before."""
    return {"score": accuracy(model, prepared, "test"), "unseen": accuracy(model, prepared, "valid")}


@torch.no_grad()
def accuracy(model, prepared, part):
    data, index = prepared
    model.eval()
    tokens, lengths, labels = collate(data[part], index)
    said = model(tokens, lengths) > 0
    return 100 * (said == labels.bool()).float().mean().item()
