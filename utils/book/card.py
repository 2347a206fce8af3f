"""The picture that stands for the course where somebody sends a link to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BLUE, ORANGE, DARK, LIGHT = "#56b4e9", "#ff9248", "#12304a", "#ffffff"


def draw_card(title: str, to: Path) -> None:
    """Draw the title below a recurrent network that is unrolled in time: 1200 by 630 pixels."""
    from textwrap import fill

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=DARK)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3), aspect="equal", frame_on=False)
    axes.set_axis_off()
    draw_network(axes, 4.6)
    axes.text(
        0.8, 1.25, fill(title, 28), color=LIGHT, fontsize=46, weight="bold", va="center", linespacing=1.25
    )
    FigureCanvasAgg(figure).print_png(str(to))


def draw_network(axes: Any, y: float) -> None:
    """Three steps of a recurrent network, whose neurons stand at the height ``y``."""
    from matplotlib.patches import Circle

    arrow = {"arrowstyle": "-|>", "linewidth": 4, "mutation_scale": 28, "shrinkA": 0, "shrinkB": 0}
    for word, x in zip(["the", "network", "remembers"], (2.0, 6.0, 10.0), strict=True):
        axes.annotate("", (x, y - 0.55), (x, y - 1.4), arrowprops={**arrow, "color": LIGHT})
        axes.annotate("", (x, y + 1.4), (x, y + 0.6), arrowprops={**arrow, "color": LIGHT})
        if x > 2:
            axes.annotate("", (x - 0.65, y), (x - 3.35, y), arrowprops={**arrow, "color": ORANGE})
        axes.add_patch(Circle((x, y), 0.55, facecolor=BLUE, edgecolor=LIGHT, linewidth=4))
        axes.text(x, y - 1.8, word, color=LIGHT, fontsize=30, ha="center", va="center", style="italic")


def draw_cover(title: str, to: Path) -> None:
    """Draw the cover of the book: the network above the title, 1200 by 1600 pixels."""
    from textwrap import fill

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 16), dpi=100, facecolor=DARK)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 16), aspect="equal", frame_on=False)
    axes.set_axis_off()
    draw_network(axes, 10.4)
    axes.text(
        1.0, 5.2, fill(title, 18), color=LIGHT, fontsize=66, weight="bold", va="center", linespacing=1.25
    )
    axes.text(1.0, 1.4, "Eight chapters, with assignments", color=BLUE, fontsize=28, va="center")
    FigureCanvasAgg(figure).print_png(str(to))
