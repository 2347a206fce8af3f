"""What differs from the release is put back, told in few sentences, and never blamed on honest work."""

import json
import subprocess
import sys

import nbformat
import pytest

from utils.authoring import release
from utils.authoring.answers import answer_notebook
from utils.grading.answer_key import Release, read_release
from utils.grading.notebooks.restore import restore
from utils.grading.submission import Submission

TASK = """
# %% task="{0}"
def {0}(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION

# %% test="{0}" checks="value" points=1
assert {0}(1) == 1
assert {0}(2) == 2
### BEGIN HIDDEN TESTS
assert {0}(3) == 3
### END HIDDEN TESTS
"""
SOURCE = '\n# %% given="imports"\nimport math\n\nimport torch\n' + "".join(
    map(TASK.format, ("one", "two", "three", "four"))
)
ANSWERS = {name: f"def {name}(x):\n    return x  # mine" for name in ("one", "two", "three", "four")}


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> tuple[Release, nbformat.NotebookNode]:
    folder = tmp_path_factory.mktemp("restore")
    (folder / "solutions" / "01-small").mkdir(parents=True)
    (folder / "solutions" / "01-small" / "small.py").write_text(SOURCE, encoding="utf-8")
    release.release(release.find_assignments(folder), folder / "source", folder / "released")
    notebook = nbformat.read(folder / "released" / "01-small" / "small.ipynb", as_version=4)
    return read_release(folder / "source" / "01-small"), notebook


def restored(released, change, mark: bytes = b"") -> tuple[dict, list[str]]:
    """The cells' sources by their names, and the notes, after ``change`` of an answered notebook's JSON."""
    made, notebook = released
    data = json.loads(nbformat.writes(answer_notebook(notebook, ANSWERS)))
    change(data)
    content = mark + json.dumps(data).encode()
    fresh, notes = restore(made, Submission("ada", {"small.ipynb": content}).notebook("small"))
    nbformat.validate(fresh)
    marked = [cell for cell in fresh.cells if "nbgrader" in cell.metadata]
    sources = {cell.metadata.nbgrader.grade_id: cell.source for cell in marked}
    assert len(marked) == len(sources)
    return sources, notes


def each_cell(change):
    """A change of every cell."""

    def change_all(data: dict) -> None:
        for number, cell in enumerate(data["cells"]):
            change(cell, number)

    return change_all


def text(cell: dict) -> str:
    return "".join(cell["source"])


HARMLESS = {
    "nothing": lambda data: None,
    "no metadata of the notebook": lambda data: data.pop("metadata"),
    "null metadata of the notebook": lambda data: data.update(metadata=None),
    "null metadata of a text cell": lambda data: data["cells"].append(
        {"cell_type": "markdown", "source": "mine", "metadata": None}
    ),
    "no metadata of a cell": lambda data: data["cells"].append({"cell_type": "code", "source": "1"}),
    "null outputs": each_cell(lambda cell, _: cell.update(outputs=None)),
    "long ids": each_cell(lambda cell, number: cell.update(id=f"{number}" + "x" * 99)),
    "odd ids": each_cell(lambda cell, number: cell.update(id=f"a cell {number}")),
    "doubled ids": each_cell(lambda cell, _: cell.update(id="cell-1")),
    "no ids": each_cell(lambda cell, _: cell.pop("id", None)),
    "Windows line ends": each_cell(lambda cell, _: cell.update(source=text(cell).replace("\n", "\r\n"))),
    "old line ends": each_cell(lambda cell, _: cell.update(source=text(cell).replace("\n", "\r"))),
    "a field of another editor": each_cell(lambda cell, _: cell.update(colour="red", attachments=None)),
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "byte order mark"])
@pytest.mark.parametrize("name", HARMLESS)
def test_what_editors_do_to_a_notebook_is_mended_without_a_word(released, name, mark, recwarn, caplog):
    sources, notes = restored(released, HARMLESS[name], mark)
    assert notes == [] and list(recwarn) == [] and caplog.records == []
    assert list(sources) == list(released[0].cells)
    assert {task: sources[task] for task in ANSWERS} == ANSWERS


def test_ids_that_nbformat_does_not_like_say_nothing_in_the_terminal(tmp_path):
    cells = [
        {"cell_type": "code", "source": "1", "metadata": {}, "id": name} for name in ("a", "a", "x" * 99)
    ]
    cells.append({"cell_type": "code", "source": "1", "metadata": {}})
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "a.ipynb").write_text(json.dumps(content))
    program = (
        "import sys, pathlib, nbformat\n"
        "from utils.grading.submission import read_notebook\n"
        "nbformat.writes(read_notebook('a.ipynb', pathlib.Path(sys.argv[1]).read_bytes()))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program, tmp_path / "a.ipynb"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_dropped_marks_are_one_note_and_the_answers_are_found(released):
    sources, notes = restored(released, each_cell(lambda cell, _: cell.pop("metadata")))
    assert notes == ["The marks of 9 cells were missing; they were put back."]
    assert {task: sources[task] for task in ANSWERS} == ANSWERS


def test_of_several_cells_that_define_an_answer_the_last_is_the_answer(released):
    def twice(data: dict) -> None:
        each_cell(lambda cell, _: cell.pop("metadata"))(data)
        place = next(n for n, cell in enumerate(data["cells"]) if "return x  # mine" in text(cell))
        data["cells"].insert(place, {"cell_type": "code", "source": "def one(x):\n    pass"})

    sources, notes = restored(released, twice)
    assert sources["one"] == ANSWERS["one"] and len(notes) == 1


def named(data: dict, *names: str) -> list[dict]:
    return [cell for cell in data["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") in names]


def test_an_answer_that_is_gone_is_still_called_missing(released):
    def delete(data: dict) -> None:
        data["cells"] = [cell for cell in data["cells"] if cell not in named(data, "one", "two-value")]

    sources, notes = restored(released, delete)
    assert sorted(notes) == [
        "The answer cell one was missing; an empty one was put back.",
        "The test cell two-value was missing; it was put back.",
    ]
    assert "NotImplementedError" in sources["one"]


def test_points_of_another_release_accuse_nobody(released):
    def earlier(data: dict) -> None:
        for cell in named(data, "one-value", "two-value"):
            cell["metadata"]["nbgrader"]["points"] = 5

    made, _ = released
    _, notes = restored(released, earlier)
    assert notes == [
        "The points of the cells one-value and two-value are those of another release; "
        "the current ones were used."
    ]
    assert made.cells["one-value"]["metadata"]["nbgrader"]["points"] == 1


def test_other_marks_that_were_changed_are_told_as_before(released):
    def unlock(data: dict) -> None:
        for cell in named(data, "one-value", "imports"):
            cell["metadata"]["nbgrader"]["locked"] = False

    _, notes = restored(released, unlock)
    assert notes == ["The marks of the cells imports and one-value had been changed; they were put back."]


@pytest.mark.parametrize(
    "source",
    [
        "assert one(1) == 1",
        "assert one(1) == 1\nassert one(2)  == 2",
        "assert one(1) == 1 # \nassert one(2) == 2",
        "assert one(1) == 1\n\n\nassert one(2) == 2",
        "assert one(1) == 1\n\tassert one(2) == 2",
        "assert one(1) == 1\x0cassert one(2) == 2",
        "assert one(1) == 1\u2028assert one(2) == 2",
    ],
)
def test_every_change_of_a_tests_code_is_noted_and_undone(released, source):
    sources, notes = restored(released, lambda data: named(data, "one-value")[0].update(source=source))
    assert notes == ["The test cell one-value had been changed; it was put back."]
    assert sources["one-value"] == released[0].cells["one-value"]["source"]


def test_a_released_notebook_says_that_it_is_of_this_release(released):
    made, notebook = released
    assert notebook.metadata["release"] == made.mark != ""


def test_tests_that_the_instructor_changed_since_are_not_blamed_on_the_student(released, tmp_path):
    made, _ = released
    (tmp_path / "solutions" / "01-small").mkdir(parents=True)
    earlier = SOURCE.replace("assert two(2) == 2\n", "").replace("assert four(2) == 2", "assert four(2) == 3")
    (tmp_path / "solutions" / "01-small" / "small.py").write_text(earlier, encoding="utf-8")
    release.release(release.find_assignments(tmp_path), tmp_path / "source", tmp_path / "released")
    notebook = nbformat.read(tmp_path / "released" / "01-small" / "small.ipynb", as_version=4)
    sources, notes = restored((made, notebook), lambda data: None)
    assert notes == [
        "It was made from another release; the test cells two-value and four-value were taken from the "
        "current one."
    ]
    assert sources["two-value"] == made.cells["two-value"]["source"]
    assert sources["four-value"] == made.cells["four-value"]["source"]


def test_many_changed_tests_are_one_note(released):
    names = [f"{task}-value" for task in ANSWERS]

    def edit(data: dict) -> None:
        for cell in named(data, *names):
            cell["source"] = "assert True"

    sources, notes = restored(released, edit)
    assert notes == ["4 test cells had been changed; they were put back."]
    assert all("HIDDEN" in sources[name] for name in names)
