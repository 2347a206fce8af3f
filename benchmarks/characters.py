"""What does a recurrent network write that has read English letter by letter for some minutes?

Run it from the repository:

    python -m benchmarks.characters [--source real] [--seeds 0 1 2] [--hidden 384] [--updates 4000] [--to F]

A plain recurrent language model (tanh) is trained by truncated backpropagation through time on the
documentation of Python, or on published plays, and writes on the way. The weights kept are those that are
best on the validation text; the test text is read once, at the end. The opening of chapter 2 shows what this
writes down.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import re
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.data import Dataset, load
from utils.device import seed_everything
from utils.models import RNN, LanguageModel, NGramModel, decoding
from utils.text import BPTTBatches

FOLDER = Path("book/chapters/02-backpropagation-through-time")
EMBEDDING, ROWS, STEPS = 32, 32, 64
SHOWN = (0, 20, 200)  # after how many updates it writes; and at the end
WRITTEN, TEMPERATURE, CHECKED = 400, 0.5, 3000  # characters shown, and characters judged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", default="default", choices=["default", "real"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("--updates", type=int, default=4000)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load("documentation") if options.source == "default" else load("prose", "real")
    print(data, flush=True)
    text = Characters(data)
    to = options.to or FOLDER / f"{options.source}.json"
    result: dict[str, Any] = {
        "data": data.title,
        "characters": {part: len(row) for part, row in text.rows.items()},
        "symbols": len(text.symbols),
        "hidden": options.hidden,
        "steps": STEPS,
        "updates": options.updates,
        "temperature": TEMPERATURE,
        "n-grams": {order: text.counted(order) for order in (1, 3, 5, 7)},
        "seeds": [],
        "runs": [],
    }
    for seed in options.seeds:
        result["runs"].append(train(text, seed, options.hidden, options.updates, options.lr))
        result["seeds"].append(seed)
        to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


class Characters:
    """A text as numbers, one for each character, and back."""

    def __init__(self, data: Dataset) -> None:
        self.train_text: str = data["train"]
        self.symbols = sorted(set(self.train_text))
        numbers = {symbol: number for number, symbol in enumerate(self.symbols)}
        self.rows = {
            part: torch.tensor([numbers[symbol] for symbol in text if symbol in numbers])
            for part, text in data.items()
        }
        self.start = torch.tensor([numbers["\n"]])
        self.known = set(re.findall(r"[a-z]+", self.train_text.lower()))

    def counted(self, order: int) -> float:
        """Bits a character of the test text by an n-gram model."""
        row = self.rows["test"]
        logs, _ = NGramModel(len(self.symbols), order).fit([self.rows["train"]])(row[None, :-1])
        return F.nll_loss(logs[0], row[1:]).item() / math.log(2)

    @torch.no_grad()
    def bits(self, model: LanguageModel, part: str) -> float:
        """Bits a character of a text that is read in one go."""
        row = self.rows[part]
        logits, _ = model(row[None, :-1])
        return F.cross_entropy(logits[0], row[1:]).item() / math.log(2)

    def write(self, model: LanguageModel, count: int, seed: int = 0) -> str:
        generator = torch.Generator().manual_seed(seed)
        found = decoding.sample(
            model.step, self.start, None, -1, count, temperature=TEMPERATURE, generator=generator
        )
        return "".join(self.symbols[number] for number in found.tokens[0].tolist())

    def judge(self, written: str) -> dict[str, float]:
        """The share of its words that the training text has, and the length of the longest passage copied."""
        words = re.findall(r"[a-z]+", written.lower())
        longest = end = 0
        for start in range(len(written)):
            end = max(end, start)
            while end < len(written) and written[start : end + 1] in self.train_text:
                end += 1
            longest = max(longest, end - start)
        return {
            "known words": sum(word in self.known for word in words) / len(words),
            "longest copy": longest,
        }


def train(text: Characters, seed: int, hidden: int, updates: int, lr: float) -> dict[str, Any]:
    """One training, with what the model wrote on the way."""
    seed_everything(seed)
    model = LanguageModel(len(text.symbols), EMBEDDING, hidden, cell=RNN)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    batches = BPTTBatches(text.rows["train"], ROWS, STEPS)
    shown, best, kept, seconds, update = [], math.inf, {}, 0.0, 0
    state: Tensor | None = None
    inputs = iter(())
    while True:
        if update in (*SHOWN, updates) or update % 100 == 0:
            bits = text.bits(model, "valid")
            if bits < best:
                best, kept, kept_at = bits, copy.deepcopy(model.state_dict()), update
        if update in (*SHOWN, updates):
            if update == updates:
                model.load_state_dict(kept)
            written = text.write(model, WRITTEN)
            shown.append({"update": update, "seconds": seconds, "bits": min(bits, best), "text": written})
            print(
                f"seed {seed}, update {update}, {seconds:.0f} s, {bits:.3f} bits: {written[:80]!r}",
                flush=True,
            )
        if update == updates:
            break
        begin = time.process_time()
        chunk = next(inputs, None)
        if chunk is None:
            inputs, state = iter(batches), None  # the text starts again
            chunk = next(inputs)
        logits, state = model(chunk[0], state)
        state = state.detach()  # carried, and cut
        loss = F.cross_entropy(logits.transpose(1, 2), chunk[1])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        update += 1
        seconds += time.process_time() - begin
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "kept at": kept_at,
        "test bits": text.bits(model, "test"),
        **text.judge(text.write(model, CHECKED, seed=1)),
        "shown": shown,
    }


if __name__ == "__main__":
    main()
