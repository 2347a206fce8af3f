"""A box on a page in which a reader types a name and sees the probabilities of its language.

The network's weights stand in the page as JSON, and ``book/_static/live-names.js`` reads the letters as
``SequenceClassifier`` with a GRU does. Without JavaScript the box is not shown.
"""

from __future__ import annotations

import html
import json
from typing import Any

from IPython.display import HTML
from torch import Tensor

from utils.chapters.names import Names
from utils.models import SequenceClassifier


def payload(model: SequenceClassifier, names: Names) -> dict[str, Any]:
    """What the box needs: letters, languages, and the weights of a GRU of one layer, rounded to 3 decimals.

    h_t and the logits are those of ``SequenceClassifier``; matrices are lists of rows.
    """
    rnn = model.encoder.rnn
    weights: dict[str, Any] = {
        "embedding": model.encoder.embedding.weight,
        "weight_ih": rnn.weight_ih_l0,
        "weight_hh": rnn.weight_hh_l0,
        "bias_ih": rnn.bias_ih_l0,
        "bias_hh": rnn.bias_hh_l0,
        "head": model.head.weight,
        "head_bias": model.head.bias,
    }
    return {
        "letters": names.vocabulary.get_itos(),
        "languages": names.languages,
        **{name: rounded(weight) for name, weight in weights.items()},
    }


def rounded(weight: Tensor) -> Any:
    return json.loads(json.dumps(weight.tolist()), parse_float=lambda number: round(float(number), 3))


def figure(data: dict[str, Any], first: str) -> HTML:
    """The box, with the name ``first`` in it."""
    numbers = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return HTML(
        f'<div class="live-names" hidden><label>A name: <input type="text" value="{html.escape(first)}" '
        f'maxlength="24" autocomplete="off" spellcheck="false"></label>'
        f'<div class="live-names-out" aria-live="polite"></div>'
        f'<script type="application/json">{numbers}</script></div>'
    )
