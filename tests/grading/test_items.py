"""The item analysis of a class, by hand and on a class whose tests are known."""

import math

import numpy as np
import pytest

from utils.grading.reports.items import Estimate, analyse, cronbach, discrimination, flags
from utils.grading.result import Result

# ten students, three items; the sums below were done by hand
TEN = np.array(
    [
        [1, 1, 1],
        [1, 1, 0],
        [1, 0, 0],
        [0, 0, 0],
        [1, 1, 1],
        [1, 1, 1],
        [0, 0, 1],
        [1, 0, 0],
        [1, 1, 0],
        [0, 0, 1],
    ],
    dtype=float,
)


def results(points: np.ndarray) -> list[Result]:
    return [
        Result(f"student{k}", "graded", {f"task{i}-a": (float(value), 1.0) for i, value in enumerate(row)})
        for k, row in enumerate(points)
    ]


def test_ten_students_by_hand():
    # first item: mean 7/10; with the rest 2,1,0,0,2,2,1,0,1,1 (mean 1): products sum to 8 - 10 * 0.7 * 1 = 1,
    # squares to 10 * 0.7 * 0.3 = 2.1 and 16 - 10 = 6
    assert discrimination(TEN)[0] == pytest.approx(1 / math.sqrt(2.1 * 6))
    # variances (n - 1): 2.1/9, 2.5/9, 2.5/9; the sums 3,2,1,0,3,3,1,1,2,1 have mean 1.7 and 39 - 28.9 = 10.1
    assert cronbach(TEN) == pytest.approx(1.5 * (1 - 7.1 / 10.1))
    found = analyse(results(TEN))
    assert [item.difficulty.value for item in found.items] == pytest.approx([0.7, 0.5, 0.5])
    assert found.students == 10
    for item in found.items:
        assert item.difficulty.low <= item.difficulty.value <= item.difficulty.high


def test_nothing_is_said_of_few_students_or_one_item():
    assert analyse(results(TEN[:9])) is None
    assert analyse(results(TEN[:, :1])) is None
    assert analyse(results(TEN), by_task=True).students == 10


def test_an_item_that_all_get_has_no_correlation():
    points = TEN.copy()
    points[:, 1] = 1
    item = analyse(results(points)).items[1]
    assert item.difficulty == Estimate(1.0, 1.0, 1.0) and math.isnan(item.discrimination.value)
    assert item.flags == ("Nearly everybody gets it: it tells nobody apart.",)
    assert math.isnan(cronbach(np.ones((10, 3))))


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values))


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of 500 students on 30 items of a two-parameter logistic model, P(right) = 1 / (1 + exp(-a
    (ability - b))), its discriminations a, and the shares of the students that it expects to be right."""
    generator = np.random.default_rng(seed)
    # in a random order, so that the two have nothing to do with each other
    a, b = generator.permutation(np.linspace(0.3, 2.5, 30)), np.linspace(-1.2, 1.2, 30)

    def right(ability: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-a * (ability[:, None] - b)))

    points = generator.random((500, 30)) < right(generator.standard_normal(500))
    return points.astype(float), a, right(generator.standard_normal(20_000)).mean(axis=0)


def test_simulated_classes_of_500_give_back_their_parameters():
    agreement = []
    for seed in range(10):
        points, a, expected = simulated(seed)
        assert np.corrcoef(ranks(points.mean(axis=0)), ranks(expected))[0, 1] >= 0.9
        agreement.append(np.corrcoef(ranks(discrimination(points)), ranks(a))[0, 1])
    assert np.mean(agreement) >= 0.9


def test_the_intervals_hold_what_they_promise():
    points, _, expected = simulated(0)
    found = analyse(results(points))
    inside = [
        item.difficulty.low <= share <= item.difficulty.high
        for item, share in zip(found.items, expected, strict=True)
    ]
    assert sum(inside) >= 25  # 95 % of 30 are 28.5
    assert 0.8 < found.alpha.low < found.alpha.value < found.alpha.high < 1


@pytest.mark.parametrize(
    ("difficulty", "correlation", "said"),
    [
        ((0.5, 0.4, 0.6), (0.5, 0.3, 0.7), []),
        ((0.99, 0.98, 1.0), (0.5, 0.3, 0.7), ["Nearly everybody"]),
        ((0.1, 0.05, 0.15), (0.5, 0.3, 0.7), ["Hardly anybody"]),
        ((0.5, 0.4, 0.6), (-0.3, -0.5, -0.1), ["Strong students fail it"]),
        ((0.5, 0.4, 0.6), (-0.1, -0.3, 0.1), ["hardly gets it more often"]),
        ((0.5, 0.4, 0.6), (-0.1, -0.4, 0.3), []),  # nobody knows
    ],
)
def test_flags_say_in_words_what_the_intervals_allow(difficulty, correlation, said):
    found = flags(Estimate(*difficulty), Estimate(*correlation))
    assert len(found) == len(said) and all(part in text for part, text in zip(said, found, strict=True))
