"""Many small panels of curves with the same axes, to be compared at a glance."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from utils.plots.curves import COLOURS, LINES, WIDTH, Curve


def small_multiples(
    panels: Mapping[str, Mapping[str, Curve]],
    *,
    xlabel: str,
    ylabel: str,
    columns: int = 2,
    log_y: bool = False,
) -> Figure:
    """Draw panels of curves with one legend: the median over seeds, and the range from worst to best.

    All curves are drawn over the share of their points from 0 to 1, whatever their number.

    Args:
        panels: title → label → values, shape ``(points,)`` or ``(seeds, points)``; all have the same labels.

    Raises:
        ValueError: the labels of two panels differ.
    """
    labels = [tuple(curves) for curves in panels.values()]
    if len(set(labels)) != 1:
        raise ValueError(f"all panels must have the same labels, got {sorted(set(labels))}")
    rows = -(-len(panels) // columns)
    fig, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, 1.45 * rows + 0.7), sharex=True, squeeze=False, layout="constrained"
    )
    for ax, (title, curves) in zip(axes.flat, panels.items(), strict=False):
        for look, (label, values) in enumerate(curves.items()):
            seeds = np.atleast_2d(np.asarray(values, dtype=float))
            x = (np.arange(seeds.shape[1]) + 1) / seeds.shape[1]
            style = {"color": COLOURS[look], "linestyle": LINES[look]}
            ax.plot(x, np.median(seeds, axis=0), label=label, **style)
            ax.fill_between(x, seeds.min(axis=0), seeds.max(axis=0), color=COLOURS[look], alpha=0.2, lw=0)
        ax.set_title(title, fontsize=10)
        if log_y:
            ax.set_yscale("log")
            every = np.concatenate([np.ravel(values) for values in curves.values()])
            decades = np.log10(every.max() / every.min())
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2 else (1,)))
            ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            ax.yaxis.set_minor_locator(NullLocator())
    for ax in axes.flat[len(panels) :]:
        ax.set_visible(False)
    handles, names = axes.flat[0].get_legend_handles_labels()
    letters = sum(len(name) + 6 for name in names)  # with the lines and gaps before them
    fig.legend(handles, names, loc="outside upper left", ncols=len(names) if letters <= 50 else 1)
    fig.supxlabel(xlabel, fontsize=11)
    fig.supylabel(ylabel, fontsize=11)
    return fig
