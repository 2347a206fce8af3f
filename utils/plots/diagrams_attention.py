"""Drawings of encoders, decoders and attention: where it looks, and what a search keeps.

Places are in inches, colours those of ``utils.plots.diagrams``: inputs blue, states orange, outputs green. A
weight between 0 and 1 is a shade of blue.
"""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from utils.plots.curves import VERMILLION, WIDTH
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
from utils.plots.diagrams_names import _grid

ATTENDED = "#0072B2"


def encoder_decoder(source: Sequence[str], target: Sequence[str]) -> Figure:
    """Draw an encoder that reads ``source`` and a decoder that writes ``target``, joined by one state."""
    gap = 0.92
    fig, ax = _canvas(0.25 + gap * max(len(source), len(target) + 1), 4.2)
    for step, word in enumerate(source):
        x = 0.6 + gap * step
        _box(ax, (x, 0.3), word, INPUT, width=0.8)
        _circle(ax, (x, 1.05), f"$h_{step + 1}$", STATE)
        _arrow(ax, (x, 0.3), (x, 1.05), shrink=(0.17, 0.22))
        if step:
            _arrow(ax, (x - gap, 1.05), (x, 1.05), shrink=(0.22, 0.22), colour=FEEDBACK)
    last = (0.6 + gap * (len(source) - 1), 1.05)
    outputs = [*target, "<eos>"]
    for step, (given, made) in enumerate(zip(["<bos>", *target], outputs, strict=True)):
        x = 0.6 + gap * step
        _box(ax, (x, 2.2), given, INPUT, width=0.86)
        _circle(ax, (x, 3.0), f"$s_{step + 1}$", STATE)
        _box(ax, (x, 3.85), made, OUTPUT, width=0.86)
        _arrow(ax, (x, 2.2), (x, 3.0), shrink=(0.17, 0.22))
        _arrow(ax, (x, 3.0), (x, 3.85), shrink=(0.22, 0.17))
        if step:
            _arrow(ax, (x - gap, 3.0), (x, 3.0), shrink=(0.22, 0.22), colour=FEEDBACK)
    ax.plot([last[0], last[0], 0.1, 0.1], [1.27, 1.65, 1.65, 3.0], color=FEEDBACK, linewidth=1.5, zorder=1)
    _arrow(ax, (0.1, 3.0), (0.6, 3.0), shrink=(0, 0.22), colour=FEEDBACK)
    ax.text(last[0] - 0.1, 1.75, "all that the decoder gets: $h_T$", ha="right", fontsize=10, color=FEEDBACK)
    return fig


def attention_step(source: Sequence[str], weights: Sequence[float]) -> Figure:
    """Draw one step of a decoder with attention: states, weights, their sum c_i, and the new state."""
    gap = 1.15
    fig, ax = _canvas(0.3 + gap * len(source) + 1.0, 4.3)
    old, new, context = (0.45, 3.75), (3.6, 3.75), (2.05, 2.85)
    for step, (word, weight) in enumerate(zip(source, weights, strict=True)):
        x = 0.85 + gap * step
        _box(ax, (x, 0.3), word, INPUT, width=0.9)
        _circle(ax, (x, 1.0), f"$h_{step + 1}$", STATE)
        _arrow(ax, (x, 0.3), (x, 1.0), shrink=(0.17, 0.22))
        _box(ax, (x, 1.8), f"{weight:.2f}", to_hex(plt.get_cmap("Blues")(0.75 * weight)), width=0.62)
        _arrow(ax, (x, 1.0), (x, 1.8), shrink=(0.22, 0.17), colour=ATTENDED, width=0.8 + 2.5 * weight)
        _arrow(ax, (x, 1.8), context, shrink=(0.19, 0.24), colour=ATTENDED, width=0.8 + 2.5 * weight)
        _arrow(ax, old, (x, 1.8), shrink=(0.24, 0.2), colour=FEEDBACK, width=0.8)
    ax.text(0.85 + gap * (len(source) - 1) + 0.42, 1.8, "$\\alpha_{ij}$", va="center", fontsize=13)
    _circle(ax, old, "$s_{i-1}$", STATE, radius=0.27)
    _circle(ax, context, "$c_i$", STATE, radius=0.24)
    _circle(ax, new, "$s_i$", STATE, radius=0.27)
    _box(ax, (3.6, 2.85), "$x_i$", INPUT, width=0.5)
    _arrow(ax, old, new, shrink=(0.27, 0.27), colour=FEEDBACK)
    _arrow(ax, context, new, shrink=(0.24, 0.27))
    _arrow(ax, (3.6, 2.85), new, shrink=(0.17, 0.27))
    return fig


def alignments(
    tables: Mapping[str, npt.ArrayLike],
    source: Sequence[str],
    target: Sequence[str],
    gold: Collection[tuple[int, int]] = (),
) -> Figure:
    """Draw tables of weights as the documents do: a row for each source word, a column for each target word.

    Args:
        tables: title → weights, shape ``(target, source)``, as a decoder gives them: rows sum to 1.
        gold: pairs (i, j): source word i stands for target word j; these cells have a frame.

    Raises ValueError if a table has another shape.
    """
    fig, panels = plt.subplots(
        len(tables),
        1,
        figsize=(WIDTH, len(tables) * (0.36 * len(source) + 0.85)),
        layout="constrained",
        squeeze=False,
    )
    for ax, (title, weights) in zip(panels[:, 0], tables.items(), strict=True):
        table = np.asarray(weights, dtype=float).T
        if table.shape != (len(source), len(target)):
            raise ValueError(
                f"{title!r} needs weights of shape {(len(target), len(source))}, got {table.T.shape}"
            )
        _grid(ax, table, 1.0)
        ax.set_xticks(range(len(target)), labels=target, rotation=45 if len(target) > 5 else 0)
        ax.set_yticks(range(len(source)), labels=source)
        for row, column in np.ndindex(*table.shape):
            if len(target) <= 6:
                colour = "white" if table[row, column] > 0.6 else "black"
                text = f"{table[row, column]:.2f}"
                ax.text(column, row, text, ha="center", va="center", fontsize=11, color=colour)
        for row, column in gold:
            corner = (column - 0.46, row - 0.44)
            ax.add_patch(plt.Rectangle(corner, 0.92, 0.88, fill=False, edgecolor=VERMILLION, linewidth=1.6))
        if title:
            ax.set_title(title, loc="left")
    return fig


def search_tree(
    levels: Sequence[Sequence[tuple[str, float, int]]], kept: Collection[tuple[int, int]], end: str
) -> Figure:
    """Draw a search step by step: each node a word and the probability of all words up to it.

    Args:
        levels: for each step its nodes: word, probability, and the number of its parent in the step before.
        kept: the nodes (step, number) that the beam kept; the others are white.
        end: the word that ends a sentence; its nodes are green.
    """
    width, height = 0.2 + 1.35 * len(levels), 0.2 + 0.5 * max(map(len, levels))
    fig, ax = _canvas(width, height)

    def place(step: int, number: int) -> tuple[float, float]:
        return 0.75 + 1.35 * step, height * (1 - (number + 0.5) / len(levels[step]))

    for step, nodes in enumerate(levels):
        for number, (word, probability, parent) in enumerate(nodes):
            chosen = (step, number) in kept
            colour = PLAIN if not chosen else OUTPUT if word == end else STATE
            _box(ax, place(step, number), f"{word} {probability:.2f}", colour, width=1.1)
            if step:
                start, stop = place(step - 1, parent), place(step, number)
                _arrow(
                    ax,
                    (start[0] + 0.55, start[1]),
                    (stop[0] - 0.55, stop[1]),
                    shrink=(0, 0),
                    width=1.6 if chosen else 0.7,
                    colour=FEEDBACK if chosen else "#999999",
                )
    return fig


def pictures(images: Sequence[npt.ArrayLike], titles: Sequence[str]) -> Figure:
    """Show pictures (3, height, width), two in a row, each with the text under it."""
    columns = 2
    rows = -(-len(images) // columns)
    fig, panels = plt.subplots(
        rows, columns, figsize=(WIDTH, 2.35 * rows), layout="constrained", squeeze=False
    )
    for ax in panels.flat:
        ax.set_axis_off()
    for ax, image, title in zip(panels.flat, images, titles, strict=False):
        ax.imshow(np.moveaxis(np.asarray(image, dtype=float), 0, -1), interpolation="nearest")
        ax.add_patch(plt.Rectangle((-0.5, -0.5), 32, 32, fill=False, edgecolor="#999999", linewidth=1))
        _caption(ax, title)
    return fig


def _caption(ax: Axes, text: str) -> None:
    ax.text(0.5, -0.05, text, transform=ax.transAxes, ha="center", va="top", fontsize=10)
