"""The live figures in which a trained network reads what one types.

Each page puts its own network into its figure, a box with the network in it, as JSON. The scripts are in
``book/_static/live/``. They compute what the network of ``utils.live.weights.rounded`` computes.
Without JavaScript the box is not shown.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor

from utils.chapters.messages import Messages
from utils.chapters.names import Names
from utils.chapters.remembering import LANGUAGES, Prose, Reader
from utils.chapters.translation import LIMIT, Pairs
from utils.live.weights import packed
from utils.models import Seq2Seq, SequenceClassifier
from utils.text import BOS, EOS


class Figure:
    """What a cell returns to have a live figure on its page; where there are no scripts, it is nothing.

    Args:
        name: of the script in ``book/_static/live/``.
        data: what it needs, for JSON.
        what: HTML that says what one can do.
    """

    def __init__(self, name: str, data: dict[str, Any], what: str) -> None:
        numbers = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        self.html = (
            f'<div class="live" data-live="networks {name}" hidden><p>{what}</p>'
            f'<script type="application/json">{numbers}</script></div>'
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/latex": "", "text/plain": ""}


def gates(model: Reader, prose: Prose, units: list[int], texts: dict[str, str], what: str) -> Figure:
    """Chapter 4: the gates and the cell of an LSTM, word by word.

    Args:
        units: those that are shown.
        texts: what buttons fill in, by the words on the button; the first is there at the beginning.
    """
    data = {"vocabulary": prose.vocabulary.get_itos(), "languages": list(LANGUAGES.values())}
    return Figure("gates", {**data, "units": units, "texts": texts, "weights": packed(model)}, what)


@torch.no_grad()
def gate_values(model: Reader, tokens: Tensor) -> dict[str, Tensor]:
    """For each of ``tokens`` (time,) the values of i, f, o, tanh(c), each (time, hidden_size), and the
    probabilities p (time, languages) if the text ended there."""
    layer: Any = model.layer
    state = cell = torch.zeros(layer.hidden_size)
    found: dict[str, list[Tensor]] = {name: [] for name in "ifocp"}
    for x in model.embedding(tokens):
        total = layer.weight_ih_l0 @ x + layer.bias_ih_l0 + layer.weight_hh_l0 @ state + layer.bias_hh_l0
        i, f, g, o = total.chunk(4)
        i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
        cell = f * cell + i * g.tanh()
        state = o * cell.tanh()
        for name, value in zip("ifocp", (i, f, o, cell.tanh(), model.head(state).softmax(0)), strict=True):
            found[name].append(value)
    return {name: torch.stack(values) for name, values in found.items()}


def typed_name(model: SequenceClassifier, names: Names, first: str, what: str) -> Figure:
    """Chapter 6: the probabilities of a name's languages after each letter."""
    data = {"vocabulary": names.vocabulary.get_itos(), "languages": names.languages}
    return Figure("names", {**data, "first": first, "weights": packed(model)}, what)


def typed_review(model: SequenceClassifier, reviews: Messages, first: str, what: str) -> Figure:
    """Chapter 7: the probability of praise after each word."""
    data = {"vocabulary": reviews.vocabulary.get_itos(), "first": first}
    return Figure("review", {**data, "weights": packed(model)}, what)


def typed_translation(
    model: Seq2Seq, pairs: Pairs, first: str, what: str, length_penalty: float = 1.0
) -> Figure:
    """Chapter 8: a translation, its alignment, and the beginnings that a beam keeps.

    ``model`` is a translator of ``utils.chapters.translation.trained``, in two directions with attention.
    """
    data = {
        "source": pairs.source.get_itos(),
        "target": pairs.target.get_itos(),
        "bos": pairs.target[BOS],
        "eos": pairs.target[EOS],
        "limit": LIMIT,
        "penalty": length_penalty,
        "first": first,
    }
    return Figure("translation", {**data, "weights": packed(model)}, what)
