"""What a sentence says of wrong values that are like the right ones, and that it says nothing else."""

import pytest
import torch

from utils import checks
from utils.common.likeness import likeness

VALUES = torch.randn(4, 4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
ALONG = "Along axis {} stand the right values"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (-VALUES, "Every value has the opposite sign."),
        (3 * VALUES, "Every value is 3 times what it should be."),
        (VALUES / 20, "Every value is 1/20 times what it should be."),
        (-2.7183 * VALUES, "Every value is -2.718 times what it should be."),
        (VALUES + 0.25, "Every value is too large by 0.25."),
        (VALUES - 1 / 3, "Every value is too small by 0.3333."),
        (VALUES.transpose(0, 1), "Axes 0 and 1 are exchanged."),
        (VALUES.flip(2), f"{ALONG.format(2)} in the opposite order."),
        (VALUES.roll(1, 1), f"{ALONG.format(1)} one place too late."),
        (VALUES.roll(-1, 2), f"{ALONG.format(2)} one place too early."),
        (VALUES[[2, 0, 1, 3]], f"{ALONG.format(0)} in another order."),
        (VALUES[:, :, [0, 3, 2, 4, 1]], f"{ALONG.format(2)} in another order."),
    ],
)
def test_what_is_true_of_all_values_is_said(wrong, said):
    assert likeness(wrong, VALUES, 1e-5) == said
    with pytest.raises(checks.CheckFailed) as raised:
        checks.close("y", wrong, VALUES)
    assert str(raised.value).endswith(f". {said}")


def test_rounding_does_not_hide_a_likeness_of_float32():
    assert (
        likeness((3 * VALUES.float()).double(), VALUES, 1e-5) == "Every value is 3 times what it should be."
    )


@pytest.mark.parametrize(
    "wrong",
    [
        VALUES.clone().index_fill(0, torch.tensor(1), 0.0),
        3 * VALUES + 0.01,
        VALUES.square(),
        1.00005 * VALUES,  # hardly wrong
        torch.zeros_like(VALUES),
        torch.full_like(VALUES, torch.nan),
        VALUES[[0, 0, 2, 3]],
        VALUES.reshape(5, 4, 4).permute(1, 2, 0),
    ],
)
def test_of_other_values_nothing_is_said(wrong):
    assert likeness(wrong, VALUES, 1e-5) == ""


def test_of_few_values_nothing_is_said_that_may_be_chance():
    assert likeness(torch.tensor([2.0, 4]), torch.tensor([1.0, 2]), 1e-5) == ""
    assert likeness(torch.tensor([1.0, 0, 0, 0]), torch.tensor([0.0, 1, 0, 0]), 1e-5) == ""
    assert likeness(torch.tensor([]), torch.tensor([]), 1e-5) == ""


def test_of_values_that_have_nothing_to_do_with_them_nothing_is_said():
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        one, other = torch.randn(2, 6, 6, generator=generator, dtype=torch.float64)
        assert likeness(one, other, 1e-5) == ""
