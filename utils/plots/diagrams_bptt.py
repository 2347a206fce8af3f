"""Drawings of how a gradient comes about: descent, the chain rule at a node, errors going back through time.

Places are in inches, as in ``utils.plots.diagrams``. What goes forward is dark, what comes back is orange.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from utils.plots.curves import COLOURS, LINES, MARKERS, legend_above
from utils.plots.diagrams import (
    FEEDBACK,
    INPUT,
    OUTPUT,
    PLAIN,
    STATE,
    _arrow,
    _box,
    _canvas,
    _circle,
)


def descent(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    loss: npt.ArrayLike,
    paths: Mapping[str, npt.ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Draw lines of equal loss over two weights, and on them the ways that descents took.

    Args:
        x, y: the values of the two weights, shapes ``(columns,)`` and ``(rows,)``.
        loss: shape ``(rows, columns)``, above 0. From one line to the next it changes by the same factor.
        paths: label → the points of a way, in order, shape ``(points, 2)``.
    """
    fig, ax = plt.subplots(layout="constrained")
    columns, rows, heights = np.asarray(x), np.asarray(y), np.asarray(loss)
    levels = np.geomspace(max(heights.min(), 1e-4 * heights.max()), heights.max(), 14)
    ax.contour(columns, rows, heights, levels=levels, cmap="Greys_r", linewidths=0.9)
    ax.set(xlim=(columns.min(), columns.max()), ylim=(rows.min(), rows.max()), xlabel=xlabel, ylabel=ylabel)
    for number, (label, points) in enumerate(paths.items()):
        places = np.asarray(points)
        ax.plot(
            places[:, 0],
            places[:, 1],
            color=COLOURS[number],
            linestyle=LINES[number],
            marker=MARKERS[number],
            markersize=4,
            linewidth=1.3,
            label=label,
        )
    ax.plot(*places[0], marker="*", markersize=14, color="black", linestyle="", zorder=5)
    ax.grid(False)
    legend_above(ax)
    return fig


def node() -> Figure:
    """Draw one node of a computation: x and W go in, y comes out; ∂C/∂y comes back and is passed on."""
    fig, ax = _canvas(4.9, 2.5)
    x, weight, middle, y = (0.5, 2.0), (0.5, 0.5), (2.35, 1.25), (3.75, 1.25)
    for place, name, colour in ((x, "$x$", INPUT), (weight, "$W$", PLAIN), (y, "$y$", OUTPUT)):
        _circle(ax, place, name, colour)
    _box(ax, middle, "$y = f(x, W)$", STATE, width=1.25, height=0.6)
    for start, end, shrink in (
        (x, (1.72, 1.47), (0.24, 0)),
        (weight, (1.72, 1.03), (0.24, 0)),
        ((2.98, 1.32), (3.75, 1.32), (0, 0.24)),
    ):
        _arrow(ax, start, end, shrink=shrink)
    for start, end in (
        ((1.66, 1.26), (0.74, 1.72)),
        ((1.66, 1.22), (0.74, 0.78)),
        ((3.5, 1.16), (2.98, 1.16)),
    ):
        _arrow(ax, start, end, shrink=(0, 0), dashed=True)
    _arrow(ax, (4.75, 1.16), (3.99, 1.16), shrink=(0, 0), dashed=True)
    for (left, up), variable in (((1.25, 2.05), "x"), ((1.25, 0.42), "W"), ((4.45, 0.72), "y")):
        ax.text(
            left,
            up,
            f"$\\dfrac{{\\partial C}}{{\\partial {variable}}}$",
            ha="center",
            va="center",
            color=FEEDBACK,
            fontsize=13,
        )
    return fig


def backward_through_time(steps: int = 3) -> Figure:
    """Draw an unfolded network: copies of the weights below, losses above, and the ways of the gradient."""
    gap, weights, states, losses = 1.45, 0.35, 1.35, 2.35
    fig, ax = _canvas(0.75 + gap * steps, 2.7)
    centres = [gap * step + 0.05 for step in range(1, steps + 1)]
    ax.plot(
        [centres[0], centres[-1]], [weights, weights], color="#555555", linestyle=":", linewidth=1.5, zorder=1
    )
    ax.text(0.3, states, "$h_0$", ha="center", va="center", fontsize=12)
    for step, centre in enumerate(centres, start=1):
        before = 0.45 if step == 1 else centre - gap + 0.24
        _arrow(ax, (before, states + 0.09), (centre - 0.24, states + 0.09), shrink=(0, 0))
        _arrow(ax, (centre - 0.24, states - 0.09), (before, states - 0.09), shrink=(0, 0), dashed=True)
        for low, high in ((weights + 0.2, states - 0.24), (states + 0.24, losses - 0.22)):
            _arrow(ax, (centre - 0.09, low), (centre - 0.09, high), shrink=(0, 0))
            _arrow(ax, (centre + 0.09, high), (centre + 0.09, low), shrink=(0, 0), dashed=True)
        _box(ax, (centre, weights), f"$W^{{({step})}}$", PLAIN, width=0.62, height=0.38)
        _box(ax, (centre, states), f"$h_{step}$", STATE, width=0.48, height=0.48)
        _circle(ax, (centre, losses), f"$J_{step}$", OUTPUT)
    return fig


def truncated(steps: int = 6, cut: int = 3) -> Figure:
    """Draw a sequence in pieces of ``cut`` steps: the state goes on at each border, the gradient stops there.

    Raises:
        ValueError: ``cut`` is below 1.
    """
    if cut < 1:
        raise ValueError(f"cut must be at least 1, got {cut}")
    gap = min(0.86, 5.1 / steps)
    fig, ax = _canvas(gap * steps + 0.3, 2.35)
    centres = [gap * (step - 0.5) + 0.15 for step in range(1, steps + 1)]
    states, losses = 0.95, 1.85
    for step, centre in enumerate(centres, start=1):
        _box(ax, (centre, states), f"$h_{step}$", STATE, width=0.44, height=0.44)
        _circle(ax, (centre, losses), f"$J_{step}$", OUTPUT, radius=0.2)
        _arrow(ax, (centre - 0.08, states), (centre - 0.08, losses), shrink=(0.22, 0.2))
        _arrow(ax, (centre + 0.08, losses), (centre + 0.08, states), shrink=(0.2, 0.22), dashed=True)
        if step == steps:
            break
        border, end = step % cut == 0, centre + gap
        up = states if border else states + 0.09
        _arrow(ax, (centre, up), (end, up), shrink=(0.22, 0.22))
        if border:
            middle = centre + gap / 2
            ax.plot([middle, middle], [0.4, 2.2], color=FEEDBACK, linewidth=2.5, zorder=1)
            ax.text(middle, 0.2, "gradient cut", ha="center", va="center", color=FEEDBACK, fontsize=11)
        else:
            _arrow(ax, (end, states - 0.09), (centre, states - 0.09), shrink=(0.22, 0.22), dashed=True)
    return fig


def word_bars(words: Sequence[str], probabilities: Mapping[str, npt.ArrayLike], *, xlabel: str) -> Figure:
    """Draw a group of horizontal bars for each word, one bar for each label, the first word on top.

    Args:
        probabilities: label → one value for each word, shape ``(len(words),)``.

    Raises:
        ValueError: a label has another number of values than there are words.
    """
    fig, ax = plt.subplots(figsize=(4.8, 0.42 * len(words) + 1.3), layout="constrained")
    thickness = 0.8 / len(probabilities)
    rows = np.arange(len(words))
    for number, (label, values) in enumerate(probabilities.items()):
        lengths = np.asarray(values)
        if lengths.shape != rows.shape:
            raise ValueError(f"{label!r} has {lengths.size} values, but there are {len(words)} words")
        offset = (number - (len(probabilities) - 1) / 2) * thickness
        ax.barh(rows + offset, lengths, thickness, color=COLOURS[number], edgecolor="white", label=label)
    ax.set(yticks=rows, yticklabels=words, xlabel=xlabel)
    ax.tick_params(axis="y", labelsize=11)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    legend_above(ax)
    return fig
