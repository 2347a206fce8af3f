"""RNN, LSTM and GRU against torch.nn, against the formula by hand, and against their own items alone."""

import math

import pytest
import torch
import torch.nn.functional as F
from against_torch import (
    BATCH,
    HIDDEN,
    INPUT,
    LENGTHS,
    PAIRS,
    TIME,
    assert_same,
    gradients,
    make_input,
    make_pair,
    map_state,
    tensors,
    tolerance,
)
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from utils.models import GRU, LSTM, RNN
from utils.models.layers import recurrent as layers

OPTIONS = [
    {},
    {"bias": False},
    {"batch_first": True},
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "batch_first": True},
    {"num_layers": 2, "bidirectional": True, "bias": False},
]
CASES = [{"kind": kind, **options} for kind in PAIRS for options in OPTIONS]
CASES += [{"kind": RNN, "nonlinearity": "relu", **options} for options in (OPTIONS[0], OPTIONS[-1])]


def case_name(case):
    if not isinstance(case, dict):
        return None
    return "-".join(
        str(getattr(v, "__name__", v if isinstance(v, str) else f"{k}={v}")) for k, v in case.items()
    )


@pytest.fixture(params=["auto", "readable"])
def backend(request):
    return request.param


@pytest.fixture(params=list(PAIRS), ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("options", CASES, ids=case_name)
def test_equals_torch(options, ragged, backend, device, dtype):
    for seed in range(3):
        assert_same(*make_pair(seed, device, dtype, backend=backend, **options), ragged=ragged)


def test_the_formula_by_hand():
    layer = RNN(1, 1, dtype=torch.float64)
    w, u, b, c = 0.5, -1.5, 0.25, -0.125
    layer.load_state_dict(
        {
            "weight_ih_l0": torch.tensor([[w]]),
            "weight_hh_l0": torch.tensor([[u]]),
            "bias_ih_l0": torch.tensor([b]),
            "bias_hh_l0": torch.tensor([c]),
        }
    )
    inputs, h = [1.0, -2.0, 0.5], 0.75
    expected = []
    for x in inputs:
        h = math.tanh(w * x + b + u * h + c)
        expected.append(h)
    x = torch.tensor(inputs, dtype=torch.float64).reshape(3, 1)
    output, state = layer(x, torch.full((1, 1), 0.75, dtype=torch.float64))
    torch.testing.assert_close(output.flatten().tolist(), expected)
    assert state.item() == output[-1].item()


@pytest.mark.parametrize("options", CASES, ids=case_name)
def test_unbatched_equals_torch(options, backend, device, dtype):
    layer, reference = make_pair(0, device, dtype, backend=backend, **options)
    x, state = make_input(reference)
    x = x.detach().select(0 if reference.batch_first else 1, 1)
    for first in (map_state(lambda part: part.detach()[:, 1], state), None):
        output, last = layer(x, first)
        # cuDNN wants a state in one piece, and torch.nn leaves that to its caller
        expected, expected_last = reference(x, None if first is None else map_state(Tensor.contiguous, first))
        for ours, theirs in zip([output, *tensors(last)], [expected, *tensors(expected_last)], strict=True):
            torch.testing.assert_close(ours, theirs, atol=tolerance(x), rtol=tolerance(x))


@pytest.mark.parametrize("enforce_sorted", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 2, "bidirectional": True, "batch_first": True}], ids=str
)
def test_packed_equals_torch(options, enforce_sorted, kind, backend, device, dtype):
    layer, reference = make_pair(0, device, dtype, kind=kind, backend=backend, **options)
    x, state = make_input(reference)
    x, state = x.detach(), map_state(Tensor.detach, state)
    lengths = sorted(LENGTHS, reverse=True) if enforce_sorted else LENGTHS
    packed = pack_padded_sequence(x, torch.tensor(lengths), reference.batch_first, enforce_sorted)
    for first in (state, None):
        ours, last = layer(packed, first)
        theirs, reference_last = reference(packed, first)
        assert isinstance(ours, PackedSequence)
        bounds = {"atol": tolerance(x), "rtol": tolerance(x)}
        torch.testing.assert_close(ours.data, theirs.data, **bounds)
        for a, b in zip(tensors(last), tensors(reference_last), strict=True):
            torch.testing.assert_close(a, b, **bounds)
        assert torch.equal(ours.batch_sizes, theirs.batch_sizes)
        if enforce_sorted:
            assert ours.sorted_indices is None and ours.unsorted_indices is None
        else:
            assert torch.equal(ours.sorted_indices, theirs.sorted_indices)
            assert torch.equal(ours.unsorted_indices, theirs.unsorted_indices)


def test_a_padded_batch_gives_what_its_items_give_alone(kind, backend, device):
    options = {"kind": kind, "backend": backend, "num_layers": 2, "bidirectional": True}
    layer, reference = make_pair(0, device, torch.float32, **options)
    x, state = make_input(reference)
    output, last = layer(x, state, LENGTHS)  # a list will do, too
    for item, length in enumerate(LENGTHS):
        first = map_state(lambda part, i=item: part[:, i], state)
        alone, alone_last = layer(x[:length, item], first)
        torch.testing.assert_close(output[:length, item], alone, atol=tolerance(x), rtol=tolerance(x))
        for a, b in zip(tensors(last), tensors(alone_last), strict=True):
            torch.testing.assert_close(a[:, item], b, atol=tolerance(x), rtol=tolerance(x))
        assert (output[length:, item] == 0).all()


def test_padding_is_never_read(kind, backend, device):
    options = {"kind": kind, "backend": backend, "num_layers": 2, "bidirectional": True}
    layer, reference = make_pair(0, device, torch.float32, **options)
    x, state = make_input(reference)
    spoiled = x.detach().clone()
    for item, length in enumerate(LENGTHS):
        spoiled[length:, item] = math.nan
    spoiled.requires_grad_()
    lengths = torch.tensor(LENGTHS, device=device)
    results = []
    for padded in (x, spoiled):
        output, last = layer(padded, state, lengths)
        values = [output, *tensors(last)]
        results.append(values + gradients(layer, values, [padded, *tensors(state)]))
    for a, b in zip(*results, strict=True):
        assert torch.equal(a, b)


def test_the_state_continues_a_sequence(kind, backend, device):
    layer, reference = make_pair(0, device, torch.float32, kind=kind, backend=backend, num_layers=2)
    x, state = make_input(reference)
    whole, last = layer(x, state)
    first_half, middle = layer(x[:3], state)
    second_half, end = layer(x[3:], middle)
    torch.testing.assert_close(torch.cat([first_half, second_half]), whole)
    for a, b in zip(tensors(end), tensors(last), strict=True):
        torch.testing.assert_close(a, b)


# --- the same parameters as torch.nn ---


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_state_dict_goes_both_ways_and_starts_alike(options, kind):
    torch.manual_seed(3)
    layer = kind(INPUT, HIDDEN, **options)
    torch.manual_seed(3)
    reference = PAIRS[kind](INPUT, HIDDEN, **options)
    assert list(layer.state_dict()) == list(reference.state_dict())
    for ours, theirs in zip(layer.parameters(), reference.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    reference.reset_parameters()
    reference.load_state_dict(layer.state_dict())
    layer.load_state_dict(reference.state_dict())


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (RNN, (INPUT, HIDDEN, 2, "relu", False, True, 0.5, True)),
        (LSTM, (INPUT, HIDDEN, 2, False, True, 0.5, True, 0, "cpu", torch.float64)),
        (GRU, (INPUT, HIDDEN, 2, False, True, 0.5, True)),
    ],
)
def test_positional_arguments_are_in_the_order_of_torch(kind, arguments):
    layer, reference = kind(*arguments), PAIRS[kind](*arguments)
    for name in ("num_layers", "bias", "batch_first", "dropout", "bidirectional"):
        assert getattr(layer, name) == getattr(reference, name), name
    assert getattr(layer, "nonlinearity", None) == getattr(reference, "nonlinearity", None)
    assert layer.weight_hh_l0.dtype == reference.weight_hh_l0.dtype


def test_the_identity_start():
    torch.manual_seed(0)
    layer = RNN(50, HIDDEN, 2, "relu", bidirectional=True, identity_start=True)
    for name, parameter in layer.named_parameters():
        if name.startswith("weight_hh"):
            assert torch.equal(parameter, torch.eye(HIDDEN))
        elif name.startswith("bias"):
            assert (parameter == 0).all()
    assert 0.0005 < layer.weight_ih_l0.std().item() < 0.0015
    state = torch.rand(4, BATCH, HIDDEN)  # it is copied from step to step
    _, last = layer(torch.zeros(100, BATCH, 50), state)
    assert torch.equal(last[:2], state[:2])


def test_the_forget_bias():
    layer = LSTM(INPUT, HIDDEN, num_layers=2, bidirectional=True, forget_bias=1.5)
    forget = slice(HIDDEN, 2 * HIDDEN)
    for layer_number in range(2):
        for direction in range(2):
            weights = layer.weights(layer_number, direction)
            total = weights["bias_ih"] + weights["bias_hh"]
            assert (total[forget] == 1.5).all()
            assert (total[:HIDDEN] != 1.5).any()


# --- dropout ---


def test_dropout_acts_between_the_layers_in_training_alone(kind, backend):
    options = {"kind": kind, "backend": backend, "num_layers": 2, "dropout": 1.0}
    layer, reference = make_pair(0, "cpu", torch.float32, **options)
    x, state = make_input(reference)
    torch.testing.assert_close(layer(x, state)[0], reference(x, state)[0], atol=1e-6, rtol=1e-6)
    plain = kind(INPUT, HIDDEN, num_layers=2, backend=backend)
    plain.load_state_dict(layer.state_dict())
    assert torch.equal(layer.eval()(x, state)[0], plain(x, state)[0])


def test_dropout_drops_its_share_and_scales_the_rest(monkeypatch):
    seen = []
    dropout = F.dropout

    def spy(x, p, training):
        seen.append((x, dropout(x, p, training)))
        return seen[-1][1]

    monkeypatch.setattr(layers.F, "dropout", spy)
    torch.manual_seed(0)
    RNN(INPUT, 50, num_layers=3, dropout=0.25, backend="readable")(torch.randn(20, 10, INPUT))
    assert len(seen) == 2  # between three layers, not after the last
    for before, after in seen:
        kept = after != 0
        assert abs(kept.float().mean().item() - 0.75) < 0.02
        torch.testing.assert_close(after[kept], before[kept] / 0.75)


def test_useless_dropout_warns_as_torch_does():
    with pytest.warns(UserWarning, match="num_layers=1"):
        RNN(INPUT, HIDDEN, dropout=0.5)


# --- bad input ---

X = torch.zeros(TIME, BATCH, INPUT)
PACKED = pack_padded_sequence(X, torch.tensor(LENGTHS), enforce_sorted=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": torch.zeros(INPUT)}, r"3 dimensions, or 2 .* got shape \(3,\)"),
        ({"x": torch.zeros(1, TIME, BATCH, INPUT)}, "3 dimensions"),
        ({"x": X.numpy()}, "must be a tensor.* got ndarray"),
        ({"x": torch.zeros(TIME, BATCH, INPUT + 1)}, r"input_size=3, got shape \(6, 5, 4\)"),
        ({"x": torch.zeros(TIME, INPUT + 1)}, "input_size=3"),
        ({"x": torch.zeros(0, BATCH, INPUT)}, "at least one time step"),
        ({"x": X.double()}, r"x is torch.float64 .* use x.to\(torch.float32\)"),
        ({"x": X.long()}, r"x is torch.int64 .* use x.to\(torch.float32\)"),
        ({"x": X, "state": torch.zeros(1, BATCH, HIDDEN)}, r"shape \(2, 5, 4\).* got shape \(1, 5, 4\)"),
        ({"x": X, "state": torch.zeros(2, BATCH + 1, HIDDEN)}, r"shape \(2, 5, 4\)"),
        ({"x": X, "state": torch.zeros(2, HIDDEN)}, r"shape \(2, 5, 4\)"),
        ({"x": X, "state": (torch.zeros(2, BATCH, HIDDEN),) * 2}, "got tuple"),
        ({"x": X[:, 0], "state": torch.zeros(2, 1, HIDDEN)}, r"shape \(2, 4\), without batch"),
        ({"x": PACKED, "state": torch.zeros(2, 1, HIDDEN)}, r"shape \(2, 5, 4\)"),
        ({"x": X, "lengths": torch.tensor([1, 2, 3, 4, 0])}, r"between 1 and 6.* got \[1, 2, 3, 4, 0\]"),
        ({"x": X, "lengths": [1, 2, 3, 4, 7]}, "between 1 and 6"),
        ({"x": X, "lengths": [1, 2, 3]}, "5 integers, one per item"),
        ({"x": X, "lengths": torch.ones(BATCH)}, "integers.* of torch.float32"),
        ({"x": X, "lengths": torch.ones(BATCH, dtype=torch.long, device="meta")}, "lengths are on meta"),
        ({"x": X[:, 0], "lengths": [3]}, "lengths belong to a batch"),
        (
            {"x": X, "state": torch.zeros(2, BATCH, HIDDEN).double()},
            "state is torch.float64 but x is torch.float32",
        ),
        ({"x": X, "state": torch.zeros(2, BATCH, HIDDEN).long()}, r"state is torch.int64"),
        ({"x": X, "state": torch.zeros(2, BATCH, HIDDEN, device="meta")}, "state is on meta but x is on cpu"),
        ({"x": PACKED, "lengths": torch.tensor(LENGTHS)}, "PackedSequence knows its lengths"),
    ],
)
def test_bad_input_gets_one_clear_error(arguments, message, backend):
    with pytest.raises(ValueError, match=message) as caught:
        RNN(INPUT, HIDDEN, bidirectional=True, backend=backend)(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (torch.zeros(1, BATCH, HIDDEN), r"tuple \(h, c\) of 2 tensors, got shape \(1, 5, 4\)"),
        ((torch.zeros(1, BATCH, HIDDEN),), r"tuple \(h, c\) of 2 tensors, got tuple"),
        ((torch.zeros(1, BATCH, HIDDEN), torch.zeros(1, BATCH, 3)), r"shape \(1, 5, 4\).* got shape"),
        ((torch.zeros(1, BATCH, HIDDEN), None), r"shape \(1, 5, 4\).* got NoneType"),
    ],
)
def test_a_bad_state_of_lstm_gets_one_clear_error(state, message, backend):
    with pytest.raises(ValueError, match=message):
        LSTM(INPUT, HIDDEN, backend=backend)(X, state)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (RNN, {"nonlinearity": "sigmoid"}, "'tanh' or 'relu', got 'sigmoid'"),
        (RNN, {"input_size": 0}, "input_size must be at least 1"),
        (GRU, {"hidden_size": 0}, "hidden_size must be at least 1"),
        (LSTM, {"num_layers": 0}, "num_layers must be at least 1"),
        (GRU, {"dropout": 1.5}, "between 0 and 1"),
        (GRU, {"backend": "fast"}, "'auto' or 'readable', got 'fast'"),
        (LSTM, {"variant": "XYZ"}, "variant must be one of None, 'V', .*'LSTM-o'; got 'XYZ'"),
        (LSTM, {"output_gate": "relu"}, "'sigmoid' or 'tanh', got 'relu'"),
        (LSTM, {"proj_size": 2}, "proj_size is not supported"),
        (LSTM, {"forget_bias": 1.0, "bias": False}, "forget gate with a bias; bias=False"),
        (LSTM, {"forget_bias": 1.0, "variant": "NFG"}, "forget gate with a bias.*variant='NFG'"),
        (LSTM, {"forget_bias": 1.0, "variant": "CIFG"}, "forget gate with a bias.*variant='CIFG'"),
    ],
)
def test_bad_options_get_one_clear_error(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(**{"input_size": INPUT, "hidden_size": HIDDEN, **options})
