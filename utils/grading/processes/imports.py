"""What students' code may import: the packages of an ``Offer``, and files of its own.

Inside bubblewrap nothing else is there. Elsewhere the finder below does not find it, and
:mod:`utils.grading.sandbox.shut` lets no file of it be read.

An import of what is not offered costs nothing by itself: a line ``import pandas as pd`` in a cell prints one
sentence, and the cell goes on. Whatever then uses ``pd`` fails with the same sentence. Elsewhere, in a
function or after ``try``, the import raises ``ModuleNotFoundError``, as Python does.
"""

from __future__ import annotations

import ast
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from typing import Any

from utils.grading.packages import ALWAYS, PACKAGE, Offer

NOT_THERE = "is not there when this assignment is graded"  # what a refused import says


class Filtered:
    """Finds what another finder finds, but no package and no part of the course that is not offered."""

    def __init__(self, offer: Offer, finder: Any) -> None:
        self.offer, self.finder = offer, finder

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = self.finder.find_spec(name, path, target)
        if spec is None:
            return None
        places = [spec.origin, *(spec.submodule_search_locations or ())]
        return spec if all(is_offered(self.offer, place) for place in places if place) else None


def is_offered(offer: Offer, place: str) -> bool:
    """Whether a file or folder is of what is offered, or of no installed package at all."""
    course = f"{PACKAGE}/"
    if place.startswith(course):
        return f"{place}/".startswith(tuple(f"{part}/" for part in offer.course))
    inside = [site for site in offer.sites if place.startswith(f"{site}/")]
    return not inside or f"{place}/".startswith(tuple(f"{entry}/" for entry in offer.entries))


class Telling:
    """The last finder: says in one sentence that a module is not offered, to whoever imports it."""

    def __init__(self, offer: Offer) -> None:
        self.sentence = offer.sentence

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        # `importlib.util.find_spec` asks as well, and wants no error
        importing = sys._getframe(2).f_code.co_name.startswith("_find_and_load")
        if importing and (path is None or name.startswith("utils.")):
            raise ModuleNotFoundError(f"{name} {NOT_THERE}: {self.sentence}.")  # named, `from` would hide it


class Missing:
    """Stands under the name that a cell wanted to import; whatever is done with it says what is missing."""

    def __init__(self, sentence: str) -> None:
        object.__setattr__(self, "_sentence", sentence)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # Python's own questions are no use of it
        raise ModuleNotFoundError(self._sentence)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ModuleNotFoundError(self._sentence)

    __getitem__ = __iter__ = __enter__ = __setattr__ = __call__

    def __mro_entries__(self, bases: tuple) -> tuple:
        """A class can be made of it, and no object of that class."""
        return (type("Missing", (), {"__init__": self.__call__}),)


class GoingOn(ast.NodeTransformer):
    """Lets a cell go on after an import, at its top level, of what is not offered.

    The same holds for a line that only calls something of it, such as ``sns.set_theme()``.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()  # that may stand for what is missing

    def visit_Module(self, node: ast.Module) -> ast.Module:
        body: list[ast.stmt] = []
        for line in node.body:
            if self.may_be_missing(line):
                body += self.guarded_import(line)  # type: ignore[arg-type]
            elif self.only_calls(line) and line is not node.body[-1]:  # the last one's value may be shown
                body.append(self.guarded(line, ""))
            else:
                body.append(line)
        if len(body) == len(node.body) and all(a is b for a, b in zip(body, node.body, strict=True)):
            return node
        node.body = body
        return ast.fix_missing_locations(node)

    def only_calls(self, line: ast.stmt) -> bool:
        """Whether a line calls something of what may be missing, and keeps nothing."""
        if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)):
            return False
        inner: ast.expr = line.value
        while isinstance(inner, ast.Call | ast.Attribute):
            inner = inner.func if isinstance(inner, ast.Call) else inner.value
        return isinstance(inner, ast.Name) and inner.id in self.names

    @staticmethod
    def may_be_missing(line: ast.stmt) -> bool:
        if isinstance(line, ast.ImportFrom):
            names = [line.module or ""]
        elif isinstance(line, ast.Import):
            names = [alias.name for alias in line.names]
        else:
            return False
        there = sys.stdlib_module_names | set(ALWAYS)
        return not all(name.partition(".")[0] in there for name in names)

    def guarded_import(self, line: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for alias in line.names:
            one: ast.stmt = (
                ast.Import([alias])
                if isinstance(line, ast.Import)
                else ast.ImportFrom(line.module, [alias], line.level)
            )
            whole = alias.name if isinstance(line, ast.ImportFrom) else alias.name.partition(".")[0]
            self.names.add(alias.asname or whole)
            made.append(self.guarded(ast.copy_location(one, line), alias.asname or whole))
        return made

    @staticmethod
    def guarded(line: ast.stmt, name: str) -> ast.stmt:
        """The line, after which the cell goes on, with a stand-in under ``name``, if something is missing."""
        handler = ast.parse(
            f"try: pass\nexcept ModuleNotFoundError as __why__: __missing__(__why__, {name!r}, globals())"
        ).body[0]
        handler.body = [line]  # type: ignore[attr-defined]
        return ast.copy_location(handler, line)


def missing(error: ModuleNotFoundError, name: str, namespace: dict) -> None:
    """Go on after an import that failed, with a stand-in under ``name``, if it was not offered."""
    if NOT_THERE not in str(error):
        raise error
    print(f"{error} The line was skipped.")
    if name not in ("", "*"):
        namespace[name] = Missing(str(error))


def enforce(offer: Offer) -> None:
    """Let this process import from now on what is offered, and nothing else."""
    pythons_own = (BuiltinImporter, FrozenImporter)
    sys.meta_path[:] = [
        finder if finder in pythons_own else Filtered(offer, finder) for finder in sys.meta_path
    ]
    sys.meta_path.append(Telling(offer))


def go_on(shell: Any) -> None:
    """Let the cells of an IPython shell go on after an import of what is not offered."""
    shell.ast_transformers.append(GoingOn())
    shell.user_ns_hidden["__missing__"] = shell.user_ns["__missing__"] = missing
