"""Copies are found, also renamed; the release's code and what everybody writes are not."""

import nbformat
import pytest

from utils.grading.reports.similar import compare, marked, similar_page
from utils.grading.submission import Submission

GIVEN = "def total(numbers):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
LONG = '''def total(numbers):
    """A long docstring that the release has."""
    checked = [float(number) for number in numbers if number is not None]
    largest, smallest = max(checked, default=0), min(checked, default=0)
    assert largest < math.inf and smallest > -math.inf and not math.isnan(largest)
    # YOUR CODE HERE
    raise NotImplementedError()'''
OWN = {
    "ada": """def total(numbers):
    left, right = 0, len(numbers) - 1
    result = 0
    while left < right:
        result += numbers[left] + numbers[right]
        left, right = left + 1, right - 1
    return result + (numbers[left] if left == right else 0)  # the middle one""",
    "bob": """def total(numbers):
    from functools import reduce
    return reduce(lambda one, two: one + two, numbers, 0)""",
    "cy": """def total(numbers):
    if not numbers:
        return 0
    return numbers[0] + total(numbers[1:])""",
}


def notebook(code: str) -> nbformat.NotebookNode:
    marks = {"nbgrader": {"grade_id": "total", "grade": False, "solution": True}}
    given = nbformat.v4.new_code_cell("import math  # the same everywhere " * 20)
    return nbformat.v4.new_notebook(cells=[given, nbformat.v4.new_code_cell(code, metadata=marks)])


def hand_in(answers: dict[str, str]) -> list[Submission]:
    return [
        Submission(name, {"work.ipynb": nbformat.writes(notebook(code)).encode()})
        for name, code in answers.items()
    ]


def pairs(answers: dict[str, str], given: str = GIVEN) -> list[tuple[str, str]]:
    return [(pair.one, pair.other) for pair in compare(hand_in(answers), "work", notebook(given)).pairs]


def test_a_copy_is_found_and_independent_work_is_not():
    assert pairs(OWN) == []
    assert pairs(OWN | {"copy": OWN["ada"]}) == [("ada", "copy")]


def test_renaming_comments_and_space_hide_nothing():
    changed = OWN["ada"].replace("left", "i").replace("right", "j_end").replace("result", "acc")
    changed = changed.replace("  # the middle one", "").replace("    while", "\n    # go on\n    while")
    found = compare(hand_in(OWN | {"copy": changed}), "work", notebook(GIVEN)).pairs
    assert [(pair.one, pair.other) for pair in found] == [("ada", "copy")]
    assert found[0].share > 0.9 and found[0].lines <= 1


def test_the_releases_own_code_does_not_count():
    answers = {
        "ada": LONG.replace("raise NotImplementedError()", "return sum(checked)"),
        "bob": LONG.replace("raise NotImplementedError()", "return sum(checked)"),
    }
    assert pairs(answers, LONG) == [] and pairs(answers, GIVEN) == [("ada", "bob")]


def test_what_many_write_does_not_count():
    everybody = {f"s{i}": OWN["ada"] for i in range(12)}
    assert pairs(everybody) == []


def test_a_class_of_200_with_a_copy_in_it():
    def own(i: int) -> str:
        """Code of its own: the binary digits of ``i * 2654435761`` choose its statements."""
        bits = f"{i * 2654435761 % 2**24:024b}"
        kinds = ("    x = y * {} + z[{}]", "    for i in range({}, {}): x -= i")
        lines = [kinds[int(bit)].format(i, k) for k, bit in enumerate(bits)]
        return "def total(numbers):\n" + "\n".join(lines)

    answers = {f"s{i:03}": own(i) for i in range(200)} | {"s120": OWN["ada"], "s044": OWN["ada"]}
    assert pairs(answers) == [("s044", "s120")]


def test_what_cannot_be_compared_is_told_and_stops_nobody():
    submissions = [*hand_in(OWN | {"copy": OWN["ada"], "idle": GIVEN}), Submission("none", {})]
    found = compare(submissions, "work", notebook(GIVEN))
    assert found.compared == 4 and [(pair.one, pair.other) for pair in found.pairs] == [("ada", "copy")]
    assert found.notes[0] == "idle is not compared: no task is answered."
    assert found.notes[1].startswith("none is not compared: work.ipynb is missing")


@pytest.mark.parametrize("answers", [{}, {"ada": OWN["ada"]}])
def test_with_fewer_than_two_there_is_nothing_to_compare(answers):
    page = similar_page("x", compare(hand_in(answers), "work", notebook(GIVEN)))
    assert "nothing to compare" in page


def test_the_page_shows_both_and_escapes_them():
    evil = OWN["ada"] + "\n# <script>alert(1)</script>"
    text = similar_page("x", compare(hand_in({"ada": evil, "copy": evil}), "work", notebook(GIVEN)))
    assert "<script" not in text and text.count("<mark>") >= 2 and "ada and copy" in text


def test_marks_cover_the_slices_and_nothing_is_lost():
    pieces = marked("abcdef", [[1, 4], [3, 99]])
    assert pieces == [("a", False), ("bc", True), ("d", False), ("ef", True)]
