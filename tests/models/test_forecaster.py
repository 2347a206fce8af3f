import pytest
import torch
from one_by_one import BATCH, CELLS, LENGTHS, TIME, assert_batch_is_its_items
from torch import nn

from utils.models import Forecaster


def reference_prediction(model: Forecaster, x: torch.Tensor, state: torch.Tensor | None = None):
    """The same network out of torch.nn's parts."""
    rnn = nn.RNN(model.rnn.input_size, model.rnn.hidden_size, model.rnn.num_layers, batch_first=True)
    rnn.to(x).load_state_dict(model.rnn.state_dict())
    hidden, state = rnn(x, state)
    return hidden @ model.head.weight.T + model.head.bias, state


@pytest.mark.parametrize("num_layers", [1, 2])
def test_prediction_is_a_linear_map_of_every_hidden_state(num_layers, device):
    torch.manual_seed(0)
    model = Forecaster(input_size=2, hidden_size=5, output_size=3, num_layers=num_layers).to(device)
    x = torch.randn(4, 7, 2, device=device)
    state = torch.randn(num_layers, 4, 5, device=device)
    for first in (None, state):
        for ours, theirs in zip(model(x, first), reference_prediction(model, x, first), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)
    assert model(x)[0].shape == (4, 7, 3)


def test_forecast_equals_reading_everything_again_at_every_step(device):
    torch.manual_seed(0)
    model = Forecaster(hidden_size=6, num_layers=2).to(device)
    prefix = torch.randn(3, 5, 1, device=device)
    known = prefix
    for _ in range(8):
        known = torch.cat([known, reference_prediction(model, known)[0][:, -1:]], dim=1)
    forecast = model.forecast(prefix, 8)
    assert forecast.shape == (3, 8, 1)
    torch.testing.assert_close(forecast, known[:, 5:], atol=1e-6, rtol=1e-6)


def test_a_forecast_that_forgets_its_state_would_be_caught(monkeypatch):
    torch.manual_seed(0)
    model = Forecaster(hidden_size=6)
    prefix = torch.randn(3, 5, 1)
    right = model.forecast(prefix, 4)
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda x, state=None, lengths=None: forward(x))
    wrong = model.forecast(prefix, 4)
    assert torch.equal(wrong[:, :1], right[:, :1])  # the first value needs the prefix alone
    assert not torch.allclose(wrong[:, 1:], right[:, 1:], atol=1e-3)


def test_forecast_needs_no_gradients():
    assert not Forecaster().forecast(torch.zeros(1, 2, 1), 3).requires_grad


@pytest.mark.parametrize(
    ("model", "prefix", "steps", "message"),
    [
        (Forecaster(), torch.zeros(1, 2, 1), 0, "steps must be at least 1"),
        (Forecaster(), torch.zeros(2, 1), 3, r"\(batch, time, input_size\), got shape \(2, 1\)"),
        (Forecaster(), torch.zeros(1, 2, 4), 3, "input_size=1"),
        (Forecaster(), torch.zeros(1, 0, 1), 3, "at least one time step"),
        (Forecaster(2, 4, 1), torch.zeros(1, 2, 2), 3, "output_size=1 must equal input_size=2"),
    ],
)
def test_bad_input_gets_one_clear_error(model, prefix, steps, message):
    with pytest.raises(ValueError, match=message):
        model.forecast(prefix, steps)


@pytest.mark.parametrize("cell", CELLS)
def test_a_padded_batch_gives_what_its_items_give_alone(cell, device):
    torch.manual_seed(0)
    model = Forecaster(input_size=2, hidden_size=5, output_size=2, num_layers=2, cell=cell)
    model = model.to(device, torch.float64)
    x = torch.randn(BATCH, TIME, 2, dtype=torch.float64).to(device)

    def together(lengths):
        prediction, _ = model(x, lengths=lengths)
        return [prediction[item : item + 1, :length] for item, length in enumerate(LENGTHS)]

    assert_batch_is_its_items(model, together, lambda item, length: model(x[item : item + 1, :length])[0])
    forecast = model.forecast(x, 4, torch.tensor(LENGTHS, device=device))
    for item, length in enumerate(LENGTHS):
        alone = model.forecast(x[item : item + 1, :length], 4)
        torch.testing.assert_close(forecast[item : item + 1], alone, atol=1e-12, rtol=1e-12)
