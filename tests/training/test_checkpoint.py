"""A run that stopped and went on gives the numbers of one that never stopped, to the last bit."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from utils.device import seed_everything
from utils.training import History, checkpoint, fit

DATA = TensorDataset(torch.randn(20, 3, generator=torch.Generator().manual_seed(0)), torch.arange(20) % 2)


def shuffled() -> DataLoader:
    return DataLoader(DATA, batch_size=6, shuffle=True)


def shuffled_by_its_own_generator() -> DataLoader:
    return DataLoader(DATA, batch_size=6, shuffle=True, generator=torch.Generator().manual_seed(5))


def shuffled_by_its_sampler() -> DataLoader:
    sampler = RandomSampler(DATA, generator=torch.Generator().manual_seed(5))
    return DataLoader(DATA, batch_size=6, sampler=sampler)


def shuffled_by_its_batch_sampler() -> DataLoader:
    class Batches(BatchSampler):
        def __init__(self) -> None:
            self.generator = torch.Generator().manual_seed(5)
            super().__init__(RandomSampler(DATA, generator=self.generator), 6, drop_last=False)

    return DataLoader(DATA, batch_sampler=Batches())


class Noisy(nn.Module):
    """Reads random numbers from everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 2))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x = x + 0.1 * random.random() + 0.1 * float(np.random.randn())
        return self.layers(x)


def loss(model: nn.Module, batch: list[Tensor]) -> Tensor:
    return nn.functional.cross_entropy(model(batch[0]), batch[1])


class Run:
    """A model, its optimizer and its data, from a seed."""

    def __init__(self, seed: int = 0, batches=shuffled, optimizer=torch.optim.Adam) -> None:
        seed_everything(seed)
        self.model = Noisy()
        self.optimizer = optimizer(self.model.parameters(), lr=0.05)
        self.batches = batches()

    def fit(self, epochs: int, loss=loss, **options: Any) -> History:
        options = {"progress": False, "validate": self.validate, **options}
        return fit(self.model, self.batches, loss, self.optimizer, epochs, **options)

    def validate(self, model: nn.Module) -> float:
        return loss(model, DATA.tensors).item()

    def weights(self) -> dict[str, Tensor]:
        return self.model.state_dict()


def assert_identical(one: Run, other: Run) -> None:
    torch.testing.assert_close(one.weights(), other.weights(), rtol=0, atol=0)
    torch.testing.assert_close(
        one.optimizer.state_dict()["state"], other.optimizer.state_dict()["state"], rtol=0, atol=0
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "model.pt"


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
@pytest.mark.parametrize(
    "batches",
    [shuffled, shuffled_by_its_own_generator, shuffled_by_its_sampler, shuffled_by_its_batch_sampler],
)
def test_a_resumed_run_equals_one_that_never_stopped(path, batches, optimizer):
    through = Run(batches=batches, optimizer=optimizer)
    expected = through.fit(6)
    stopped = Run(batches=batches, optimizer=optimizer)
    assert stopped.fit(2, checkpoint=path) == History(expected.train_loss[:2], expected.validation[:2])
    resumed = Run(seed=99, batches=batches, optimizer=optimizer)  # nothing may hang on its seed
    for epochs in (2, 3, 6):
        history = resumed.fit(epochs, checkpoint=path, resume=True)
    assert history == expected
    assert_identical(resumed, through)


@pytest.mark.parametrize("forgotten", ["python", "numpy", "torch", "batches"])
def test_forgotten_random_numbers_would_be_caught(path, monkeypatch, forgotten):
    expected = Run(batches=shuffled_by_its_own_generator).fit(4)
    Run(batches=shuffled_by_its_own_generator).fit(2, checkpoint=path)
    resumed = Run(seed=99, batches=shuffled_by_its_own_generator)
    resumed.batches.generator.manual_seed(99)
    restore = checkpoint.set_random_state

    def forget(state, model, batches):
        restore({**state, forgotten: checkpoint.random_state(model, batches)[forgotten]}, model, batches)

    monkeypatch.setattr(checkpoint, "set_random_state", forget)
    assert resumed.fit(4, checkpoint=path, resume=True).train_loss[2:] != expected.train_loss[2:]


def test_an_interrupted_run_can_be_resumed(path, capfd):
    expected = Run().fit(5)
    calls = []

    def interrupted_loss(model, batch):
        calls.append(batch)
        if len(calls) == 2 * 4 + 3:  # in the middle of the third epoch
            raise KeyboardInterrupt
        return loss(model, batch)

    run = Run()
    assert len(run.fit(5, interrupted_loss, checkpoint=path, progress=True).train_loss) == 2
    assert run.fit(5, checkpoint=path, resume=True, progress=True) == expected
    out, err = capfd.readouterr()
    assert "interrupted after 2 of 5 epochs\nresumed after epoch 2\nepoch 3/5" in out
    assert err == ""


def test_early_stopping_goes_on_where_it_was(path):
    scores = [3.0, 1.0, 2.0, 4.0, 0.0]

    def train(run: Run, epochs: int, first: int, **options: Any) -> History:
        rest = iter(scores[first:])
        return run.fit(epochs, validate=lambda model: next(rest), patience=2, **options)

    through = Run()
    expected = train(through, 9, 0)
    assert len(expected.train_loss) == 4
    train(Run(), 3, 0, checkpoint=path)
    for first in (3, 4):  # the second time nothing is left to do
        resumed = Run(seed=99)
        assert train(resumed, 9, first, checkpoint=path, resume=True) == expected
        torch.testing.assert_close(resumed.weights(), through.weights(), rtol=0, atol=0)


def test_a_run_can_begin_with_resume(path):
    assert Run().fit(2, checkpoint=path, resume=True) == Run().fit(2)
    assert path.exists()


def test_the_file_holds_no_code_and_names_what_is_in_it(path):
    run = Run()
    history = run.fit(2, checkpoint=str(path), patience=5)
    state = torch.load(path, weights_only=True)
    assert state["history"] == vars(history)
    assert {"model", "optimizer", "random", "best"} <= state.keys()
    assert [file.name for file in path.parent.iterdir()] == ["model.pt"]


def test_a_crash_while_writing_leaves_the_checkpoint_before_it(path, monkeypatch):
    expected = Run().fit(3)
    Run().fit(2, checkpoint=path)
    before = path.read_bytes()

    def crash(state, file):
        file.write(before[: len(before) // 2])
        raise OSError("no space left")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space left"):
        patch.setattr(torch, "save", crash)
        Run().fit(3, checkpoint=path, resume=True)
    assert path.read_bytes() == before
    assert Run().fit(3, checkpoint=path, resume=True) == expected


def test_an_earlier_run_is_not_overwritten(path):
    Run().fit(1, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"model\.pt holds an earlier run: continue it with resume=True"):
        Run().fit(1, checkpoint=path)
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_run_gets_one_clear_error(path):
    Run().fit(1, checkpoint=path)
    other = Run()
    other.model = nn.Linear(3, 2)
    with pytest.raises(ValueError, match=r"(?s)of another model.*Missing key"):
        other.fit(2, checkpoint=path, resume=True)
    with pytest.raises(ValueError, match="of another model, optimizer"):
        Run(batches=shuffled_by_its_own_generator).fit(2, checkpoint=path, resume=True)
    with pytest.raises(ValueError, match="started with validate"):
        Run().fit(2, validate=None, checkpoint=path, resume=True)
    with pytest.raises(ValueError, match="started without patience"):
        Run().fit(2, patience=1, checkpoint=path, resume=True)


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut"])
def test_a_damaged_file_gets_one_clear_error(tmp_path, content):
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.pt is no checkpoint"):
        Run().fit(1, checkpoint=path, resume=True)


def test_another_file_of_torch_gets_one_clear_error(tmp_path):
    path = tmp_path / "model.pt"
    torch.save({"weights": torch.zeros(2)}, path)
    with pytest.raises(ValueError, match="no checkpoint that fit wrote"):
        Run().fit(1, checkpoint=path, resume=True)


def test_a_checkpoint_moves_between_devices(device, path):
    run = Run()
    run.fit(1, checkpoint=path)
    moved = Run(seed=99)
    moved.model.to(device)
    moved.optimizer = torch.optim.Adam(moved.model.parameters(), lr=0.05)

    def loss_there(model, batch):
        return loss(model, [tensor.to(device) for tensor in batch])

    def validate(model):
        return loss(model, [tensor.to(device) for tensor in DATA.tensors]).item()

    moved.fit(1, loss_there, validate=validate, checkpoint=path, resume=True)
    weights = {name: tensor.cpu() for name, tensor in moved.weights().items()}
    torch.testing.assert_close(weights, dict(run.weights()), rtol=0, atol=0)
    assert len(moved.fit(3, loss_there, validate=validate, checkpoint=path, resume=True).train_loss) == 3
