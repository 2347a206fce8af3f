"""Two processes over gloo, started by torchrun, against one process with the same global batch."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
import training_worker
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence

import utils
from utils.training import distributed

ROOT = Path(utils.__file__).parents[1]


class Run(NamedTuple):
    processes: list[dict[str, Any]]
    printed: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What each of two processes saw of every training in the worker."""
    folder = tmp_path_factory.mktemp("processes")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*torchrun, training_worker.__file__, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    processes = [torch.load(folder / f"process{rank}.pt", weights_only=True) for rank in (0, 1)]
    return Run(processes, done.stdout)


def assert_same(one: dict[str, Any], other: dict[str, Any], tolerance: float) -> None:
    for curve in ("train_loss", "validation"):
        assert one[curve] == pytest.approx(other[curve], rel=tolerance, abs=tolerance)
    torch.testing.assert_close(one["weights"], other["weights"], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["tokens", "stops_early", "shuffled", "unused"])
def test_two_processes_give_the_curve_of_one(run, tmp_path, name):
    one = getattr(training_worker, name)(tmp_path)
    assert len(one["train_loss"]) >= 3 and one["train_loss"][-1] < one["train_loss"][0]
    for process in run.processes:
        assert process["size"] == 2
        assert_same(process[name], one, tolerance=1e-9)


def test_a_wrong_weight_for_uneven_parts_would_be_caught(run):
    right, wrong = (run.processes[0][name]["train_loss"] for name in ("tokens", "wrong_count"))
    assert max(abs(a - b) for a, b in zip(right, wrong, strict=True)) > 1e-4


@pytest.mark.parametrize("name", ["tokens", "dropout", "unused"])
def test_the_processes_have_the_same_weights_to_the_last_bit(run, name):
    first, second = (process[name] for process in run.processes)
    assert_same(first, second, tolerance=0)


def test_a_parameter_that_no_process_uses_is_left_alone(run):
    weights = run.processes[0]["unused"]["weights"]
    torch.testing.assert_close(weights["idle"], training_worker.Branches().idle.data, rtol=0, atol=0)
    assert (weights["rare"] != training_worker.Branches().rare).all()


def test_dropout_differs_from_process_to_process_and_from_step_to_step(run):
    first, second = (process["dropout"] for process in run.processes)
    masks = torch.cat([first["masks"], second["masks"]])
    assert len(masks) == 2 * 4 * 2  # processes, epochs, batches
    assert len(masks.unique(dim=0)) == len(masks)
    assert torch.equal(first["next"], second["next"])  # all go on shuffling alike


def test_two_processes_resume_to_the_last_bit(run):
    for process in run.processes:
        assert_same(process["resumed"], process["dropout"], tolerance=0)
        assert torch.equal(process["resumed"]["masks"], process["dropout"]["masks"][4:])
        assert torch.equal(process["resumed"]["next"], process["dropout"]["next"])


def test_a_loss_that_is_no_number_in_one_process_stops_both(run):
    for process in run.processes:
        assert "became nan in epoch 1, batch 1" in process["fails"]["error"]


def test_the_first_process_alone_prints(run):
    lines = [line for line in run.printed.splitlines() if line.startswith("epoch 4/4")]
    assert len(lines) == 1


class Pair(NamedTuple):
    x: Tensor
    lengths: Tensor | None


@pytest.mark.parametrize(("items", "parts"), [(7, 2), (7, 3), (2, 4), (6, 1)])
def test_the_parts_of_a_batch_put_together_are_the_batch(items, parts):
    x, y = torch.randn(items, 3), torch.arange(items)
    batch = {"pair": Pair(x, None), "list": [y], "tuple": (x, y)}
    shards = [distributed.shard(batch, part, parts) for part in range(parts)]
    assert torch.equal(torch.cat([shard["pair"].x for shard in shards]), x)
    assert torch.equal(torch.cat([shard["list"][0] for shard in shards]), y)
    assert torch.equal(torch.cat([shard["tuple"][1] for shard in shards]), y)
    assert all(type(shard["pair"]) is Pair and shard["pair"].lengths is None for shard in shards)
    sizes = [distributed.count_items(shard) for shard in shards]
    assert sum(sizes) == distributed.count_items(batch) == items
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ((torch.zeros(3), torch.zeros(4)), r"first dimension: \[3, 4\]"),
        ((torch.zeros(3), 5), "a int cannot be shared.*give fit a function shard"),
        (torch.tensor(1.0), "a tensor without dimensions cannot be shared"),
        (pack_sequence([torch.zeros(2)]), "a PackedSequence cannot be shared"),
    ],
)
def test_a_batch_that_cannot_be_cut_gets_one_clear_error(batch, message):
    with pytest.raises(ValueError, match=message):
        distributed.shard(batch, 0, 2)


def test_a_batch_without_terms_gets_one_clear_error(monkeypatch):
    monkeypatch.setattr(distributed, "size", lambda: 2)
    monkeypatch.setattr(distributed, "rank", lambda: 0)
    share: Callable = distributed.share_of(lambda model, batch: batch.mean(), count=lambda batch: 0)
    with pytest.raises(ValueError, match="must have terms"):
        share(nn.Identity(), torch.ones(4))
