"""A museum of bugs: each room is a right program, and each bug changes one line of it.

What a bug's page entry shows is what was run: the program's text is read, the line is exchanged, and the
result is executed.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.museum.bugs import BUGS

RIGHT, POINTS = "right", 24  # the program without a bug; points of a curve
ROOMS = ("messages", "names", "sentiment", "translation")


def program(room: str, bug: str = RIGHT) -> ModuleType:
    """The program of a room, with the line of ``bug`` exchanged.

    Raises ValueError if the program does not have that line once.
    """
    path = Path(__file__).with_name(f"{room}.py")
    lines = path.read_text(encoding="utf-8").splitlines()
    if bug != RIGHT:
        right, wrong = BUGS[bug].right, BUGS[bug].wrong
        places = [place for place, line in enumerate(lines) if line.strip() == right]
        if len(places) != 1:
            raise ValueError(f"{path.name} has the line {right!r} {len(places)} times, not once")
        lines[places[0]] = lines[places[0]].replace(right, wrong)
    module = ModuleType(f"{room}, {bug}")
    exec(compile("\n".join(lines), str(path), "exec"), module.__dict__)
    return module


def run(room: str, bug: str, seed: int, size: str) -> dict[str, Any]:
    """What the program of ``bug`` says of the model that it trained, and what the right program says of it.

    Returns "told" and "true", each with the "score" (accuracy in %, or BLEU), the "loss" that the training
    showed, in ``POINTS`` means, and the "seconds" of one core.
    """
    start = time.process_time()
    changed = program(room, bug)
    count, epochs = changed.SIZES[size]
    prepared = changed.prepare(count)
    model, losses = changed.train(prepared, seed, epochs)
    told = changed.evaluate(model, prepared)
    true = program(room).evaluate(model, prepared)
    return {
        "told": rounded(told),
        "true": rounded(true),
        "loss": curve(losses),
        "seconds": round(time.process_time() - start, 1),
    }


def rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in scores.items()}


def curve(losses: list[float]) -> list[float]:
    """The means of ``POINTS`` pieces of nearly equal length, or the losses themselves if they are fewer."""
    points = min(POINTS, len(losses))
    ends = [round(len(losses) * point / points) for point in range(points + 1)]
    return [float(f"{sum(losses[a:b]) / (b - a):.4g}") for a, b in pairwise(ends)]
