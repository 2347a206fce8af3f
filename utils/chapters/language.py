"""Reviews as one text and the language models that chapter 2 trains on it, as its pages write them out."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.device import seed_everything
from utils.models import RNN, LanguageModel
from utils.text import (
    EOS,
    PAD,
    UNK,
    BPTTBatches,
    Vocab,
    build_vocabulary,
    get_tokenizer,
    numericalise_all,
)


class Text(NamedTuple):
    """Two texts as rows of numbers, with ``<eos>`` before the first review and behind each."""

    vocabulary: Vocab
    train: Tensor  #: (words,)
    test: Tensor  #: (words,)

    def numbers(self, words: str) -> Tensor:
        """``<eos>`` and the words as numbers, (1 + words,)."""
        return torch.tensor([self.vocabulary[word] for word in (EOS, *get_tokenizer()(words))])

    def words(self, numbers: Tensor) -> list[str]:
        return self.vocabulary.lookup_tokens(numbers.tolist())


def prepare(data: Any, test_words: int = 10_000) -> Text:
    """The reviews of ``load("reviews")``; the vocabulary is that of the training reviews."""
    tokenizer = get_tokenizer()
    reviews = {part: [tokenizer(review.text) for review in data[part]] for part in ("train", "test")}
    vocabulary = build_vocabulary(reviews["train"], min_count=2, specials=(PAD, UNK, EOS), max_tokens=2000)
    rows = {
        part: torch.cat(numericalise_all([[EOS], *([*review, EOS] for review in texts)], vocabulary))
        for part, texts in reviews.items()
    }
    return Text(vocabulary, rows["train"], rows["test"][:test_words])


def new_model(size: int, seed: int) -> LanguageModel:
    """The recurrent language model of the chapter for a vocabulary of ``size`` words, not trained yet."""
    seed_everything(seed)
    return LanguageModel(size, embedding_size=32, hidden_size=64, cell=RNN)


def train(
    model: nn.Module,
    tokens: Tensor,
    epochs: int = 4,
    steps: int = 20,
    rows: int = 32,
    lr: float = 0.003,
) -> None:
    """Truncated backpropagation through time: the state is carried from chunk to chunk, the gradient is cut.

    Args:
        tokens: the text, (words,).
        steps: how many words a chunk has.
        rows: how many chunks are read side by side.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(epochs):
        state = None
        for inputs, targets in BPTTBatches(tokens, rows, steps):
            logits, state = model(inputs, state)
            state = state.detach()
            loss = F.cross_entropy(logits.transpose(1, 2), targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()


@torch.no_grad()
def perplexity(model: Any, tokens: Tensor) -> float:
    """exp of the mean of -log p(token_{t+1} | token_1 ... token_t) over the text, which is read in one go."""
    total, state = 0.0, None
    for inputs, targets in BPTTBatches(tokens, batch_size=1, seq_length=500):
        logits, state = model(inputs, state)
        total += F.cross_entropy(logits[0], targets[0], reduction="sum").item()
    return math.exp(total / (len(tokens) - 1))
