"""The score of each cell equals stock nbgrader's, but for what utils/grading/DEPARTURES.md argues.

This runs a part; ``tests/grading/stock.py`` compares everything.
"""

from dataclasses import replace

import pytest
from departures import DEPARTURES, expected
from stock import compare, own_groups, variant_groups, wheel_groups

pytestmark = pytest.mark.slow

WHEEL = {
    "test": ("itself", "apps-test-v1", "apps-test-no-metadata", "apps-too-new"),
    "test-hidden-tests": ("itself", "apps-test"),
    "submitted": (
        "apps-submitted-changed",
        "apps-submitted-cheat-attempt",
        "preprocessors-submitted-grade-cell-changed",
        "preprocessors-submitted-grade-cell-type-changed",
    ),
    "autotest-hidden": ("apps-autotest-hidden-changed-right", "apps-autotest-hidden-changed-wrong"),
    "relative-file": ("itself",),
    "duplicate-grade-ids": ("itself",),
}
OWN = {
    "agreed": ("itself",),
    "crossing": ("itself",),
    "accidents": ("right", *(d.students[0] for d in DEPARTURES.values() if d.group == "accidents")),
}
VARIANTS = (
    "solution",
    "right/vectorised",
    "wrong/count_saturates",
    "wrong/delegated_to_torch",
    "wrong/state_not_carried",
    "wrong/delegated_orthogonal_by_import",
    "wrong/masked_delegated_to_an_alias",
)
# they train for seconds on both sides, and one training, that of assignment 1, is compared as it is
LEFT_OUT = [
    "02/characters",
    "03/mended",
    "04/fit",
    "05/training",
    "06/broken",
    "06/reader",
    "07/classifier",
    "08/translator",
]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """What stock nbgrader and ours made of each submission, by group and student."""
    folder = tmp_path_factory.mktemp("parity")
    groups = [*wheel_groups().items(), *own_groups().items()]
    chosen = {
        name: replace(group, work={student: group.work[student] for student in (WHEEL | OWN)[name]})
        for name, group in groups
        if name in WHEEL | OWN
    }
    chosen |= variant_groups(folder / "course", VARIANTS, LEFT_OUT)
    return {
        (name, student): pair
        for name, group in chosen.items()
        for student, pair in compare(group, folder / name).items()
    }


def test_every_cell_agrees_but_for_the_departures(pairs):
    found = {place: pair.differences() for place, pair in pairs.items()}
    assert found == {place: expected(*place) for place in pairs}


def test_what_is_compared_is_worth_comparing(pairs):
    """Grades on both sides, some full and some not, some to be given by hand."""
    both = [pair for pair in pairs.values() if isinstance(pair.stock, dict) and isinstance(pair.ours, dict)]
    grades = {grade for pair in both for grade in pair.stock.values()}
    assert len(both) >= 20 and any(by_hand for *_, by_hand in grades)
    assert {0 < got < possible for got, possible, _ in grades} == {True, False}
    assert {got == possible for got, possible, _ in grades} == {True, False}


@pytest.mark.parametrize("name", DEPARTURES)
def test_departure(pairs, name):
    departure = DEPARTURES[name]
    found = pairs[departure.group, departure.students[0]].differences()
    assert {cell: found.get(cell) for cell in departure.cells} == departure.cells
