"""What in a student's code looks like an attempt on the grading, in sentences for the instructor.

A sentence costs nothing: no such attempt reaches a verdict. It says where to look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from utils.grading.notebooks.idioms import (
    ORDINARY,
    is_setting,
    module_written,
    ordinary,
    own_checks,
)
from utils.grading.symbols import python

MODULES = {
    "ctypes": "reaches into memory",
    "gc": "searches the objects of its process",
    "inspect": "looks into frames or sources",
    "multiprocessing": "starts processes",
    "subprocess": "starts programs",
    "socket": "opens connections",
    "requests": "opens connections",
    "urllib": "opens connections",
    "http": "opens connections",
    "sqlite3": "opens databases",
    "nbgrader": "uses the grader",
    "pty": "starts programs",
    "signal": "handles signals",
    "importlib": "imports by name",
    "atexit": "acts when its process ends",
    "linecache": "looks into frames or sources",
    "readline": "reads files by an editor's history",
    "marshal": "runs compiled code",
    "runpy": "runs other files",
    "mmap": "reaches into memory",
    "onnx": "uses another library's layers",
    "onnxruntime": "uses another library's layers",
    "jax": "uses another library's layers",
    "tensorflow": "uses another library's layers",
    "keras": "uses another library's layers",
    "secrets": "reaches for the source of hidden inputs",
    "threading": "starts threads",
    "utils.grading": "uses the grader",
}
CALLS = {
    "system": "starts programs",
    "popen": "starts programs",
    "fork": "starts processes",
    "kill": "ends processes",
    "_exit": "ends its process",
    "abort": "ends its process",
    "_getframe": "looks into frames",
    "currentframe": "looks into frames",
    "get_objects": "searches the objects of its process",
    "get_referrers": "searches the objects of its process",
    "settrace": "traces other code",
    "setprofile": "traces other code",
    "exec": "runs text as code",
    "eval": "runs text as code",
    "compile": "runs text as code",
    "__import__": "imports by name",
    "addaudithook": "watches its process",
    "globals": "looks through all names",
    "reload": "loads a module again",
    "walk": "looks through folders",
    "listdir": "looks through folders",
    "exit": "ends its process",
    "CompilationUnit": "runs text as code",
}
ATTRIBUTES = {
    "ast_transformers": "rewrites cells before they run",
    "input_transformers_post": "rewrites cells before they run",
    "input_transformers_cleanup": "rewrites cells before they run",
    "input_transformer_manager": "rewrites cells before they run",
    "run_cell": "changes how cells are run",
    "history_manager": "reads the history of cells",
    "f_back": "looks into frames",
    "f_globals": "looks into frames",
    "f_locals": "looks into frames",
    "__globals__": "looks into other functions",
    "__closure__": "looks into other functions",
    "__code__": "changes or reads compiled code",
    "__qualname__": "gives a class the name of another",
    "__subclasses__": "searches the classes of its process",
    "cell_contents": "looks into other functions",
    "__builtins__": "changes what Python itself does",
    "_VF": "reaches beneath torch's functions",
    "_C": "reaches beneath torch's functions",
    "_VariableFunctions": "reaches beneath torch's functions",
    "_decomp": "reaches beneath torch's functions",
    "forward_ad": "reaches beneath torch's functions",
    "_functorch": "reaches beneath torch's functions",
    "linearize": "differentiates by torch",
    "next_functions": "walks through the graph of autograd",
    "quantizable": "reaches beneath torch's functions",
    "__loader__": "looks into frames or sources",
    "from_file": "maps a file into memory",
    "memmap": "maps a file into memory",
    "_flat_weights": "reaches beneath torch's functions",
    "_compiled_call_impl": "changes what a call of a module runs",
    "_peer": "uses the grader",
    "_ih": "reads the history of cells",
    "_oh": "reads the history of cells",
}
BENEATH = {
    ("torch", "ops"): "reaches beneath torch's functions",
    ("torch", "jit"): "runs code through TorchScript",
    ("torch", "ao"): "reaches beneath torch's functions",
    ("sys", "modules"): "looks into other modules",
}
MOST = 1_000_000  # characters of all cells that are read
DEEPEST = 30  # attributes of attributes
ENDS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException")
PATHS = {  # with what may stand around them
    "/proc": r"/proc(/|$)",
    "gradebook": "gradebook",
    "submitted/": r"(^|/)submitted/",
    "autograded/": r"(^|/)autograded/",
    "solutions/": r"(^|/)solutions/",
    ".nbgrader": r"\.nbgrader",
    "/etc/passwd": "/etc/passwd",
}
ALWAYS = (
    "torch",
    "nn",
    "np",
    "checks",
    "builtins",
    "__builtins__",
)  # imported before, in a cell of the instructor
COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__torch_function__", "__bool__"}
COMPARISONS |= {"__class__", "__array__"}
NUMBERS = ("Tensor", "Parameter", "int", "float", "complex", "str", "bytes")  # classes of one's own of these


def suspicions(sources: Mapping[int, str], tests: list[str] | None = None) -> list[str]:
    """One sentence for each kind of attempt, naming the cell and line where it was first seen.

    Args:
        sources: of the student's cells, by their place in the notebook.
        tests: the sources of the test cells that students see.
    """
    found: dict[str, str] = {}
    expected = set().union(*map(expected_numbers, tests or ()))
    imported, written = set(ALWAYS), set[str]()
    left, unread = MOST, []
    for number, source in sources.items():
        module, code = module_written(source) or ("", source)
        nodes = nodes_of(code) if len(source) <= left else None
        if nodes is None:
            unread.append(number)
            continue
        left -= len(source)
        written |= {module} if module else set()
        for node in nodes:
            imported |= names_of_import(node)
        passed_over = ordinary(nodes, written)
        for node in nodes:
            for what in looks_like(node, imported) if id(node) not in passed_over else ():
                found.setdefault(what, f"cell {number}, line {getattr(node, 'lineno', '?')}")
        compared = own_checks(nodes)
        for value in sorted(long_numbers([node for node in nodes if id(node) not in compared]) & expected):
            found.setdefault(f"holds the number {value:g}, which a visible test expects", f"cell {number}")
    told = [f"The code {what} ({where})." for what, where in found.items()]
    if unread:
        named = ", ".join(map(str, unread[:3])) + (" and others" if unread[3:] else "")
        told.append(f"The code is too long to be looked over for attempts on the grading (cell {named}).")
    return told


def nodes_of(source: str) -> list[ast.AST] | None:
    """The nodes of a cell's code; none when it is not Python. None when it is too long to be read."""
    try:
        code = python(source)
    except SyntaxError:
        return []
    except (ValueError, RecursionError, MemoryError):
        return None
    try:
        return list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


@lru_cache
def expected_numbers(test: str) -> set[float]:
    """The long numbers of a test cell, which is the same for all students."""
    return long_numbers(nodes_of(test) or [])


def long_numbers(nodes: list[ast.AST]) -> set[float]:
    """The numbers in a cell with four digits or more, which hardly come about twice by chance."""
    found = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {
        value
        for value in found
        if isinstance(value, float) and len(repr(value).replace(".", "").strip("0")) > 3
    }


def names_of_import(node: ast.AST) -> set[str]:
    """The names that an import statement binds to modules, or to what is in them."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return set()


def looks_like(node: ast.AST, imported: set[str]) -> list[str]:
    """What a node of the code looks like."""
    found = []
    if isinstance(node, ast.Import):
        for name, told in ((a.name, a.asname) for a in node.names):
            found += about_module(name, told is None)
    elif isinstance(node, ast.ImportFrom):
        home = node.module or ""
        for name in (a.name for a in node.names):
            found += about_module(f"{home}.{name}", plain=False)
        found += [
            CALLS[a.name] for a in node.names if a.name in CALLS and home in ("os", "sys", "gc", "inspect")
        ]
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS and not (
            name in ("compile", "eval", "exec") and isinstance(node.func, ast.Attribute)
        ):
            found.append(CALLS[name])
        if name == "setattr" and node.args and root_of(node.args[0]) in imported:
            found.append(f"puts something else in the place of a part of {root_of(node.args[0])}")
    elif isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in COMPARISONS:
                found.append(f"defines {target.id}, which decides comparisons")
            if isinstance(target, ast.Attribute) and root_of(target) in imported and not is_setting(target):
                found.append(f"puts something else in the place of a part of {root_of(target)}")
    elif isinstance(node, ast.FunctionDef) and node.name in COMPARISONS:
        found.append(f"defines {node.name}, which decides comparisons")
    elif isinstance(node, ast.ClassDef):
        bases = {base.attr if isinstance(base, ast.Attribute) else root_of(base) for base in node.bases}
        found += [f"defines a class of its own of {base}" for base in NUMBERS if base in bases]
        found += ["defines an error that ends a process" for base in ENDS if base in bases]
    elif isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        found += ["raises what ends a process"] if getattr(error, "id", "") in ENDS else []
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 300:
        found += [
            f"names a path such as {part!r}"
            for part, pattern in PATHS.items()
            if " " not in node.value and re.search(pattern, node.value)
        ]
        found += [ATTRIBUTES[node.value]] if node.value in ATTRIBUTES else []
    if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        found.append(ATTRIBUTES[node.attr])
    elif isinstance(node, ast.Attribute) and (root_of(node), node.attr) in BENEATH:
        found.append(BENEATH[root_of(node), node.attr])
    elif isinstance(node, ast.Name) and node.id in ATTRIBUTES:
        found.append(ATTRIBUTES[node.id])
    elif isinstance(node, ast.Name) and node.id in ORDINARY and node.id in imported:
        found.append(MODULES[node.id])
    return found


def about_module(name: str, plain: bool) -> list[str]:
    """What an import of ``name``, a module or what is in it, looks like.

    Args:
        plain: the module keeps its name, so that what is used of it is seen later.
    """
    if name.startswith("utils.grading"):
        return ["uses the grader"]
    home, _, part = name.partition(".")
    if home in ORDINARY and (part.partition(".")[0] in ORDINARY[home] or (plain and not part)):
        return []
    return [MODULES[home]] if home in MODULES else []


def root_of(node: ast.AST) -> str:
    """``torch`` of ``torch.nn.functional``; empty for a chain that is too long to mean anything."""
    for _ in range(DEEPEST):
        if not isinstance(node, ast.Attribute):
            break
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
