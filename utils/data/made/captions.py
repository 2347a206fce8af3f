"""Pictures of one or two coloured shapes, drawn here, and the sentences that describe them.

"a small red circle to the left of a big blue square": what a sentence says can be seen in the picture, and a
test looks. Two shapes can be described from either side, so those pictures have two right sentences.
"""

from __future__ import annotations

import functools
import random
from typing import NamedTuple

import torch
from torch import Tensor

from utils.data.dataset import Dataset, split

SIDE = 32  # pixels
COLOURS = {
    "red": (0.85, 0.1, 0.1),
    "green": (0.1, 0.6, 0.15),
    "blue": (0.1, 0.2, 0.85),
    "yellow": (0.95, 0.85, 0.1),
    "purple": (0.55, 0.1, 0.65),
    "black": (0.05, 0.05, 0.05),
}
RADII = {"small": 4, "big": 7}
SHAPES = ("circle", "square", "triangle", "cross")
# From the first shape to the second: relation, the relation back, and the step between their centres.
RELATIONS = (("to the left of", "to the right of", (1, 0)), ("above", "below", (0, 1)))


class Shape(NamedTuple):
    """What is drawn: "big", "red", "circle"."""

    size: str
    colour: str
    form: str

    def __str__(self) -> str:
        return f"a {self.size} {self.colour} {self.form}"


class Captioned(NamedTuple):
    """A picture, (3, 32, 32) in float32 from 0 to 1, and all sentences that describe it."""

    image: Tensor
    captions: tuple[str, ...]


def make(seed: int = 0, count: int = 4_000) -> Dataset:
    """``count`` pictures, one in five of a single shape; the items are ``Captioned(image, captions)``.

    No caption is in two splits: the test asks for scenes that training has never shown, made of shapes,
    colours and relations that it has.

    Raises ValueError if count is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    rng = random.Random(seed)
    noise = torch.Generator().manual_seed(seed)
    scenes = [_scene(rng) for _ in range(count)]
    images = torch.stack([draw(shapes) for shapes, _ in scenes])
    images += 0.02 * torch.randn(images.shape, generator=noise)
    items = [
        Captioned(image, captions) for image, (_, captions) in zip(images.clamp_(0, 1), scenes, strict=True)
    ]
    title = f"pictures of coloured shapes, {SIDE} by {SIDE}, with sentences"
    return Dataset("captions", "default", title, dict(split(items, seed, keys=lambda item: item.captions)))


def draw(shapes: list[tuple[Shape, tuple[int, int]]]) -> Tensor:
    """A white picture with these shapes, each with its centre (x, y); (3, 32, 32), y grows downwards."""
    image = torch.ones(3, SIDE, SIDE)
    for shape, centre in shapes:
        colour = torch.tensor(COLOURS[shape.colour])[:, None]
        image[:, mask(shape.form, centre, RADII[shape.size])] = colour
    return image


@functools.cache  # few differ, and many pictures are drawn
def mask(form: str, centre: tuple[int, int], radius: int) -> Tensor:
    """The pixels of a shape that fills the square of side 2 radius + 1 around ``centre``; (32, 32), bool.

    Raises ValueError for a form that is not in ``SHAPES``.
    """
    steps = torch.arange(SIDE)
    x, y = (steps - centre[0])[None, :], (steps - centre[1])[:, None]
    inside = (x.abs() <= radius) & (y.abs() <= radius)
    if form == "square":
        return inside
    if form == "circle":
        return x**2 + y**2 <= (radius + 0.5) ** 2
    if form == "triangle":
        return inside & (2 * x.abs() <= y + radius)
    if form == "cross":
        return inside & ((3 * x.abs() <= radius) | (3 * y.abs() <= radius))
    raise ValueError(f"expected one of {', '.join(SHAPES)}, got {form!r}")


def _scene(rng: random.Random) -> tuple[list[tuple[Shape, tuple[int, int]]], tuple[str, ...]]:
    """The shapes with their centres, and the captions."""
    first = _shape(rng)
    captions: tuple[str, ...]
    if rng.random() < 0.2:
        placed, captions = [(first, (rng.randint(9, 22), rng.randint(9, 22)))], (str(first),)
    else:
        second = _shape(rng)
        while second[1:] == first[1:]:  # two shapes that differ in size alone would be told apart badly
            second = _shape(rng)
        relation, back, (right, down) = rng.choice(RELATIONS)
        x, y = _start(right, rng), _start(down, rng)
        end = (x + right * rng.randint(15, 16), y + down * rng.randint(15, 16))
        placed = [(first, (x, y)), (second, end)]
        captions = (f"{first} {relation} {second}", f"{second} {back} {first}")
    return placed, tuple(rng.sample(captions, len(captions)))


def _start(ahead: int, rng: random.Random) -> int:
    """A coordinate of the first shape that leaves room for the second, which lies ahead or level with it."""
    return rng.randint(7, 8) if ahead else rng.randint(12, 19)


def _shape(rng: random.Random) -> Shape:
    return Shape(rng.choice(tuple(RADII)), rng.choice(tuple(COLOURS)), rng.choice(SHAPES))
