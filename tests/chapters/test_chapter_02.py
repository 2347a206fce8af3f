"""What chapter 2 and its assignment bring with them: drawings, a language model, a forbidden method."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from utils import checks
from utils.chapters import language
from utils.data.made import reviews
from utils.plots import diagrams_bptt
from utils.plots.diagrams import FEEDBACK
from utils.text import EOS, UNK

REVIEWS = reviews.make(3, count=400)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def text():
    return language.prepare(REVIEWS, test_words=300)


def arrows_back(fig):
    """The dashed arrows of a drawing."""
    patches = fig.axes[0].patches
    return [p for p in patches if p.get_linestyle() == "--" and p.get_edgecolor() == to_rgba(FEEDBACK)]


def test_a_descent_is_drawn_where_it_went():
    x, y = torch.linspace(-1, 2, 7), torch.linspace(0, 3, 5)
    path = torch.tensor([[0.0, 1.0], [0.5, 2.0]])
    fig = diagrams_bptt.descent(x, y, y[:, None] ** 2 + x**2 + 0.1, {"way": path}, xlabel="a", ylabel="b")
    (ax,) = fig.axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), path)
    np.testing.assert_allclose(ax.lines[1].get_xydata(), path[:1])  # the star, where it starts
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (0, 3))


@pytest.mark.parametrize(("steps", "cut", "within"), [(6, 3, 4), (6, 1, 0), (5, 2, 2), (4, 9, 3)])
def test_the_gradient_goes_back_within_the_pieces_alone(steps, cut, within):
    fig = diagrams_bptt.truncated(steps, cut)
    assert len(arrows_back(fig)) == steps + within  # one from each loss, and those between states
    assert sum(text.get_text() == "gradient cut" for text in fig.axes[0].texts) == steps - 1 - within


def test_a_cut_of_no_step_is_refused():
    with pytest.raises(ValueError, match="cut must be at least 1, got 0"):
        diagrams_bptt.truncated(4, 0)


@pytest.mark.parametrize("steps", [2, 4])
def test_the_unfolded_network_has_three_ways_back_at_each_step(steps):
    assert len(arrows_back(diagrams_bptt.backward_through_time(steps))) == 3 * steps


def test_a_node_passes_back_one_gradient_for_each_input():
    assert len(arrows_back(diagrams_bptt.node())) == 4  # into y, into the node, and out to x and W


def test_bars_are_as_long_as_the_probabilities():
    probabilities = {"cold": [0.7, 0.2, 0.1], "hot": [0.4, 0.3, 0.3]}
    (ax,) = diagrams_bptt.word_bars(["good", "bad", "so"], probabilities, xlabel="p").axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.7, 0.2, 0.1, 0.4, 0.3, 0.3])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good", "bad", "so"]
    with pytest.raises(ValueError, match="'cold' has 3 values, but there are 2 words"):
        diagrams_bptt.word_bars(["good", "bad"], probabilities, xlabel="p")


def test_a_method_can_be_forbidden_and_is_given_back():
    loss = torch.ones(1, requires_grad=True).sum()
    with (
        checks.forbidden("torch.Tensor.backward"),
        pytest.raises(checks.CheckFailed, match=r"Tensor\.backward"),
    ):
        loss.backward()
    loss.backward()


def test_a_text_has_a_sign_before_its_first_review_and_behind_each(text):
    words = text.words(text.train)
    assert words[0] == words[-1] == EOS
    assert words.count(EOS) == len(REVIEWS["train"]) + 1
    assert text.words(text.numbers("It was unheard of .")) == [EOS, "it", "was", UNK, "of", "."]
    assert len(text.test) == 300


def test_perplexity_is_the_number_of_words_among_which_a_model_wavers(text):
    def uniform(tokens, state):
        return torch.zeros(*tokens.shape, len(text.vocabulary)), state

    assert language.perplexity(uniform, text.test) == pytest.approx(len(text.vocabulary))


def test_perplexity_in_pieces_is_that_in_one_go(text):
    model, tokens = language.new_model(len(text.vocabulary), seed=0), text.train[:1200]
    with torch.no_grad():
        logits, _ = model(tokens[None, :-1])
    whole = torch.nn.functional.cross_entropy(logits[0], tokens[1:]).exp().item()
    assert language.perplexity(model, tokens) == pytest.approx(whole, rel=1e-4)


def test_training_goes_on_from_the_state_and_learns(text):
    model, before = language.new_model(len(text.vocabulary), seed=0), []
    model.register_forward_pre_hook(lambda _, arguments: before.append(arguments[1]))
    untrained = language.perplexity(model, text.test)
    before.clear()
    language.train(model, text.train[:3000], epochs=2, steps=10, rows=8)
    per_epoch = len(before) // 2
    assert before[0] is None and before[per_epoch] is None  # the text starts again
    assert all(state is not None and not state.requires_grad for state in before[1:per_epoch])
    assert language.perplexity(model, text.test) < untrained / 3
