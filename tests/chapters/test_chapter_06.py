"""What chapter 6 draws and shares."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("agg")

import matplotlib.pyplot as plt

from utils import plots
from utils.chapters import names
from utils.data.dataset import Labelled
from utils.models import SequenceClassifier
from utils.plots import diagrams_names

DATA = {
    "train": [Labelled("Šimić", "Croatian"), Labelled("Rossi", "Italian"), Labelled("Rossini", "Italian")],
    "valid": [Labelled("Šarić", "Croatian")],
    "test": [Labelled("Rossą", "Italian")],
}
THREE = ["Dutch", "Irish", "Zulu"]


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_style()
    yield
    plt.close("all")


@pytest.mark.parametrize(
    "figure",
    [
        lambda: diagrams_names.opinions({"Smit": (np.full((4, 3), 1 / 3), "Irish")}, THREE),
        lambda: diagrams_names.shaded({"Smit": [0.1, 0.2, 0.3, 0.4], "de Vries": range(8)}),
        lambda: diagrams_names.confusion([[9, 1, 0], [0, 5, 5], [1, 0, 0]], THREE),
        lambda: diagrams_names.intervals({"one": [(0.5, 0.4, 0.6)] * 2}, ["accuracy", "macro-F1"]),
    ],
)
def test_a_figure_is_legible_on_a_phone(figure):
    drawn = figure()
    drawn.canvas.draw()
    assert drawn.get_figwidth() <= 5.5
    texts = [text for text in drawn.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]
    assert texts
    assert min(text.get_fontsize() for text in texts) >= 10


def test_opinions_show_the_true_class_first_and_then_the_likeliest():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.0, 0.9]])
    ax = diagrams_names.opinions({"Li": (probabilities, "Irish")}, THREE).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Irish", "Zulu", "Dutch"]
    assert ax.images[0].get_array().tolist() == [[0.2, 0.0], [0.1, 0.9], [0.7, 0.1]]


def test_a_row_of_the_confusion_matrix_sums_to_one_also_where_a_class_is_empty():
    shares = diagrams_names.confusion([[3, 1, 0], [0, 0, 0], [0, 0, 2]], THREE).axes[0].images[0].get_array()
    assert shares.sum(axis=1).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: diagrams_names.opinions({"Smit": (np.ones((3, 3)), "Irish")}, THREE),
        lambda: diagrams_names.shaded({"Smit": [1, 2, 3]}),
        lambda: diagrams_names.confusion(np.ones((2, 2)), THREE),
        lambda: diagrams_names.intervals({"one": [(0.5, 0.4, 0.6)]}, ["accuracy", "macro-F1"]),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(ValueError, match=r"need|expected"):
        wrong()


def test_letters_of_other_splits_are_unknown():
    prepared = names.prepare(DATA)
    assert prepared.languages == ["Croatian", "Italian"]
    letters, label = prepared.items["test"][0]
    assert prepared.vocabulary.lookup_tokens(letters.tolist()) == ["R", "o", "s", "s", "<unk>"]
    assert label == 1


def test_the_last_opinion_is_the_answer():
    torch.manual_seed(0)
    prepared = names.prepare(DATA)
    model = SequenceClassifier(len(prepared.vocabulary), 32, 8, 2).eval()
    opinions = names.after_each_letter(model, prepared.items["train"][2][0])
    logits, labels = names.logits(model, prepared.items["train"])
    assert opinions.shape == (7, 2)
    assert torch.allclose(opinions[-1], logits[2].softmax(dim=0))
    assert labels.tolist() == [0, 1, 1]
