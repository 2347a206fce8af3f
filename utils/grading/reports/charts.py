"""Bar charts as SVG in a page: drawn by hand, so that they take the page's colours, light and dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

WIDTH, HEIGHT, FOOT, HEAD, SIDE = 320, 150, 22, 18, 10


def histogram(values: Iterable[float], possible: float, what: str) -> Markup:
    """How many students got how many points, as an SVG figure with alternative text.

    A bar for each number of points where there are at most 12 of them, else ten bars of equal width.

    Args:
        what: of what these are the points, for the alternative text.
    """
    values = list(values)
    labels, counts, edges = bins(values, possible)
    told = ", ".join(f"{label}: {count}" for label, count in zip(labels, counts, strict=True) if count)
    alt = f"Histogram of points for {what}. Points: number of students. {told or 'Nobody.'}"
    highest = max([*counts, 1])
    step = (WIDTH - 2 * SIDE) / len(labels)
    parts = []
    for i, count in enumerate(counts):
        height = (HEIGHT - FOOT - HEAD) * count / highest
        x, y = SIDE + i * step, HEIGHT - FOOT - height
        parts.append(f'<rect x="{x + 1.5:.1f}" y="{y:.1f}" width="{step - 3:.1f}" height="{height:.1f}"/>')
        if count:
            parts.append(f'<text class="count" x="{x + step / 2:.1f}" y="{y - 5:.1f}">{count}</text>')
    ticks = enumerate(edges) if edges else ((i + 0.5, label) for i, label in enumerate(labels))
    for place, label in ticks:
        parts.append(f'<text x="{SIDE + place * step:.1f}" y="{HEIGHT - 6}">{escape(label)}</text>')
    parts.append(f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT - FOOT}" y2="{HEIGHT - FOOT}"/>')
    # every part is made of numbers and of labels, which are numbers too
    return Markup(
        f'<svg class="histogram" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        + "".join(parts)
        + "</svg>"
    )


def bins(values: Sequence[float], possible: float) -> tuple[list[str], list[int], list[str]]:
    """Labels of the bars, how many values fall on each, and labels of their edges where a bar is a range."""
    if possible <= 11 and all(float(value).is_integer() for value in [*values, possible]):
        counted = Counter(int(value) for value in values)
        top = int(max([possible, *values]))
        return [str(points) for points in range(top + 1)], [counted[i] for i in range(top + 1)], []
    width = max([possible, *values, 1e-9]) / 10
    counted = Counter(min(int(max(value, 0) / width), 9) for value in values)
    edges = [f"{i * width:.3g}" for i in range(11)]
    labels = [f"{low} to {high}" for low, high in pairwise(edges)]
    return labels, [counted[i] for i in range(10)], edges
