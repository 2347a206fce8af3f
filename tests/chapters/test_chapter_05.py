"""What the pages of chapter 5 share: messages as numbers, their classifier, and its pictures."""

import matplotlib.pyplot as plt
import pytest
import torch

from utils.chapters import messages
from utils.data.made import spam
from utils.plots import diagrams_messages


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def prepared() -> messages.Messages:
    return messages.prepare(spam.make(count=200))


def test_the_vocabulary_and_labels_are_those_of_the_data(prepared):
    words = [word for text in prepared.texts["train"] for word in prepared.tokenizer(text)]
    expected = {word for word in words if words.count(word) >= 2}
    assert set(prepared.vocabulary.get_itos()) == {"<pad>", "<unk>"} | expected
    data = spam.make(count=200)
    assert prepared.labels == {
        split: [int(item.label == "spam") for item in items] for split, items in data.items()
    }


def test_a_text_without_a_token_is_one_unknown_token(prepared):
    assert [row.tolist() for row in prepared.numbers(["", "  ", "🎉"])] == [[1], [1], [1]]


def test_training_ends_with_the_weights_of_the_lowest_validation_loss(prepared):
    torch.manual_seed(0)
    model = messages.make_classifier(prepared)
    history = messages.train(model, prepared, epochs=4, lr=0.05)
    with torch.no_grad():
        p = messages.probabilities(model, prepared, prepared.texts["valid"]).double()
    labels = torch.tensor(prepared.labels["valid"]).double()
    loss = torch.nn.functional.binary_cross_entropy(p, labels)
    assert float(loss) == pytest.approx(min(history.validation), rel=1e-4)


def test_a_message_has_the_same_probability_alone_and_in_company(prepared):
    torch.manual_seed(0)
    model = messages.make_classifier(prepared)
    texts = [*prepared.texts["test"], ""]
    company = messages.probabilities(model, prepared, texts)
    alone = torch.cat([messages.probabilities(model, prepared, [text]) for text in texts])
    torch.testing.assert_close(company, alone)


def test_the_box_of_messages_shows_answers_and_marks_the_wrong_ones():
    html = diagrams_messages.inbox(["<b>win</b>", "hello"], [0.75, 0.2], [1, 1]).data
    assert "&lt;b&gt;win" in html and "75.0 %" in html and "80.0 %" in html
    assert html.count("wrong: it is spam") == 1 and "wrong: it is ham" not in html
    assert diagrams_messages.percent(0.99996) == "> 99.9 %"


def test_a_picture_of_batches_names_its_share_of_padding():
    left, right = diagrams_messages.padded_batches({"a": [[1, 4], [2, 2]], "b": [[3, 3]]}).axes
    assert (left.get_title(), right.get_title()) == ("a:\n25 % padding", "b:\n0 % padding")


def test_intervals_and_thresholds_are_drawn_where_they_lie():
    (ax,) = diagrams_messages.intervals(
        {"x": (0.5, 0.25, 0.75)}, xlabel="F1", reference=(0.6, "ceiling")
    ).axes
    assert [line.get_xdata()[0] for line in ax.lines[:2]] == [0.25, 0.5]
    assert ax.lines[2].get_xdata()[0] == 0.6
    (ax,) = diagrams_messages.by_threshold([0, 1], {"recall": [1, 0]}, {"chosen": 0.3}).axes
    assert ax.lines[1].get_xdata()[0] == 0.3


def test_many_to_one_reads_every_word_in_both_directions_and_answers_once():
    (ax,) = diagrams_messages.many_to_one(["win", "a", "prize"]).axes
    shown = [text.get_text() for text in ax.texts]
    assert shown.count("→") == shown.count("←") == 3 and shown[-3:] == ["$h$", "$z$", r"$\sigma(z)$"]
    assert {"win", "a", "prize"} <= set(shown)
