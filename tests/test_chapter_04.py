"""What chapter 4 draws, and the texts and streams on which its networks have to remember."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("agg")

import matplotlib.pyplot as plt

from utils import diagrams_gates, plots, remembering

NOTES = {"V": "1,234", "NIG": "987"}


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
        lambda: diagrams_gates.spread_of({"V": [0.9, 1], "NIG": [0.7, 0.8]}, NOTES, ["NIG"], xlabel="share"),
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


def test_a_row_of_a_spread_has_a_dot_for_each_seed_and_its_note():
    drawn = diagrams_gates.spread_of({"V": [0.9, 1], "NIG": [0.7, 0.8]}, NOTES, ["NIG"], xlabel="share")
    ax = drawn.axes[0]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [sorted(line.get_xdata()) for line in dots] == [[0.9, 1], [0.7, 0.8]]
    assert dots[0].get_color() != dots[1].get_color()
    assert [label.get_text() for label in ax.get_yticklabels()] == list(NOTES)
    assert [label.get_text() for label in ax.child_axes[0].get_yticklabels()] == list(NOTES.values())


def test_a_row_without_a_note_is_refused():
    with pytest.raises(ValueError, match="there is none for NIG"):
        diagrams_gates.spread_of({"V": [1], "NIG": [1]}, {"V": "1"}, xlabel="share")


TEXT = " ".join(["the state of a network with $x_t$ in it"] * 30)


@pytest.fixture(scope="module")
def prose():
    return remembering.prepare({"train": TEXT, "test": TEXT + " unheard"})


def test_the_country_stands_before_the_prose_and_the_question_after_it(prose):
    tokens, country, start = remembering.draw(prose, "test", 5, 7, torch.Generator().manual_seed(0))
    for row, number, first in zip(tokens.tolist(), country.tolist(), start.tolist(), strict=True):
        words = prose.vocabulary.lookup_tokens(row)
        assert words[:5] == ["i", "have", "lived", "in", remembering.COUNTRIES[number]]
        assert words[5:-4] == prose.words["test"][first : first + 7]
        assert words[-4:] == ["i", "now", "speak", "fluent"]


def test_formulas_are_no_words_and_unheard_words_are_unknown(prose):
    assert "x" not in prose.words["train"]
    assert prose.vocabulary.lookup_token(prose.tokens["test"][-1].item()) == "<unk>"


def test_the_forget_bias_is_set_once_and_on_the_forget_gate_alone():
    torch.manual_seed(0)
    plain = remembering.Reader(50, torch.nn.LSTM).layer
    torch.manual_seed(0)
    layer = remembering.Reader(50, torch.nn.LSTM, forget_bias=1.0).layer
    total = layer.bias_ih_l0 + layer.bias_hh_l0
    assert torch.equal(total[64:128], torch.ones(64))
    for rows in (slice(0, 64), slice(128, 256)):
        assert torch.equal(layer.bias_ih_l0[rows], plain.bias_ih_l0[rows])


def test_a_stream_asks_for_the_symbol_that_was_stored_last():
    inputs, targets = remembering.recall(50, 12, seed=0)
    asked = 0
    for stream, wanted in zip(inputs.tolist(), targets.tolist(), strict=True):
        last = None
        for row, target in zip(stream, wanted, strict=True):
            symbol, (store, ask) = row[:4].index(1), row[4:]
            last = symbol if store else last
            assert target == (last if ask else -100)
            assert not (store and ask)
            asked += int(ask)
    assert asked > 50


def test_a_recaller_that_knows_the_answers_is_right():
    class Knows(torch.nn.Module):
        def forward(self, x):
            _, targets = remembering.recall(200, 10, 99_999)
            return torch.nn.functional.one_hot(targets.clamp(min=0), 4).float()

    assert remembering.recalled(Knows(), 10) == 1


def test_pieces_change_no_logit_and_stop_the_gradient(prose):
    torch.manual_seed(0)
    model = remembering.Reader(len(prose.vocabulary), torch.nn.LSTM)
    tokens, country, _ = remembering.draw(prose, "train", 4, 20, torch.Generator().manual_seed(0))
    torch.testing.assert_close(remembering.logits_in_pieces(model, tokens, 10), model(tokens))
    names = prose.vocabulary.lookup_indices(remembering.COUNTRIES)
    for piece, reaches in ((10, False), (len(tokens[0]), True)):
        model.zero_grad()
        remembering.logits_in_pieces(model, tokens, piece).sum().backward()
        assert bool(model.embedding.weight.grad[names[country[0]]].abs().sum() > 0) == reaches


def test_training_keeps_to_the_distances_that_it_is_given(prose, monkeypatch):
    gaps, draw = [], remembering.draw
    monkeypatch.setattr(remembering, "draw", lambda *given: gaps.append(given[3]) or draw(*given))
    remembering.trained(prose, torch.nn.LSTM, seed=0, updates=40, shortest=3, longest=5, piece=4)
    assert set(gaps) == {3, 4, 5}
