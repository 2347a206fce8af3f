"""What students' code may import, and what the rest of this machine's packages look like to it."""

import subprocess
import sys

import pytest

from utils.common.errors import UserError
from utils.grading.packages import PACKAGE, course_files, needed, offer, parts_of_course, said_by, uses_of


def test_an_assignment_uses_what_its_cells_import_beside_the_usual():
    usual = ["matplotlib", "numpy", "torch", "utils.checks"]
    assert uses_of(["math", "torch.nn", "utils.checks"]) == usual
    assert uses_of(["scipy.linalg", "utils.models", "utils.models.RNN"]) == [
        "matplotlib",
        "numpy",
        "scipy",
        "torch",
        "utils.checks",
        "utils.models",
    ]


def test_a_header_says_what_is_used():
    assert uses_of(["torch"], ["torch", "pandas"]) == ["pandas", "torch", "utils.checks"]
    assert said_by({}) == []
    with pytest.raises(UserError, match="list of packages"):
        said_by({"course": {"uses": "pandas"}})


def test_what_a_package_needs_comes_with_it():
    found = needed(["torch", "matplotlib"])
    assert {"torch", "sympy", "networkx", "numpy", "pillow", "kiwisolver"} <= found
    assert not found & {"pytest", "onnx", "nbgrader", "dask"}


def test_of_the_course_there_is_what_is_used_and_what_that_imports():
    checks_alone = parts_of_course(["utils.checks"])
    assert PACKAGE / "common" / "errors.py" in checks_alone
    assert not [path for path in checks_alone if "models" in path.parts or path.name == "jacobians.py"]
    assert PACKAGE / "models" in parts_of_course(["utils.models"])
    assert PACKAGE / "grading" / "feedback.py" not in checks_alone


WITHOUT = """
import importlib.util, sys
from importlib.machinery import PathFinder
from utils.grading.processes import imports
from utils.grading.sandbox import shut
from utils.grading.packages import course_files
from utils.grading.packages import offer, uses_of

there = offer(uses_of(["torch"]))
import torch.optim, utils.checks  # noqa: loaded beforehand, as in the warm process
imports.enforce(there)
shut.shut(there)
import numpy.polynomial, matplotlib.pyplot, networkx, PIL.Image, IPython.core.completer
assert importlib.util.find_spec("pytest") is None


def refused(error, act):
    try:
        act()
    except error as problem:
        return str(problem)
    raise AssertionError(act)


assert "pytest is not there" in refused(ModuleNotFoundError, lambda: __import__("pytest"))
assert "utils.models is not there" in refused(ModuleNotFoundError, lambda: __import__("utils.models"))
assert "no_such is not there" in refused(ModuleNotFoundError, lambda: __import__("no_such"))
place = __import__("pathlib").Path(utils.checks.__file__)
site = __import__("pathlib").Path(torch.__file__).parents[1]
for path in (place.parent / "jacobians.py", site / "pytest" / "__init__.py"):
    for name in (path, str(path), bytes(path)):
        refused(PermissionError, lambda: open(name))
refused(PermissionError, lambda: __import__("gc").get_objects())
python = __import__("ctypes").pythonapi._handle
refused(PermissionError, lambda: __import__("_ctypes").dlsym(python, "getpid"))
sys.meta_path[:] = [PathFinder]
refused((PermissionError, ImportError), lambda: __import__("pytest"))
assert place.read_text() and (site / "torch" / "version.py").read_text()
"""


def test_without_bubblewrap_the_rest_cannot_be_read():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_offer_names_what_a_student_may_use():
    assert (
        offer(["numpy", "torch"]).sentence
        == "this assignment uses numpy, torch and Python's standard library"
    )


def test_a_grade_depends_on_grading_and_on_what_the_assignment_uses_and_on_no_drawing():
    files = {str(file.relative_to(PACKAGE)) for file in course_files(["torch", "utils.checks", "utils.text"])}
    assert {"checks.py", "common/errors.py", "grading/processes/trial.py", "text/vocabulary.py"} <= files
    assert "models/__init__.py" in {str(f.relative_to(PACKAGE)) for f in course_files(["utils.models"])}
    rooms = {file.partition("/")[0] for file in files}
    assert not rooms & {"plots", "chapters", "book", "authoring", "cli", "models", "training"}
