"""How well does a network remember a country, by its start, its training texts and its gradient's reach?

    python -m benchmarks.memory [--to FILE]

Chapter 4's page on the backward pass reads the file. The texts are those of the chapter's opening
(``utils.remembering``); each row has a share of right answers for each seed, on test texts. One setting holds
for all rows, and nothing is chosen by what it gives.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from utils.data import load
from utils.remembering import accuracy, prepare, trained

TO = Path("book/chapters/04-lstm-and-gru/memory.json")
SEEDS = range(6)
FAR, NEAR = 100, 30  # words between country and question in the test texts
ROWS: dict[str, tuple[int, type[nn.RNNBase], dict[str, Any]]] = {
    "PyTorch's start": (FAR, nn.LSTM, {"updates": 400}),
    "forget bias 1": (FAR, nn.LSTM, {"updates": 400, "forget_bias": 1.0}),
    "plain, up to 5 words": (FAR, nn.RNN, {"longest": 5}),
    "plain, up to 40 words": (FAR, nn.RNN, {}),
    "0 to 40 words, whole": (NEAR, nn.LSTM, {"updates": 400, "forget_bias": 1.0}),
    "0 to 40 words, cut": (NEAR, nn.LSTM, {"updates": 400, "forget_bias": 1.0, "piece": 10}),
    "20 to 40 words, whole": (NEAR, nn.LSTM, {"updates": 400, "forget_bias": 3.0, "shortest": 20}),
    "20 to 40 words, cut": (NEAR, nn.LSTM, {"updates": 400, "forget_bias": 3.0, "shortest": 20, "piece": 10}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load("prose", "default")
    prose = prepare(data)
    result: dict[str, Any] = {"data": data.title, "words": len(prose.words["train"]), "right": {}}
    for name, (gap, cell, settings) in ROWS.items():
        models = [trained(prose, cell, seed, **settings) for seed in SEEDS]
        result["right"][name] = [accuracy(model, prose, gap) for model in models]
        print(name, *(f"{100 * share:.0f} %" for share in result["right"][name]), flush=True)
    options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
