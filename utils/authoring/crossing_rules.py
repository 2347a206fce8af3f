"""What a test cell may do, checked when an assignment is released.

At grading the students' cells run in one process and the test cells in another
(:mod:`utils.grading.processes.trial`); in a notebook both run in one. A test that keeps these rules gets the
same answer in both. CONTRIBUTING.md explains them.
"""

from __future__ import annotations

import ast
import builtins

from nbformat import NotebookNode

from utils.grading.answer_key import is_task, is_test
from utils.grading.symbols import names

KNOWN = set(dir(builtins)) | {"get_ipython", "display", "__name__"}
NOT_ON_STAND_INS = {
    "deepcopy": "copies",
    "copy": "copies",
    "getsource": "reads the source of",
    "object": "patches",  # mock.patch.object
}


def crossing_problems(notebook: NotebookNode) -> list[str]:
    """Where a source notebook breaks a rule, one sentence each."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tests = [cell for cell in code if is_test(cell)]
    from_tests = bound(tests)
    from_students = bound([cell for cell in code if is_task(cell)])
    given = bound([cell for cell in code if not is_test(cell) and not is_task(cell)])
    imported = (
        set().union(*(imported_names(cell.source) for cell in code if is_task(cell))) - given - from_tests
    )
    found = []
    for cell in code:
        name, about = label(cell), names(cell.source)
        if is_test(cell):
            unknown = about.needs - from_tests - from_students - given - KNOWN
            found += [f"test {name!r} uses {word!r}, which no cell defines" for word in sorted(unknown)]
            found += test_problems(name, cell.source, from_students)
            found += [
                f"test {name!r} uses {word!r}, which an answer imports; import it in a given cell, or the "
                "student's process computes what the test compares"
                for word in sorted(about.needs & imported)
            ]
            both = about.binds & (from_students | given)
            found += [
                f"test {name!r} gives {word!r} a value, which another cell defines; choose another name"
                for word in sorted(both)
            ]
        else:
            lost = about.needs & from_tests - about.binds - given - from_students
            found += [
                f"cell {name!r} uses {word!r}, which only a test defines; it is not there at grading"
                for word in sorted(lost)
            ]
    return found + unguarded(tests, from_students) + cut_off(tests, from_students)


def unguarded(tests: list[NotebookNode], from_students: set[str]) -> list[str]:
    """Where tests use, outside of ``with checks.forbidden``, what they elsewhere use inside.

    Outside, the answer may call what is forbidden; inside, where that fails, it may do something else.
    """
    inside: set[str] = set()
    outside: list[tuple[str, str]] = []
    for cell in tests:
        tree = ast.parse(cell.source)
        blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With) and forbids(node)]
        guarded = {id(inner) for block in blocks for inner in ast.walk(block)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in from_students:
                if id(node) in guarded:
                    inside.add(node.id)
                else:
                    outside.append((label(cell), node.id))
    return [
        f"test {name!r} uses {word!r} outside of `with checks.forbidden`, and another line uses it inside; "
        "an answer can do in the one what is forbidden in the other"
        for name, word in dict.fromkeys(outside)
        if word in inside
    ]


def cut_off(tests: list[NotebookNode], from_students: set[str]) -> list[str]:
    """Where a test uses what an earlier one defines behind a line that fails when an answer is wrong.

    One wrong answer would then cost the points of both, the second with an error that nobody understands.
    """
    found = []
    behind: dict[str, str] = {}  # a name, and the test that defines it too late
    for cell in tests:
        about, late = names(cell.source), names_behind_checks(cell.source, from_students)
        found += [
            f"test {label(cell)!r} uses {word!r}, which the test {behind[word]!r} defines behind a line that "
            "may fail; define it before that line, or once more"
            for word in sorted((about.needs - about.binds) & set(behind))
        ]
        for word in about.binds:
            if word in late:
                behind[word] = label(cell)
            else:
                behind.pop(word, None)
    return found


def names_behind_checks(source: str, from_students: set[str]) -> set[str]:
    """The names that a test binds, first of all, behind a line that fails when an answer is wrong."""
    before: set[str] = set()
    late: set[str] = set()
    may_fail = False
    for statement in ast.parse(source).body:
        line = ast.unparse(statement)
        about = names(line)
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            may_fail |= bool(about.needs & from_students) or "checks.call" in line or "checks.true" in line
        if may_fail:
            late |= about.binds
        else:
            before |= about.binds
    return late - before


def forbids(block: ast.With) -> bool:
    """Whether a block is one of ``with checks.forbidden(…)``."""
    calls = [item.context_expr for item in block.items if isinstance(item.context_expr, ast.Call)]
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == "forbidden" for call in calls)


def bound(cells: list[NotebookNode]) -> set[str]:
    """The names that some cells bind."""
    found: set[str] = set()
    return found.union(*(names(cell.source).binds for cell in cells))


def imported_names(source: str) -> set[str]:
    """The names that the import statements of a cell bind."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def label(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", "without a mark"))


def test_problems(name: str, source: str, from_students: set[str]) -> list[str]:
    """What a test does with a student's function or class that a stand-in cannot do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in from_students:
                    found.append(f"test {name!r} makes a subclass of {base.id!r}; call it instead")
        elif isinstance(node, ast.Call) and node.args:
            word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if word in NOT_ON_STAND_INS and isinstance(first, ast.Name) and first.id in from_students:
                found.append(f"test {name!r} {NOT_ON_STAND_INS[word]} {first.id!r}; call it instead")
        elif isinstance(node, ast.Compare | ast.BinOp):
            sides = (
                [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.left, node.right]
            )
            for side in sides:
                if isinstance(side, ast.Name) and side.id in from_students and side.id[:1].isupper():
                    found.append(f"test {name!r} compares the class {side.id!r}; compare values")
    return found
