"""The room of chapter 7: the opinion of a review. This is the right program; a bug changes one line of it."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from experiments.museum.data import made
from utils.data.made.grammar import tokens as tokenise
from utils.text import BucketBatches

# (reviews that train, those of all splits), epochs
SIZES = {"tiny": ((160, 300), 2), "default": ((1000, 10_000), 8), "full": ((8000, 10_000), 12)}
PAD, UNK = 0, 1


def prepare(count):
    """Reviews as numbers, with 1 for a positive one,."""
    few, of_all = count
    data = made("reviews", of_all)
    words = sorted({word for item in data["train"] for word in tokenise(item.text)})
    index = {word: number for number, word in enumerate(words, start=2)}
    items = {
        part: [
            (torch.tensor([index.get(word, UNK) for word in tokenise(item.text)]), item.label == "positive")
            for item in data[part]
        ]
        for part in data
    }
    return items | {"train": items["train"][:few]}, len(index) + 2


def collate(items):
    """A padded batch: tokens (batch, time), lengths (batch,) and labels (batch,)."""
    tokens = pad_sequence([review for review, _ in items], batch_first=True)
    lengths = torch.tensor([len(review) for review, _ in items])
    return tokens, lengths, torch.tensor([float(label) for _, label in items])


class Classifier(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, 50, padding_idx=PAD)
        self.gru = nn.GRU(50, 32, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, tokens, lengths):
        states, _ = self.gru(self.embedding(tokens))
        mask = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
        pooled = (states * mask.unsqueeze(2)).sum(dim=1) / lengths.unsqueeze(1)
        return self.head(pooled).squeeze(1)


def train(prepared, seed, epochs):
    items, words = prepared
    torch.manual_seed(seed)
    model = Classifier(words)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    batches = BucketBatches(items["train"], 32, collate, lambda item: len(item[0]), seed=seed)
    losses, best = [], -1.0
    for _ in range(epochs):
        for tokens, lengths, labels in batches:
            loss = F.binary_cross_entropy_with_logits(model(tokens, lengths), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        score = accuracy(model, items["valid"])
        if score > best:
            best, kept = score, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return model, losses


@torch.no_grad()
def accuracy(model, items):
    tokens, lengths, labels = collate(items)
    said = model(tokens, lengths) > 0
    return 100 * (said == labels.bool()).float().mean().item()


def evaluate(model, prepared):
    """Accuracy on the test split in %."""
    return {"score": accuracy(model, prepared[0]["test"])}
