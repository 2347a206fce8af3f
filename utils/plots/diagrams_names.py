"""Drawings for names read letter by letter: opinions, shaded letters, a confusion matrix, intervals.

A number between 0 and 1 is a shade of blue, as in ``diagrams_gates.sensitivity``.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.plots.curves import BLUE, WIDTH

SHADES = "Blues"
WHITE_FROM = 0.68  # on darker shades than this, white is easier to read than black
ROWS = 4  # languages that a grid of opinions shows


def opinions(names: Mapping[str, tuple[npt.ArrayLike, str]], classes: Sequence[str]) -> Figure:
    """Draw, one grid under the other, the probabilities of the leading classes after each letter of a name.

    Args:
        names: name → its probabilities, shape ``(letters, classes)``, and its true class, which is set bold.
        classes: the names of the classes, in the order of the columns.

    Raises ValueError if the probabilities are not one row a letter and one column a class.
    """
    height = 0.3 * ROWS + 0.55
    fig, panels = plt.subplots(
        len(names), 1, figsize=(WIDTH, height * len(names)), layout="constrained", squeeze=False
    )
    for ax, (name, (values, true)) in zip(panels[:, 0], names.items(), strict=True):
        probabilities = np.asarray(values, dtype=float)
        if probabilities.shape != (len(name), len(classes)):
            raise ValueError(
                f"{name!r} needs probabilities of shape {(len(name), len(classes))}, "
                f"got {probabilities.shape}"
            )
        rows = _leading(probabilities, list(classes).index(true))
        _grid(ax, probabilities[:, rows].T, 1.0)
        ax.set_xticks(range(len(name)), labels=list(name))
        ax.set_yticks(range(len(rows)), labels=[classes[row] for row in rows])
        for label in ax.get_yticklabels():
            label.set_fontweight("bold" if label.get_text() == true else "normal")
        for row, column in np.ndindex(len(rows), len(name)):
            value = probabilities[column, rows[row]]
            if value >= 0.1:
                colour = "white" if value > WHITE_FROM else "black"
                ax.text(
                    column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=10, color=colour
                )
    return fig


def _leading(probabilities: np.ndarray, true: int) -> list[int]:
    """The true class first, then the others in the order of their largest probability."""
    others = [int(number) for number in np.argsort(-probabilities.max(axis=0)) if number != true]
    return [true, *others[: ROWS - 1]]


def _grid(ax: Axes, values: np.ndarray, highest: float) -> None:
    ax.imshow(values, cmap=SHADES, vmin=0, vmax=highest, aspect="auto")
    rows, columns = values.shape
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(False, which="major")
    ax.grid(True, which="minor", color="#dddddd", linewidth=0.6)
    ax.tick_params(which="both", length=0)


def shaded(names: Mapping[str, npt.ArrayLike]) -> Figure:
    """Write each name with its letters on shades: white is 0, the darkest letter of a name is the largest.

    Raises ValueError if a name has not one value, 0 or more, for each letter.
    """
    longest = max(map(len, names))
    fig, ax = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 0.1), layout="constrained")
    shades = plt.get_cmap(SHADES)
    for row, (name, values) in enumerate(names.items()):
        shares = np.asarray(values, dtype=float)
        if shares.shape != (len(name),) or shares.min() < 0 or shares.max() == 0:
            raise ValueError(f"{name!r} needs {len(name)} values of 0 or more, got {shares.tolist()}")
        for column, (letter, share) in enumerate(zip(name, shares / shares.max(), strict=True)):
            ax.add_patch(plt.Rectangle((column, -row - 0.9), 0.94, 0.84, color=shades(0.9 * share)))
            colour = "white" if 0.9 * share > WHITE_FROM else "black"
            ax.text(column + 0.47, -row - 0.49, letter, ha="center", va="center", fontsize=13, color=colour)
    ax.set(xlim=(-0.1, longest + 0.1), ylim=(-len(names), 0.05))
    ax.set_axis_off()
    return fig


def confusion(matrix: npt.ArrayLike, classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix, each row divided by its sum: where the items of a true class went.

    Raises ValueError if the matrix is not (classes, classes).
    """
    counts = np.asarray(matrix, dtype=float)
    if counts.shape != (len(classes), len(classes)):
        raise ValueError(f"expected a matrix for {len(classes)} classes, got shape {counts.shape}")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    fig, ax = plt.subplots(figsize=(WIDTH, WIDTH), layout="constrained")
    _grid(ax, shares, 1.0)
    for row, column in np.argwhere(shares >= 0.095):
        value = shares[row, column]
        colour = "white" if value > WHITE_FROM else "black"
        if len(classes) <= 14:  # more would not be legible on a phone
            ax.text(column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=10, color=colour)
    ax.set_xticks(range(len(classes)), labels=classes, rotation=90)
    ax.set_yticks(range(len(classes)), labels=classes)
    ax.set(xlabel="said", ylabel="true")
    return fig


def intervals(rows: Mapping[str, Sequence[tuple[float, float, float]]], measures: Sequence[str]) -> Figure:
    """Draw for each row a point and an interval in each of several panels, one panel for each measure.

    Args:
        rows: label → for each measure the value and the two ends of its interval.

    Raises ValueError if a row has not one triple for each measure.
    """
    if any(len(values) != len(measures) for values in rows.values()):
        raise ValueError(f"each row needs {len(measures)} triples (value, low, high)")
    fig, panels = plt.subplots(
        len(measures), 1, figsize=(WIDTH, len(measures) * (0.36 * len(rows) + 0.75)), layout="constrained"
    )
    for number, (ax, measure) in enumerate(zip(np.atleast_1d(panels), measures, strict=True)):
        for place, values in enumerate(rows.values()):
            value, low, high = values[number]
            ax.plot([low, high], [-place, -place], color=BLUE, linewidth=1.8)
            ax.plot(value, -place, "o", color=BLUE, markersize=6)
        ax.set_yticks(range(0, -len(rows), -1), labels=list(rows))
        ax.set_ylim(-len(rows) + 0.5, 0.5)
        ax.set_xlabel(measure)
        ax.grid(False, axis="y")
    return fig
