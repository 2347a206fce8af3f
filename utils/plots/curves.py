"""Plots that several chapters share. Each function draws one figure and returns it.

Colours are those of Okabe and Ito, which readers with any common colour blindness can tell apart.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Curve: TypeAlias = npt.ArrayLike
"""One value for each point (1-D), or one row for each seed (2-D)."""

BLUE, ORANGE, GREEN, VERMILLION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v")

WIDTH = 4.8  # inches: a phone shows such a figure with letters of at least 10 pixels
HEIGHT = 3.1
FEW = 6  # points on a logarithmic axis, each of which gets its own label


def use_style() -> None:
    """Make every figure of a page look the same, and a notebook draw it as SVG.

    The background is opaque white, so a figure reads the same on a dark page. Figures keep the size
    they ask for (no cropping), and SVG files hold no random names, so that a page built twice is the same.
    """
    plt.rcParams.update(
        {
            "figure.figsize": (WIDTH, HEIGHT),
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "font.size": 11,
            "axes.labelsize": 11,
            "axes.titlesize": 11,
            "xtick.labelsize": 10,
            "ytick.labelsize": 10,
            "legend.fontsize": 10,
            "legend.frameon": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "axes.axisbelow": True,
            "lines.linewidth": 1.8,
            "axes.prop_cycle": cycler(color=COLOURS),
            "svg.hashsalt": "recurrent networks",
        }
    )
    _draw_svg_in_notebooks()


def _draw_svg_in_notebooks() -> None:
    try:
        from IPython.core.getipython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # no notebook here, so nothing to set
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", bbox_inches=None, metadata={"Date": None})


def curves_with_spread(
    x: npt.ArrayLike,
    curves: Mapping[str, Curve],
    *,
    xlabel: str,
    ylabel: str,
    log_x: bool = False,
    log_y: bool = False,
    marker: bool = False,
    each_seed: bool = False,
    reference: tuple[float, str] | None = None,
) -> Figure:
    """Draw the median over seeds as a line, and the range from worst to best seed as a band.

    Args:
        x: positions, shape ``(points,)``.
        curves: label → values, shape ``(points,)`` or ``(seeds, points)``.
        each_seed: draw a thin line for each seed instead of the band; better where seeds fall into groups.
        reference: height and label of a dotted horizontal line, such as the value of guessing.

    Raises:
        ValueError: a curve has another number of points than ``x``.
    """
    fig, ax = plt.subplots(layout="constrained")
    positions = np.asarray(x)
    for number, (label, values) in enumerate(curves.items()):
        rows = np.atleast_2d(np.asarray(values, dtype=float))
        if rows.shape[1] != len(positions):
            raise ValueError(f"curve {label!r} has {rows.shape[1]} points, but x has {len(positions)}")
        look = number % len(COLOURS)
        ax.plot(
            positions,
            np.median(rows, axis=0),
            color=COLOURS[look],
            linestyle=LINES[look],
            marker=MARKERS[look] if marker else None,
            label=label,
        )
        if each_seed:
            ax.plot(positions, rows.T, color=COLOURS[look], linestyle=LINES[look], linewidth=0.9, alpha=0.7)
        else:
            low, high = rows.min(axis=0), rows.max(axis=0)
            ax.fill_between(positions, low, high, color=COLOURS[look], alpha=0.2, lw=0)
    if log_x:
        ax.set_xscale("log")
        if len(positions) <= FEW:  # labels of a scale would lie over one another
            ax.set_xticks(positions, [f"{position:g}" for position in positions])
            ax.minorticks_off()
    elif np.issubdtype(positions.dtype, np.integer):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log_y:
        ax.set_yscale("log")
    if reference is not None:
        ax.axhline(reference[0], color="black", linestyle=":", label=reference[1])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_above(ax)
    return fig


def loss_curves(
    losses: Mapping[str, Curve],
    *,
    xlabel: str = "update",
    ylabel: str = "loss",
    smooth: int = 1,
    reference: tuple[float, str] | None = None,
) -> Figure:
    """Draw training losses on a logarithmic scale: median over seeds, band from worst to best.

    Args:
        losses: label → losses, shape ``(updates,)`` or ``(seeds, updates)``.
        smooth: average this many successive losses first; the curve gets that much coarser.

    Raises:
        ValueError: the curves differ in length, or are shorter than ``smooth``.
    """
    means = {label: block_means(values, smooth) for label, values in losses.items()}
    points = {rows.shape[1] for rows in means.values()}
    if len(points) != 1:
        raise ValueError(f"the curves differ in length: {sorted(points)} points; draw them one by one")
    x = smooth * (np.arange(points.pop()) + 1)
    return curves_with_spread(x, means, xlabel=xlabel, ylabel=ylabel, log_y=True, reference=reference)


def block_means(values: Curve, size: int) -> npt.NDArray[np.float64]:
    """Average each block of ``size`` successive values of every row; an unfinished last block is dropped.

    Returns:
        Shape ``(rows, points // size)``.
    """
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    blocks = rows.shape[1] // size
    if blocks == 0:
        raise ValueError(f"a curve of {rows.shape[1]} points is too short for blocks of {size}")
    means: npt.NDArray[np.float64] = rows[:, : blocks * size].reshape(len(rows), blocks, size).mean(axis=2)
    return means


def series(
    x: npt.ArrayLike,
    truth: npt.ArrayLike,
    forecasts: Mapping[str, npt.ArrayLike],
    *,
    xlabel: str = "time",
    ylabel: str = "value",
    starts_at: float | None = None,
) -> Figure:
    """Draw a series in black and forecasts of it in colour, all of shape ``(points,)``.

    Args:
        starts_at: where to draw the vertical line at which forecasting starts.
    """
    fig, ax = plt.subplots(layout="constrained")
    ax.plot(x, truth, color="black", linewidth=3.5, alpha=0.35, label="truth")
    for number, (label, values) in enumerate(forecasts.items()):
        look = number % len(COLOURS)
        ax.plot(x, values, color=COLOURS[look], linestyle=LINES[look], label=label)
    if starts_at is not None:
        ax.axvline(starts_at, color="black", linestyle=":", linewidth=1)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_above(ax)
    return fig


def points_by_class(
    points: npt.ArrayLike,
    classes: Sequence[int] | npt.ArrayLike,
    names: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
    size: float = 30,
    ticks: Sequence[float] | None = None,
) -> Figure:
    """Draw points of shape ``(n, 2)`` with a colour and a marker for each class ``0 … len(names) - 1``.

    Args:
        ticks: if given, both axes have these ticks, room around them and the same scale.
    """
    fig, ax = plt.subplots(layout="constrained")
    places, labels = np.asarray(points), np.asarray(classes)
    for number, name in enumerate(names):
        chosen = places[labels == number]
        ax.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=size,
            color=COLOURS[number % len(COLOURS)],
            marker=MARKERS[number % len(MARKERS)],
            edgecolor="white",
            linewidth=0.5,
            label=name,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if ticks is not None:
        ax.set(xticks=ticks, yticks=ticks, aspect="equal")
        ax.margins(0.25)
    legend_above(ax)
    return fig


def legend_above(ax: Axes) -> None:
    """A legend above the axes never hides data, and its rows stay within a narrow figure."""
    labels = ax.get_legend_handles_labels()[1]
    if labels:
        room = 34  # letters that one row of the legend can hold
        columns = 2 if len(labels) > 1 and 2 * (max(map(len, labels)) + 4) <= room + 8 else 1
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2)
