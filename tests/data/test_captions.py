import collections
import itertools
import re

import pytest
import torch

from utils.data.made import captions

SEEN = re.compile(r"a (small|big) (\w+) (\w+)")


@pytest.fixture(scope="module")
def data():
    return captions.make(0, count=1500)


def everything(data):
    return [item for items in data.values() for item in items]


def colour_mask(image, colour):
    """The pixels nearest to this colour, white and the other colours considered."""
    names = ["white", *captions.COLOURS]
    palette = torch.tensor([(1.0, 1.0, 1.0), *captions.COLOURS.values()])
    distance = (image[None] - palette[:, :, None, None]).pow(2).sum(dim=1)
    return distance.argmin(dim=0) == names.index(colour)


def box(found):
    """The least and greatest x and y of a mask."""
    y, x = found.nonzero(as_tuple=True)
    return x.min().item(), x.max().item(), y.min().item(), y.max().item()


def test_what_the_sentence_says_is_in_the_picture(data):
    full = {"square": (0.99, 1.01), "circle": (0.75, 0.92), "triangle": (0.5, 0.6), "cross": (0.4, 0.58)}
    for item in everything(data):
        for caption in item.captions:
            shapes = SEEN.findall(caption)
            if len({colour for _, colour, _ in shapes}) < len(shapes):
                continue  # two shapes of one colour are not told apart here
            boxes = []
            for size, colour, form in shapes:
                found = colour_mask(item.image, colour)
                left, right, top, bottom = box(found)
                assert (right - left, bottom - top) == ((8, 8) if size == "small" else (14, 14))
                low, high = full[form]
                assert low <= found.sum() / ((right - left + 1) * (bottom - top + 1)) <= high, form
                boxes.append((left, right, top, bottom))
            if "left of" in caption:
                assert boxes[0][1] < boxes[1][0]
            if "right of" in caption:
                assert boxes[0][0] > boxes[1][1]
            if "above" in caption:
                assert boxes[0][3] < boxes[1][2]
            if "below" in caption:
                assert boxes[0][2] > boxes[1][3]


def test_pictures_are_small_tensors_from_0_to_1(data):
    for item in everything(data):
        assert item.image.shape == (3, 32, 32) and item.image.dtype == torch.float32
        assert item.image.min() >= 0 and item.image.max() <= 1
        assert len(item.captions) == (1 if len(SEEN.findall(item.captions[0])) == 1 else 2)


def test_shapes_colours_and_relations_are_balanced(data):
    words = collections.Counter(word for item in everything(data) for word in item.captions[0].split())
    for group in (captions.SHAPES, captions.COLOURS, captions.RADII, ("left", "right", "above", "below")):
        counts = [words[word] for word in group]
        assert max(counts) < 1.3 * min(counts)
    assert 0.15 < sum(len(item.captions) == 1 for item in everything(data)) / 1500 < 0.25


def test_no_caption_and_no_picture_is_in_two_splits(data):
    for of in (lambda item: item.captions, lambda item: [tuple(item.image.flatten().tolist())]):
        parts = [{thing for item in items for thing in of(item)} for items in data.values()]
        assert not any(one & other for one, other in itertools.combinations(parts, 2))
    assert sum(map(len, data.values())) == 1500


def test_captions_are_a_pure_function_of_the_seed():
    before = torch.random.get_rng_state()
    one, again, other = (captions.make(seed, count=30)["train"] for seed in (0, 0, 1))
    assert [item.captions for item in one] == [item.captions for item in again]
    assert all(torch.equal(a.image, b.image) for a, b in zip(one, again, strict=True))
    assert [item.captions for item in one] != [item.captions for item in other]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_bad_arguments_get_one_clear_error():
    with pytest.raises(ValueError, match="count must be at least 1"):
        captions.make(count=0)
    with pytest.raises(ValueError, match="got 'star'"):
        captions.mask("star", (5, 5), 3)
