"""RNN against torch.nn.RNN, against the formula by hand, and against its own items one by one."""

import math

import pytest
import torch
import torch.nn.functional as F
from against_torch import (
    BATCH,
    HIDDEN,
    INPUT,
    LENGTHS,
    TIME,
    TOLERANCE,
    assert_same,
    gradients,
    make_input,
    make_pair,
)
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from utils.models import RNN, cells, recurrent

OPTIONS = [
    {},
    {"nonlinearity": "relu"},
    {"bias": False},
    {"batch_first": True},
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "batch_first": True},
    {"num_layers": 2, "bidirectional": True, "nonlinearity": "relu", "bias": False},
]


@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_equals_torch(options, ragged, device, dtype):
    for seed in range(3):
        assert_same(*make_pair(seed, device, dtype, **options), ragged=ragged)


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


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_unbatched_equals_torch(options, device, dtype):
    layer, reference = make_pair(0, device, dtype, **options)
    x, state = (t.detach() for t in make_input(reference))
    x, state = x.select(0 if reference.batch_first else 1, 1), state[:, 1]
    for first in (state, None):
        for ours, theirs in zip(layer(x, first), reference(x, first), strict=True):
            torch.testing.assert_close(ours, theirs, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])


@pytest.mark.parametrize("enforce_sorted", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 2, "bidirectional": True, "batch_first": True}], ids=str
)
def test_packed_equals_torch(options, enforce_sorted, device, dtype):
    layer, reference = make_pair(0, device, dtype, **options)
    x, state = (t.detach() for t in make_input(reference))
    lengths = sorted(LENGTHS, reverse=True) if enforce_sorted else LENGTHS
    packed = pack_padded_sequence(x, torch.tensor(lengths), reference.batch_first, enforce_sorted)
    for first in (state, None):
        ours, last = layer(packed, first)
        theirs, reference_last = reference(packed, first)
        assert isinstance(ours, PackedSequence)
        tolerance = {"atol": TOLERANCE[dtype], "rtol": TOLERANCE[dtype]}
        torch.testing.assert_close(ours.data, theirs.data, **tolerance)
        torch.testing.assert_close(last, reference_last, **tolerance)
        assert torch.equal(ours.batch_sizes, theirs.batch_sizes)
        if enforce_sorted:
            assert ours.sorted_indices is None and ours.unsorted_indices is None
        else:
            assert torch.equal(ours.sorted_indices, theirs.sorted_indices)
            assert torch.equal(ours.unsorted_indices, theirs.unsorted_indices)


def test_a_padded_batch_gives_what_its_items_give_alone(device):
    layer, reference = make_pair(0, device, torch.float32, num_layers=2, bidirectional=True)
    x, state = make_input(reference)
    output, last = layer(x, state, LENGTHS)  # a list will do, too
    for item, length in enumerate(LENGTHS):
        alone, alone_last = layer(x[:length, item], state[:, item])
        torch.testing.assert_close(output[:length, item], alone, atol=1e-6, rtol=1e-6)
        torch.testing.assert_close(last[:, item], alone_last, atol=1e-6, rtol=1e-6)
        assert (output[length:, item] == 0).all()


def test_padding_is_never_read(device):
    layer, reference = make_pair(0, device, torch.float32, num_layers=2, bidirectional=True)
    x, state = make_input(reference)
    spoiled = x.detach().clone()
    for item, length in enumerate(LENGTHS):
        spoiled[length:, item] = math.nan
    spoiled.requires_grad_()
    lengths = torch.tensor(LENGTHS, device=device)
    clean = layer(x, state, lengths)
    dirty = layer(spoiled, state, lengths)
    clean_gradients = gradients(layer, clean, [x, state])
    dirty_gradients = gradients(layer, dirty, [spoiled, state])
    for a, b in zip([*clean, *clean_gradients], [*dirty, *dirty_gradients], strict=True):
        assert torch.equal(a, b)


def test_the_state_continues_a_sequence(device):
    layer, reference = make_pair(0, device, torch.float32, num_layers=2)
    x, state = make_input(reference)
    whole, last = layer(x, state)
    first_half, middle = layer(x[:3], state)
    second_half, end = layer(x[3:], middle)
    torch.testing.assert_close(torch.cat([first_half, second_half]), whole)
    torch.testing.assert_close(end, last)


@pytest.mark.parametrize("activation", [torch.tanh, torch.relu])
def test_gradcheck_of_the_step(activation):
    torch.manual_seed(0)
    shapes = [(2, HIDDEN), (2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,)]
    inputs = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    assert torch.autograd.gradcheck(lambda *tensors: cells.rnn_step(*tensors, activation), inputs)


def test_gradcheck_of_the_layer():
    layer, reference = make_pair(0, "cpu", torch.float64, num_layers=2, bidirectional=True)
    x, state = make_input(reference)
    names = [name for name, _ in layer.named_parameters()]

    def run(x, state, *parameters):
        weights = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(layer, weights, (x, state, LENGTHS))

    assert torch.autograd.gradcheck(run, (x, state, *layer.parameters()))


# --- the same parameters as torch.nn ---


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_state_dict_goes_both_ways_and_starts_alike(options):
    torch.manual_seed(3)
    layer = RNN(INPUT, HIDDEN, **options)
    torch.manual_seed(3)
    reference = nn.RNN(INPUT, HIDDEN, **options)
    assert list(layer.state_dict()) == list(reference.state_dict())
    for ours, theirs in zip(layer.parameters(), reference.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    reference.reset_parameters()
    reference.load_state_dict(layer.state_dict())
    layer.load_state_dict(reference.state_dict())


def test_positional_arguments_are_in_the_order_of_torch():
    arguments = (INPUT, HIDDEN, 2, "relu", False, True, 0.5, True)
    layer, reference = RNN(*arguments), nn.RNN(*arguments)
    for name in ("num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional"):
        assert getattr(layer, name) == getattr(reference, name), name


# --- dropout ---


def test_dropout_acts_between_the_layers_in_training_alone():
    layer, reference = make_pair(0, "cpu", torch.float32, num_layers=2, dropout=1.0)
    x, state = make_input(reference)
    torch.testing.assert_close(layer(x, state)[0], reference(x, state)[0], atol=1e-6, rtol=1e-6)
    plain = RNN(INPUT, HIDDEN, num_layers=2)
    plain.load_state_dict(layer.state_dict())
    assert torch.equal(layer.eval()(x, state)[0], plain(x, state)[0])


def test_dropout_drops_its_share_and_scales_the_rest(monkeypatch):
    seen = []
    dropout = F.dropout

    def spy(x, p, training):
        seen.append((x, dropout(x, p, training)))
        return seen[-1][1]

    monkeypatch.setattr(recurrent.F, "dropout", spy)
    torch.manual_seed(0)
    RNN(INPUT, 50, num_layers=3, dropout=0.25)(torch.randn(20, 10, INPUT))
    assert len(seen) == 2  # between three layers, not after the last
    for before, after in seen:
        kept = after != 0
        assert abs(kept.float().mean().item() - 0.75) < 0.02
        torch.testing.assert_close(after[kept], before[kept] / 0.75)


def test_useless_dropout_warns_as_torch_does():
    with pytest.warns(UserWarning, match="num_layers=1"):
        RNN(INPUT, HIDDEN, dropout=0.5)


# --- nothing leaves the device or the dtype of the input ---


def test_every_tensor_is_made_on_the_device_of_the_input():
    layer = RNN(INPUT, HIDDEN, num_layers=2, bidirectional=True, device="meta")  # mixing devices raises
    output, state = layer(torch.empty(TIME, BATCH, INPUT, device="meta"))
    assert output.device.type == state.device.type == "meta"
    assert output.shape == (TIME, BATCH, 2 * HIDDEN)
    assert state.shape == (4, BATCH, HIDDEN)


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_every_tensor_has_the_dtype_of_the_input(half, device):
    layer = RNN(INPUT, HIDDEN, num_layers=2, bidirectional=True, device=device, dtype=half)
    output, state = layer(torch.randn(TIME, BATCH, INPUT, device=device, dtype=half), lengths=LENGTHS)
    assert output.dtype == state.dtype == half


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
        ({"x": PACKED, "lengths": torch.tensor(LENGTHS)}, "PackedSequence knows its lengths"),
    ],
)
def test_bad_input_gets_one_clear_error(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        RNN(INPUT, HIDDEN, bidirectional=True)(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nonlinearity": "sigmoid"}, "'tanh' or 'relu', got 'sigmoid'"),
        ({"input_size": 0}, "input_size must be at least 1"),
        ({"hidden_size": 0}, "hidden_size must be at least 1"),
        ({"num_layers": 0}, "num_layers must be at least 1"),
        ({"dropout": 1.5}, "between 0 and 1"),
    ],
)
def test_bad_options_get_one_clear_error(options, message):
    with pytest.raises(ValueError, match=message):
        RNN(**{"input_size": INPUT, "hidden_size": HIDDEN, **options})
