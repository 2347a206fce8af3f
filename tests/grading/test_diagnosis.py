"""A mistake is told by the wrong variant that answers alike, and by no other; nothing else changes by it."""

import contextlib
import functools
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from given_away import given_away

from utils import checks
from utils.authoring import release
from utils.authoring.answers import answer_notebook, solutions
from utils.authoring.variant_files import Variant, address, kept_examples, read_kind
from utils.common.errors import UserError
from utils.grading.answer_key import read_release, without_library
from utils.grading.processes.diagnosis.events import (
    Departed,
    OfChecks,
    Record,
    alike,
    compiled,
    frozen,
    watched,
)
from utils.grading.result import Result
from utils.grading.sandbox.walls import find_walls
from utils.grading.submission import Submission
from utils.grading.symbols import needed_at_once
from utils.grading.worker import SEVERAL, end_benches, grade, plan, told

ROOT = Path(__file__).parents[2]
SECRET = "terces_eht"[::-1]  # stands in the wrong variants alone
SOURCE = """
# %% given="imports"
import os

import torch

from utils import checks

runs = []  # of the last test

# %% task="running"
def running(x):
    ### BEGIN SOLUTION
    state, states = torch.zeros(()), []
    for value in x:
        state = 0.5 * state + value
        states.append(state)
    return torch.stack(states)
    ### END SOLUTION

# %% test="running" checks="values" points=2
with checks.forbidden("torch.cumsum"):
    answer = checks.call(running, torch.tensor([1.0, 2.0]))
checks.close("running", answer, torch.tensor([1.0, 2.5]))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for length in (3, 6):
    x = torch.randn(length, generator=generator)
    expected = [x[0]]
    for value in x[1:]:
        expected.append(0.5 * expected[-1] + value)
    with checks.forbidden("torch.cumsum"):
        checks.close("running", checks.call(running, x), torch.stack(expected))
### END HIDDEN TESTS

# %% test="running" checks="single" points=1
with checks.forbidden("torch.cumsum"):
    checks.close("running", checks.call(running, torch.tensor([3.0])), torch.tensor([3.0]))

# %% task="largest"
def largest(values):
    ### BEGIN SOLUTION
    return max(values)
    ### END SOLUTION

# %% test="largest" checks="values" points=1
assert largest([1, 3, 2]) == 3, largest([1, 3, 2])

# %% task="halves"
def halves(x):
    ### BEGIN SOLUTION
    for value in x:
        yield value / 2
    ### END SOLUTION

# %% test="halves" checks="values" points=1
x = torch.randn(5, generator=checks.fresh_generator())
checks.close("halves", torch.stack(list(checks.call(halves, x))), x / 2)

# %% task="first"
def first(values):
    ### BEGIN SOLUTION
    return values[0]
    ### END SOLUTION

# %% test="first" checks="values" points=1
runs.append(1)
if len(runs) > 1:  # it is run again to tell the mistake
    os.kill(os.getpid(), 9)
assert first([1, 2]) == 1
"""
WRONG = {
    "forgets": ("running", "The state is forgotten.", "def running(x):\n    return x.clone()"),
    "forgets_too": ("running", "The state is forgotten.", "def running(x):\n    return 1.0 * x"),
    "backwards": (
        "running",
        "Time runs backwards.",
        "def running(x):\n    y = x.clone()\n    for t in range(len(x) - 2, -1, -1):\n"
        "        y[t] = x[t] + 0.5 * y[t + 1]\n    return y",
    ),
    "one_is_zero": (
        "running",
        "A single value is thought to be none.",
        "def running(x):\n    y = x.clone()\n    for t in range(1, len(x)):\n"
        "        y[t] = x[t] + 0.5 * y[t - 1]\n    return y if len(x) > 1 else 0 * x",
    ),
    "raises": ("running", "The start is None.", "def running(x):\n    return None * x"),
    "ends": ("largest", "It ends Python.", "def largest(values):\n    import os\n    os._exit(1)"),
    "hangs": ("largest", "It does not end.", "def largest(values):\n    while True:\n        pass"),
    "second": ("first", "The second is taken.", "def first(values):\n    return values[1]"),
    "doubles": ("halves", "It doubles.", "def halves(x):\n    for value in x:\n        yield 2 * value"),
    "last": ("largest", "The last is taken.", "def largest(values):\n    return values[-1]"),
}
HEADER = """# ---
# jupyter:
#   course:
#     misconception: {text}
#     question: Which one?
#     keeps:
#       {task}: [0, 2]
# ---

# %% task="{task}"
{code}

# {secret}
"""
RIGHT = {
    "running": SOURCE.partition('task="running"\n')[2].partition("\n\n# %%")[0],
    "largest": "def largest(values):\n    return sorted(values)[-1]",
    "halves": "def halves(x):\n    return [value / 2 for value in x]",
    "first": "def first(values):\n    return next(iter(values))",
}
SEARCH = """
def largest(values):
    import os, sys
    word, found = "terces_eht"[::-1], []
    for top in TOPS:
        for folder, folders, names in os.walk(top):
            # its own packages, of gigabytes, where the project lies in /tmp
            packages = [path for path in sys.path if path.endswith("site-packages")]
            folders[:] = [name for name in folders if os.path.join(folder, name) not in packages]
            for name in names:
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        if word.encode() in file.read():
                            found.append(name)
                except OSError:
                    pass
    found += [name for name, value in os.environ.items() if word in value]
    found += [name for name, value in globals().items() if name != "In" and word in repr(value)]
    return found
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / "01-tiny"
    (folder / "wrong").mkdir(parents=True)
    (folder / "tiny.py").write_text(SOURCE, encoding="utf-8")
    for name, (task, text, code) in WRONG.items():
        about = HEADER.format(task=task, text=text, code=code, secret=SECRET)
        (folder / "wrong" / f"{name}.py").write_text(about, encoding="utf-8")
    release.release(release.find_assignments(root), root / "source", root / "released")
    yield root
    end_benches()


@functools.cache
def wrong_of(folder: Path) -> list[Variant]:
    return read_kind(folder, "wrong")


def graded(course: Path, library: bool = True, **answers: str):
    """The result of these answers; the others are right."""
    key = read_release(course / "source" / "01-tiny", timeout=5)
    key = key if library else without_library(key)
    notebook = nbformat.read(course / "released" / "01-tiny" / "tiny.ipynb", as_version=4)
    content = nbformat.writes(answer_notebook(notebook, RIGHT | answers)).encode()
    return grade(key, Submission("student", {"tiny.ipynb": content})).result


def mistakes(result) -> dict[str, str]:
    assert result.status == "graded", result.problem
    return {task: about["misconception"] for task, about in result.diagnoses.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("def running(x):\n    return torch.stack([v * 3 / 3 for v in x])", "The state is forgotten."),
        ("def running(x):\n    return None * x.sum() + x", "The start is None."),
        ("def running(x):\n    return 0.9 * x", ""),  # nobody has foreseen it
        ("def running(x):\n    return 0 * x if len(x) == 1 else x.clone()", SEVERAL),
        ("def running(x):\n    return 2 * x if len(x) == 1 else x.clone()", ""),  # half of it foreseen
        ("def running(x):\n    return x.flip(0)", ""),
        ("def running(x):\n    return x if len(x) < 4 else 2 * x", ""),  # alike in some calls only
        ("def running(x):\n    import os\n    os._exit(1)", ""),
        ("def running(x) return", ""),
        (RIGHT["running"], ""),
    ],
)
def test_the_mistake_is_named_where_all_calls_agree_and_no_other(course, answer, sentence):
    assert mistakes(graded(course, running=answer)) == ({"running": sentence} if sentence else {})


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "found"), [(2, {"halves": "It doubles."}), (3, {})])
def test_an_answer_that_is_built_otherwise_is_known_by_what_the_checks_see(course, factor, found):
    answer = f"def halves(x):\n    return [{factor} * value for value in x]"  # a list, where they yield
    assert mistakes(graded(course, halves=answer)) == found


@pytest.mark.slow
def test_variants_that_end_python_or_do_not_end_cost_nothing(course):
    result = graded(course, largest="def largest(values):\n    return values[len(values) - 1]")
    assert mistakes(result) == {"largest": "The last is taken."}
    assert result.diagnoses["largest"] == {
        "name": "wrong/last",
        "misconception": "The last is taken.",
        "question": "Which one?",
        "example": "",
        "section": "",
        "address": "",
    }
    assert mistakes(graded(course, running="def running(x):\n    return x + 0")) != {}  # the lane goes on


@pytest.mark.slow
def test_nothing_of_the_variants_is_where_a_student_looks(course):
    assert SECRET in (course / "source" / "01-tiny.key.json").read_text(encoding="utf-8")
    held = [path for path in (course / "released").rglob("*") if path.is_file()]
    assert held and not any(SECRET.encode() in path.read_bytes() for path in held)
    key = read_release(course / "source" / "01-tiny")
    assert SECRET in repr(key.library)
    assert SECRET not in repr((replace(key, library={}), plan(key, Submission("s", {}), [])))
    # without bubblewrap a submission can read what whoever grades can, as its warning says: memory counts
    tops = '("/tmp", os.getcwd(), os.path.expanduser("~"))' if find_walls().name == "bubblewrap" else "()"
    # wrong on both tasks, so that variants have been at work when the search runs again
    result = graded(course, running="def running(x):\n    return x + 0", largest=SEARCH.replace("TOPS", tops))
    assert result.failures["largest-values"] == "[]"


@pytest.mark.slow
def test_where_telling_ends_by_itself_the_grade_stands_and_the_next_one_is_graded(course):
    result = graded(course, first="def first(values):\n    return values[1]")
    assert mistakes(result) == {} and result.scores["first-values"] == (0.0, 1.0) and result.score == 5
    assert mistakes(graded(course, running="def running(x):\n    return x + 0")) != {}


@pytest.mark.slow
def test_points_notes_and_sentences_are_those_without_a_library(course):
    answers = [f"def running(x):\n    return {factor} * x" for factor in (1, 2)]
    with_library = [graded(course, running=answer) for answer in answers]
    without = [graded(course, library=False, running=answer) for answer in answers]
    for one, other in zip(with_library, without, strict=True):
        assert (one.scores, one.notes, one.failures) == (other.scores, other.notes, other.failures)
        assert other.diagnoses == {}
    assert [len(result.diagnoses) for result in with_library] == [1, 0]


def test_students_are_told_nothing_of_the_library(monkeypatch):
    from utils.grading.processes import tests_process

    sent = []
    monkeypatch.setattr(tests_process.enclose, "find_walls", lambda: None)
    monkeypatch.setattr(tests_process.enclose, "command", lambda argv, walls, offer: argv)
    monkeypatch.setattr(tests_process.subprocess, "Popen", lambda *args, **more: sent.append((args, more)))
    monkeypatch.setattr(tests_process.Channel, "send", lambda self, message: sent.append(message))
    settings = {"modules": [], "limits": {}, "uses": ["torch"], "library": {"variants": [SECRET]}}
    tests_process.start_students(settings)
    assert len(sent) == 2 and SECRET not in repr(sent)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1e-7]), True),
        (torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1e-3]), False),
        (torch.tensor([1e-6, 0.0]), torch.tensor([1e-6, 1e-7]), False),
        (torch.tensor([1.0]), torch.tensor(1.0), False),
        (torch.tensor([1.0]), torch.tensor([1]), False),
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")]), True),
        (torch.tensor([1.0]), np.array([1.0], dtype=np.float32), False),
        (0.5, 0.5 + 1e-9, True),
        ([1, (2.0, "a")], [1, (2.0 + 1e-9, "a")], True),
        ([1, 2], (1, 2), False),
        (1, True, False),
        ({"a": {1}}, {"a": {1}}, True),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_answers_are_compared_but_for_rounding(one, other, same):
    assert alike(frozen(one), frozen(other)) == same


def test_layers_are_compared_by_their_settings_and_parameters():
    one, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    assert not alike(frozen(one), frozen(other))
    other.load_state_dict(one.state_dict())
    assert alike(frozen(one), frozen(other))
    assert not alike(frozen(one), frozen(other.requires_grad_(False)))
    assert not alike(frozen(torch.nn.RNN(1, 1)), frozen(torch.nn.RNN(1, 1, batch_first=True)))


def test_what_a_cell_needs_at_once_is_outside_of_its_functions():
    source = """
@wrap
def one(x: Kind = start) -> Other:
    return later(x)
class Two(Base):
    size = width
    def method(self):
        return hidden
call(lambda y=now: never)
"""
    found = needed_at_once(source) - {"int"}
    assert found == {"wrap", "Kind", "start", "Other", "Base", "width", "call", "now"}
    assert needed_at_once("def one(") == frozenset()


def test_a_record_departs_at_the_first_other_event():
    record = Record([("a", 1), ("b", 2)])
    record.add(("a", 1))
    assert not record.agrees
    record.add(("b", 2))
    assert record.agrees
    with pytest.raises(Departed):
        record.add(("c", 3))
    assert not record.agrees


def test_a_record_tells_what_is_exactly_so_from_what_is_roughly_so():
    expected = [("a", frozen(torch.tensor([1.0, 2.0])))]
    for number, exact, agrees in ((2.00001, True, True), (2.001, False, True), (2.1, False, False)):
        record = Record(expected)
        with contextlib.suppress(Departed):
            record.add(("a", frozen(torch.tensor([1.0, number]))))
        assert (record.exact, record.agrees) == (exact, agrees)


def test_what_the_checks_have_seen_is_compared_apart_from_the_conversation():
    def run(record, got, sentence):
        check = {name: watched(name, getattr(checks, name), lambda: record) for name in ("close", "true")}
        record.add(("answered", got))
        for name, *args in (("close", "y", got, torch.ones(2)), ("true", False, sentence)):
            with contextlib.suppress(checks.CheckFailed):
                check[name](*args)
        return record

    first = run(Record(), torch.tensor([0.5, 2.0]), "3 of 4, 0.123 s")
    assert first.telling and len(first.checked) == 2
    for got, sentence, agrees in (
        (torch.tensor([0.5, 2.0], dtype=torch.float64), "3 of 4, 0.123 s", True),
        (torch.tensor([0.5, 2.1]), "3 of 4, 0.123 s", False),
        (torch.tensor([0.5, 2.0]), "3 of 5, 0.123 s", False),
        (torch.tensor([0.5, 2.0]), "3 in 4, 0.123 s", False),
    ):
        record = OfChecks(first.checked)
        with contextlib.suppress(Departed):
            run(record, got, sentence)
        assert record.agrees == agrees


@pytest.mark.parametrize(
    ("got", "sentence", "telling"),
    [
        ([2.0, 3], "", False),  # whole numbers are often the same by chance
        ([2.0, 3.5], "", True),
        ([2.0, 3, 4, 5, 6, 7], "", True),
        ([1.0, 1], "0.5 is asked for, got 3", False),  # a number of the test's own
        ([1.0, 1], "0.5 is asked for, got 0.1234", True),
    ],
)
def test_answers_that_may_be_alike_by_chance_tell_nothing(got, sentence, telling):
    record = Record()
    with contextlib.suppress(checks.CheckFailed):
        watched("close", checks.close, lambda: record)("y", torch.tensor(got), torch.ones(len(got)))
    with contextlib.suppress(checks.CheckFailed):
        watched("true", checks.true, lambda: record)(not sentence, sentence)
    assert record.telling == telling


def test_a_persistent_cell_goes_on_after_each_failure():
    source = """
seen = []
assert False, "first"
for k in range(3):
    if k == 1:
        continue
    value = 1 / (k - 0)
    seen.append(k)
with open("/nowhere") as file:
    seen.append("not here")
def helper():
    assert False
seen.append("end")
"""
    errors: list[Exception] = []
    space = {"__failed__": errors.append}
    exec(compiled(source, frozenset(), True), space)
    assert space["seen"] == [0, 2, "end"]
    assert [type(error).__name__ for error in errors] == [
        "AssertionError",
        "ZeroDivisionError",
        "FileNotFoundError",
    ]
    with pytest.raises(AssertionError, match="first"):
        exec(compiled(source, frozenset(), False), {})
    assert compiled("%time x", frozenset(), True) is None


@pytest.mark.parametrize("assignment", release.find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_each_pointer_leads_to_a_section_of_the_book(assignment):
    chapter = ROOT / "book" / "chapters" / assignment.name
    for variant in wrong_of(assignment.folder):
        if variant.section:
            assert address(variant.section, chapter).startswith(f"chapters/{assignment.name}/")
    title = next(line for line in (chapter / "index.md").read_text().splitlines() if line.startswith("# "))
    assert address(title[2:], chapter) == f"chapters/{assignment.name}/index.html"
    with pytest.raises(UserError, match="has a section 'No such page, Nothing'"):
        address("No such page, Nothing", chapter)


def test_no_hint_holds_a_piece_of_the_solution():
    solution = """
def step(x, h):
    'Says h @ W.T + b of it.'
    # the sum of all
    return tanh(x @ U.T + h @ W.T)
"""
    assert given_away("Is it h @ W.T, or W @ h?", solution) == ["h @ W .", "@ W . T"]
    assert given_away("It is i, f, g and o.", "i, f, g = split(x)") == []
    assert given_away("Says h @ W of it, the sum of all.", solution) == []
    assert given_away("It should give ([1], [1]).", "def f(x):\n    return g(x.shape[1])") == []
    assert given_away("Is it 2 * (1 - 0)?", "x = 2 * (1 - y)") == ["2 * ( 1", "* ( 1 -"]
    for assignment in release.find_assignments(ROOT):
        right = solutions(assignment)
        examples = kept_examples(assignment.folder)
        assert set(examples) <= {variant.name for variant in wrong_of(assignment.folder)}
        for variant in wrong_of(assignment.folder):
            example = examples.get(variant.name, "")
            hints = (variant.text, variant.question, variant.section, variant.common, example)
            for task in variant.answers:
                assert [given_away(hint, right[task]) for hint in hints] == [[]] * 5, variant.name


def variant(name: str, text: str, common: str = "", section: str = "") -> dict[str, str]:
    about = {"name": name, "misconception": text, "common": common, "section": section}
    return about | {"question": f"{name}?", "example": "", "address": ""}


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([0], "A."), ([0, 1], "A."), ([0, 2], ""), ([2, 3], "Both."), ([2], "Both."), ([1, 2, 3], ""), ([], "")],
)
def test_variants_that_differ_say_what_they_have_in_common_or_nothing(numbers, said):
    variants = [variant("a", "A."), variant("b", "A.", section="P, S"), variant("c", "C.", "Both.", "P, S")]
    library = {"variants": [*variants, variant("d", "D.", "Both.", "P, S")]}
    lost = Result("s", "graded", {"one-a": (0.0, 1.0)})
    found = told(library, {"one": numbers}, lost)
    assert found.get("one", {}).get("misconception", "") == said
    assert told(library, {"one": numbers}, Result("s", "graded", {"one-a": (1.0, 1.0)})) == {}
    if numbers == [2, 3]:
        assert found["one"] | {"name": ""} == {
            "name": "",
            "misconception": "Both.",
            "question": "",
            "example": "",
            "section": "P, S",
            "address": "",
        }
