"""Which names a cell binds and which it needs, read off its code without running it."""

from __future__ import annotations

import ast
import functools
import symtable
from dataclasses import dataclass
from typing import Any


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


LONGEST = 300_000  # characters of a cell that is read; longer ones hold data, or are to keep us busy
MOST_WORK = 2_000_000  # characters that IPython may go through: it does so once for every magic
LONGEST_LINE = 10_000  # characters, of those
CODE_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")  # what follows runs in the notebook as it stands


def python(source: str) -> str:
    """The code of a cell with a text in place of each of IPython's magics.

    Raises:
        ValueError: it is too long to be read.
    """
    if len(source) > LONGEST:
        raise ValueError("a cell that is too long")
    head, _, body = source.lstrip().partition("\n")
    source = body if head.split(" ")[0] in CODE_MAGICS else source
    if compiles(source):
        return source
    if source.lstrip().startswith("%%"):  # what follows is no code of the notebook
        return f"{source!r}\n"
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()
    lines = f"{source}\n".splitlines(keepends=True)
    steps: list[Any] = [*manager.cleanup_transforms, *manager.line_transforms]
    for transform in steps:
        lines = transform(lines)
    plain = "".join(map(without_magic, lines))
    if compiles(plain):
        return plain
    magics = sum(plain_line(line) is not None for line in lines)
    if not magics:
        return source
    # a line within brackets or a text may look like a magic, which IPython knows to tell apart
    if magics * len(source) > MOST_WORK or max(map(len, lines)) > LONGEST_LINE:
        raise ValueError("a cell that is too long")
    try:
        return "".join(manager.do_token_transforms(lines))
    except RuntimeError:  # it gives up after some hundreds
        raise ValueError("a cell that is too long") from None


def without_magic(line: str) -> str:
    """The line, or what stands for its magic."""
    found = plain_line(line)
    return line if found is None else found


def plain_line(line: str) -> str | None:
    """What stands for a line with a magic; None for any other."""
    bare = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if bare.startswith(("%", "!", "?")) or (bare.endswith("?") and not bare.startswith("#")):
        return f"{indent}{bare!r}\n"
    left, equals, right = bare.partition("=")
    if equals and right.lstrip().startswith(("%", "!")):
        return f"{indent}{left}= {right.strip()!r}\n"
    return None


@functools.lru_cache(maxsize=4096)
def names(source: str) -> Names:
    """The names of a cell; none when it is not Python."""
    try:
        code = python(source)
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
def needed_at_once(source: str) -> frozenset[str]:
    """The names that a cell looks up when it is run, outside of the bodies of its functions."""
    try:
        waiting: list[ast.AST] = [ast.parse(python(source))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.Lambda):
            waiting.append(node.args)
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)


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
