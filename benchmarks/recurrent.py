"""How fast are the recurrent layers? One training step of each, against torch's and against what one writes.

    python benchmarks/recurrent.py [--rounds 15] [--threads 2] [--device cpu] [--compile]

Every round runs every row once, so that all see the same machine; a row's ratio is the median, over the
rounds, of its time divided by that of its reference in the same round. The reference is ``torch.nn.LSTM`` for
LSTM, its variants and the MUT cells, and torch's own layer for GRU and RNN.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from utils.models import GRU, LSTM, MUT1, MUT2, MUT3, RNN
from utils.models.layers.lstm import VARIANTS

TIME, BATCH, INPUT, HIDDEN = 100, 64, 256, 256


class CellLoop(nn.Module):
    """What one writes with ``nn.LSTMCell``: the input's product in every step."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(input_size, hidden_size)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        h = c = x.new_zeros(x.shape[1], self.cell.hidden_size)
        outputs = []
        for x_t in x.unbind():
            h, c = self.cell(x_t, (h, c))
            outputs.append(h)
        return torch.stack(outputs), None


class FourGates(nn.Module):
    """What one writes from the formulas: four linear layers on [x_t; h_{t-1}]."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.i, self.f, self.g, self.o = (nn.Linear(input_size + hidden_size, hidden_size) for _ in range(4))

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        h = c = x.new_zeros(x.shape[1], self.hidden_size)
        outputs = []
        for t in range(len(x)):
            both = torch.cat([x[t], h], dim=1)
            i, f, o = torch.sigmoid(self.i(both)), torch.sigmoid(self.f(both)), torch.sigmoid(self.o(both))
            c = f * c + i * torch.tanh(self.g(both))
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), None


def rows() -> dict[str, tuple[str, Callable[[], nn.Module]]]:
    """For each row: the row it is compared with, and how to make its layer."""
    table: dict[str, tuple[str, Callable[[], nn.Module]]] = {}
    size = (INPUT, HIDDEN)
    for reference, kind in ((nn.LSTM, LSTM), (nn.GRU, GRU), (nn.RNN, RNN)):
        name = f"torch.nn.{reference.__name__}"
        table[name] = (name, lambda reference=reference: reference(*size))
        table[kind.__name__] = (name, lambda kind=kind: kind(*size))
        table[f"{kind.__name__} readable"] = (name, lambda kind=kind: kind(*size, backend="readable"))
    lstm = "torch.nn.LSTM"
    for variant in VARIANTS:
        if variant not in (None, "NP"):
            table[f"LSTM {variant}"] = (lstm, lambda variant=variant: LSTM(*size, variant=variant))
    for mut in (MUT1, MUT2, MUT3):
        table[mut.__name__] = (lstm, lambda mut=mut: mut(*size))
    table["loop over nn.LSTMCell"] = (lstm, lambda: CellLoop(*size))
    table["four gates on [x; h]"] = (lstm, lambda: FourGates(*size))
    return table


def training_step(layer: Callable, x: Tensor, factors: Tensor) -> float:
    """Seconds for one forward and one backward pass."""
    wait(x.device)
    start = time.perf_counter()
    output = layer(x)[0]
    (output * factors).sum().backward()
    wait(x.device)
    return time.perf_counter() - start


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the recurrent layers.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true", help="compile the rows that run the readable loop")
    parser.add_argument("--only", default="", help="rows whose names contain this, and their references")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    x = torch.randn(TIME, BATCH, INPUT, device=options.device, requires_grad=True)
    factors = torch.randn(TIME, BATCH, HIDDEN, device=options.device)

    table = {name: row for name, row in rows().items() if options.only in name}
    references = {reference for reference, _ in table.values()}
    table = {name: row for name, row in rows().items() if name in table or name in references}
    layers: dict[str, Callable] = {name: make().to(options.device) for name, (_, make) in table.items()}
    if options.compile:
        for name, layer in layers.items():
            if isinstance(layer, (LSTM, MUT1, MUT2, MUT3, GRU, RNN)) and name not in ("LSTM", "GRU", "RNN"):
                layers[name] = torch.compile(layer, fullgraph=True)

    seconds: dict[str, list[float]] = {name: [] for name in layers}
    for turn in range(options.rounds + 2):
        for name, layer in layers.items():
            for parameter in layer.parameters():  # type: ignore[attr-defined]
                parameter.grad = None
            x.grad = None
            duration = training_step(layer, x, factors)
            if turn >= 2:  # the first two warm up
                seconds[name].append(duration)

    machine = (
        torch.cuda.get_device_name()
        if options.device == "cuda"
        else platform.processor() or platform.machine()
    )
    print(f"{machine}, {options.threads} threads, torch {torch.__version__}, {options.rounds} rounds")
    print(f"time {TIME}, batch {BATCH}, {INPUT} -> {HIDDEN}; one training step\n")
    print(f"{'':24}{'median ms':>10}{'best ms':>9}{'ratio':>7}  reference")
    for name, (reference, _) in table.items():
        ratio = statistics.median(a / b for a, b in zip(seconds[name], seconds[reference], strict=True))
        median, best = 1e3 * statistics.median(seconds[name]), 1e3 * min(seconds[name])
        print(f"{name:24}{median:10.1f}{best:9.1f}{ratio:7.2f}  {reference}")


if __name__ == "__main__":
    main()
