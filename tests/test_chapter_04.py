"""What chapter 4 draws, and that its drawings refuse what they cannot draw."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from utils import diagrams_gates, plots


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_style()
    yield
    plt.close("all")


@pytest.mark.parametrize(
    "figure",
    [
        diagrams_gates.lstm_cell,
        diagrams_gates.gru_cell,
        lambda: diagrams_gates.two_directions(
            ["old", "guards", "watch", "."], ["ADJ", "NOUN", "VERB", "PUNCT"]
        ),
        lambda: diagrams_gates.sensitivity({"tanh": [1, 0.5, 0.1], "LSTM": [1, 1, 1]}, "s·a"),
        lambda: diagrams_gates.gates_over_time({"one": [0, 1], "two": [1, 0]}, [np.nan, 1]),
    ],
)
def test_a_figure_is_legible_on_a_phone(figure):
    drawn = figure()
    drawn.canvas.draw()
    assert drawn.get_figwidth() <= 5.5
    texts = [text for text in drawn.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]
    assert texts
    assert min(text.get_fontsize() for text in texts) >= 10


def test_sensitivity_shades_each_step_with_its_value():
    rows = {"tanh": [1.0, 0.5, 0.25], "LSTM": [0.0, 1.0, 1.0]}
    ax = diagrams_gates.sensitivity(rows).axes[0]
    assert ax.images[0].get_array().tolist() == list(rows.values())
    assert ax.images[0].get_clim() == (0, 1)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(rows)


@pytest.mark.parametrize("marks", ["", "ab"])
def test_rows_of_different_lengths_are_refused(marks):
    with pytest.raises(ValueError, match="one value for each time step"):
        diagrams_gates.sensitivity({"a": [1, 2, 3], "b": [1, 2]}, marks)


def test_gates_over_time_draws_outputs_and_what_was_asked():
    first, second = diagrams_gates.gates_over_time({"one": [0, 1], "two": [1, 0]}, [np.nan, 1]).axes
    assert first.lines[0].get_ydata().tolist() == [0, 1]
    assert second.lines[0].get_ydata().tolist() == [1, 0]
    assert first.lines[1].get_ydata()[1] == 1
