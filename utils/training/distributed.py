"""Several processes train one model: each takes its part of every batch, and their gradients are added.

With one process every function here does nothing, or gives back what it was given.
"""

import atexit
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

Loss = Callable[[Any, Any], Tensor]


def join(device: torch.device) -> None:
    """Meet the other processes that ``torchrun`` started: over NCCL on GPUs, over gloo elsewhere."""
    if not dist.is_available() or not dist.is_torchelastic_launched() or dist.is_initialized():
        return
    if device.type == "cuda":
        if device.index == 0 < int(os.environ["LOCAL_RANK"]) and torch.cuda.device_count() > 1:
            raise ValueError(
                "two processes put their models on cuda:0: give each its own GPU, with "
                'torch.device("cuda", int(os.environ["LOCAL_RANK"]))'
            )
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    atexit.register(dist.destroy_process_group)


def size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """The number of this process among them, from 0."""
    return dist.get_rank() if size() > 1 else 0


def from_first(value: Any) -> Any:
    """The ``value`` of process 0, on every process; its tensors arrive on the CPU."""
    if size() == 1:
        return value
    file = io.BytesIO()
    if rank() == 0:
        torch.save(value, file)
    box = [file.getvalue()]
    dist.broadcast_object_list(box)
    return torch.load(io.BytesIO(box[0]), map_location="cpu", weights_only=True)


def shard(batch: Any, part: int, parts: int) -> Any:
    """Part number ``part`` of a batch: a run of its items, the same in each of its tensors.

    ``batch`` is a tensor whose first dimension counts the items, None, or a tuple, list or dict of batches.
    The parts differ by at most one item in size. Raises ValueError for any other batch.
    """
    if len(item_counts(batch)) > 1:
        raise ValueError(
            f"the tensors of a batch differ in their first dimension: {sorted(item_counts(batch))}"
        )
    return map_tensors(lambda tensor: tensor.tensor_split(parts)[part], batch)


def count_items(batch: Any) -> int:
    """How many items a batch has."""
    return max(item_counts(batch))


def item_counts(batch: Any) -> set[int]:
    counts: set[int] = set()
    map_tensors(lambda tensor: counts.add(len(tensor)), batch)
    return counts


def map_tensors(function: Callable[[Tensor], Any], batch: Any) -> Any:
    """The same nest of tuples, lists and dicts, with ``function(tensor)`` for each tensor."""
    if isinstance(batch, Tensor) and batch.dim() > 0:
        return function(batch)
    if batch is None:
        return None
    if isinstance(batch, dict):
        return {key: map_tensors(function, value) for key, value in batch.items()}
    if isinstance(batch, (tuple, list)) and not isinstance(batch, PackedSequence):
        values = [map_tensors(function, value) for value in batch]
        return type(batch)(*values) if hasattr(batch, "_fields") else type(batch)(values)
    kind = "tensor without dimensions" if isinstance(batch, Tensor) else type(batch).__name__
    raise ValueError(
        f"a {kind} cannot be shared among processes: give fit a function shard(batch, part, parts)"
    )


def share_of(
    loss: Loss, shard: Callable[[Any, int, int], Any] = shard, count: Callable[[Any], float] = count_items
) -> Loss:
    """This process's share of the loss of a batch; over all processes the shares add up to the loss.

    The mean over a batch of N terms is Σ_p (N_p / N) · (mean over part p), where part p has N_p of them, so
    parts of different sizes do no harm. ``count`` gives N_p and N.
    """
    if size() == 1:
        return loss

    def share(model: Any, batch: Any) -> Tensor:
        part, terms = shard(batch, rank(), size()), float(count(batch))
        if terms <= 0:
            raise ValueError(f"a batch must have terms to take the mean of, but count(batch) is {terms}")
        weight = float(count(part)) / terms
        if weight == 0:  # more processes than items: repeat another's part, and count it zero times
            part = shard(batch, 0, size())
        return weight * loss(model, part)

    return share


def total(share: Tensor) -> float:
    """The sum of the shares of all processes."""
    value = share.detach().clone()
    if size() > 1:
        dist.all_reduce(value)
    return value.item()


def add_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace every gradient by its sum over all processes, in one message.

    A parameter that one process did not use has gradient 0 there; one that none used keeps None, since
    optimizers pass over it.
    """
    if size() == 1:
        return
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    used = trained[0].new_tensor([parameter.grad is not None for parameter in trained])
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
    message = torch.cat([used, *(gradient.flatten() for gradient in gradients)])
    dist.all_reduce(message)
    used, *sums = message.split([len(trained), *(p.numel() for p in trained)])
    for parameter, is_used, gradient in zip(trained, used.tolist(), sums, strict=True):
        parameter.grad = gradient.view_as(parameter).to(parameter.dtype) if is_used else None


@contextmanager
def own_random_numbers(epoch: int, batch: int) -> Iterator[None]:
    """Inside, each process draws numbers of its own, so that dropout masks differ from part to part.

    Outside, all processes draw the same numbers, so that they shuffle alike and one checkpoint serves all.
    """
    if size() == 1:
        yield
        return
    devices = [torch.cuda.current_device()] if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices):
        common = int(torch.randint(2**62, ()))  # drawn from a copy: nothing is taken from the stream outside
        torch.manual_seed(hash((common, epoch, batch, rank())))
        yield
