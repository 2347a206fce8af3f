"""Pictures of chapter 5: a box of messages, batches with their padding, many to one, thresholds, intervals.

Spam is orange-red and ham is blue, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from utils.plots.curves import BLUE, COLOURS, LINES, MARKERS, VERMILLION, WIDTH, legend_above
from utils.plots.diagrams import FEEDBACK, INPUT, OUTPUT, PLAIN, STATE, _arrow, _box, _canvas
from utils.plots.diagrams_gates import _wire

if TYPE_CHECKING:
    from IPython.display import HTML

HAM, SPAM = BLUE, VERMILLION


def inbox(texts: Sequence[str], probabilities: Sequence[float], labels: Sequence[int]) -> HTML:
    """Messages with what a classifier makes of them: its answer, its certainty, and where it is wrong.

    Args:
        probabilities: of spam; above 0.5 is called spam.
        labels: 1 for spam, 0 for ham.
    """
    from IPython.display import HTML

    rows = []
    for text, probability, label in zip(texts, probabilities, labels, strict=True):
        said = int(probability > 0.5)
        certainty = max(probability, 1 - probability)
        wrong = "" if said == label else f' <span class="wrong">wrong: it is {("ham", "spam")[label]}</span>'
        rows.append(
            f'<div class="message {("ham", "spam")[said]}"><div class="verdict">'
            f"<b>{('ham', 'spam')[said]}</b> {percent(certainty)}{wrong}</div>"
            f'<div class="bar"><i style="width:{100 * certainty:.0f}%"></i></div>'
            f'<div class="text">{escape(text)}</div></div>'
        )
    return HTML(f'<div class="inbox">{"".join(rows)}</div>')


def percent(share: float) -> str:
    """A share as people say it, and never "100 %" for what is less than sure."""
    return f"{100 * share:.1f} %" if share < 0.9995 else "> 99.9 %"


def padded_batches(batches: Mapping[str, Sequence[Sequence[int]]]) -> Figure:
    """Some batches of each kind as a picture: a row for each message, coloured as far as it has words.

    Args:
        batches: title → the lengths in each batch; the title gets the share of padding in these batches.
    """
    fig, axes = plt.subplots(1, len(batches), figsize=(WIDTH, 3.2), layout="constrained", sharey=True)
    for ax, (title, rows) in zip(np.atleast_1d(axes), batches.items(), strict=True):
        longest = max(max(lengths) for lengths in rows)
        place, real, positions = 0, 0, 0
        for lengths in rows:
            y = place + np.arange(len(lengths))
            ax.barh(y, [max(lengths)] * len(lengths), height=1, color="#dddddd")
            ax.barh(y, lengths, height=1, color=BLUE)
            place += len(lengths) + 3
            real, positions = real + sum(lengths), positions + len(lengths) * max(lengths)
        ax.set(
            xlim=(0, longest),
            xlabel="position",
            yticks=[],
            title=f"{title}:\n{100 * (1 - real / positions):.0f} % padding",
        )
        ax.grid(False)
        ax.invert_yaxis()
    return fig


def many_to_one(words: Sequence[str]) -> Figure:
    """Draw a bidirectional network that answers once, from its two last states (coloured)."""
    gap, forward, backward, joined, answer = 1.15, 1.05, 1.75, 2.5, 3.15
    fig, ax = _canvas(0.5 + gap * len(words), 3.45)
    last = len(words) - 1
    for step, word in enumerate(words):
        x = 0.8 + gap * step
        left, right = x - 0.2, x + 0.2
        _wire(ax, [(left, 0.5), (left, forward - 0.17)])
        _wire(ax, [(right, 0.5), (right, backward - 0.17)])
        _box(ax, (x, 0.33), word, INPUT, width=0.95)
        _box(ax, (left, forward), "→", STATE if step == last else PLAIN, width=0.32)
        _box(ax, (right, backward), "←", PLAIN if step else STATE, width=0.32)
        if step:
            _arrow(ax, (left - gap, forward), (left, forward), shrink=(0.16, 0.16), colour=FEEDBACK)
            _arrow(ax, (right, backward), (right - gap, backward), shrink=(0.16, 0.16), colour=FEEDBACK)
    middle, end = 0.8 + gap * last / 2, 0.6 + gap * last
    _wire(ax, [(end, forward + 0.17), (end, joined), (middle + 0.3, joined)])
    _wire(ax, [(1.0, backward + 0.17), (1.0, joined), (middle - 0.3, joined)])
    _wire(ax, [(middle, joined + 0.17), (middle, answer - 0.17)])
    _wire(ax, [(middle + 0.3, answer), (middle + 0.9, answer)])
    _box(ax, (middle, joined), "$h$", STATE, width=0.6)
    _box(ax, (middle, answer), "$z$", OUTPUT, width=0.6)
    _box(ax, (middle + 1.25, answer), r"$\sigma(z)$", OUTPUT, width=0.7)
    return fig


def by_threshold(
    thresholds: npt.ArrayLike, curves: Mapping[str, npt.ArrayLike], chosen: Mapping[str, float]
) -> Figure:
    """Scores against the threshold on the probability, with vertical lines at ``chosen`` ones."""
    fig, ax = plt.subplots(layout="constrained")
    for number, (label, values) in enumerate(curves.items()):
        ax.plot(thresholds, values, color=COLOURS[number], linestyle=LINES[number], label=label)
    for number, (label, threshold) in enumerate(chosen.items()):
        ax.axvline(threshold, color="black", linewidth=1, linestyle=(":", "--")[number % 2], label=label)
    ax.set(xlabel="threshold on the probability of spam", ylabel="score", ylim=(0, 1.02))
    legend_above(ax)
    return fig


def intervals(
    rows: Mapping[str, tuple[float, float, float]], *, xlabel: str, reference: tuple[float, str] | None = None
) -> Figure:
    """A dot and its interval for each row, one below the other.

    Args:
        rows: label → (value, low, high).
        reference: value and label of a dotted vertical line.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 1.1 + 0.36 * len(rows)), layout="constrained")
    for number, (value, low, high) in enumerate(rows.values()):
        colour = COLOURS[number % len(COLOURS)]
        ax.plot([low, high], [number, number], color=colour, linewidth=2.5)
        ax.plot(value, number, color=colour, marker=MARKERS[number % len(MARKERS)], markersize=7)
    if reference is not None:
        ax.axvline(reference[0], color="black", linestyle=":", label=reference[1])
    ax.set(xlabel=xlabel, yticks=range(len(rows)), yticklabels=list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    legend_above(ax)
    return fig
