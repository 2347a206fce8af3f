"""The room of chapter 6: a reader of surnames. This is the right program; a bug changes one line of it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from experiments.museum.data import made

SIZES = {"tiny": (640, 2), "default": (3200, 6), "full": (5200, 16)}  # names that train; epochs
BATCH = 32


def prepare(count):
    """Names as numbers with the number of their language; those that train stand language by language."""
    data = made("surnames")
    letters = sorted({letter for item in data["train"] for letter in item.text})
    number = {letter: place for place, letter in enumerate(letters, start=2)}  # 0 pads, 1 is unknown
    languages = sorted({item.label for item in data["train"]})
    items = {
        part: [
            (torch.tensor([number.get(letter, 1) for letter in item.text]), languages.index(item.label))
            for item in data[part]
        ]
        for part in ("train", "test")
    }
    items["train"] = sorted(items["train"][:count], key=lambda item: item[1])
    return items, len(letters) + 2, len(languages)


def collate(items):
    """A padded batch: tokens (batch, time), lengths (batch,) and labels (batch,)."""
    tokens = pad_sequence([name for name, _ in items], batch_first=True)
    lengths = torch.tensor([len(name) for name, _ in items])
    return tokens, lengths, torch.tensor([label for _, label in items])


class Reader(nn.Module):
    def __init__(self, letters, languages):
        super().__init__()
        self.embedding = nn.Embedding(letters, 32, padding_idx=0)
        self.gru = nn.GRU(32, 64, batch_first=True)
        self.head = nn.Linear(64, languages)

    def forward(self, tokens, lengths, state=None):
        output, state = self.gru(self.embedding(tokens), state)
        last = output[torch.arange(len(tokens)), lengths - 1]
        return self.head(last), state.detach()


def train(prepared, seed, epochs):
    items, letters, languages = prepared
    torch.manual_seed(seed)
    model = Reader(letters, languages)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    count = len(items["train"]) // BATCH * BATCH  # batches of one size
    losses, state = [], None  # noqa: F841 (a bug hands the state on)
    for _ in range(epochs):
        order = torch.randperm(len(items["train"]))
        for rows in order[:count].split(BATCH):
            tokens, lengths, labels = collate([items["train"][row] for row in rows])
            logits, _ = model(tokens, lengths)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    return model, losses


@torch.no_grad()
def evaluate(model, prepared):
    """Accuracy on the test split in %."""
    tokens, lengths, labels = collate(prepared[0]["test"])
    said = model(tokens, lengths)[0].argmax(dim=1)
    return {"score": 100 * (said == labels).float().mean().item()}
