"""The variants of LSTM and the MUT cells against the papers' formulas, number by number (``by_hand``)."""

from dataclasses import replace
from functools import partial

import by_hand
import pytest
import torch
from against_torch import BATCH, LENGTHS, TIME, gradients, tensors, tolerance
from torch import nn

from utils.models import (
    GRU,
    LSTM,
    MUT1,
    MUT2,
    MUT3,
    RNN,
    Captioner,
    Decoder,
    Forecaster,
    LanguageModel,
)
from utils.models.layers import lstm, mut, unroll
from utils.models.layers.lstm import lstm_step
from utils.models.layers.lstm_variants import VARIANTS
from utils.models.layers.mut import mut_project, mut_step

INPUT, HIDDEN = 2, 3
LSTMS = [{"kind": LSTM, "variant": variant} for variant in VARIANTS]
LSTMS += [{"kind": LSTM, "variant": v, "output_gate": "tanh"} for v in (None, "V", "FGR", "LSTM-f", "NOG")]
MUTS = [{"kind": kind, "input_size": width} for kind in (MUT1, MUT2, MUT3) for width in (INPUT, HIDDEN)]
DEEP = {"num_layers": 2, "bidirectional": True}


def name_of(case):
    kind, *options = case.items()
    return "-".join([kind[1].__name__, *(str(value) for _, value in options)])


def make(kind, device="cpu", dtype=torch.float64, input_size=INPUT, **options):
    torch.manual_seed(0)
    layer = kind(input_size, HIDDEN, device=device, dtype=dtype, backend="readable", **options)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.6)  # larger than at the start, so that no part hides
    return layer


def make_input(layer):
    generator = torch.Generator().manual_seed(0)
    like = layer.weights(0)["weight_ih"]
    rows = layer.num_layers * layer.num_directions
    x = torch.randn(TIME, BATCH, layer.input_size, generator=generator, dtype=torch.float64).to(like)
    parts = torch.randn(layer.parts, rows, BATCH, HIDDEN, generator=generator, dtype=torch.float64).to(like)
    state = tuple(part.requires_grad_() for part in parts.unbind())
    return x.requires_grad_(), state if layer.parts > 1 else state[0]


def oracle(layer):
    if isinstance(layer, LSTM):
        return lambda weights, x, state: by_hand.lstm(weights, layer.variant, layer.output_gate, x, state)
    return lambda weights, x, state: by_hand.mut(weights, layer.kind, x, state)


def assert_same(layer, lengths):
    x, state = make_input(layer)
    output, last = layer(x, state, lengths)
    arrays = [part.detach().cpu().double().numpy() for part in tensors(state)]
    expected, expected_last = by_hand.run(
        layer, oracle(layer), x.detach().cpu().double().numpy(), arrays, lengths or [TIME] * BATCH
    )
    for a, b in zip([output, *tensors(last)], [expected, *expected_last], strict=True):
        b = torch.from_numpy(b)
        bound = tolerance(x) * max(1, b.abs().max().item())  # NOAF's h and all c can exceed 1
        torch.testing.assert_close(a.detach().cpu().double(), b, atol=bound, rtol=bound)


@pytest.mark.parametrize("options", [{}, {"bias": False}, DEEP], ids=["plain", "no bias", "deep"])
@pytest.mark.parametrize("case", LSTMS + MUTS, ids=name_of)
def test_equals_the_papers_formula(case, options, device, dtype):
    layer = make(device=device, dtype=dtype, **case, **options)
    assert_same(layer, None)
    assert_same(layer, LENGTHS)


@pytest.mark.parametrize("case", LSTMS + MUTS, ids=name_of)
def test_gradients_are_those_of_autograd(case, monkeypatch, device):
    """The hand-written derivatives against autograd's, through the same loop."""
    layer = make(device=device, **case, **DEEP)
    x, state = make_input(layer)
    results = []
    for tracing in (False, True):  # while tracing, the loop is left to autograd
        monkeypatch.setattr(torch.jit, "is_tracing", lambda tracing=tracing: tracing)
        output, last = layer(x, state, torch.tensor(LENGTHS, device=device))
        values = [output, *tensors(last)]
        results.append(values + gradients(layer, values, [x, *tensors(state)]))
    for ours, autograd in zip(*results, strict=True):
        torch.testing.assert_close(ours, autograd, atol=1e-12, rtol=1e-12)


GRADCHECKED = [
    {"kind": RNN},
    {"kind": RNN, "nonlinearity": "relu"},
    {"kind": GRU},
    {"kind": GRU, "bias": False},
    *LSTMS,
    *MUTS,
]


def as_function(layer, lengths):
    """The layer as a function of the input, the state and its parameters, and values for these."""
    names = [name for name, _ in layer.named_parameters()]
    x, state = make_input(layer)

    def run(x, *others):
        first, parameters = others[: layer.parts], others[layer.parts :]
        weights = dict(zip(names, parameters, strict=True))
        first = first if layer.parts > 1 else first[0]
        output, last = torch.func.functional_call(layer, weights, (x, first, lengths))
        return (output, *tensors(last))

    values = [x[:3, :2], *(part[:, :2] for part in tensors(state)), *layer.parameters()]
    return run, [value.detach().requires_grad_() for value in values]


@pytest.mark.slow
@pytest.mark.parametrize("case", GRADCHECKED, ids=name_of)
def test_gradcheck(case):
    run, values = as_function(make(bidirectional=True, **case), [1, 3])
    assert torch.autograd.gradcheck(run, values)


@pytest.mark.parametrize("case", GRADCHECKED, ids=name_of)
def test_gradients_have_gradients(case):
    run, values = as_function(make(**case), [1, 3])
    torch.manual_seed(0)
    assert torch.autograd.gradgradcheck(run, values, fast_mode=True)


def test_without_peepholes_it_is_the_standard_cell():
    standard, reference = (
        make(LSTM, variant="NP", **DEEP),
        nn.LSTM(INPUT, HIDDEN, dtype=torch.float64, **DEEP),
    )
    reference.load_state_dict(standard.state_dict())
    x, state = make_input(standard)
    torch.testing.assert_close(standard(x, state)[0], reference(x, state)[0], atol=1e-12, rtol=1e-12)


def test_peepholes_of_zero_change_nothing():
    layer, standard = make(LSTM, variant="V", **DEEP), make(LSTM, **DEEP)
    layer.load_state_dict(standard.state_dict(), strict=False)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if name.startswith("weight_peephole"):
                assert parameter.shape == (3 * HIDDEN,)
                parameter.zero_()
    x, state = make_input(layer)
    torch.testing.assert_close(layer(x, state)[0], standard(x, state)[0], atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize(
    ("variant", "block"), [("NIG", 0), ("NFG", 1), ("NOG", 3), ("CIFG", 1), ("LSTM-f", 1)]
)
def test_the_weights_of_a_missing_gate_do_nothing(variant, block):
    layer = make(LSTM, variant=variant)
    x, state = make_input(layer)
    layer(x, state)[0].sum().backward()
    for name, parameter in layer.named_parameters():
        if "peephole" not in name:
            blocks = parameter.grad.split(HIDDEN)
            assert [bool((part != 0).any()) for part in blocks] == [k != block for k in range(4)]


def test_an_input_as_wide_as_the_state_is_not_projected():
    shapes = {
        MUT1: {"weight_ih": (6, 3), "weight_hh": (6, 3), "bias": (9,)},
        MUT2: {"weight_ih": (6, 3), "weight_hh": (9, 3), "bias": (9,)},
        MUT3: {"weight_ih": (9, 3), "weight_hh": (9, 3), "bias": (9,)},
    }
    for kind, expected in shapes.items():
        layer = kind(HIDDEN, HIDDEN)
        assert {name: tuple(weight.shape) for name, weight in layer.weights(0).items()} == expected
        assert kind(INPUT, HIDDEN).weight_ih_l0.shape == (3 * HIDDEN, INPUT)


# --- mistakes ---


def peephole_on_the_old_cell_for_o(projected, state, weights, form):
    hidden, cell = state[:2]
    size = hidden.shape[1]
    peep_o = weights["weight_peephole"][2 * size :]
    no_peep_o = torch.cat([weights["weight_peephole"][: 2 * size], torch.zeros_like(peep_o)])
    projected = torch.cat([projected[:, : 3 * size], projected[:, 3 * size :] + peep_o * cell], dim=1)
    return lstm_step(projected, state, {**weights, "weight_peephole": no_peep_o}, form)


def with_form(**change):
    def mistaken(projected, state, weights, form):
        return lstm_step(projected, state, weights, replace(form, **change))

    return mistaken


def with_weight(name, change):
    def mistaken(projected, state, weights, form):
        return lstm_step(projected, state, {**weights, name: change(weights[name])}, form)

    return mistaken


def input_gate_is_one_minus_forget(projected, state, weights, form):
    """f from its own sum and i = 1 - f."""
    _, saved = lstm_step(projected, state, weights, replace(form, coupled=False))
    f, g, o = saved[3], saved[4], saved[5]
    cell = f * state[1] + (1 - f) * g
    return (o * torch.tanh(cell), cell), saved


def coupled_memory_upside_down(projected, state, weights, form):
    """c = i ⊙ c + (1 - i) ⊙ g."""
    _, saved = lstm_step(projected, state, weights, form)
    i, g, o = saved[2], saved[4], saved[5]
    cell = i * state[1] + (1 - i) * g
    return (o * torch.tanh(cell), cell), saved


def gates_not_handed_on(projected, state, weights, form):
    (hidden, cell, gates), saved = lstm_step(projected, state, weights, form)
    return (hidden, cell, torch.zeros_like(gates)), saved


LSTM_MISTAKES = {
    "o peeps at the old cell": ("V", peephole_on_the_old_cell_for_o),
    "no peepholes": ("V", with_form(peepholes=False)),
    "peepholes in the order f, i, o": ("V", with_weight("weight_peephole", lambda p: p.roll(HIDDEN))),
    "input gate left in": ("NIG", with_form(input_gate=True)),
    "forget gate left in": ("NFG", with_form(forget_gate=True)),
    "output gate left in": ("NOG", with_form(output_gate=True)),
    "input activation left in": ("NIAF", with_form(input_activation=True)),
    "output activation left in": ("NOAF", with_form(output_activation=True)),
    "not coupled": ("CIFG", with_form(coupled=False)),
    "i = 1 - f": ("CIFG", input_gate_is_one_minus_forget),
    "coupled the other way round": ("CIFG", coupled_memory_upside_down),
    "gates forgotten": ("FGR", gates_not_handed_on),
    "gate recurrence transposed": ("FGR", with_weight("weight_gates", torch.t)),
    "gate recurrence in the order f, i, o": ("FGR", with_weight("weight_gates", lambda w: w.roll(HIDDEN, 0))),
    "other squashing of the output gate": ("V", with_form(tanh_output_gate=True)),
}


@pytest.mark.parametrize("mistake", LSTM_MISTAKES)
def test_a_mistake_in_a_variant_would_be_caught(mistake, monkeypatch):
    variant, step = LSTM_MISTAKES[mistake]
    layer = make(LSTM, variant=variant)
    assert_same(layer, LENGTHS)
    monkeypatch.setattr(lstm, "lstm_step", step)
    with torch.no_grad(), pytest.raises(AssertionError):
        assert_same(layer, LENGTHS)


def mut_of_kind(kind):
    return lambda projected, state, weights, **_: mut_step(projected, state, weights, kind=kind)


def update_reversed(projected, state, weights, kind):
    (new,), saved = mut_step(projected, state, weights, kind)
    return (state[0] + saved[5] - new,), saved


def never_reset(projected, state, weights, kind):
    size = state[0].shape[1]
    projected = projected.clone()
    projected[:, size : 2 * size] += 50
    return mut_step(projected, state, weights, kind)


MUT_MISTAKES = [
    (MUT2, mut_of_kind(3)),
    (MUT3, mut_of_kind(2)),
    *[(kind, step) for kind in (MUT1, MUT2, MUT3) for step in (update_reversed, never_reset)],
]


@pytest.mark.parametrize(("kind", "step"), MUT_MISTAKES)
def test_a_mistake_in_mut_would_be_caught(kind, step, monkeypatch):
    layer = make(kind)
    assert_same(layer, LENGTHS)
    monkeypatch.setattr(mut, "mut_step", step)
    with torch.no_grad(), pytest.raises(AssertionError):
        assert_same(layer, LENGTHS)


@pytest.mark.parametrize(("kind", "places"), [(MUT1, "rzh"), (MUT1, "zhr"), (MUT2, "rzh"), (MUT2, "zhr")])
def test_blocks_in_another_order_would_be_caught(kind, places, monkeypatch):
    """The projection of the bare x stands in its own block, z, r, h."""
    layer = make(kind)

    def mistaken(x, weights, kind):
        blocks = dict(zip(places, weights["weight_ih"].split(HIDDEN), strict=True))
        return mut_project(x, weights | {"weight_ih": torch.cat([blocks[block] for block in "zrh"])}, kind)

    assert_same(layer, LENGTHS)
    monkeypatch.setattr(mut, "mut_project", mistaken)
    with torch.no_grad(), pytest.raises(AssertionError):
        assert_same(layer, LENGTHS)


def test_a_wrong_derivative_would_be_caught(monkeypatch):
    """The peephole's share of the memory's derivative is left out."""
    layer = make(LSTM, variant="V")
    right = lstm.lstm_step_backward

    def mistaken(d_state, saved, weights, gradients, d_projected, form):
        none = {**weights, "weight_peephole": torch.zeros_like(weights["weight_peephole"])}
        return right(d_state, saved, none, gradients, d_projected, form)

    monkeypatch.setattr(lstm, "lstm_step_backward", mistaken)
    run, values = as_function(layer, [1, 3])
    assert not torch.autograd.gradcheck(run, values, raise_exception=False)


def test_a_loop_in_one_direction_would_be_caught(monkeypatch):
    layer = make(LSTM, variant="FGR", **DEEP)
    times = unroll.Sweep.times
    monkeypatch.setattr(unroll.Sweep, "times", lambda self, time: times(self._replace(backwards=False), time))
    with torch.no_grad(), pytest.raises(AssertionError):
        assert_same(layer, LENGTHS)


def test_gates_that_are_not_in_the_state_are_not_forgotten_in_silence():
    cell, token = partial(LSTM, variant="FGR"), torch.tensor([1])
    steps = [
        lambda: LanguageModel(5, 3, 4, cell=cell).step(token),
        lambda: Captioner(2, 5, 3, 4, cell=cell).step(token, None),
        lambda: Decoder(5, 3, 4, 6, cell=cell),
        lambda: Forecaster(1, 4, cell=cell).forecast(torch.zeros(1, 3, 1), 2),
    ]
    for step in steps:
        with pytest.raises(
            ValueError, match=r"'FGR' feeds its gates back, and its state \(h, c\) does not hold"
        ):
            step()
    LanguageModel(5, 3, 4, cell=cell)(token.unsqueeze(1))  # whole sequences are read
