"""Bad submissions, one after the other on one bench: each has a status and a sentence, none disturbs another.

The probe has three tasks of one point. A submission that goes wrong in the third keeps the points of the
first two.
"""

import copy
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.grading.answer_key import read_release
from utils.grading.class_run import Class
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

pytestmark = pytest.mark.slow

SOURCE = """
# %% given="imports"
import torch

from utils import checks

# %% task="one"
def one(x):
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION

# %% test="one" checks="values" points=1
assert one(1) == 2
### BEGIN HIDDEN TESTS
assert one(-3) == -2
### END HIDDEN TESTS

# %% task="two"
def two(x):
    ### BEGIN SOLUTION
    return torch.exp(x)
    ### END SOLUTION

# %% test="two" checks="values" points=1
with checks.forbidden("torch.cosh"):
    answer = checks.call(two, torch.zeros(1))
checks.close("two at 0", answer, torch.ones(1))

# %% task="three"
def three(x):
    ### BEGIN SOLUTION
    return x + 3
    ### END SOLUTION

# %% test="three" checks="values" points=1
assert checks.call(three, 1) == 4

# %% task="four"
def four(x):
    ### BEGIN SOLUTION
    return x + 4
    ### END SOLUTION

# %% test="four" checks="values" points=1
with checks.forbidden("torch.cosh"):
    assert checks.call(four, 1) == 5
"""

# it reads beyond what is there; a signal that a first process sends itself does nothing
CRASH = "numpy.lib.stride_tricks.as_strided(numpy.zeros(1), (2**40,), (8,)).sum()"
RIGHT = {
    "one": "def one(x):\n    return x + 1",
    "two": "def two(x):\n    return torch.exp(x)",
    "three": "def three(x):\n    return x + 3",
    "four": "def four(x):\n    return x + 4",
}


class Course:
    """The probe, released."""

    def __init__(self, folder: Path) -> None:
        (folder / "solutions" / "01-bad").mkdir(parents=True)
        (folder / "solutions" / "01-bad" / "bad.py").write_text(SOURCE, encoding="utf-8")
        release.release(release.find_assignments(folder), folder / "source", folder / "released")
        self.source = folder / "source" / "01-bad"
        self.release = read_release(self.source, timeout=3)
        self.notebook = nbformat.read(folder / "released" / "01-bad" / "bad.ipynb", as_version=4)

    def filled(self, **answers: str) -> nbformat.NotebookNode:
        return answer_notebook(self.notebook, RIGHT | answers)

    def grade(self, notebook: nbformat.NotebookNode) -> Result:
        return self.grade_bytes(nbformat.writes(notebook).encode())

    def grade_bytes(self, content: bytes) -> Result:
        return grade(self.release, Submission("student", {"bad.ipynb": content})).result


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    yield Course(tmp_path_factory.mktemp("bad"))
    end_benches()


def points(result: Result) -> dict[str, float]:
    assert result.status == "graded", result.problem
    return {task: got for task, (got, _) in result.tasks.items()}


ALL = {"one": 1, "two": 1, "three": 1, "four": 1}
IN_A_CALL = {
    "raises": ("return x.nothing", "AttributeError"),
    "input": ("return int(input())", "nobody to ask"),
    "endless": ("while True:\n        pass", "a loop that does not end"),
    "endless and deaf": (
        "import signal\n    for n in range(1, 32):\n        try:\n            "
        "signal.signal(n, signal.SIG_IGN)\n        except OSError:\n            pass\n"
        "    while True:\n        try:\n            pass\n        except BaseException:\n            pass",
        "a loop that does not end",
    ),
    "sleep": ("import time\n    time.sleep(10_000)", "a loop that does not end"),
    "deadlock": (
        "import threading\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()",
        "a loop that does not end",
    ),
    "deadlock of threads": (
        "import threading\n    gate = threading.Event()\n"
        "    thread = threading.Thread(target=gate.wait)\n    thread.start()\n    thread.join()",
        "a loop that does not end",
    ),
    "fork bomb": ("import os\n    while True:\n        os.fork()", "Error"),
    "thread bomb": (
        "import threading, time\n    while True:\n"
        "        threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "",
    ),
    "memory": ("return bytearray(100 * 2**30)", "MemoryError"),
    "memory of torch": ("return torch.zeros(25 * 2**30)", "allocate"),
    "memory bit by bit": ("kept = []\n    while True:\n        kept.append(bytes(2**28))", ""),
    "prints": ("while True:\n        print('x' * 10**6)", "a loop that does not end"),
    "writes to 1": (
        "import os\n    for _ in range(1000):\n        os.write(1, b'x' * 2**20)\n"
        "        os.write(2, b'x' * 2**20)\n    return 0",
        "",
    ),
    "returns a gigabyte": ("return bytes(2**30)", ""),
    "returns a nest": ("for _ in range(10**5):\n        x = [x]\n    return x", ""),
    "returns itself": ("x = []\n    x.append(x)\n    return x", ""),
    "files": (
        "for n in range(10**6):\n        open(f'file{n}', 'w').close()",
        "",
    ),
    "a large file": ("open('file', 'wb').write(bytes(2**28))", ""),
    "exit": ("import os\n    os._exit(1)", "ended Python (exit code 1)"),
    "exit 0": ("import os\n    os._exit(0)", "ended Python (exit code 0)"),
    "sys.exit": ("import sys\n    sys.exit()", "SystemExit"),
    "kills its parent": ("import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n    return 0", ""),
    "kills all": ("import os, signal\n    os.kill(-1, signal.SIGKILL)\n    return 0", ""),
    "segmentation fault": (f"import numpy\n    {CRASH}", "segmentation fault"),
    "abort": ("import os\n    os.abort()", ""),
    "recursion": ("return {task}(x)", "RecursionError"),
    "recursion without end": (
        "import sys\n    sys.setrecursionlimit(10**9)\n    return {task}(x)",
        "",
    ),
    "closes everything": ("import os\n    os.closerange(0, 10**4)\n    return 0", ""),
    "a lone surrogate": ("print('\\ud800')\n    return '\\ud800'", ""),
}


@pytest.mark.parametrize("name", IN_A_CALL)
def test_what_goes_wrong_in_a_call_costs_its_task_alone(course, name):
    code, sentence = IN_A_CALL[name]
    result = course.grade(course.filled(three="def three(x):\n    " + code.replace("{task}", "three")))
    assert points(result) == ALL | {"three": 0}
    (failure,) = result.failures.values()
    assert failure and "\n" not in failure and sentence in failure


@pytest.mark.parametrize("name", ["endless", "exit", "segmentation fault"])
def test_also_before_other_tasks_and_in_the_process_from_which_names_are_gone(course, name):
    code = IN_A_CALL[name][0]
    result = course.grade(course.filled(two="def two(x):\n    " + code))
    assert points(result) == ALL | {"two": 0}
    only_there = f"""
try:
    torch.cosh(torch.zeros(1))
except BaseException:
    GONE = True
else:
    GONE = False

def two(x):
    if not GONE:
        return torch.exp(x)
    {code}
"""
    assert points(course.grade(course.filled(two=only_there))) == ALL | {"two": 0}


AT_CELL_LEVEL = {
    "raises": ("nothing_of_this_name.here()", "NameError: name 'nothing_of_this_name' is not defined."),
    "input": ("name = input('Your name? ')", "nobody to ask"),
    "endless": ("while True:\n    pass", "it took more than 3 seconds; is there a loop that does not end?"),
    "exit": ("import os\nos._exit(3)", "it ended Python (exit code 3)."),
    "sys.exit": ("import sys\nsys.exit()", "SystemExit"),
    "segmentation fault": (f"import numpy\n{CRASH}", "segmentation fault"),
    "memory": ("kept = bytearray(100 * 2**30)", "MemoryError"),
    "prints": ("for _ in range(2000):\n    print('x' * 10**6)\nraise ValueError", ""),
    "no Python": ("def three(x) return x", "SyntaxError"),
    "a null byte": ("x = '\0'", ""),
    "an old coding": ("# -*- coding: latin-1 -*-\nx = 'é'\nraise ValueError", ""),
    "deep brackets": ("x = " + "(" * 5000 + ")" * 5000, ""),
    "a program": (
        "import subprocess\nsubprocess.run(['ls', '-l'])",
        "programs are not started while grading: 'ls'",
    ),
    "a magic": ("%run no_such_program.py", "no_such_program.py"),
    "nested": ("\n".join("  " * n + "if 1:" for n in range(150)), ""),
}


@pytest.mark.parametrize("name", AT_CELL_LEVEL)
def test_what_goes_wrong_in_a_cell_costs_what_the_cell_defines(course, name):
    code, sentence = AT_CELL_LEVEL[name]
    result = course.grade(course.filled(three=code))
    assert points(result) == ALL | {"three": 0}
    (failure,) = result.failures.values()
    assert failure.startswith("The cell of this task stopped: ") and "\n" not in failure
    assert sentence in failure and "name 'three' is not defined" not in failure


def test_a_test_that_fails_by_itself_says_so_after_the_cause(course):
    result = course.grade(course.filled(two="def two(x):\n    return x\n1 / 0"))
    (failure,) = result.failures.values()
    cause, _, own = failure.partition("ZeroDivisionError: division by zero. ")
    assert cause == "The cell of this task stopped: " and own.startswith("two at 0: expected 1, got 0")


def test_a_private_function_that_is_gone_is_not_named():
    program = (
        "import torch\n"
        "from utils.grading.processes.removal import remove\n"
        "remove(['torch.nn.utils.clip_grad_norm_',"
        " 'torch.nn.utils.clip_grad._group_tensors_by_device_and_dtype'])\n"
        "try:\n    torch.nn.utils.get_total_norm([torch.ones(2)])\n"
        "except AssertionError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(
        "torch.nn.utils.clip_grad_norm_ may not be called here, nor another function"
    )


def test_magics_that_start_no_program_run(course):
    code = "%matplotlib inline\n%time 1 + 1\n" + RIGHT["three"]
    assert points(course.grade(course.filled(three=code))) == ALL


def test_a_crash_only_where_names_are_gone_costs_the_tests_that_forbid_them(course):
    code = "try:\n    torch.cosh(torch.zeros(1))\nexcept BaseException:\n    import os\n    os._exit(1)\n"
    result = course.grade(course.filled(three=code + RIGHT["three"]))
    assert points(result) == ALL | {"two": 1, "three": 1, "four": 1}


NO_NOTEBOOK = {
    "empty": (b"", "is empty"),
    "cut": (b'{"cells": [{"cell_type": "co', "is not JSON"),
    "nested": (b"[" * 10**6, "nested too deeply"),
    "nested cells": (b'{"nbformat": 4, "cells": [' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}", ""),
    "huge": (b'{"nbformat": 4, "cells": [], "a": "' + b"x" * 21_000_000 + b'"}', "is the most"),
    "a future format": (b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}', "newer"),
    "Latin-1": ('{"nbformat": 4, "cells": ["é"]}'.encode("latin-1"), "is not UTF-8"),
    "no object": (b"[1]", "not a notebook"),
}


@pytest.mark.parametrize("name", NO_NOTEBOOK)
def test_what_is_no_notebook_says_so(course, name):
    content, sentence = NO_NOTEBOOK[name]
    result = course.grade_bytes(content)
    assert result.status == "broken" and sentence in result.problem and "\n" not in result.problem


def test_an_old_format_is_graded(course):
    old = nbformat.convert(course.filled(), 3)
    assert points(course.grade_bytes(nbformat.v3.writes_json(old).encode())) in (ALL, dict.fromkeys(ALL, 0))


def test_missing_renamed_and_extra_notebooks(course):
    right = nbformat.writes(course.filled()).encode()
    for files in ({}, {"bad (1).ipynb": right}):
        result = grade(course.release, Submission("student", files)).result
        assert result.status == "broken" and "is missing" in result.problem
    result = grade(course.release, Submission("student", {"bad.ipynb": right, "more.ipynb": b"{"})).result
    assert points(result) == ALL


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def delete(notebook):
    notebook.cells.remove(cell(notebook, "three-values"))


def delete_all_but_answers(notebook):
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]


def edit(notebook):
    cell(notebook, "three-values").source = "assert True"


def empty(notebook):
    cell(notebook, "three-values").source = ""


def to_text(notebook):
    cell(notebook, "three-values").cell_type = "markdown"


def to_raw(notebook):
    cell(notebook, "three-values").cell_type = "raw"


def more_points(notebook):
    cell(notebook, "one-values").metadata.nbgrader.points = 1000


def flags(notebook):
    for each in notebook.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader |= {"grade": False, "locked": False, "solution": True}


def blank_id(notebook):
    cell(notebook, "three-values").metadata.nbgrader.grade_id = ""


def no_marks(notebook):
    for each in notebook.cells:
        each.metadata = nbformat.from_dict({})


def strange_marks(notebook):
    for each in notebook.cells:
        each.metadata = nbformat.from_dict(
            {"nbgrader": {"grade_id": {"a": [1]}, "points": "many", "x": None}}
        )


def copied_id(notebook):
    cell(notebook, "three-values").metadata.nbgrader.grade_id = "one-values"


def double_test(notebook):
    notebook.cells += [copy.deepcopy(cell(notebook, "one-values")) for _ in range(3)]


def double_answer(notebook):
    again = copy.deepcopy(cell(notebook, "three"))
    again.metadata.nbgrader.grade_id = "three"
    notebook.cells.append(again)


def kernel(notebook):
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    )


WRONG_THREE = "def three(x):\n    return 0"


@pytest.mark.parametrize(
    "change",
    [
        delete,
        edit,
        empty,
        to_text,
        to_raw,
        more_points,
        flags,
        blank_id,
        copied_id,
        double_test,
        double_answer,
        kernel,
    ],
    ids=lambda change: change.__name__,
)
def test_a_changed_notebook_is_put_back(course, change):
    for answer, got in ((RIGHT["three"], 1), (WRONG_THREE, 0)):
        notebook = course.filled(three=answer)
        change(notebook)
        result = course.grade(notebook)
        assert points(result) == ALL | {"three": got}
        assert result.max_score == 4
    if change is not kernel:
        assert result.notes


@pytest.mark.parametrize("change", [delete_all_but_answers, no_marks, strange_marks])
def test_a_notebook_with_nothing_left_to_recognise_gets_no_more_than_it_earns(course, change):
    notebook = course.filled(three=WRONG_THREE)
    change(notebook)
    result = course.grade(notebook)
    assert result.status == "graded" and result.max_score == 4 and result.score <= 3
    assert result.scores["three-values"] == (0, 1)
    assert result.notes and not result.problem


def test_moved_tests_run_where_they_stand(course):
    notebook = course.filled()
    moved = cell(notebook, "three-values")
    notebook.cells.remove(moved)
    notebook.cells.append(moved)
    assert points(course.grade(notebook)) == ALL
    notebook.cells.remove(moved)
    notebook.cells.insert(0, moved)
    assert points(course.grade(notebook)) == ALL | {"three": 0}


def test_a_class_of_them_is_graded_and_the_good_ones_get_everything(course, tmp_path):
    bad = [course.filled(three="def three(x):\n    " + IN_A_CALL[name][0]) for name in ("exit", "memory")]
    contents = [NO_NOTEBOOK["nested"][0], *(nbformat.writes(notebook).encode() for notebook in bad)]
    good = nbformat.writes(course.filled()).encode()
    handed_in = [
        Submission(f"student{n}-{kind}", {"bad.ipynb": content})
        for n, broken in enumerate(contents)
        for kind, content in (("bad", broken), ("good", good))
    ]
    results = Class(course.source, tmp_path / "class", timeout=4).grade(handed_in)
    assert [r.score for r in results if r.student.endswith("good")] == [4, 4, 4]
    assert [r.status for r in results if r.student.endswith("bad")] == ["broken", "graded", "graded"]
    assert json.loads(json.dumps([r.notes for r in results if r.student.endswith("good")])) == [[], [], []]
