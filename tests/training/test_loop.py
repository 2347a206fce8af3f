import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from utils.data.made.signals import sine_wave
from utils.models import Forecaster
from utils.training import History, fit

DATA = [(1.0, 3.0), (2.0, -1.0), (0.5, 2.0)]
RATE = 0.05


class Line(nn.Module):
    """y = w x with one weight, so that descent can be followed by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(1.0, dtype=torch.float64))

    def forward(self, x: float) -> torch.Tensor:
        return self.w * x


def squared_error(model: Line, batch: tuple[float, float]) -> torch.Tensor:
    return (model(batch[0]) - batch[1]) ** 2


def fit_line(
    epochs: int = 3, batches=DATA, loss: Callable = squared_error, **options
) -> tuple[float, History]:
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    history = fit(model, batches, loss, optimizer, epochs, **{"progress": False, **options})
    return model.w.item(), history


def descent_by_hand(epochs: int, clip_norm: float = math.inf) -> tuple[float, list[float]]:
    w, means = 1.0, []
    for _ in range(epochs):
        losses = []
        for x, y in DATA:
            losses.append((w * x - y) ** 2)
            gradient = 2 * x * (w * x - y)
            w -= RATE * max(-clip_norm, min(clip_norm, gradient))
        means.append(sum(losses) / len(losses))
    return w, means


@pytest.mark.parametrize("clip_norm", [None, 0.5])
def test_equals_descent_by_hand(clip_norm):
    w, history = fit_line(clip_norm=clip_norm)
    expected_w, expected_losses = descent_by_hand(3, clip_norm or math.inf)
    assert w == pytest.approx(expected_w, rel=1e-5)
    assert history.train_loss == pytest.approx(expected_losses, rel=1e-5)
    assert history.validation == []


def test_a_forgotten_zero_grad_or_clipping_would_be_caught(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(torch.optim.SGD, "zero_grad", lambda self: None)
        assert fit_line()[0] != pytest.approx(descent_by_hand(3)[0], rel=1e-3)
    monkeypatch.setattr(nn.utils, "clip_grad_norm_", lambda *_: None)
    assert fit_line(clip_norm=0.5)[0] != pytest.approx(descent_by_hand(3, 0.5)[0], rel=1e-3)


def test_validation_sees_the_model_of_each_epoch_in_evaluation_mode():
    seen = []

    def loss(model, batch):
        assert model.training and torch.is_grad_enabled()
        return squared_error(model, batch)

    def validate(model):
        assert not model.training and not torch.is_grad_enabled()
        seen.append(model.w.item())
        return model.w * 2

    w, history = fit_line(loss=loss, validate=validate)
    assert seen == pytest.approx([descent_by_hand(epoch)[0] for epoch in (1, 2, 3)])
    assert seen[-1] == w
    assert history.validation == [2 * w for w in seen]
    assert all(type(score) is float for score in history.validation)


def test_the_model_is_left_in_evaluation_mode():
    model = Line()
    fit(model, DATA, squared_error, torch.optim.SGD(model.parameters(), lr=RATE), 1, progress=False)
    assert not model.training


@pytest.mark.parametrize(("epochs", "lines"), [(1, 1), (3, 3), (10, 10), (200, 10)])
def test_progress_goes_to_stdout_alone(capfd, epochs, lines):
    _, history = fit_line(epochs, progress=True, validate=lambda model: 0.25)
    out, err = capfd.readouterr()
    assert err == ""
    assert len(out.splitlines()) == lines
    assert out.splitlines()[-1] == (
        f"epoch {epochs}/{epochs}  loss {history.train_loss[-1]:.4f}  validation 0.2500"
    )


def test_no_progress_is_silent(capfd):
    fit_line(progress=False)
    assert capfd.readouterr() == ("", "")


def test_an_interrupt_returns_the_finished_epochs(capfd):
    calls = []

    def loss(model, batch):
        calls.append(batch)
        if len(calls) == 2 * len(DATA) + 2:  # in the middle of the third epoch
            raise KeyboardInterrupt
        return squared_error(model, batch)

    _, history = fit_line(5, loss=loss, validate=lambda model: 1.0, progress=True)
    assert history.train_loss == pytest.approx(descent_by_hand(2)[1])
    assert len(history.validation) == 2
    out, err = capfd.readouterr()
    assert "interrupted after 2 of 5 epochs" in out
    assert err == ""


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_names_its_epoch_and_batch(bad):
    model = Line()
    calls = []

    def loss(model, batch):
        calls.append(batch)
        return squared_error(model, batch) * (bad if len(calls) == 5 else 1)

    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    with pytest.raises(FloatingPointError, match=f"became {bad} in epoch 2, batch 2"):
        fit(model, DATA, loss, optimizer, 3, progress=False)
    assert math.isfinite(model.w.item())  # the step was not taken


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": -1}, "epochs must not be negative"),
        ({"clip_norm": 0.0}, "clip_norm must be positive"),
        ({"patience": 0, "validate": float}, "patience must be at least 1"),
        ({"patience": 3}, "patience needs validate"),
        ({"resume": True}, "resume needs checkpoint"),
        ({"batches": []}, "epoch 1 had no batch"),
        ({"batches": iter(DATA)}, "epoch 2 had no batch.*generator"),
        ({"loss": lambda model, batch: model.w.expand(2)}, r"one number, got shape \(2,\)"),
    ],
)
def test_bad_input_gets_one_clear_error(options, message):
    with pytest.raises(ValueError, match=message):
        fit_line(**options)


def stopping_run(scores: list[float], epochs: int = 10, **options) -> tuple[History, list[float], float]:
    """Train with the given validations; returns the history, w after each epoch, and w in the end."""
    seen = []

    def validate(model):
        seen.append(model.w.item())
        return scores[len(seen) - 1]

    w, history = fit_line(epochs, validate=validate, **options)
    return history, seen, w


@pytest.mark.parametrize(
    ("scores", "patience", "epochs", "best"),
    [
        ([3, 2, 4, 1, 2, 3, 0], 2, 6, 4),
        ([3, 2, 4, 5, 1], 2, 4, 2),
        ([1, 1, 1, 0], 2, 3, 1),  # equal is not better
        ([1, 2, 0, 3], 1, 2, 1),
        ([5, math.nan, math.inf, 6, 0], 3, 4, 1),
        ([math.nan, 2, 3, 4], 2, 4, 2),
    ],
)
def test_early_stopping_takes_the_weights_of_the_best_epoch(scores, patience, epochs, best):
    history, seen, w = stopping_run(scores, patience=patience)
    assert len(history.train_loss) == len(history.validation) == epochs
    assert history.best_epoch == best
    assert w == seen[best - 1]


def test_patience_takes_the_best_weights_without_stopping_too():
    history, seen, w = stopping_run([3, 1, 2], epochs=3, patience=5)
    assert (len(history.train_loss), w) == (3, seen[1])


def test_without_patience_the_last_weights_stay():
    history, seen, w = stopping_run([3, 1, 2], epochs=3)
    assert (history.best_epoch, w) == (2, seen[2])
    assert History().best_epoch == 0


def test_early_stopping_says_so(capfd):
    stopping_run([1, 2, 3], patience=2, progress=True)
    out, err = capfd.readouterr()
    assert out.splitlines()[-1] == "stopped early: the best validation was that of epoch 1"
    assert err == ""


def test_an_interrupt_takes_the_best_weights_too():
    def loss(model, batch):
        if len(seen) == 3:
            raise KeyboardInterrupt
        return squared_error(model, batch)

    seen = []

    def validate(model):
        seen.append(model.w.item())
        return [2.0, 1.0, 3.0][len(seen) - 1]

    w, history = fit_line(9, loss=loss, validate=validate, patience=5)
    assert (len(history.train_loss), w) == (3, seen[1])


def test_autocast_computes_the_loss_in_bfloat16_and_the_rest_in_full_precision(device):
    torch.manual_seed(0)
    x = torch.randn(64, 16, device=device)
    model = nn.Linear(16, 1).to(device)
    products = []

    def loss(model, batch):
        products.append(model(batch))
        return nn.functional.mse_loss(products[-1].float(), batch.sum(1, keepdim=True))

    def validate(model):
        assert model(x).dtype == torch.float32
        return 0.0

    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    options = {"autocast": True, "validate": validate, "clip_norm": 1.0, "progress": False}
    history = fit(model, [x], loss, optimizer, 60, **options)
    assert {product.dtype for product in products} == {torch.bfloat16}
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert history.train_loss[-1] < 0.1 * history.train_loss[0]


def test_a_model_that_adds_gradients_itself_is_refused():
    class Parallel(nn.parallel.DistributedDataParallel):
        def __init__(self) -> None:
            nn.Module.__init__(self)

    with pytest.raises(ValueError, match="pass the model itself"):
        fit(Parallel(), DATA, squared_error, torch.optim.SGD(Line().parameters(), lr=RATE), 1)


def train_forecaster(device: torch.device) -> tuple[Forecaster, History]:
    """The documents' training: one half period a step, the state handed on without its history."""
    torch.manual_seed(0)
    model = Forecaster().to(device)
    state = None

    def loss(model, step):
        nonlocal state
        x, y = (tensor.to(device) for tensor in sine_wave(step))
        prediction, state = model(x, state)
        state = state.detach()
        return nn.functional.mse_loss(prediction, y)

    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return model, fit(model, range(40), loss, optimizer, 4, progress=False)


def test_the_forecaster_of_the_documents_learns_the_sine(device):
    model, history = train_forecaster(device)
    assert history.train_loss[-1] < 0.01 < 0.05 < history.train_loss[0]
    prefix = torch.cat([sine_wave(step)[0] for step in range(4)], dim=1).to(device)
    forecast = model.forecast(prefix, 20).cpu()
    assert (forecast - sine_wave(4)[0]).abs().mean() < 0.2


def test_the_same_seed_gives_the_same_run():
    first, second = (train_forecaster(torch.device("cpu"))[1] for _ in range(2))
    assert first == second
