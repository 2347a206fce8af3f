"""Sentences whose end depends on a word far back, and a network that reads them, as in chapter 4.

The example is Janani Ravi's: who has lived in France speaks, many words later, fluent French. The words in
between are real prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.device import seed_everything
from utils.text import Vocab, build_vocabulary, numericalise_all

LANGUAGES = {
    "france": "French",
    "spain": "Spanish",
    "italy": "Italian",
    "germany": "German",
    "poland": "Polish",
    "sweden": "Swedish",
    "japan": "Japanese",
    "china": "Chinese",
    "greece": "Greek",
    "turkey": "Turkish",
}
COUNTRIES = list(LANGUAGES)
FORMULA = re.compile(r"\$[^$]*\$")
BEFORE, AFTER = ["i", "have", "lived", "in"], ["i", "now", "speak", "fluent"]


class Prose(NamedTuple):
    """The words that stand between the country and the question."""

    vocabulary: Vocab
    words: dict[str, list[str]]  #: split → its words
    tokens: dict[str, Tensor]  #: split → the same as numbers, (words,)


def prepare(data: Mapping[str, str], max_tokens: int = 1500) -> Prose:
    """The text of ``load("prose")`` as words; the vocabulary has the countries and the question, too."""
    words = {part: re.findall("[a-z]+", FORMULA.sub(" ", text).lower()) for part, text in data.items()}
    known = dict.fromkeys(["<unk>", *COUNTRIES, *BEFORE, *AFTER])
    vocabulary = build_vocabulary([words["train"]], max_tokens=max_tokens, specials=tuple(known))
    tokens = {part: numericalise_all([text], vocabulary)[0] for part, text in words.items()}
    return Prose(vocabulary, words, tokens)


def draw(
    prose: Prose, part: str, count: int, gap: int, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """``count`` texts with ``gap`` words of prose between the country and the question.

    Returns:
        tokens (count, gap + 9), the number of each text's country (count,), and where in the words of
        ``part`` its prose begins (count,).
    """
    country = torch.randint(len(COUNTRIES), (count,), generator=generator)
    start = torch.randint(len(prose.tokens[part]) - gap, (count,), generator=generator)
    names = torch.tensor(prose.vocabulary.lookup_indices(COUNTRIES))
    before, after = (torch.tensor(prose.vocabulary.lookup_indices(words)) for words in (BEFORE, AFTER))
    between = prose.tokens[part][start[:, None] + torch.arange(gap)]
    parts = [before.expand(count, -1), names[country][:, None], between, after.expand(count, -1)]
    return torch.cat(parts, dim=1), country, start


class Reader(nn.Module):
    """Names the language after the last word: logits = W_out h_T + b_out.

    Args:
        words: size of the vocabulary.
        cell: ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``.
        forget_bias: what the forget gate's bias of an LSTM starts from; None starts as torch does.
    """

    def __init__(
        self,
        words: int,
        cell: Callable[..., nn.Module],
        forget_bias: float | None = None,
        hidden_size: int = 64,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 32)
        self.layer = cell(32, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, len(COUNTRIES))
        if forget_bias is not None:
            rows = slice(hidden_size, 2 * hidden_size)
            for name, value in (("bias_ih_l0", forget_bias), ("bias_hh_l0", 0.0)):
                nn.init.constant_(getattr(self.layer, name).data[rows], value)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (batch, countries) of ``tokens`` (batch, time)."""
        states, _ = self.layer(self.embedding(tokens))
        return self.head(states[:, -1])


def logits_in_pieces(model: Reader, tokens: Tensor, piece: int) -> Tensor:
    """``model(tokens)`` of an LSTM that reads ``piece`` words at a time: state carried on, gradient cut."""
    state = None
    for part in tokens.split(piece, dim=1):
        if state is not None:
            state = tuple(each.detach() for each in state)
        states, state = model.layer(model.embedding(part), state)
    return model.head(states[:, -1])


def trained(
    prose: Prose,
    cell: Callable[..., nn.Module],
    seed: int,
    forget_bias: float | None = None,
    updates: int = 600,
    lr: float = 5e-3,
    shortest: int = 0,
    longest: int = 40,
    piece: int | None = None,
) -> Reader:
    """A reader after ``updates`` batches of 32 texts with ``shortest`` to ``longest`` words in between.

    Args:
        piece: how many words the gradient goes back, as in ``logits_in_pieces``; None for all of them.
    """
    seed_everything(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Reader(len(prose.vocabulary), cell, forget_bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(updates):
        gap = int(torch.randint(shortest, longest + 1, (1,), generator=generator))
        tokens, country, _ = draw(prose, "train", 32, gap, generator)
        logits = model(tokens) if piece is None else logits_in_pieces(model, tokens, piece)
        loss = F.cross_entropy(logits, country)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, prose: Prose, gap: int, count: int = 200, seed: int = 99) -> float:
    """How many of ``count`` test texts with ``gap`` words in between get the right language, from 0 to 1."""
    tokens, country, _ = draw(prose, "test", count, gap, torch.Generator().manual_seed(seed))
    return (model(tokens).argmax(dim=1) == country).float().mean().item()


# streams of symbols, of which one has to be named when it is asked for


def recall(count: int, steps: int, seed: int, symbols: int = 4) -> tuple[Tensor, Tensor]:
    """Streams in which some symbols are marked *store*, and later the last of these is asked for.

    Returns:
        inputs (count, steps, symbols + 2): the symbol as one-hot, then the marks store and ask; and
        targets (count, steps): where asked, the symbol that was stored last, elsewhere -100.
    """
    generator = torch.Generator().manual_seed(seed)
    symbol = torch.randint(symbols, (count, steps), generator=generator)
    chance = torch.rand(2, count, steps, generator=generator)
    store = chance[0] < 0.15
    store[:, 0] = True
    ask = (chance[1] < 0.3) & ~store
    time = torch.arange(steps).expand(count, steps)
    last_store = torch.where(store, time, 0).cummax(dim=1).values
    target = symbol.gather(1, last_store).masked_fill(~ask, -100)
    marks = torch.stack([store, ask], dim=-1).float()
    return torch.cat([F.one_hot(symbol, symbols).float(), marks], dim=-1), target


class Recaller(nn.Module):
    """Names a symbol at every step: logits_t = W_out h_t + b_out."""

    def __init__(self, cell: Callable[..., nn.Module], hidden_size: int = 16, symbols: int = 4) -> None:
        super().__init__()
        self.layer = cell(symbols + 2, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, symbols)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (batch, time, symbols) of ``x`` (batch, time, symbols + 2)."""
        return self.head(self.layer(x)[0])


def train_recaller(
    cell: Callable[..., nn.Module], seed: int, updates: int = 120, steps: int = 16
) -> Recaller:
    """A network after ``updates`` batches of 32 streams."""
    seed_everything(seed)
    model = Recaller(cell)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for update in range(updates):
        x, target = recall(32, steps, 1000 * seed + update)
        loss = F.cross_entropy(model(x).flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model.eval()


@torch.no_grad()
def recalled(model: nn.Module, steps: int, seed: int = 99_999) -> float:
    """The share of right answers on 200 fresh streams of ``steps`` steps, where asked."""
    x, target = recall(200, steps, seed)
    asked = target >= 0
    return (model(x).argmax(dim=-1) == target)[asked].float().mean().item()
