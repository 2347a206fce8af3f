"""The layers have what torch.nn's layers have, under the same names: found by walking through those."""

import copy
import inspect
import pickle

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, weight_norm

from utils.models import GRU, LSTM, MUT1, RNN

PAIRS = [(RNN, nn.RNN), (GRU, nn.GRU), (LSTM, nn.LSTM)]
every_pair = pytest.mark.parametrize(("kind", "reference"), PAIRS, ids=["RNN", "GRU", "LSTM"])
# what torch's layers check inside, public by their names alone
INSIDE = {
    "check_forward_args",
    "check_hidden_size",
    "check_input",
    "get_expected_cell_size",
    "get_expected_hidden_size",
    "permute_hidden",
}


@every_pair
def test_every_public_attribute_is_there_with_the_same_value(kind, reference):
    options = {"num_layers": 2, "bidirectional": True, "bias": False}
    layer, torchs = kind(3, 4, **options), reference(3, 4, **options)
    layer.load_state_dict(torchs.state_dict())
    for name in sorted(set(dir(torchs)) - set(dir(nn.Identity())) - INSIDE):
        if name.startswith("_"):
            continue
        got, right = getattr(layer, name), getattr(torchs, name)
        if callable(right) and not isinstance(right, torch.Tensor):
            assert inspect.signature(got) == inspect.signature(right), name
        elif name == "all_weights":
            for ours, theirs in zip(got, right, strict=True):
                for weight, expected in zip(ours, theirs, strict=True):
                    torch.testing.assert_close(weight, expected)
        elif isinstance(right, torch.Tensor):
            torch.testing.assert_close(got, right)
        else:
            assert got == right, name


@every_pair
def test_making_and_calling_take_torchs_arguments(kind, reference):
    names = list(inspect.signature(reference.forward).parameters)
    assert list(inspect.signature(kind.forward).parameters)[: len(names)] == names  # input, hx
    torchs = reference(3, 4, batch_first=True)
    layer = kind(3, 4, batch_first=True)
    layer.load_state_dict(torchs.state_dict())
    x = torch.randn(2, 5, 3)
    hx = torch.randn(1, 2, 4)
    hx = (hx, hx) if kind is LSTM else hx
    for arguments in ({"input": x}, {"input": x, "hx": hx}):
        torch.testing.assert_close(layer(**arguments)[0], torchs(**arguments)[0])
    torch.testing.assert_close(layer(x, hx=hx)[0], torchs(x, hx=hx)[0])
    torch.testing.assert_close(layer(x=x, state=hx)[0], torchs(x, hx)[0])
    with pytest.raises(ValueError, match="state and hx are names of the same argument"):
        layer(x, hx, state=hx)
    with pytest.raises(ValueError, match="x must be a tensor"):
        layer()
    layer.flatten_parameters()


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM, MUT1])
def test_copies_and_changed_weights_compute_what_they_should(kind):
    torch.manual_seed(0)
    layer, x = kind(3, 4), torch.randn(5, 2, 3)
    output = layer(x)[0].detach()
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        torch.testing.assert_close(twin(x)[0], output)
    for normalise in (parametrizations.weight_norm, weight_norm):
        normed = normalise(copy.deepcopy(layer), "weight_hh_l0")
        torch.testing.assert_close(normed(x)[0], output)
        normed(x)[0].sum().backward()
        assert all(parameter.grad is not None for parameter in normed.parameters())
