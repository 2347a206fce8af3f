"""Does a small network find the subject of a sentence, or go by the nearest noun? Run it from the repository:

    python -m experiments.agreement [--seeds 0 1 2 3 4] [--to FILE]

Language models of 50 units on the grammar of "agreement", with sentences that mislead in training and
without. At the verb of a test sentence they are asked which of its two forms is likelier. Chapter 3 reads
what it writes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.data import load
from utils.data.made.agreement import MOST, Agreement
from utils.models import NGramModel
from utils.text import Vocab, build_vocabulary, numericalise_all, pad

TO = Path("book/chapters/03-gradient-problems/agreement.json")
CELLS = {"RNN": nn.RNN, "LSTM": nn.LSTM}
EPOCHS, BATCH = 5, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--to", type=Path, default=TO, help="what it holds already is not run again")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load("agreement", source="default")
    print(data, flush=True)
    task = Task(data["train"], data["test"])
    training = {"all": data["train"], "none seen": [item for item in data["train"] if item.attractors == 0]}
    result = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {}
    result["sentences"] = {name: len(items) for name, items in training.items()}
    result["trigrams"] = task.trigrams(data["train"])
    for cell, (name, items) in product(CELLS, training.items()):
        found = result.setdefault(f"{cell}, {name}", {})
        for seed in map(str, options.seeds):
            if seed not in found:
                found[seed] = task.learn(cell, items, int(seed))
                options.to.write_text(json.dumps(result) + "\n", encoding="utf-8")
                print(f"{cell}, {name}, seed {seed}: {found[seed][-1]}", flush=True)


class LanguageModel(nn.Module):
    """Logits (batch, time, words) of what follows each word of tokens (batch, time)."""

    def __init__(self, words: int, cell: type[nn.RNNBase]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 32)
        self.rnn = cell(32, 50, batch_first=True)
        self.head = nn.Linear(50, words)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.rnn(self.embedding(tokens))[0])


class Task:
    """The sentences as numbers, and the two forms of each test sentence's verb."""

    def __init__(self, train: Sequence[Agreement], test: Sequence[Agreement]) -> None:
        self.vocabulary: Vocab = build_vocabulary([item.text.split() for item in train])
        self.beginnings = numericalise_all([item.text.split()[: item.verb] for item in test], self.vocabulary)
        self.prefix, self.lengths = pad(self.beginnings)
        self.right = torch.tensor([self.vocabulary[item.text.split()[item.verb]] for item in test])
        self.wrong = torch.tensor([self.vocabulary[item.other] for item in test])
        self.attractors = torch.tensor([item.attractors for item in test])

    def by_attractors(self, scores: Tensor) -> list[float]:
        """The share of test sentences whose right verb is not the likelier, for 0 … 5 attractors."""
        error = scores.gather(1, self.right[:, None]) <= scores.gather(1, self.wrong[:, None])
        return [error[self.attractors == k].float().mean().item() for k in range(MOST + 1)]

    def learn(self, cell: str, items: Sequence[Agreement], seed: int) -> list[list[float]]:
        """The errors by attractors after each epoch of one network."""
        torch.manual_seed(seed)
        model = LanguageModel(len(self.vocabulary), CELLS[cell])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        batches, found = self.batches(items, seed), []
        for _ in range(EPOCHS):
            for batch in batches:
                logits = model(batch[:, :-1])
                loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten(), ignore_index=0)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            with torch.no_grad():
                at_the_verb = model(self.prefix)[torch.arange(len(self.prefix)), self.lengths - 1]
            found.append(self.by_attractors(at_the_verb))
        return found

    def batches(self, items: Sequence[Agreement], seed: int) -> list[Tensor]:
        """Batches of sentences of similar length, in random order."""
        tokens = sorted(numericalise_all([item.text.split() for item in items], self.vocabulary), key=len)
        batches = [pad(tokens[i : i + BATCH])[0] for i in range(0, len(tokens), BATCH)]
        random.Random(seed).shuffle(batches)
        return batches

    def trigrams(self, items: Sequence[Agreement]) -> list[float]:
        tokens = numericalise_all([item.text.split() for item in items], self.vocabulary)
        model = NGramModel(len(self.vocabulary), order=3).fit(tokens)
        return self.by_attractors(torch.stack([model.distribution(row.tolist()) for row in self.beginnings]))


if __name__ == "__main__":
    main()
