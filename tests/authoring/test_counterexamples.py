"""The smallest inputs that show a mistake: small, of the right kind, and true of both answers."""

import re
from pathlib import Path

import pytest

from utils.authoring import counterexamples as examples
from utils.authoring.release import find_assignment
from utils.authoring.variant_files import kept_examples, library

SOURCE = """
# %% given="imports"
import torch

from utils import checks

# %% task="scale"
def scale(x, factor=2.0):
    ### BEGIN SOLUTION
    if x.dim() != 2 or factor is None:
        raise ValueError
    return factor * x.relu()
    ### END SOLUTION


def nothing():
    ### BEGIN SOLUTION
    return 1.0
    ### END SOLUTION

# %% test="scale" checks="values" points=1
checks.close("scale", checks.call(scale, torch.tensor([[1.5, -3.0, 0.25], [2.0, 1.0, -1.0]])), torch.tensor(
    [[3.0, 0.0, 0.5], [4.0, 2.0, 0.0]]
))
checks.close("nothing", torch.tensor(checks.call(nothing)), torch.tensor(1.0))
"""
HEADER = """# ---
# jupyter:
#   course:
#     misconception: {name}.
#     keeps:
#       scale: [0, 0]
# ---

# %% task="scale"
{code}
"""
WRONG = {
    "linear": "def scale(x, factor=2.0):\n    return factor * x\n\n\ndef nothing():\n    return 1.0",
    "row": "def scale(x, factor=2.0):\n    y = factor * x.relu()\n    y[1:] = 0\n    return y",
    "alike": "def scale(x, factor=2.0):\n    return x.relu() * factor",
    "once": "calls = []\n\n\ndef scale(x, factor=2.0):\n    calls.append(x)\n"
    "    return factor * x.relu() + (len(calls) in (1, 5))",
    "engine": "def scale(x, factor=2.0):\n    x = x.clone().requires_grad_()\n"
    "    (gradient,) = torch.autograd.grad((x.relu() ** 2 * factor / 2).sum(), x)\n    return gradient",
    "constant": "def scale(x, factor=2.0):\n    return factor * x.relu()\n\n\ndef nothing():\n    return 2.0",
}


def test_each_mistake_has_its_smallest_example_and_what_is_right_has_none(tmp_path):
    pytest.importorskip("hypothesis")
    folder = tmp_path / "solutions" / "01-tiny"
    (folder / "wrong").mkdir(parents=True)
    (folder / "tiny.py").write_text(SOURCE)
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_config.yml").write_text("title: x\n")
    for name, code in WRONG.items():
        (folder / "wrong" / f"{name}.py").write_text(HEADER.format(name=name, code=code))
    assignment = find_assignment(tmp_path, "1")
    said: list[str] = []
    found = examples.find_all(assignment, said.append)
    assert len(said) == 6 and set(found) == {"wrong/linear", "wrong/row"}
    assert re.fullmatch(
        r"For x = \[\[-\d(\.5)?\]\], scale should give \[\[0\]\]; this mistake gives \[\[-\d\]\]\.",
        found["wrong/linear"],
    )
    assert found["wrong/row"].startswith("For x = [[0], [1]], scale should give [[0], [2]]; this mistake")
    examples.keep(folder, found)
    assert kept_examples(folder) == found
    told = {
        one["name"]: one["example"]
        for one in library(folder, examples.source_notebook(assignment))["variants"]
    }
    assert told == dict.fromkeys(("wrong/alike", "wrong/constant", "wrong/engine", "wrong/once"), "") | found


def test_no_example_gives_the_answer_of_a_function_without_arguments():
    for folder in sorted((Path(__file__).parents[2] / "solutions").iterdir()):
        for name, text in kept_examples(folder).items():
            assert not text.startswith("For ,") and "-0," not in text and "-0]" not in text
            right, wrong = re.search(r"should give (.*); this mistake (?:gives )?(.*)\.", text).groups()
            assert right != wrong, name
