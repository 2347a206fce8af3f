"""What honest notebooks are full of, and what looks like an attempt on the grading only by its words.

Platforms put such lines into a new notebook by themselves: Kaggle lists its data, Colab asks where it runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

# of modules that are worth a note, what is not
ORDINARY = {
    "gc": {"collect", "enable", "disable", "isenabled"},
    "importlib": {"metadata", "resources", "util", "invalidate_caches"},
    "inspect": {"signature", "isfunction", "isclass", "isgenerator", "isgeneratorfunction", "Parameter"},
    "multiprocessing": {"cpu_count"},
    "threading": {"current_thread", "active_count"},
    "urllib": {"parse"},
}
SETTINGS = {"backends", "config", "options", "rcParams"}  # parts of a library that are there to be set
OUTPUT = {"stdout", "stderr", "tracebacklimit", "displayhook"}  # of sys
DATA = ("/kaggle/", "/content", "/datasets", "/home/jovyan")  # where platforms keep data and work
COMPARED = {"allclose", "isclose", "assert_close", "assert_allclose", "approx", "close", "print"}


def ordinary(nodes: Iterable[ast.AST], written: set[str]) -> set[int]:
    """The ids of those nodes of a cell that belong to an honest idiom.

    Args:
        written: modules that the notebook has written by ``%%writefile`` so far.
    """
    nodes = list(nodes)
    texts = {
        target.id: node.value.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            if is_command(node) or lists_data(node, texts) or loads_again(node, written):
                found |= {id(node), id(node.func)}
                found |= {id(node.func.value)} if isinstance(node.func, ast.Attribute) else set()
        elif isinstance(node, ast.Compare) and all(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            found |= {id(right) for right in node.comparators}  # "google.colab" in sys.modules
        elif isinstance(node, ast.Attribute) and node.attr in ORDINARY.get(getattr(node.value, "id", ""), ()):
            found.add(id(node.value))
    return found


def is_command(call: ast.Call) -> bool:
    """``!command`` and magics, as IPython writes them: they are refused, or start nothing."""
    inner = call.func.value if isinstance(call.func, ast.Attribute) else None
    shell = isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "get_ipython"
    return shell and getattr(call.func, "attr", "") in (
        "system",
        "getoutput",
        "run_line_magic",
        "run_cell_magic",
    )


def lists_data(call: ast.Call, texts: dict) -> bool:
    """A look into the working folder, or into a platform's data."""
    if getattr(call.func, "attr", getattr(call.func, "id", "")) not in ("walk", "listdir"):
        return False
    if not call.args:
        return True
    first = call.args[0]
    if isinstance(first, ast.Call) and getattr(first.func, "attr", "") == "getcwd":
        return True
    text = first.value if isinstance(first, ast.Constant) else texts.get(getattr(first, "id", ""))
    if not isinstance(text, str) or ".." in text.split("/"):
        return False
    return text.startswith(DATA) or not text.startswith(("/", "~"))


def module_written(source: str) -> tuple[str, str] | None:
    """The name and the code of the module that a ``%%writefile`` cell writes; None for any other cell."""
    head, _, body = source.lstrip().partition("\n")
    found = re.match(r"%%(?:writefile|file)\s.*?(\w+)\.py\s*$", head)
    return (found[1], body) if found else None


def loads_again(call: ast.Call, written: set[str]) -> bool:
    """``importlib.reload`` of a module that the notebook has written itself."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name == "reload" and len(call.args) == 1 and getattr(call.args[0], "id", "") in written


def is_setting(target: ast.Attribute) -> bool:
    """Whether an assignment sets what is there to be set, such as ``torch.backends.cudnn.benchmark``."""
    inner: ast.AST = target.value
    if isinstance(inner, ast.Name) and inner.id == "sys" and target.attr in OUTPUT:
        return True
    while isinstance(inner, ast.Attribute):
        if inner.attr in SETTINGS:
            return True
        inner = inner.value
    return False


def own_checks(nodes: Iterable[ast.AST]) -> set[int]:
    """The ids of numbers that a cell only compares with or prints: a student's own test of an answer."""
    found: set[int] = set()
    for node in nodes:
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Assert | ast.Compare) or name in COMPARED:
            found |= {id(inner) for inner in ast.walk(node)}
    return found
