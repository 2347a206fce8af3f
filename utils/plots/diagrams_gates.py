"""Drawings of gated cells: the LSTM, the GRU, networks in two directions, and shades of sensitivity.

Places are in inches, colours those of ``utils.plots.diagrams``: inputs blue, states orange, outputs green.
"""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.plots.diagrams import (
    EDGE,
    FEEDBACK,
    INPUT,
    OUTPUT,
    PLAIN,
    STATE,
    Place,
    _arrow,
    _box,
    _canvas,
    _circle,
)


def lstm_cell() -> Figure:
    """Draw one step of an LSTM: the cell's line on top, the three gates and what is written below it."""
    fig, ax = _canvas(4.9, 3.3)
    top, middle, low = 2.75, 1.75, 0.75
    ax.text(0.25, top, "$c_{t-1}$", ha="center", va="center", fontsize=13)
    ax.text(4.6, top, "$c_t$", ha="center", va="center", fontsize=13)
    keep, add = (1.1, top), (2.2, top)
    _wire(ax, [(0.5, top), (0.95, top)], FEEDBACK)
    _wire(ax, [(1.25, top), (2.05, top)], FEEDBACK)
    _wire(ax, [(2.35, top), (4.4, top)], FEEDBACK)
    _sign(ax, keep, "×")
    _sign(ax, add, "+")
    write, show = (2.2, middle), (3.75, middle)
    _sign(ax, write, "×")
    _sign(ax, show, "×")
    _wire(ax, [(2.2, middle + 0.15), (2.2, top - 0.15)])
    _wire(ax, [(3.75, top), (3.75, top - 0.32)])
    _box(ax, (3.75, top - 0.48), "tanh", PLAIN, width=0.6, height=0.3)
    _wire(ax, [(3.75, top - 0.63), (3.75, middle + 0.15)])
    for x, name in ((1.1, "f"), (1.75, "i"), (2.65, "g"), (3.35, "o")):
        symbol = f"$\\tanh\\ {name}$" if name == "g" else f"$\\sigma\\ {name}$"
        _box(ax, (x, low), symbol, INPUT if name == "g" else STATE, width=0.72 if name == "g" else 0.5)
        _wire(ax, [(x, 0.2), (x, low - 0.17)])
    _wire(ax, [(1.1, low + 0.17), (1.1, top - 0.15)])
    _wire(ax, [(1.75, low + 0.17), (1.75, middle), (2.05, middle)])
    _wire(ax, [(2.65, low + 0.17), (2.65, middle), (2.35, middle)])
    _wire(ax, [(3.35, low + 0.17), (3.35, middle), (3.6, middle)])
    _wire(ax, [(3.9, middle), (4.4, middle)])
    ax.text(4.6, middle, "$h_t$", ha="center", va="center", fontsize=13)
    ax.plot([0.75, 3.35], [0.2, 0.2], color=EDGE, linewidth=1.3)
    ax.text(0.36, 0.2, "$x_t, h_{t-1}$", ha="center", va="center", fontsize=12)
    return fig


def gru_cell() -> Figure:
    """Draw one step of a GRU: the state is a mixture of itself and of what is new."""
    fig, ax = _canvas(4.9, 2.6)
    top, low = 2.1, 0.7
    ax.text(0.3, top, "$h_{t-1}$", ha="center", va="center", fontsize=13)
    ax.text(4.6, top, "$h_t$", ha="center", va="center", fontsize=13)
    mix = (3.6, top)
    _wire(ax, [(0.6, top), (3.05, top)], FEEDBACK)
    _box(ax, mix, "mix by $z$", OUTPUT, width=1.1, height=0.36)
    _wire(ax, [(4.15, top), (4.4, top)], FEEDBACK)
    for x, symbol, colour in (
        (1.1, "$\\sigma\\ r$", STATE),
        (2.35, "$\\tanh\\ n$", INPUT),
        (3.6, "$\\sigma\\ z$", STATE),
    ):
        _box(ax, (x, low), symbol, colour, width=0.8 if "n$" in symbol else 0.55)
        _wire(ax, [(x, 0.2), (x, low - 0.17)])
    ax.plot([0.8, 3.6], [0.2, 0.2], color=EDGE, linewidth=1.3)
    ax.text(0.4, 0.2, "$x_t, h_{t-1}$", ha="center", va="center", fontsize=12)
    _wire(ax, [(1.38, low), (1.95, low)])
    ax.text(1.66, low + 0.17, "×", ha="center", va="center", fontsize=13)
    _wire(ax, [(2.35, low + 0.17), (2.35, 1.45), (3.35, 1.45), (3.35, top - 0.18)])
    _wire(ax, [(3.6, low + 0.17), (3.6, top - 0.18)])
    return fig


def two_directions(words: Sequence[str], tags: Sequence[str]) -> Figure:
    """Draw a bidirectional network over a sentence: two rows of states, joined below each tag."""
    gap = 1.15
    fig, ax = _canvas(0.5 + gap * len(words), 3.2)
    forward, backward = 1.05, 1.85
    for step, (word, tag) in enumerate(zip(words, tags, strict=True)):
        x = 0.8 + gap * step
        left, right = x - 0.2, x + 0.2
        _wire(ax, [(left, 0.5), (left, forward - 0.17)])
        _wire(ax, [(right, 0.5), (right, backward - 0.17)])
        _wire(ax, [(left, forward + 0.17), (left, 2.65)])
        _wire(ax, [(right, backward + 0.17), (right, 2.65)])
        _box(ax, (x, 0.33), word, INPUT, width=0.95)
        _box(ax, (left, forward), "→", STATE, width=0.32)
        _box(ax, (right, backward), "←", STATE, width=0.32)
        _box(ax, (x, 2.82), tag, OUTPUT, width=0.95)
        if step:
            _arrow(ax, (left - gap, forward), (left, forward), shrink=(0.16, 0.16), colour=FEEDBACK)
            _arrow(ax, (right, backward), (right - gap, backward), shrink=(0.16, 0.16), colour=FEEDBACK)
    return fig


def sensitivity(rows: Mapping[str, npt.ArrayLike], marks: str = "") -> Figure:
    """Shade each time step of each row by its sensitivity: 0 is white, 1 (or more) is dark.

    Args:
        rows: label → sensitivities, all of one length.
        marks: one letter for each step, written below the axis, such as what happens at that step.

    Raises:
        ValueError: the rows, or the marks, differ in length.
    """
    values = [np.asarray(row, dtype=float) for row in rows.values()]
    if len({len(row) for row in values} | ({len(marks)} if marks else set())) != 1:
        raise ValueError("all rows, and the marks, must have one value for each time step")
    steps = len(values[0])
    fig, ax = plt.subplots(figsize=(4.8, 0.9 + 0.42 * len(values)), layout="constrained")
    ax.imshow(np.stack(values), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.set_yticks(range(len(values)), labels=list(rows))
    ticks = range(steps) if marks else range(0, steps, max(1, steps // 6))
    ax.set_xticks(list(ticks), labels=list(marks) if marks else [str(tick + 1) for tick in ticks])
    ax.set_xticks(np.arange(steps + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(values) + 1) - 0.5, minor=True)
    ax.grid(False, which="major")
    ax.grid(True, which="minor", color="#dddddd", linewidth=0.6)
    ax.tick_params(which="both", length=0)
    ax.set_xlabel("what happens at each step" if marks else "time step")
    return fig


def gates_over_time(curves: Mapping[str, npt.ArrayLike], wanted: npt.ArrayLike) -> Figure:
    """Draw one panel for each cell, its output as a line; dots are what is asked for (NaN: nothing is)."""
    fig, panels = plt.subplots(
        len(curves), 1, sharex=True, figsize=(4.8, 1.05 * len(curves) + 0.5), layout="constrained"
    )
    target = np.asarray(wanted, dtype=float)
    steps = np.arange(1, len(target) + 1)
    for ax, (label, values) in zip(np.atleast_1d(panels), curves.items(), strict=True):
        ax.plot(steps, np.asarray(values), color="#0072B2", drawstyle="steps-mid", linewidth=1.6)
        ax.plot(steps, target, "o", color=FEEDBACK, markersize=5)
        ax.set_title(label, loc="left", fontsize=10, pad=2)
    ax.set_xlabel("time step")
    return fig


def spread_of(
    values: Mapping[str, Sequence[float]],
    notes: Mapping[str, str],
    marked: Collection[str] = (),
    *,
    xlabel: str,
) -> Figure:
    """Draw a row of dots for each label, one dot for each seed, with a line over their range.

    Args:
        values: label → one value for each seed.
        notes: label → what is written on the right of its row.
        marked: labels whose row is orange instead of blue.

    Raises:
        ValueError: a row has no note.
    """
    if missing := set(values) - set(notes):
        raise ValueError(f"each row needs a note; there is none for {', '.join(sorted(missing))}")
    fig, ax = plt.subplots(figsize=(4.8, 0.75 + 0.3 * len(values)), layout="constrained")
    for place, (label, row) in enumerate(values.items()):
        colour = FEEDBACK if label in marked else "#0072B2"
        ax.plot([min(row), max(row)], [-place, -place], color=colour, linewidth=1.5, alpha=0.6)
        ax.plot(row, [-place] * len(row), "o", color=colour, markersize=5, alpha=0.8)
    ax.set_yticks(range(0, -len(values), -1), labels=list(values))
    ax.set_ylim(-len(values) + 0.5, 0.5)
    right = ax.secondary_yaxis("right")
    right.set_yticks(range(0, -len(values), -1), labels=[notes[label] for label in values])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    ax.set_xlabel(xlabel)
    ax.grid(False, axis="y")
    return fig


def _wire(ax: Axes, places: Sequence[Place], colour: str = EDGE) -> None:
    """A line with corners at ``places`` and an arrow head at its end."""
    if len(places) > 2:
        ax.plot(
            *zip(*places[:-1], strict=True), color=colour, linewidth=1.3, zorder=2, solid_capstyle="round"
        )
    _arrow(ax, places[-2], places[-1], shrink=(0.0, 0.0), colour=colour)


def _sign(ax: Axes, place: Place, symbol: str) -> None:
    _circle(ax, place, symbol, PLAIN, radius=0.15)
