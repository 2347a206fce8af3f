"""Drawings for reviews read word by word: opinions, poolings, shaded words, maps of vectors, calibration.

Praise is blue and blame is orange-red, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.plots.curves import BLUE, COLOURS, LINES, MARKERS, VERMILLION, WIDTH, legend_above
from utils.plots.diagrams import EDGE, FEEDBACK, INPUT, OUTPUT, PLAIN, STATE, _arrow, _box, _canvas

PRAISE, BLAME = BLUE, VERMILLION
LINE = 36  # letters of one line of shaded words


def word_by_word(
    words: Sequence[str], weights: npt.ArrayLike, probabilities: npt.ArrayLike, titles: Sequence[str]
) -> Figure:
    """Two panels with a row for each word: what the word weighs in a sum, and P(positive) after it.

    Raises ValueError if the three differ in length.
    """
    if not len(words) == len(np.asarray(weights)) == len(np.asarray(probabilities)):
        raise ValueError(f"{len(words)} words need as many weights and probabilities")
    fig, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, 0.9 + 0.27 * len(words)), layout="constrained", sharey=True
    )
    rows = np.arange(len(words))
    for ax, values, title in ((left, weights, titles[0]), (right, probabilities, titles[1])):
        numbers = np.asarray(values, dtype=float)
        middle = 0.0 if ax is left else 0.5
        colours = [PRAISE if number >= middle else BLAME for number in numbers]
        ax.barh(rows, numbers - middle, left=middle, color=colours, height=0.7)
        ax.axvline(middle, color=EDGE, linewidth=0.8)
        ax.set_title(title, loc="left")
    left.set_yticks(rows, labels=words)
    left.invert_yaxis()
    largest = max(1.0, float(np.abs(np.asarray(weights, dtype=float)).max()))
    left.set_xlim(-1.1 * largest, 1.1 * largest)
    right.set(xlim=(0, 1), xticks=(0, 0.5, 1))
    for ax in (left, right):
        ax.grid(False, axis="y")
        ax.tick_params(axis="y", length=0)
    return fig


def pull_and_push(
    word: npt.ArrayLike,
    true: npt.ArrayLike,
    random: npt.ArrayLike,
    pull: npt.ArrayLike,
    pushes: npt.ArrayLike,
) -> Figure:
    """A word's vector in the plane, with the arrows that one step of skip-gram is made of.

    ``word``, ``true`` and ``pull`` are (2,), ``random`` and ``pushes`` (K, 2).
    """
    start, steps = np.asarray(word), np.vstack([np.asarray(pull)[None], np.asarray(pushes)])
    others = np.asarray(random)
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6), layout="constrained")
    ax.plot(*np.asarray(true), "o", color=PRAISE, markersize=10, label="true neighbour")
    ax.plot(others[:, 0], others[:, 1], "s", color=BLAME, markersize=8, linestyle="", label="random words")
    for number, step in enumerate(steps):
        _vector(ax, start, step, PRAISE if number == 0 else BLAME, 1.6)
    _vector(ax, start, steps.sum(axis=0), "black", 3)
    ax.plot(*start, "D", color="black", markersize=7, label="the word")
    ax.axhline(0, color="#bbbbbb", linewidth=0.8)
    ax.axvline(0, color="#bbbbbb", linewidth=0.8)
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.15)
    legend_above(ax)
    return fig


def _vector(ax: Axes, start: np.ndarray, step: np.ndarray, colour: str, width: float) -> None:
    ax.annotate(
        "",
        (start[0] + step[0], start[1] + step[1]),
        (start[0], start[1]),
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0},
    )
    ax.plot(*(start + step), alpha=0)  # so that the axes hold the arrow's head


def pooling(words: Sequence[str], kind: str) -> Figure:
    """A recurrent layer over ``words``, and how its states become the one vector that the classifier reads.

    Args:
        kind: "last", "mean", "max" or "attention".

    Raises ValueError if the kind is another.
    """
    names = {"last": "", "mean": "mean", "max": "max", "attention": r"$\sum\ \alpha_t h_t$"}
    if kind not in names:
        raise ValueError(f"kind must be one of {', '.join(names)}, got {kind!r}")
    gap = 4.7 / len(words)
    last = kind == "last"
    fig, ax = _canvas(4.8, 2.3 if last else 3.0)
    centres = [0.05 + gap * (step + 0.5) for step in range(len(words))]
    top = (centres[-1], 1.95) if last else (2.4, 2.65)
    for step, (centre, word) in enumerate(zip(centres, words, strict=True), start=1):
        _box(ax, (centre, 1.1), f"$h_{step}$", STATE, width=0.46, height=0.42)
        _box(ax, (centre, 0.25), word, INPUT, width=gap - 0.1)
        _arrow(ax, (centre, 0.25), (centre, 1.1), shrink=(0.17, 0.21))
        if step > 1:
            _arrow(ax, (centres[step - 2], 1.1), (centre, 1.1), shrink=(0.23, 0.23), colour=FEEDBACK)
        if not last:
            aim = (2.4 + 0.16 * (step - (len(words) + 1) / 2), 1.95)
            _arrow(ax, (centre, 1.1), aim, shrink=(0.21, 0.18))
            if kind == "attention":
                middle = (0.55 * centre + 0.45 * aim[0], 1.58)
                ax.text(
                    *middle, rf"$\alpha_{step}$", ha="center", va="center", fontsize=11,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                )  # fmt: skip
    if last:
        _arrow(ax, (centres[-1], 1.1), top, shrink=(0.21, 0.17))
    else:
        _box(ax, (2.4, 1.95), names[kind], PLAIN, width=1.2)
        _arrow(ax, (2.4, 1.95), top, shrink=(0.17, 0.17))
    _box(ax, top, "classifier", OUTPUT, width=1.0)
    return fig


def both_directions(words: Sequence[str]) -> Figure:
    """Two layers over ``words``: one reads from the left, one from the right; both last states are joined."""
    gap = 4.7 / len(words)
    fig, ax = _canvas(4.8, 3.2)
    centres = [0.05 + gap * (step + 0.5) for step in range(len(words))]
    for centre, word in zip(centres, words, strict=True):
        _box(ax, (centre, 0.25), word, INPUT, width=gap - 0.1)
        _box(ax, (centre - 0.17, 1.0), "", STATE, width=0.32, height=0.34)
        _box(ax, (centre + 0.17, 1.7), "", STATE, width=0.32, height=0.34)
        _arrow(ax, (centre - 0.17, 0.25), (centre - 0.17, 1.0), shrink=(0.17, 0.17))
        _arrow(ax, (centre + 0.17, 0.25), (centre + 0.17, 1.7), shrink=(0.17, 0.17))
    for one, other in pairwise(centres):
        _arrow(ax, (one - 0.17, 1.0), (other - 0.17, 1.0), shrink=(0.16, 0.16), colour=FEEDBACK)
        _arrow(ax, (other + 0.17, 1.7), (one + 0.17, 1.7), shrink=(0.16, 0.16), colour=FEEDBACK)
    _box(ax, (2.4, 2.85), "classifier", OUTPUT, width=1.0)
    side = 4.7  # the lower row's last state goes around the upper row
    ax.plot([centres[-1], side, side], [1.0, 1.0, 2.85], color=EDGE, linewidth=1.3, zorder=1)
    _arrow(ax, (side, 2.85), (2.4, 2.85), shrink=(0, 0.51))
    _arrow(ax, (centres[0] + 0.17, 1.7), (2.05, 2.85), shrink=(0.17, 0.2))
    return fig


def shaded_words(rows: Sequence[tuple[Sequence[str], npt.ArrayLike]]) -> Figure:
    """Texts with each word on a shade: white is 0, the darkest is the largest of its text.

    Args:
        rows: the words of a text, and a number of 0 or more for each.

    Raises ValueError if a text has not one such number for each word.
    """
    placed: list[tuple[int, int, str, float]] = []
    line = 0
    for words, values in rows:
        shares = np.asarray(values, dtype=float)
        if shares.shape != (len(words),) or shares.min() < 0 or shares.max() == 0:
            raise ValueError(f"{len(words)} words need as many values of 0 or more, got {shares.tolist()}")
        column = 0
        for word, share in zip(words, shares / shares.max(), strict=True):
            if column and column + len(word) > LINE:
                line, column = line + 1, 0
            placed.append((line, column, word, share))
            column += len(word) + 1
        line += 2
    lines = line - 1
    fig, ax = plt.subplots(figsize=(WIDTH, 0.27 * lines + 0.1), layout="constrained")
    shades = plt.get_cmap("Blues")
    for place, column, word, share in placed:
        ax.add_patch(
            plt.Rectangle((column - 0.25, -place - 0.92), len(word) + 0.5, 0.84, color=shades(0.9 * share))
        )
        colour = "white" if share > 0.65 else "black"
        ax.text(
            column + len(word) / 2,
            -place - 0.5,
            word,
            ha="center",
            va="center",
            fontsize=10,
            family="monospace",
            color=colour,
        )
    ax.set(xlim=(-0.5, LINE + 3), ylim=(-lines, 0.05))
    ax.set_axis_off()
    return fig


def word_maps(
    maps: Mapping[str, npt.ArrayLike], words: Sequence[str], praise: Sequence[bool], named: int = 8
) -> Figure:
    """Words as points in the plane, one panel under the other: blue circles praise, red squares blame.

    Args:
        maps: title → places (words, 2).
        named: how many words of each kind have their names beside them.

    Raises ValueError if a map has not one place for each word.
    """
    fig, panels = plt.subplots(
        len(maps), 1, figsize=(WIDTH, 3.1 * len(maps)), layout="constrained", squeeze=False
    )
    good = np.asarray(praise, dtype=bool)
    for ax, (title, places) in zip(panels[:, 0], maps.items(), strict=True):
        points = np.asarray(places, dtype=float)
        if points.shape != (len(words), 2):
            raise ValueError(f"{title!r} needs places of shape {(len(words), 2)}, got {points.shape}")
        for kind, colour, marker in ((good, PRAISE, "o"), (~good, BLAME, "s")):
            ax.plot(points[kind, 0], points[kind, 1], marker, color=colour, markersize=5, linestyle="")
            name_beside(ax, points, np.flatnonzero(kind)[:named], words, colour)
        ax.set_title(title, loc="left")
        ax.margins(0.45, 0.1)
    return fig


def name_beside(ax: Axes, points: np.ndarray, chosen: np.ndarray, words: Sequence[str], colour: str) -> None:
    """The names of some points in a column at their side of the panel, so that none covers another."""
    right = points[chosen, 0].mean() > points[:, 0].mean()
    ordered = chosen[np.argsort(points[chosen, 1])]
    for number, height in zip(ordered, np.linspace(0.12, 0.88, len(ordered)), strict=True):
        ax.annotate(
            words[number],
            points[number],
            xytext=(0.98 if right else 0.02, height),
            textcoords="axes fraction",
            ha="right" if right else "left",
            va="center",
            fontsize=10,
            color=colour,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "alpha": 0.6},
        )


def reliability(curves: Mapping[str, Sequence[tuple[float, float, int]]]) -> Figure:
    """How often "positive" is true against how probable it was said to be; the diagonal is calibrated.

    Args:
        curves: label → (mean probability, share of positives, items) of each bin.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.9), layout="constrained")
    ax.plot([0, 1], [0, 1], color="black", linestyle=":", label="calibrated")
    for number, (label, bins) in enumerate(curves.items()):
        said, true, items = (np.array(column, dtype=float) for column in zip(*bins, strict=True))
        ax.plot(said, true, color=COLOURS[number], linestyle=LINES[number], label=label)
        ax.scatter(
            said, true, s=12 + 120 * items / items.sum(), color=COLOURS[number], marker=MARKERS[number]
        )
    ax.set(xlabel="probability of “positive”", ylabel="share that is positive", aspect="equal")
    legend_above(ax)
    return fig
