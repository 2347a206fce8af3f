"""The figures that read what one types compute what PyTorch computes from the weights that the page holds."""

import json
import re
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import nn

from utils.chapters import names, remembering, sentiment, translation
from utils.data.dataset import Labelled
from utils.live import figures
from utils.live.weights import packed, rounded
from utils.models import SequenceClassifier, decoding
from utils.text import BOS, EOS, pad

LIVE = Path(__file__).parents[2] / "book" / "_static" / "live"
NAMES = {
    "train": [Labelled("Šimić", "Croatian"), Labelled("Rossi", "Italian"), Labelled("de Vries", "Dutch")],
    "valid": [Labelled("Šarić", "Croatian")],
    "test": [Labelled("Rossą", "Italian")],
}
REVIEWS = {
    part: [
        Labelled("it was not bad, not at all !", "positive"),
        Labelled("it wasn't good; don't go.", "negative"),
    ]
    * 2
    for part in ("train", "valid", "test")
}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def lively(model):
    """The model with weights large enough that every word matters, as after training."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.mul_(1.0 if "embedding" in name else 2.5)
    return model.eval()


@pytest.fixture(scope="module")
def networks():
    """Each figure's network, and what goes with it."""
    torch.manual_seed(0)
    prose = remembering.prepare({"train": "The city lies by the sea, far away. " * 30})
    surnames, reviews = names.prepare(NAMES), sentiment.prepare(REVIEWS)
    made = translation.phrases(60)
    pairs = translation.prepare({"train": made[:50], "test": made[50:]})
    return {
        "gates": (lively(remembering.Reader(len(prose.vocabulary), nn.LSTM, hidden_size=8)), prose),
        "names": (lively(SequenceClassifier(len(surnames.vocabulary), 32, 8, 3)), surnames),
        "review": (lively(sentiment.make_classifier(reviews)), reviews),
        "translation": (translation.trained(pairs, seed=0, epochs=12, hidden_size=16, lr=2e-2), pairs),
    }


@pytest.fixture(scope="module")
def tab(empty_tab, networks):
    """A page with all boxes, each with its network."""
    texts = {"One country": "I have lived in Poland by the sea", "Two": "in Poland, in Sweden"}
    boxes = [
        figures.gates(*networks["gates"], [0, 3, 5], texts, "Type."),
        figures.typed_name(*networks["names"], '"<Šimić>', "Type."),
        figures.typed_review(*networks["review"], "It was not bad.", "Type."),
        figures.typed_translation(*networks["translation"], "the green car", "Type."),
    ]
    empty_tab.set_content("".join(box._repr_mimebundle_()["text/html"] for box in boxes))
    empty_tab.add_script_tag(path=LIVE / "networks.js")
    for name in networks:
        empty_tab.add_script_tag(path=LIVE / f"{name}.js")
        empty_tab.evaluate(
            f"""() => {{
                const box = document.querySelector('[data-live$="{name}"]');
                window.{name}Net = courseLive.networks.dataOf(box);
                courseLive.{name}.build(box);
            }}"""
        )
    return empty_tab


def test_what_a_page_holds_is_near_the_weights():
    model = nn.Linear(5, 3)
    with torch.no_grad():
        model.weight[1] = 0
    near = rounded(model)
    assert (near.weight - model.weight).abs().max() <= model.weight.abs().max() / 250
    assert near.weight[1].abs().max() == 0 and near.weight is not model.weight
    assert len(json.dumps(packed(nn.Linear(500, 100)))) < 4 / 3 * 50_000 + 3_000
    assert torch.equal(rounded(near).weight, near.weight)


@pytest.mark.parametrize("text", ["Šimić", "de Vries ", "Ros\u0073x\u030c", "Žß"])
def test_a_name_is_read_as_in_python(tab, networks, text):
    model, prepared = networks["names"]
    import unicodedata

    (letters,) = prepared.encode([unicodedata.normalize("NFC", text).strip()])
    expected = names.after_each_letter(rounded(model), letters)
    steps = tab.evaluate("text => courseLive.names.read(namesNet, text).map(({p}) => [...p])", text)
    assert torch.tensor(steps) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "text", ["It was not bad.", 'It "wasn\'t" good;  was: it?', "not, not!(bad)<br />go"]
)
def test_a_review_is_read_as_in_python(tab, networks, text):
    model, reviews = networks["review"]
    words, expected = sentiment.after_each_word(rounded(model), reviews, text)
    steps = tab.evaluate(
        "text => courseLive.review.read(reviewNet, text).map(({token, p}) => [token, p])", text
    )
    assert [token for token, _ in steps] == words
    assert [p for _, p in steps] == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_gates_are_those_of_the_lstm(tab, networks):
    model, prose = networks["gates"]
    text = "I have lived in Poland, by the SEA: Sweden's sea"
    words = re.findall("[a-z]+", text.lower())
    tokens = torch.tensor(prose.vocabulary.lookup_indices(words))
    expected = figures.gate_values(rounded(model), tokens)
    steps = tab.evaluate(
        "text => courseLive.gates.read(gatesNet, text)"
        ".map(({token, i, f, o, c, p}) => ({token, i: [...i], f: [...f], o: [...o], c: [...c], p: [...p]}))",
        text,
    )
    assert [step["token"] for step in steps] == words
    for name, values in expected.items():
        assert torch.tensor([step[name] for step in steps]) == pytest.approx(values, abs=1e-4)
    assert expected["p"][-1] == pytest.approx(rounded(model)(tokens[None]).softmax(1)[0].detach(), abs=1e-5)


@pytest.mark.parametrize("text", ["the green car", "my old xyz !", "some hats"])
def test_a_translation_is_searched_as_in_python(tab, networks, text):
    model, pairs = networks["translation"]
    model = rounded(model)
    sources = pairs.encode([text])
    for size, penalty in product((1, 3, 8), (0.0, 1.0)):
        step, state = model.start(*pad(sources))
        end = pairs.target[EOS]
        first = torch.tensor([pairs.target[BOS]])
        found = decoding.beam(step, first, state, end, translation.LIMIT, size, penalty)
        best = tab.evaluate(
            """([text, size, penalty]) => {
                const { best } = courseLive.translation.translate(translationNet, text, size, penalty);
                return { ...best, s: null, alphas: best.alphas.map(alpha => [...alpha]) };
            }""",
            [text, size, penalty],
        )
        assert best["tokens"] == found.tokens[0, : found.lengths[0]].tolist()
        assert best["score"] == pytest.approx(found.scores.item(), abs=1e-4)
        written = torch.tensor([t for t in best["tokens"] if t != end])
        weights = translation.forced(model, pairs, [(sources[0], written)])[2]
        assert torch.tensor(best["alphas"]) == pytest.approx(weights[0, : len(best["alphas"])], abs=1e-4)


def test_each_figure_answers_the_keyboard_and_says_what_it_finds(tab):
    def said(name):
        return tab.locator(f'[data-live$="{name}"] [aria-live=polite]').inner_text()

    name = tab.get_by_label("A name:")
    assert name.input_value() == '"<Šimić>' and said("names").startswith('"<Šimić>: ')
    name.fill("Rossą")
    assert said("names").startswith("Rossą: ")
    assert "no training name has this letter" in tab.locator('[data-live$="names"]').inner_text()
    name.fill("")
    assert said("names") == "Type a name."

    tab.get_by_label("A review:").fill("go")
    assert re.fullmatch(r"In the end: (praise|blame), \d+ %\.", said("review"))

    assert re.fullmatch(r"At the end it says: [A-Z]\w+, \d+ %\.", said("gates"))
    word = tab.get_by_label("Look at a word:")
    word.focus()
    tab.keyboard.press("Home")
    assert word.get_attribute("aria-valuetext") == "word 1, i"
    tab.get_by_role("button", name="Two").press("Enter")
    assert word.get_attribute("max") == "4"  # in Poland in Sweden

    assert said("translation").startswith("It writes: ")
    rows = tab.locator("table.beams tbody tr")
    assert rows.count() == 1
    tab.get_by_label("width of the beam").fill("4")
    tab.get_by_label("look at step").fill("1")
    assert rows.count() == 4
    tab.get_by_label("English:").fill("")
    assert said("translation") == "Type some words." and rows.count() == 0
