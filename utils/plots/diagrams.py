"""Drawings of recurrent networks: neurons, layers, cells unrolled in time, scenarios, automata.

All places are in inches from the lower left corner of the drawing, so boxes and letters fit together.
Inputs are blue, states orange, outputs green, in every drawing of the book.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

INPUT, STATE, OUTPUT, PLAIN = "#cfe6f5", "#fbe3b0", "#c5eadd", "white"
EDGE = "#333333"
FEEDBACK = "#D55E00"

Place = tuple[float, float]


def feedforward_and_recurrent_neuron() -> Figure:
    """Draw a feed-forward neuron beside a recurrent one, whose output returns as an input."""
    fig, ax = _canvas(4.6, 2.3)
    for centre, recurrent in ((1.05, False), (3.2, True)):
        mark = "_t" if recurrent else ""
        x, neuron, y = (centre, 0.35), (centre, 1.15), (centre, 1.95)
        _circle(ax, x, f"$x{mark}$", INPUT)
        _circle(ax, neuron, "$\\phi$", STATE, radius=0.27)
        _circle(ax, y, f"$y{mark}$", OUTPUT)
        weight = "$W_x$" if recurrent else "$W$"
        _arrow(ax, x, neuron, shrink=(0.22, 0.27), label=weight, label_offset=(-0.26, 0))
        _arrow(ax, neuron, y, shrink=(0.27, 0.22))
    _loop(ax, (3.2, 1.95), (3.2, 1.15), reach=0.75)
    ax.text(4.05, 1.55, "$W_y$\n$y_{t-1}$", ha="left", va="center", color=FEEDBACK, fontsize=12)
    return fig


def layer_step(input_size: int, hidden_size: int) -> Figure:
    """Draw one time step of a layer: every unit of h_t reads every x_t and every h_{t-1}."""
    rows = input_size + hidden_size
    height = 0.55 * rows + 0.5
    fig, ax = _canvas(4.4, height)
    sources = [(1.3, height - 0.5 - 0.55 * row) for row in range(rows)]
    middle = sum(y for _, y in sources) / rows
    targets = [(3.3, middle + 0.75 * ((hidden_size - 1) / 2 - unit)) for unit in range(hidden_size)]
    for number, source in enumerate(sources):
        is_input = number < input_size
        for target in targets:
            colour = "#0072B2" if is_input else FEEDBACK
            _arrow(ax, source, target, shrink=(0.2, 0.22), colour=colour, style="-|>", width=0.9)
    for number, source in enumerate(sources):
        _circle(ax, source, "", INPUT if number < input_size else STATE, radius=0.18)
    for target in targets:
        _circle(ax, target, "", STATE, radius=0.2)
    _group_label(ax, "$x_t$", sources[:input_size], -0.55)
    _group_label(ax, "$h_{t-1}$", sources[input_size:], -0.6)
    _group_label(ax, "$h_t$", targets, 0.5)
    ax.text(2.3, height - 0.3, "$W_{xh}$", color="#0072B2", ha="center", fontsize=12)
    ax.text(2.3, 0.12, "$W_{hh}$", color=FEEDBACK, ha="center", fontsize=12)
    return fig


def unrolled(steps: int = 3) -> Figure:
    """Draw a cell with its loop, an equals sign, and the same cell, weights included, for each time step."""
    gap = 1.05
    fig, ax = _canvas(1.95 + gap * steps, 2.4)
    folded = 0.55
    _column(ax, folded, "x_t", "h_t", "\\hat{y}_t")
    _loop(ax, (folded + 0.22, 1.35), (folded + 0.22, 1.05), reach=0.4)
    ax.text(1.45, 1.2, "=", ha="center", va="center", fontsize=18)
    for step in range(1, steps + 1):
        centre = 1.55 + gap * step - 0.25
        _column(ax, centre, f"x_{step}", f"h_{step}", f"\\hat{{y}}_{step}")
        previous = (centre - gap, 1.2) if step > 1 else (centre - 0.75, 1.2)
        label = "$h_0$" if step == 1 else "$W_{hh}$"
        _arrow(ax, previous, (centre, 1.2), shrink=(0.24 if step > 1 else 0.0, 0.24), colour=FEEDBACK)
        middle = (previous[0] + centre) / 2 - (0.12 if step == 1 else 0)
        ax.text(middle, 1.34, label, ha="center", va="bottom", color=FEEDBACK, fontsize=10)
    return fig


def scenario(
    inputs: Sequence[str | None],
    outputs: Sequence[str | None],
    *,
    fed_back: bool = False,
) -> Figure:
    """Draw an input–output scenario: one cell for each step, words below and above; None draws nothing.

    Args:
        fed_back: draw each output as it returns to be the next step's input.

    Raises:
        ValueError: ``inputs`` and ``outputs`` differ in length.
    """
    if len(inputs) != len(outputs):
        raise ValueError(f"{len(inputs)} inputs but {len(outputs)} outputs: give one of each per step")
    gap = min(1.15, 4.8 / len(inputs))
    fig, ax = _canvas(max(gap * len(inputs), 2.2), 2.2)
    left = (ax.get_xlim()[1] - gap * len(inputs)) / 2
    centres = [left + gap * (step + 0.5) for step in range(len(inputs))]
    for centre, given, made in zip(centres, inputs, outputs, strict=True):
        _box(ax, (centre, 1.1), "", STATE, width=0.4, height=0.4)
        if given is not None:
            _box(ax, (centre, 0.25), given, INPUT, width=gap - 0.12)
            _arrow(ax, (centre, 0.25), (centre, 1.1), shrink=(0.17, 0.2))
        if made is not None:
            _box(ax, (centre, 1.95), made, OUTPUT, width=gap - 0.12)
            _arrow(ax, (centre, 1.1), (centre, 1.95), shrink=(0.2, 0.17))
    for start, end in pairwise(centres):
        _arrow(ax, (start, 1.1), (end, 1.1), shrink=(0.2, 0.2), colour=FEEDBACK)
    if fed_back:
        for step, (start, end) in enumerate(pairwise(centres)):
            if outputs[step] is not None and inputs[step + 1] is not None:
                _arrow(ax, (start + 0.08, 1.78), (end - 0.12, 0.42), shrink=(0, 0), dashed=True)
    return fig


def automaton(
    states: Sequence[str],
    transitions: Mapping[tuple[int, str], int],
    *,
    start: int = 0,
    accepting: Collection[int] = (),
) -> Figure:
    """Draw a finite automaton with its states in a row.

    Args:
        states: one name for each state; a line break is allowed.
        transitions: (state, symbol) → next state.
        start: the state that the unlabelled arrow points to.
        accepting: the states with a double ring, in which a string may end.

    Raises:
        ValueError: a transition, ``start`` or ``accepting`` names a state that is not there.
    """
    used = [
        start,
        *accepting,
        *(state for (source, _), target in transitions.items() for state in (source, target)),
    ]
    if any(not 0 <= state < len(states) for state in used):
        raise ValueError(f"a state must be a number from 0 to {len(states) - 1}, got {sorted(set(used))}")
    gap, radius, y = 1.9, 0.46, 1.1
    fig, ax = _canvas(gap * (len(states) - 1) + 2.4, 2.2)
    centres = [(1.2 + gap * number, y) for number in range(len(states))]
    for (source, symbol), target in transitions.items():
        if source == target:
            _self_loop(ax, centres[source], symbol, radius)
        else:
            _curved(ax, centres[source], centres[target], symbol, radius)
    for number, (centre, name) in enumerate(zip(centres, states, strict=True)):
        _circle(ax, centre, name, STATE, radius=radius)
        if number in accepting:
            ax.add_patch(Circle(centre, radius - 0.06, fill=False, edgecolor=EDGE, linewidth=1.2, zorder=4))
    x = centres[start][0]
    _arrow(ax, (x - 1.05, y), (x - radius, y), shrink=(0, 0))
    return fig


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    fig = plt.figure(figsize=(width, height))
    ax = fig.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    return fig, ax


def _circle(ax: Axes, place: Place, text: str, colour: str, radius: float = 0.22) -> None:
    ax.add_patch(Circle(place, radius, facecolor=colour, edgecolor=EDGE, linewidth=1.2, zorder=3))
    ax.text(*place, text, ha="center", va="center", fontsize=12, zorder=4)


def _box(ax: Axes, place: Place, text: str, colour: str, width: float, height: float = 0.34) -> None:
    corner = (place[0] - width / 2, place[1] - height / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=colour,
            edgecolor=EDGE,
            linewidth=1.2,
            zorder=3,
        )
    )
    ax.text(*place, text, ha="center", va="center", fontsize=11, zorder=4)


def _arrow(
    ax: Axes,
    start: Place,
    end: Place,
    *,
    shrink: tuple[float, float],
    label: str = "",
    label_offset: Place = (0.0, 0.0),
    colour: str = EDGE,
    dashed: bool = False,
    style: str = "-|>",
    width: float = 1.3,
) -> None:
    length = math.dist(start, end)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    tail = (start[0] + shrink[0] * ux, start[1] + shrink[0] * uy)
    head = (end[0] - shrink[1] * ux, end[1] - shrink[1] * uy)
    _patch(
        ax, tail, head, "arc3", colour=FEEDBACK if dashed else colour, dashed=dashed, style=style, width=width
    )
    if label:
        x, y = (start[0] + end[0]) / 2 + label_offset[0], (start[1] + end[1]) / 2 + label_offset[1]
        ax.text(x, y, label, ha="center", va="center", fontsize=12)


def _patch(
    ax: Axes,
    tail: Place,
    head: Place,
    path: str,
    *,
    colour: str = EDGE,
    dashed: bool = False,
    style: str = "-|>",
    width: float = 1.3,
) -> None:
    ax.add_patch(
        FancyArrowPatch(
            tail,
            head,
            connectionstyle=path,
            arrowstyle=style,
            mutation_scale=11,
            shrinkA=0,
            shrinkB=0,
            color=colour,
            linewidth=width,
            linestyle="--" if dashed else "-",
            zorder=2,
        )
    )


def _loop(ax: Axes, start: Place, end: Place, reach: float) -> None:
    """An arrow from ``start`` out to the right and back to ``end`` below it."""
    bend = start[0] + reach
    path = [start, (bend, start[1]), (bend, end[1])]
    ax.plot([x for x, _ in path], [y for _, y in path], color=FEEDBACK, linewidth=1.5, zorder=1)
    _arrow(ax, path[-1], end, shrink=(0, 0.27 if reach > 0.5 else 0.0), colour=FEEDBACK)


def _column(ax: Axes, centre: float, given: str, state: str, made: str) -> None:
    """One step of a cell: input below, state in the middle, output above."""
    for low, weights in ((0.3, "$W_{xh}$"), (1.2, "$W_{hy}$")):
        shrink = (0.22, 0.24) if low < 1 else (0.24, 0.22)
        _arrow(ax, (centre, low), (centre, low + 0.9), shrink=shrink)
        ax.text(centre + 0.07, low + 0.43, weights, ha="left", va="center", fontsize=10)
    _circle(ax, (centre, 0.3), f"${given}$", INPUT)
    _box(ax, (centre, 1.2), f"${state}$", STATE, width=0.48, height=0.48)
    _circle(ax, (centre, 2.1), f"${made}$", OUTPUT)


def _group_label(ax: Axes, text: str, places: Sequence[Place], offset: float) -> None:
    y = sum(place[1] for place in places) / len(places)
    ax.text(places[0][0] + offset, y, text, ha="center", va="center", fontsize=13)


def _self_loop(ax: Axes, centre: Place, symbol: str, radius: float) -> None:
    x, y = centre
    tail, head = (x - 0.22, y + radius * 0.88), (x + 0.22, y + radius * 0.88)
    _patch(ax, tail, head, "arc3,rad=-1.4")
    ax.text(x, y + radius + 0.42, symbol, ha="center", va="center", fontsize=13)


def _curved(ax: Axes, start: Place, end: Place, symbol: str, radius: float) -> None:
    side = 1 if end[0] > start[0] else -1
    tail = (start[0] + side * radius * 0.8, start[1] + side * radius * 0.6)
    head = (end[0] - side * radius * 0.8, end[1] + side * radius * 0.6)
    _patch(ax, tail, head, "arc3,rad=-0.25")
    ax.text((start[0] + end[0]) / 2, start[1] + side * 0.62, symbol, ha="center", va="center", fontsize=13)
