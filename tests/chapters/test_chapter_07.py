"""What the pages of chapter 7 share: reviews as numbers, classifiers on word vectors, and their pictures."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("agg")

import matplotlib.pyplot as plt

from utils import plots
from utils.chapters import sentiment
from utils.data.made import reviews as grammar
from utils.plots import diagrams_sentiment
from utils.text import load_vectors

SENTENCE = ["The", "food", "was", "really", "good"]


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_style()
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def reviews():
    return sentiment.prepare(grammar.make(count=200))


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    (folder / "some.txt").write_text("the 1 2 3\nwas 4 5 6\nunheard -1 -1 -1\n", encoding="utf-8")
    return load_vectors(folder / "some.txt", cache=folder)


def test_positive_is_one_and_the_first_reviews_keep_the_vocabulary(reviews):
    data = grammar.make(count=200)
    assert reviews.labels["test"] == [int(item.label == "positive") for item in data["test"]]
    few = sentiment.first(reviews, 7)
    assert few.texts["train"] == [item.text for item in data["train"][:7]]
    assert few.labels["train"] == reviews.labels["train"][:7]
    assert few.vocabulary is reviews.vocabulary and few.texts["test"] == reviews.texts["test"]
    for wrong in (0, 161):
        with pytest.raises(ValueError, match="between 1 and 160"):
            sentiment.first(reviews, wrong)


@pytest.mark.parametrize("freeze", [True, False])
def test_vectors_are_trained_only_if_they_are_not_frozen(reviews, vectors, freeze):
    few = sentiment.first(reviews, 64)
    model = sentiment.make_classifier(few, vectors, freeze, seed=3)
    before = model.encoder.embedding.weight.clone()
    was = reviews.vocabulary["was"]
    assert before[was].tolist() == [4, 5, 6] and before[0].tolist() == [0, 0, 0]
    sentiment.train(model, few, steps=4)
    after = model.encoder.embedding.weight
    assert torch.equal(before, after) == freeze
    assert after[0].tolist() == [0, 0, 0]
    assert not torch.equal(model.head.weight, sentiment.make_classifier(few, vectors, freeze).head.weight)


def test_a_seed_gives_the_same_classifier_and_steps_are_whole_epochs(reviews):
    few = sentiment.first(reviews, 40)  # two batches
    one, two, longer = (
        sentiment.logits(sentiment.trained(few, seed=1, steps=steps), reviews, reviews.texts["test"])
        for steps in (3, 4, 5)
    )
    assert torch.equal(one, two) and not torch.equal(two, longer)


def test_the_opinion_after_the_last_word_is_the_answer_also_among_others(reviews):
    torch.manual_seed(0)
    model = sentiment.make_classifier(reviews)
    texts = ["The soup was good.", "Although the view was bad, the whole evening was good."]
    logits = sentiment.logits(model, reviews, texts)
    for text, logit in zip(texts, logits, strict=True):
        words, after = sentiment.after_each_word(model, reviews, text)
        assert words == reviews.tokenizer(text) and after.shape == (len(words),)
        torch.testing.assert_close(after[-1], torch.sigmoid(logit))
    shorter = sentiment.after_each_word(model, reviews, "The soup was")[1]
    torch.testing.assert_close(sentiment.after_each_word(model, reviews, texts[0])[1][:3], shorter)


def test_accuracy_counts_right_answers(reviews):
    class Says(torch.nn.Module):
        def forward(self, tokens, lengths):
            return torch.ones(len(tokens), 1)

    positive = sum(reviews.labels["test"]) / len(reviews.labels["test"])
    assert sentiment.accuracy(Says(), reviews) == pytest.approx(100 * positive)


def test_the_documentation_is_english_words():
    words = [word for sentence in sentiment.documentation() for word in sentence]
    assert len(words) > 30_000
    assert all(word.isalpha() and word.islower() for word in words)
    assert words.count("the") > 0.03 * len(words)


@pytest.mark.parametrize(
    "figure",
    [
        lambda: diagrams_sentiment.word_by_word(["not", "bad"], [0.1, -2], [0.4, 0.8], ["bag", "network"]),
        lambda: diagrams_sentiment.pull_and_push([1, 1], [2, 0], [[0, 2]], [0.2, 0], [[0, -0.2]]),
        *(lambda kind=kind: diagrams_sentiment.pooling(SENTENCE, kind)
          for kind in ("last", "mean", "max", "attention")),
        lambda: diagrams_sentiment.both_directions(SENTENCE),
        lambda: diagrams_sentiment.shaded_words([(SENTENCE * 5, range(25))]),
        lambda: diagrams_sentiment.word_maps(
            {"before": np.eye(2), "after": -np.eye(2)}, ["good", "bad"], [True, False]
        ),
        lambda: diagrams_sentiment.reliability({"one": [(0.2, 0.3, 10), (0.9, 0.7, 30)]}),
    ],
)  # fmt: skip
def test_a_figure_is_legible_on_a_phone(figure):
    drawn = figure()
    drawn.canvas.draw()
    assert drawn.get_figwidth() <= 5.5
    texts = [text for text in drawn.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]
    assert texts
    assert min(text.get_fontsize() for text in texts) >= 10


def test_praise_and_blame_have_their_colours_and_lines_of_words_break():
    left, right = diagrams_sentiment.word_by_word(["a", "b"], [1, -1], [0.4, 0.9], ["bag", "net"]).axes
    colours = [[matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches] for ax in (left, right)]
    praise, blame = diagrams_sentiment.PRAISE.lower(), diagrams_sentiment.BLAME.lower()
    assert colours == [[praise, blame], [blame, praise]]
    words = [f"word{number}" for number in range(12)]
    ax = diagrams_sentiment.shaded_words([(words, range(12))]).axes[0]
    assert [text.get_text() for text in ax.texts] == words
    assert len({text.get_position()[1] for text in ax.texts}) == 3  # 36 letters to a line


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: diagrams_sentiment.word_by_word(["a"], [1, 2], [0.5], ["bag", "net"]),
        lambda: diagrams_sentiment.pooling(["a", "b"], "sum"),
        lambda: diagrams_sentiment.shaded_words([(["a", "b"], [1])]),
        lambda: diagrams_sentiment.word_maps({"before": np.eye(3)}, ["a", "b"], [True, False]),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(ValueError, match=r"need|must be"):
        wrong()
