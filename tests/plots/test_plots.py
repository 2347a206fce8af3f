"""Plots and diagrams: what the figures show, and that a reader can read them."""

import itertools

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from utils import plots
from utils.plots import diagrams
from utils.plots.multiples import small_multiples

PARITY = {(0, "0"): 0, (0, "1"): 1, (1, "0"): 1, (1, "1"): 0}
LONG_NAMES = {f"a rather long name of curve {number}": np.ones((3, 5)) for number in range(2)}
DRAWINGS = {
    "neuron": lambda: diagrams.feedforward_and_recurrent_neuron(),
    "layer": lambda: diagrams.layer_step(2, 3),
    "unrolled": lambda: diagrams.unrolled(3),
    "one to one": lambda: diagrams.scenario(["image"], ["cat"]),
    "delayed": lambda: diagrams.scenario(
        ["how", "are", "you", None, None], [None, None, None, "comment", "allez-vous"]
    ),
    "fed back": lambda: diagrams.scenario(["image", "the", "dog"], ["the", "dog", "hides"], fed_back=True),
    "automaton": lambda: diagrams.automaton(["even", "odd"], PARITY, accepting=[0]),
    "curves": lambda: plots.curves_with_spread(range(5), LONG_NAMES, xlabel="x", ylabel="y"),
    "losses": lambda: plots.loss_curves(LONG_NAMES, reference=(0.5, "a floor with a name")),
    "series": lambda: plots.series(range(5), range(5), {"one": range(5), "two": range(5)}),
    "multiples": lambda: small_multiples(
        {f"panel {base}": {name: base ** -np.arange(5.0) for name in LONG_NAMES} for base in (1.2, 2, 9)},
        xlabel="x",
        ylabel="y",
        log_y=True,
    ),
    "points": lambda: plots.points_by_class(
        [[0, 0], [1, 1]], [0, 1], ["no", "yes"], xlabel="x", ylabel="y", ticks=(0, 1)
    ),
}


@pytest.fixture(autouse=True)
def figures():
    with plt.rc_context():
        plots.use_style()
        yield
    plt.close("all")


def visible_texts(fig: Figure) -> list[tuple[Text, Bbox]]:
    """Every text with its place in pixels; ticks beyond the ends of their axis are not drawn."""
    fig.canvas.draw()
    hidden = set()
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks() + axis.get_minor_ticks():
            if not low <= tick.get_loc() <= high or not axis.axes.axison:
                hidden |= {tick.label1, tick.label2}
    texts = [text for text in fig.findobj(Text) if text.get_visible() and text not in hidden]
    return [(text, text.get_window_extent()) for text in texts if text.get_text().strip()]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_legible_on_a_phone_and_on_a_dark_page(name):
    fig = DRAWINGS[name]()
    texts = visible_texts(fig)
    width, height = fig.canvas.get_width_height()
    assert fig.get_figwidth() <= 5.5
    assert fig.get_facecolor() == (1, 1, 1, 1)
    for text, box in texts:
        assert text.get_fontsize() >= 10, text
        assert min(box.x0, box.y0) >= -1, f"{text} leaves the figure"
        assert box.x1 <= width + 1 and box.y1 <= height + 1, f"{text} leaves the figure"
    for (one, box), (other, other_box) in itertools.combinations(texts, 2):
        overlap = Bbox.intersection(box, other_box)
        assert overlap is None or overlap.width * overlap.height < 1, f"{one} overlaps {other}"


def test_curves_show_the_median_and_the_range_over_seeds():
    seeds = np.array([[1.0, 2.0], [3.0, 9.0], [2.0, 4.0]])
    ax = plots.curves_with_spread([10, 20], {"model": seeds}, xlabel="x", ylabel="y").axes[0]
    assert ax.lines[0].get_xydata().tolist() == [[10, 2], [20, 4]]
    corners = ax.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} >= {(10, 1), (10, 3), (20, 2), (20, 9)}


def test_each_seed_can_have_its_own_line():
    seeds = np.arange(6.0).reshape(3, 2)
    ax = plots.curves_with_spread([1, 2], {"m": seeds}, xlabel="x", ylabel="y", each_seed=True).axes[0]
    assert [line.get_ydata().tolist() for line in ax.lines[1:]] == seeds.tolist()
    assert not ax.collections


def test_loss_curves_average_blocks_and_end_at_the_last_update():
    line = plots.loss_curves({"m": [4.0, 2.0, 8.0, 6.0, 100.0]}, smooth=2).axes[0].lines[0]
    assert line.get_xydata().tolist() == [[2, 3], [4, 7]]


def test_small_multiples_have_a_panel_each_and_one_legend():
    panels = {
        "one": {"a": [4.0, 2.0], "b": [[1, 3], [3, 5]]},
        "two": {"a": [1, 1], "b": [2, 2]},
        "three": {"a": [0, 0], "b": [0, 0]},
    }
    fig = small_multiples(panels, xlabel="x", ylabel="y")
    assert [ax.get_title() for ax in fig.axes if ax.get_visible()] == list(panels)
    assert [line.get_xydata().tolist() for line in fig.axes[0].lines] == [
        [[0.5, 4], [1, 2]],
        [[0.5, 2], [1, 4]],
    ]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["a", "b"]
    with pytest.raises(ValueError, match="all panels must have the same labels"):
        small_multiples({"one": {"a": [1]}, "two": {"b": [1]}}, xlabel="x", ylabel="y")


def test_series_keeps_truth_and_forecast_apart():
    ax = plots.series([0, 1], [5, 6], {"forecast": [7, 8]}, starts_at=0.5).axes[0]
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[5, 6], [7, 8]]


def test_each_class_has_its_own_points():
    points = [[0, 0], [1, 0], [2, 0]]
    ax = plots.points_by_class(points, [1, 0, 1], ["a", "b"], xlabel="x", ylabel="y").axes[0]
    assert [group.get_offsets().tolist() for group in ax.collections] == [[[1, 0]], [[0, 0], [2, 0]]]


def test_all_steps_of_an_unrolled_network_have_the_same_weights():
    texts = [text.get_text() for text, _ in visible_texts(diagrams.unrolled(4))]
    assert texts.count("$W_{xh}$") == texts.count("$W_{hy}$") == 5  # four steps, and the cell with its loop
    assert texts.count("$W_{hh}$") == 3  # between four states


def test_a_scenario_has_one_box_for_each_cell_and_word():
    fig = diagrams.scenario(["the", "food", None], [None, None, "good"])
    boxes = [patch for patch in fig.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 3 + 3


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.curves_with_spread([1, 2], {"m": [1, 2, 3]}, xlabel="", ylabel=""), "3 points"),
        (lambda: plots.loss_curves({"a": [1, 2], "b": [1]}), "differ in length"),
        (lambda: plots.loss_curves({"a": [1, 2]}, smooth=3), "too short"),
        (lambda: diagrams.scenario(["a"], ["b", "c"]), "1 inputs but 2 outputs"),
        (lambda: diagrams.automaton(["even"], {(0, "1"): 1}), "from 0 to 0"),
    ],
)
def test_a_wrong_argument_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
