"""Every right and wrong answer of every assignment, through the real grading."""

import shutil
from functools import partial
from pathlib import Path

import nbformat
import pytest

from utils.authoring import answers, variants
from utils.authoring.reachable import needed
from utils.authoring.release import find_assignments, release, source_notebook
from utils.common.errors import UserError
from utils.grading.result import Result

ROOT = Path(__file__).parents[2]
WRONG = variants.Variant("wrong/sign", {"a": "…"}, "The sign is turned.", {"a": (0, 1)})


def results(**scores: tuple[float, float]) -> dict[str, Result]:
    """Results for the tests a-one (2 points) and b-one (3 points)."""
    graded = {
        name: Result(name, "graded", {"a-one": (a, 2), "b-one": (b, 3)}) for name, (a, b) in scores.items()
    }
    return {"solution": graded["solution"], "untouched": graded["untouched"], "wrong/sign": graded["sign"]}


@pytest.mark.parametrize(
    ("scores", "sentences"),
    [
        ({}, ["the test b-one catches no wrong variant"]),
        ({"untouched": (2, 0)}, ["the untouched release gets 2 points", "the test b-one"]),
        ({"solution": (2, 1)}, ["solution is right and loses points on b-one", "the test b-one"]),
        ({"sign": (2, 3)}, ["gets 2 on a, which should be 0 to 1", "the test a-one", "the test b-one"]),
        ({"sign": (1, 0)}, ["wrong/sign gets 0 on b, which should be 3 to 3"]),
    ],
)
def test_complaints_name_each_wrong_grade_and_each_idle_test(scores, sentences):
    graded = results(**({"solution": (2, 3), "untouched": (0, 0), "sign": (1, 3)} | scores))
    found = variants.complaints([WRONG], graded)
    assert len(found) == len(sentences)
    assert all(sentence in text for sentence, text in zip(sentences, found, strict=True))


def test_a_variant_without_a_misconception_or_with_an_unknown_task_is_refused(tmp_path):
    (tmp_path / "wrong").mkdir()
    path = tmp_path / "wrong" / "nameless.py"
    path.write_text('# %% task="a"\npass\n')
    with pytest.raises(UserError, match="a header with `misconception:`"):
        variants.read_variant(path)
    assignment = find_assignments(ROOT)[0]
    notebook = source_notebook(assignment)
    with pytest.raises(UserError, match="no task 'imports'"):
        answers.answer_notebook(notebook, {"imports": "pass"})


@pytest.mark.parametrize("assignment", find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_an_assignment_has_enough_variants(assignment):
    names = [variant.name for variant in variants.read_variants(assignment)]
    assert sum(name.startswith("right/") for name in names) >= 4
    assert sum(name.startswith("wrong/") for name in names) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("assignment", find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_every_variant_gets_what_it_deserves(assignment, tmp_path, record_property):
    shutil.copytree(ROOT / "assignments" / assignment.name, tmp_path / "assignments" / assignment.name)
    release([assignment], tmp_path / "build" / "source", tmp_path / "assignments")
    graded = variants.grade_variants(assignment, tmp_path, tmp_path / "class", print)
    record_property("matrix", variants.matrix(graded))
    assert variants.complaints(variants.read_variants(assignment), graded) == []


CELLS = {
    "start": "import torch\nsize = 2",
    "check": "def check(x):\n    return size",
    "one": "def one(x):\n    return size * x",
    "one-value": "x = 3\nassert one(x) == 6",
    "two": "def two(x):\n    return helper(x)",
    "help": "def helper(x):\n    return one(x)",
    "two-value": "x = 4\nassert two(x) == 8",
    "three": "class Three:\n    pass",
    "three-value": "size = 3\nx = Three()\ncheck(x)",  # this `size` comes too late for `one`
}


def test_what_can_touch_what_is_read_from_the_names_that_cells_use():
    notebook = nbformat.v4.new_notebook()
    for name, source in CELLS.items():
        marks = {"grade_id": name, "solution": name in ("one", "two", "three"), "grade": "-" in name}
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"nbgrader": marks}))
    assert needed(notebook) == {"one": {"one"}, "two": {"one", "two"}, "three": {"three"}}
    right = {"one": CELLS["one"], "two": CELLS["two"], "three": CELLS["three"]}
    grade = partial(answers.tasks_to_grade, notebook, right)
    assert grade(right) == (set(right), set(right))
    assert grade({}) == (set(right), set(right))
    assert grade(right | {"one": "def one(x):\n    return x"}) == ({"one", "two"}, {"one", "two"})
    assert grade(right | {"two": "def two(x):\n    return x"}) == ({"two"}, {"two"})
    assert grade(right | {"three": "class Three:\n    n = one(1)"}) == ({"one", "three"}, {"three"})

    wrong = {
        "solution": {},
        "one": {"one": "def one(x):\n    return x"},
        "two": {"two": "def two(x):\n    return x"},  # its tests may not meet a wrong `one`
        "three": {"three": "class Three:\n    n = 1"},  # touches nothing else
        "again": {"one": "def one(x):\n    return 0"},
        "clash": {"two": "def two(x):\n    return 0\ndef check(x):\n    return 1"},  # what `three` calls
        "uses": {"three": "class Three:\n    n = two(1)"},
    }
    groups = answers.put_together(
        notebook, right, {"untouched": {}} | {name: right | code for name, code in wrong.items()}
    )
    assert [[one.name for one in group] for group in groups] == [
        ["untouched"],
        ["solution"],
        ["one", "three"],
        ["two"],
        ["again"],
        ["clash"],
        ["uses"],
    ]
    assert answers.merged(groups[2]) == right | wrong["one"] | wrong["three"]
    assert [one.counted for one in groups[2]] == [{"one", "two"}, {"three"}]


def test_answers_that_ran_out_of_time_in_one_notebook_are_graded_again_by_themselves():
    late = Result("a", "graded", {"one-value": (0, 1)}, failures={"one-value": "took more than 30 seconds"})
    wrong = Result("b", "graded", {"two-value": (0, 1)}, failures={"two-value": "expected 1"})
    group = [answers.Answers(name, {}, {name}, {name}, {name}) for name in ("one", "two", "three")]
    assert answers.hurried(group, {"one": late, "two": wrong, "three": wrong}) == []
    assert answers.hurried(group, {"one": late, "two": wrong, "three": late}) == [group[0], group[2]]
