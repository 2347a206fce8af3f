"""What chapter 8 draws and shares, and the automaton that says which French words may follow."""

import random

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("agg")

import matplotlib.pyplot as plt

from utils import plots
from utils.chapters import translation
from utils.data import load
from utils.data.made.french_grammar import accepted, first_refused, is_sentence
from utils.data.made.translation import AlignedPair
from utils.models import Seq2Seq
from utils.plots import diagrams_attention
from utils.text import BOS, EOS

WORDS = ["the", "green", "car"], ["la", "voiture", "verte"]


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_style()
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def data():
    return load("translation", "default")


@pytest.fixture(scope="module")
def pairs():
    made = translation.phrases(60)
    return translation.prepare({"train": made[:50], "test": made[50:]})


@pytest.fixture(scope="module")
def model(pairs) -> Seq2Seq:
    return translation.trained(pairs, seed=0, epochs=1, hidden_size=8)


# the automaton


def test_every_sentence_of_the_grammar_is_accepted(data):
    for item in data["valid"]:
        assert is_sentence(item.target.split()), item.target


def test_another_word_is_refused_where_the_grammar_has_no_such_sentence(data):
    """Of sentences with a word exchanged, the few that are accepted agree in all that was exchanged."""
    rng = random.Random(0)
    items = data["test"][:300]
    vocabulary = sorted({word for item in items for word in item.target.split()})
    kept = 0
    for item in items:
        words = item.target.split()
        words[rng.randrange(len(words))] = rng.choice(vocabulary)
        kept += is_sentence(words)
    assert kept < 15


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("la voiture verte est vieille .", None),
        ("le voiture est verte .", 1),  # gender of the article
        ("la voiture vertes est vieille .", 2),  # number of the adjective
        ("la verte voiture est vieille .", 1),  # place of the adjective
        ("la voiture est vieux .", 3),  # agreement across the verb
        ("le arbre est vieux .", 1),  # elision
        ("l' voiture est verte .", 1),
        ("il ne achète pas la voiture .", 2),
        ("il n' achète la voiture .", 3),  # "ne" without "pas"
        ("la voiture est près de le jardin .", 3),
        ("la voiture près de le jardin est verte .", 4),  # "de le" is "du"
        ("la voiture près du jardin est verte .", None),
        ("la voiture près du arbre est verte .", 4),
        ("la voiture est verte mais il la lave .", None),
        ("la voiture est verte mais il le lave .", 6),  # the pronoun's gender
        ("la voiture est verte", 4),  # no end
        ("", 0),
    ],
)
def test_the_first_refused_word(sentence, place):
    words = sentence.split()
    assert first_refused(words) == place
    assert accepted(words) == (len(words) if place is None else place)


# pairs


def test_phrases_leave_the_example_out(pairs):
    made = translation.phrases(300)
    assert "the green car" not in {pair.source for pair in made}
    assert len({pair.source for pair in made}) > 290
    assert translation.phrases(5) == made[:5]


def test_words_of_french_end_at_an_apostrophe():
    text = "L’homme n'a pas d'arbre."
    assert translation.words(text) == ["l'", "homme", "n'", "a", "pas", "d'", "arbre", "."]


def test_words_of_other_splits_are_unknown(pairs):
    (row,) = pairs.encode(["the giraffe"])
    assert pairs.source.lookup_tokens(row.tolist()) == ["the", "<unk>"]


def test_small_sentences_are_short(data):
    splits = translation.small(data)
    assert len(splits["test"]) == 300
    assert max(len(pair.target.split()) for pair in splits["train"] + splits["test"]) == 9


# the translator


def test_forced_gives_the_word_after_each_true_word(model, pairs):
    items = pairs.items["test"]
    said, batch, weights = translation.forced(model, pairs, items)
    source, target = items[3]
    reads = torch.cat([torch.tensor([pairs.target[BOS]]), target])[None]
    logits, alone = model(source[None], reads)
    assert said[3, : len(target) + 1].tolist() == logits[0].argmax(dim=1).tolist()
    assert torch.allclose(weights[3, : len(target) + 1, : len(source)], alone[0], atol=1e-5)
    assert batch.target_out[3, len(target)] == pairs.target[EOS]


def test_translations_do_not_depend_on_their_company(model, pairs):
    sources = [source for source, _ in pairs.items["test"]]
    for beam_size in (1, 3):
        together = translation.translated(model, pairs, sources, beam_size)
        assert together[2] == translation.translated(model, pairs, sources[2:3], beam_size)[0]


def test_sampling_grows_from_nothing(pairs):
    seen = []
    original = translation.token_loss

    def recorded(model, batch, sampling=0.0):
        seen.append(sampling)
        return original(model, batch, sampling)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translation, "token_loss", recorded)
        translation.trained(pairs, 0, 3, None, hidden_size=4, sampling=0.5)
    assert sorted(set(seen)) == [0, 0.25, 0.5]


def test_alignment_error_counts_the_words_that_have_a_source():
    gold = [AlignedPair("the green car", "la voiture verte", ((0, 0), (1, 2), (2, 1)))]
    weights = torch.tensor([[[0.2, 0.1, 0.7], [0.0, 0.1, 0.9], [0.1, 0.8, 0.1], [1.0, 0.0, 0.0]]])
    assert translation.alignment_error(weights, gold) == pytest.approx(1 / 3)
    assert translation.alignment_error(weights, gold, [{0}]) == 1
    assert translation.alignment_error(weights, gold, [{0}], inverse=True) == 0


# figures


@pytest.mark.parametrize(
    "figure",
    [
        lambda: diagrams_attention.encoder_decoder(*WORDS),
        lambda: diagrams_attention.attention_step(WORDS[0], [0.01, 0.89, 0.1]),
        lambda: diagrams_attention.alignments({"a": np.eye(3), "b": np.eye(3)}, *WORDS, gold=[(0, 0)]),
        lambda: diagrams_attention.search_tree([[("la", 0.6, 0)], [("<eos>", 0.5, 0)]], {(0, 0)}, "<eos>"),
        lambda: diagrams_attention.pictures(torch.rand(3, 3, 32, 32), ["a", "b", "c"]),
    ],
)
def test_a_figure_is_legible_on_a_phone(figure):
    drawn = figure()
    drawn.canvas.draw()
    assert drawn.get_figwidth() <= 5.5
    texts = [text for text in drawn.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]
    assert min(text.get_fontsize() for text in texts) >= 10


def test_a_table_has_a_row_for_each_source_word():
    weights = [[0.9, 0.1, 0.0], [0.0, 0.2, 0.8]]
    ax = diagrams_attention.alignments({"": weights}, WORDS[0], ["la", "voiture"]).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == WORDS[0]
    assert ax.images[0].get_array().T.tolist() == weights


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"needs weights of shape \(3, 3\)"):
        diagrams_attention.alignments({"": np.ones((2, 3))}, *WORDS)
