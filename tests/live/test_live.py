"""The live figures: in Chromium they compute what Python computes, and answer keyboard and screen reader."""

from pathlib import Path

import pytest

from utils.live import neuron, training

LIVE = Path(__file__).parents[2] / "book" / "_static" / "live"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def tab(empty_tab):
    """A page with one box for each figure."""
    empty_tab.set_content(
        "".join(f'<div id="{name}" class="live" hidden></div>' for name in ("neuron", "training"))
    )
    for name in ("neuron", "training"):
        empty_tab.add_script_tag(path=LIVE / f"{name}.js")
        empty_tab.evaluate(f"courseLive.{name}.build(document.getElementById('{name}'))")
    return empty_tab


def test_a_figure_is_small():
    shared = (LIVE / "networks.js").stat().st_size
    assert all(shared + path.stat().st_size <= 50_000 for path in LIVE.glob("*.js"))


@pytest.mark.parametrize("weights", [(1, 1, -1, -0.5, -1.5), (0.7, -0.2, 1.3, 0.1, -0.8)])
def test_the_neuron_computes_what_python_computes(tab, weights):
    bits = [1, 1, 0, 1, 0, 0, 1]
    names = ("w_x", "w_1", "w_2", "b_1", "b_2")
    steps = tab.evaluate(
        "([bits, w]) => courseLive.neuron.run(bits, w)", [bits, dict(zip(names, weights, strict=True))]
    )
    expected = neuron.states(bits, *weights)
    assert [step["one"] for step in steps] == pytest.approx(expected[:, 0].tolist(), abs=1e-4)
    assert [step["two"] for step in steps] == pytest.approx(expected[:, 1].tolist(), abs=1e-4)
    assert [step["output"] for step in steps] == pytest.approx(
        (expected[:, 0] - expected[:, 1]).tolist(), abs=1e-4
    )


def test_the_answer_of_the_figure_is_the_parity_automaton():
    for number in range(256):
        bits = [int(bit) for bit in f"{number:08b}"]
        one, two = neuron.states(bits, 1, 1, -1, -0.5, -1.5)[-1].tolist()
        assert (one - two > 0.5) == bool(sum(bits) % 2)


# an exploding gradient doubles every rounding error, so few steps of it can agree
@pytest.mark.parametrize(
    ("cell", "size", "clip", "steps"),
    [("RNN", 0.9, False, 20), ("RNN", 1.8, True, 3), ("LSTM", -1.0, False, 15), ("LSTM", 2.0, True, 15)],
)
def test_the_training_computes_what_torch_computes(tab, cell, size, clip, steps):
    run = """([cell, size, clip, steps]) => {
        const net = courseLive.training.start(cell, size), before = courseLive.training.gradients(net);
        for (let k = 0; k < steps; k++) courseLive.training.train(net, clip);
        return [before, courseLive.training.gradients(net)].map(({loss, norms}) => [loss, norms]);
    }"""
    for (loss, norms), done in zip(tab.evaluate(run, [cell, size, clip, steps]), (0, steps), strict=True):
        expected_loss, expected = training.trained(cell, size, done, clip)
        assert loss == pytest.approx(expected_loss, abs=1e-4)
        assert norms == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("cell", ["RNN", "LSTM"])
def test_the_formulas_are_those_of_torch(cell):
    net = training.Remembering(cell, 0.9)
    states, _ = net.layer(net.x[:, :, None])
    assert net()[0].tolist() == pytest.approx(net.head(states[:, -1])[:, 0].tolist(), abs=1e-12)


def test_the_neuron_answers_the_keyboard_and_says_what_it_finds(tab):
    said = tab.locator("#neuron [aria-live]")
    assert "of the 62 strings" in said.inner_text()
    tab.locator("#neuron input[type=text]").fill("10x1")
    assert "Bits 101," in tab.locator("#neuron svg").get_attribute("aria-label")
    slider = tab.get_by_label("w 2, from unit 2, one step before")
    slider.focus()
    tab.keyboard.press("ArrowLeft")
    assert slider.input_value() == "0.5"
    tab.get_by_role("button", name="Show the answer").focus()
    tab.keyboard.press("Enter")
    assert said.inner_text().startswith("All 62 strings")
    tab.locator("#neuron input[type=text]").fill("")
    assert "Type some bits" in tab.locator("#neuron .picture").inner_text()


def test_the_training_runs_pauses_and_says_how_it_ended(tab):
    said, figures = tab.locator("#training [aria-live]"), tab.locator("#training .figures")
    assert figures.inner_text().startswith("After 0 steps")
    tab.get_by_role("button", name="Train").press("Enter")
    tab.wait_for_function("document.querySelector('#training .figures').textContent > 'After 1'")
    tab.get_by_role("button", name="Pause").press("Enter")
    assert said.inner_text() == "Paused."
    tab.get_by_role("button", name="Train").press("Enter")
    tab.wait_for_function(
        "/learnt/.test(document.querySelector('#training .said').textContent)", timeout=120_000
    )
    assert said.inner_text() == "It has learnt to remember." and "400 steps" in figures.inner_text()
    tab.get_by_label("LSTM").check()
    assert "bias of the forget gate" in tab.locator("#training").inner_text()
    assert figures.inner_text().startswith("After 0 steps")
