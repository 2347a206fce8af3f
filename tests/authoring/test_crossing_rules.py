"""The rules of test cells that a release checks, each broken once."""

import jupytext
import pytest

from utils.authoring.crossing_rules import crossing_problems
from utils.authoring.release import nbgrader_metadata

GOOD = {
    "given": "import torch",
    "task": "def f(x):\n    return x\n\n\nclass Net:\n    pass",
    "test": "y = f(1)",
}


def problems(**cells: str) -> list[str]:
    """What is wrong with a notebook of one given cell, one task and one test."""
    marks = {"given": 'given="a"', "task": 'task="a"', "test": 'test="a" checks="b" points=1'}
    source = "\n\n".join(f"# %% {marks[kind]}\n{code}" for kind, code in (GOOD | cells).items())
    notebook = jupytext.reads(source, fmt="py:percent")
    for cell in notebook.cells:
        cell.metadata = {"nbgrader": nbgrader_metadata(dict(cell.metadata))}
    return crossing_problems(notebook)


def test_a_notebook_that_keeps_the_rules_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"test": "y = g(1)"}, "test 'a-b' uses 'g', which no cell defines"),
        ({"task": "def f(x):\n    return y"}, "cell 'a' uses 'y', which only a test defines"),
        ({"test": "f = 3"}, "test 'a-b' gives 'f' a value, which another cell defines"),
        ({"test": "class Probe(Net):\n    pass"}, "test 'a-b' makes a subclass of 'Net'"),
        ({"test": "import copy\nn = copy.deepcopy(f)"}, "test 'a-b' copies 'f'"),
        ({"test": "import inspect\nn = inspect.getsource(f)"}, "test 'a-b' reads the source of 'f'"),
        ({"task": "import numpy as np\nf = abs", "test": "y = np.abs(1)"}, "which an answer imports"),
        (
            {"test": "from utils import checks\nwith checks.forbidden('abs'):\n    y = f(1)\nz = f(2)"},
            "uses 'f' outside of `with checks.",
        ),
        (
            {"test": 'y = f(1)\nz = 2\n\n# %% test="a" checks="c" points=1\nassert z == 2'},
            "test 'a-c' uses 'z', which the test 'a-b' defines behind a line that may fail",
        ),
    ],
)
def test_each_rule_that_is_broken_is_named(cells, sentence):
    found = problems(**cells)
    assert len(found) == 1 and sentence in found[0]
