"""Which names a cell binds and which it needs, read off its code without running it."""

from __future__ import annotations

import ast
import functools
import symtable
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Of one cell.

    Attributes:
        binds: names that the cell gives a value at its top level.
        needs: names that it looks up outside its functions' own, bound by itself or not.
        modules: modules that it imports.
    """

    binds: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


def python(source: str) -> str:
    """The code of a cell with IPython's magics turned into calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


@functools.lru_cache(maxsize=4096)
def names(source: str) -> Names:
    """The names of a cell; none when it is not Python."""
    try:
        code = source if compiles(source) else python(source)
        table = symtable.symtable(code, "cell", "exec")
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    binds = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }
    return Names(frozenset(binds), frozenset(looked_up(table)), frozenset(imported(tree)))


class Telling(ast.NodeTransformer):
    """Makes a cell tell when it takes one of ``names`` away (``del``) or gives it a value, at its top level.

    After such a statement the cell calls ``__taken__(NAME)`` or ``__given__(NAME)``.
    """

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        return [node, *self.telling("__taken__", node, node.targets)]

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        return [node, *self.telling("__given__", node, node.targets)]

    def visit_FunctionDef(self, node: ast.stmt) -> ast.stmt:
        return node  # its names are its own

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def telling(self, what: str, node: ast.stmt, targets: list[ast.expr]) -> list[ast.stmt]:
        found = [target.id for target in targets if isinstance(target, ast.Name) and target.id in self.names]
        calls = [ast.parse(f"{what}({name!r})").body[0] for name in found]
        return [ast.copy_location(call, node) for call in calls]


@functools.lru_cache(maxsize=4096)
def compiles(source: str) -> bool:
    """Whether ``source`` is Python as it stands."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def looked_up(table: symtable.SymbolTable) -> set[str]:
    """Names that are read as globals, at the top level or in functions and classes."""
    top = table.get_type() == "module"
    found = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (top or symbol.is_global())
    }
    return found.union(*(looked_up(child) for child in table.get_children()))


def imported(tree: ast.Module) -> set[str]:
    """The modules that a cell imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found
