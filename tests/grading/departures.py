"""Small assignments: on some we are meant to agree with stock nbgrader in every cell, on others not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

Edit = Callable[[NotebookNode], None]


def source_notebook(name: str) -> bytes:
    """The source notebook in ``parity/NAME.txt``.

    - ``agreed``: what students and tests do that both graders see alike.
    - ``crossing``: where it shows that tests run in a process of their own.
    - ``accidents``: a plain assignment, for :data:`EDITS`.

    Each cell begins with ``# %% KIND NAME POINTS``, and a plain one with ``# %%``.
    """
    text = (Path(__file__).parent / "parity" / f"{name}.txt").read_text()
    notebook = new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    for part in text.split("# %%")[1:]:
        head, _, code = part.partition("\n")
        kind, grade_id, points = (*head.split(), "", "", "")[:3]
        cell = new_markdown_cell(code.strip()) if kind == "text" else new_code_cell(code.strip())
        if kind:
            cell.metadata["nbgrader"] = {
                "schema_version": 3,
                "grade_id": grade_id,
                "grade": kind in ("test", "text"),
                "solution": kind in ("task", "text"),
                "locked": kind in ("test", "given"),
                "task": False,
                **({"points": float(points)} if points else {}),
            }
        notebook.cells.append(cell)
    return nbformat.writes(notebook).encode()


def edited(edit: Edit) -> Callable[[bytes], bytes]:
    """What a student hands in who has done ``edit`` to the released notebook."""

    def hand_in(released: bytes) -> bytes:
        notebook = nbformat.reads(released.decode(), as_version=4)
        edit(notebook)
        return nbformat.writes(notebook).encode()

    return hand_in


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def answers(**code: str) -> Edit:
    """Answer some tasks; the others are answered as in :data:`RIGHT`."""

    def edit(notebook: NotebookNode) -> None:
        for name, answer in (RIGHT | code).items():
            cell_of(notebook, name).source = answer

    return edit


# ------------------------------------------- what students do to a notebook, and what their code does

RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "half": "def half(x):\n    return x / 2",
    "essay": "Because it is so.",
}
STRIPPER = """
import ast, sys
class Stripper(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Stripper())
"""
ENDLESS = """
def half(x):
    while True:
        try:
            while True:
                pass
        except KeyboardInterrupt:
            pass
"""


def marks(name: str, **changed: object) -> Edit:
    def edit(notebook: NotebookNode) -> None:
        answers()(notebook)
        cell_of(notebook, name).metadata["nbgrader"].update(changed)

    return edit


def without(name: str) -> Edit:
    def edit(notebook: NotebookNode) -> None:
        answers()(notebook)
        notebook.cells.remove(cell_of(notebook, name))

    return edit


def doubled(name: str) -> Edit:
    def edit(notebook: NotebookNode) -> None:
        answers()(notebook)
        notebook.cells.append(copy.deepcopy(cell_of(notebook, name)))
        notebook.cells[-1]["id"] = "another"

    return edit


def stranger(notebook: NotebookNode) -> None:
    doubled("double-small")(notebook)
    notebook.cells[-1].metadata["nbgrader"]["grade_id"] = "of-another-release"


def helper_changed(notebook: NotebookNode) -> None:
    answers(double="def double(x):\n    return 2 * x + (x == 1)")(notebook)
    notebook.cells[1].source = "def near(a, b):\n    return True"


def unmarked(notebook: NotebookNode) -> None:
    answers()(notebook)
    for cell in notebook.cells:
        cell.metadata = {}


def as_text(notebook: NotebookNode) -> None:
    answers()(notebook)
    cell = cell_of(notebook, "double-small")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def other_kernel(notebook: NotebookNode) -> None:
    answers()(notebook)
    notebook.metadata["kernelspec"] = {"name": "nowhere", "display_name": "Nowhere"}


def moved(notebook: NotebookNode) -> None:
    answers()(notebook)
    notebook.cells.append(notebook.cells.pop(2))


def vandal(notebook: NotebookNode) -> None:
    answers(double="def double(x): 1")(notebook)
    cell_of(notebook, "double-small").source = "assert True"


EDITS: dict[str, Edit] = {
    "right": answers(),
    "wrong": answers(double="def double(x):\n    return x", half="def half(x) return"),
    "raises": answers(half="def half(x):\n    return x.half"),
    "exits-politely": answers(half="import sys\ndef half(x):\n    sys.exit()"),
    "slow": answers(half="def half(x):\n    while True:\n        pass"),
    "test-edited": vandal,
    "other-kernel": other_kernel,
    "points-changed": marks("half-partial", points=300),
    "answer-moved": moved,
    "answer-gone": without("half"),
    "essay-gone": without("essay"),
    "test-gone": without("double-small"),
    "test-doubled": doubled("double-small"),
    "id-blank": marks("double-small", grade_id=""),
    "id-unknown": stranger,
    "points-text": marks("double-small", points="many"),
    "marks-lost": unmarked,
    "test-as-text": as_text,
    "exits": answers(half="import os\ndef half(x):\n    os._exit(0)"),
    "endless": answers(half=ENDLESS),
    "too-much": answers(half="def half(x):\n    return 100"),
    "helper-changed": helper_changed,
    "constant-rebound": answers(double="SCALE = 4\ndef double(x):\n    return 2 * x"),
    "asserts-stripped": answers(double=STRIPPER + "\ndef double(x): 1", half="def half(x): 1"),
}


# ------------------------------------------------- where we differ, argued in utils/grading/DEPARTURES.md

WHOLE, REFUSED = "the whole submission", "refused"


@dataclass(frozen=True)
class Departure:
    """What stock nbgrader gives and what we give, by cell, for some submissions to a group."""

    group: str
    students: tuple[str, ...]
    cells: dict[str, tuple[str, str]]


def crossing(*cells: str, stock: str = "1/1", ours: str = "0/1") -> Departure:
    return Departure("crossing", ("itself",), dict.fromkeys(cells, (stock, ours)))


def refused(group: str, *students: str, ours: str) -> Departure:
    return Departure(group, students, {WHOLE: (REFUSED, ours)})


def accident(student: str, **cells: tuple[str, str]) -> Departure:
    named = {name.replace("_", "-"): grades for name, grades in cells.items()}
    return Departure("accidents", (student,), named)


HAND, FULL, NONE = "0/1 (by hand)", "1/1", "0/1"
OLD = ("apps-test-v1", "apps-test-v0", "apps-test-v0-invalid", "apps-test-v2")
TURNED = tuple(f"preprocessors-submitted-{what}-cell-type-changed" for what in ("grade", "answer"))
UNMARKED = dict.fromkeys(("correct_squares", "squares_invalid_input"), (HAND, FULL))
UNMARKED |= dict.fromkeys(
    ("correct_sum_of_squares", "sum_of_squares_uses_squares"), ("0/0.5 (by hand)", "0.5/0.5")
)

DEPARTURES = {
    "warning": crossing("warned-stderr", stock=NONE, ours=FULL),
    "test-gone": accident("test-gone", double_small=(HAND, FULL)),
    "marks-lost": Departure("test", ("apps-test-no-metadata",), UNMARKED),
    "marks-lost-and-answered": accident(
        "marks-lost",
        double_small=(HAND, FULL),
        double_scaled=(HAND, FULL),
        half_works=(HAND, FULL),
        half_partial=("0/3 (by hand)", "1.5/3"),
    ),
    "marks-old": refused("test", *OLD, ours="3/6"),
    "marks-new": refused("test", "apps-too-new", ours="0/6"),
    "marks-of-another-release": refused("test-hidden-tests", "apps-test", ours="3/3"),
    "marks-unknown": refused("accidents", "id-unknown", ours="4.5/8"),
    "marks-doubled": refused("accidents", "test-doubled", ours="4.5/8"),
    "marks-blank": refused("accidents", "id-blank", ours="4.5/8"),
    "marks-damaged": refused("accidents", "points-text", ours="4.5/8"),
    "cell-turned": refused("submitted", *TURNED, ours="1/7"),
    "crash": refused("accidents", "exits", ours="2/8"),
    "endless": refused("accidents", "endless", ours="2/8"),
    "too-much-credit": refused("accidents", "too-much", ours="2/8"),
    "helper": accident("helper-changed", double_scaled=(FULL, NONE)),
    "constant": accident("constant-rebound", double_scaled=(NONE, FULL)),
    "asserts": accident(
        "asserts-stripped",
        double_small=(FULL, NONE),
        double_scaled=(FULL, NONE),
        half_works=(FULL, NONE),
    ),
    "alias-of-a-function": Departure(
        "03-gradient-problems",
        ("wrong-delegated_orthogonal_by_import",),
        {"orthogonal-columns": (FULL, NONE)},
    ),
    "alias-of-a-class": Departure(
        "04-lstm-and-gru",
        ("wrong-masked_delegated_to_an_alias",),
        {"masked-outputs": ("2/2", "0/2"), "masked-last": (FULL, NONE), "masked-reverse": (FULL, NONE)},
    ),
    "equality": crossing("lies-equal"),
    "names-of-tests": crossing("borrowed-name"),
    "operators": crossing("objects-add", "objects-equal"),
    "classes": crossing("objects-subclass", "objects-caught"),
    "source": crossing("objects-source"),
    "not-copied": crossing("objects-fraction", "objects-decimal", "objects-date"),
    "functions-of-libraries": crossing("objects-builtin"),
    "await": crossing("objects-await"),
    "globals": crossing("state-in-place", "state-rebound"),
    "patches": crossing("state-patched"),
    "files": crossing("state-file"),
    "shell": crossing("state-shell"),
}


def expected(group: str, student: str) -> dict[str, tuple[str, str]]:
    """All cells of a submission on which we depart, with what stock nbgrader gives and what we give."""
    cells: dict[str, tuple[str, str]] = {}
    for departure in DEPARTURES.values():
        if departure.group == group and student in departure.students:
            cells |= departure.cells
    return cells
