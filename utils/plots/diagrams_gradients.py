"""Figures of the chapter on gradients: way back, sensitivities, bounds, cliff, clipping, ablation."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from utils.plots import diagrams
from utils.plots.curves import BLUE, COLOURS, GREEN, MARKERS, VERMILLION, WIDTH


def way_back(steps: int = 4) -> Figure:
    """Draw the states h_1 ... h_T with the loss at the end; arrows back carry the step Jacobians."""
    gap = 1.15
    fig, ax = plt.subplots(figsize=(gap * (steps + 1) - 0.35, 1.7))
    ax.set_position((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, gap * (steps + 1) - 0.35), ylim=(0, 1.7))
    ax.axis("off")
    centres = [0.4 + gap * step for step in range(steps + 1)]
    for step, centre in enumerate(centres):
        last = step == steps
        label, colour = ("$C$", diagrams.OUTPUT) if last else (f"$h_{step + 1}$", diagrams.STATE)
        ax.text(
            centre,
            1.15,
            label,
            ha="center",
            va="center",
            fontsize=13,
            bbox={"boxstyle": "round,pad=0.35", "facecolor": colour, "edgecolor": diagrams.EDGE},
        )
        if last:
            continue
        _arrow(ax, (centre + 0.26, 1.25), (centre + gap - 0.26, 1.25), diagrams.EDGE, "-")
        _arrow(ax, (centre + gap - 0.26, 1.03), (centre + 0.26, 1.03), VERMILLION, "--")
        after = "C" if step + 1 == steps else f"h_{step + 2}"
        factor = rf"$\dfrac{{\partial {after}}}{{\partial h_{step + 1}}}$"
        ax.text(centre + gap / 2, 0.5, factor, ha="center", va="center", fontsize=13, color=VERMILLION)
    return fig


def sensitivities(letters: Sequence[str], rows: Mapping[str, npt.ArrayLike], least: float = 1e-9) -> Figure:
    """Write a sequence once for each row, its letters on shades: the darker, the more the loss depends on it.

    The shades are logarithmic, from ``least`` (white) to the largest value of a row.

    Args:
        rows: label → one positive value for each letter.

    Raises ValueError if a row has not one value for each letter.
    """
    fig, axes = plt.subplots(
        len(rows), 1, figsize=(WIDTH, 0.72 * len(rows) + 0.85), layout="constrained", squeeze=False
    )
    norm = LogNorm(least, 1.0, clip=True)
    for ax, (label, values) in zip(axes[:, 0], rows.items(), strict=True):
        row = np.asarray(values, dtype=float)
        if len(row) != len(letters):
            raise ValueError(f"{label!r} has {len(row)} values, but there are {len(letters)} letters")
        shares = row / row.max()
        image = ax.imshow(shares[None], cmap="Blues", norm=norm, aspect="auto")
        for place, letter in enumerate(letters):
            dark = norm(shares[place]) > 0.6
            weight = "bold" if letter.isupper() else "normal"
            ax.text(place, 0, letter, ha="center", va="center", fontsize=10, fontweight=weight,
                    color="white" if dark else "black")  # fmt: skip
        ax.set_title(label, loc="left", fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.grid(False)
    bar = fig.colorbar(image, ax=list(axes[:, 0]), location="bottom", aspect=40, pad=0.06)
    bar.set_label("share of the largest gradient", fontsize=10)
    return fig


def norms_and_bounds(
    measured: Mapping[str, npt.ArrayLike], bounds: Mapping[str, npt.ArrayLike], *, ylabel: str
) -> Figure:
    """Draw norms against the distance in steps, and the bound of each as a thin dotted line.

    Args:
        measured: label → norms, shape ``(seeds, distances)``; the distances are 0, 1, 2, ...
        bounds: label → bound, shape ``(distances,)``, under the labels of ``measured``.
    """
    fig, ax = plt.subplots(layout="constrained")
    for number, (label, values) in enumerate(measured.items()):
        rows = np.asarray(values, dtype=float)
        distance = np.arange(rows.shape[1])
        colour = COLOURS[number]
        ax.plot(
            distance,
            np.median(rows, axis=0),
            color=colour,
            label=label,
            marker=MARKERS[number],
            markevery=(3, 10),
        )
        ax.fill_between(distance, rows.min(axis=0), rows.max(axis=0), color=colour, alpha=0.2, lw=0)
        ax.plot(distance, np.asarray(bounds[label]), color=colour, linestyle=":", linewidth=1.6)
    ax.set_yscale("log")
    ax.set(xlabel="distance $T - t$ in steps", ylabel=ylabel)
    handles, labels = ax.get_legend_handles_labels()
    handles.append(Line2D([], [], color="black", linestyle=":"))
    ax.legend(
        handles,
        [*labels, "their bounds"],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        borderaxespad=0.2,
    )
    return fig


def cliff(
    w: npt.ArrayLike,
    b: npt.ArrayLike,
    loss: npt.ArrayLike,
    clipped: Sequence[tuple[float, float]],
    thrown_to: tuple[float, float],
) -> Figure:
    """Draw a loss over two weights, the path of clipped descent, and where one unclipped step leads.

    Args:
        w, b: the two weights, shapes ``(columns,)`` and ``(rows,)``.
        loss: shape ``(rows, columns)``.
        clipped: the points of the path; the unclipped step starts at the first.
        thrown_to: where it ends, mostly far outside.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4), layout="constrained")
    xs, ys = np.asarray(w, dtype=float), np.asarray(b, dtype=float)
    filled = ax.contourf(xs, ys, np.asarray(loss), levels=12, cmap="cividis")
    fig.colorbar(filled, ax=ax, label="loss $C$")
    start = np.asarray(clipped[0])
    direction = np.asarray(thrown_to) - start
    with np.errstate(divide="ignore"):  # a step along one axis never meets the frame of the other
        to_frame = np.where(direction > 0, [xs[-1], ys[-1]] - start, [xs[0], ys[0]] - start) / direction
    leaves = float(to_frame.min()) < 1  # then the arrow runs to the frame, and its label stays inside
    end = start + direction * min(1.0, float(to_frame.min()))
    _arrow(ax, tuple(start), tuple(end), "white", "--")
    path = np.asarray(clipped)
    ax.plot(path[:, 0], path[:, 1], color="white", marker="o", markersize=3.5, linewidth=1)
    middle = (start + end) / 2 if leaves else end
    ax.annotate("thrown out", tuple(middle), color="white", ha="left", va="center", xytext=(8, 4),
                textcoords="offset points", fontsize=10)  # fmt: skip
    ax.grid(False)
    ax.set(xlabel="recurrent weight $w$", ylabel="bias $b$")
    return fig


def clipping(gradient: tuple[float, float], by_norm: float, by_value: float) -> Figure:
    """Draw a gradient in the plane, and what clipping by norm and by value make of it."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    g = np.asarray(gradient)
    arrows = {
        "the gradient": (g, "black", "-"),
        "clipped by norm": (g * min(1.0, by_norm / float(np.linalg.norm(g))), BLUE, "-"),
        "clipped by value": (np.clip(g, -by_value, by_value), VERMILLION, "--"),
    }
    for vector, colour, line in arrows.values():
        _arrow(ax, (0.0, 0.0), (float(vector[0]), float(vector[1])), colour, line)
    for label, (_, colour, line) in arrows.items():
        ax.plot([], [], color=colour, linestyle=line, label=label)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    ax.add_patch(plt.Circle((0, 0), by_norm, fill=False, color=BLUE, linewidth=0.8, alpha=0.6))
    corner = (-by_value, -by_value)
    ax.add_patch(
        plt.Rectangle(
            corner, 2 * by_value, 2 * by_value, fill=False, color=VERMILLION, linewidth=0.8, alpha=0.6
        )
    )
    ax.set(xlim=(-1.4, 4.4), ylim=(-1.4, 2.2), aspect="equal", xlabel="$g_1$", ylabel="$g_2$")
    return fig


def errors_by_recipe(errors: Mapping[str, Sequence[float]], *, solved: float, guessing: float) -> Figure:
    """Draw each seed's error as a dot, a row for each recipe; dots left of the line ``solved`` succeed."""
    fig, ax = plt.subplots(figsize=(WIDTH, 0.27 * len(errors) + 1.1), layout="constrained")
    for row, values in enumerate(errors.values()):
        heights = row + np.linspace(-0.22, 0.22, len(values))
        for value, height in zip(values, heights, strict=True):
            good = value <= solved
            ax.plot(value, height, "o" if good else "x", color=GREEN if good else VERMILLION, markersize=5)
    ax.axvline(guessing, color="black", linestyle=":", linewidth=1)
    ax.text(guessing, -0.75, "guessing", ha="center", va="bottom", fontsize=10)
    ax.set_yticks(range(len(errors)), list(errors))
    ax.set(ylim=(len(errors) - 0.5, -0.6), xlim=(-0.03, 0.82), xlabel="share of test sequences in error")
    ax.grid(axis="y", visible=False)
    return fig


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, line: str) -> None:
    look = {
        "arrowstyle": "-|>",
        "color": colour,
        "linestyle": line,
        "linewidth": 1.5,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", xy=end, xytext=start, arrowprops=look)
