"""The picture that stands for the course where somebody sends a link to it."""

from __future__ import annotations

from pathlib import Path

BLUE, ORANGE, DARK, LIGHT = "#56b4e9", "#ff9248", "#12304a", "#ffffff"


def draw_card(title: str, to: Path) -> None:
    """Draw the title below a recurrent network that is unrolled in time: 1200 by 630 pixels."""
    from textwrap import fill

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=DARK)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3), aspect="equal", frame_on=False)
    axes.set_axis_off()
    arrow = {"arrowstyle": "-|>", "linewidth": 4, "mutation_scale": 28, "shrinkA": 0, "shrinkB": 0}
    for word, x in zip(["the", "network", "remembers"], (2.0, 6.0, 10.0), strict=True):
        axes.annotate("", (x, 4.05), (x, 3.2), arrowprops={**arrow, "color": LIGHT})
        axes.annotate("", (x, 6.0), (x, 5.2), arrowprops={**arrow, "color": LIGHT})
        if x > 2:
            axes.annotate("", (x - 0.65, 4.6), (x - 3.35, 4.6), arrowprops={**arrow, "color": ORANGE})
        axes.add_patch(Circle((x, 4.6), 0.55, facecolor=BLUE, edgecolor=LIGHT, linewidth=4))
        axes.text(x, 2.8, word, color=LIGHT, fontsize=30, ha="center", va="center", style="italic")
    axes.text(
        0.8, 1.25, fill(title, 28), color=LIGHT, fontsize=46, weight="bold", va="center", linespacing=1.25
    )
    FigureCanvasAgg(figure).print_png(str(to))
