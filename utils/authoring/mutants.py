"""Small generated mistakes in an assignment's solution: do its tests catch them?

A mutant is the solution of one task with one change: a term dropped, two arguments swapped, a sign turned, a
bound off by one, an axis exchanged. It is graded as a submission that answers every other task that it can
touch rightly, and should lose marks. One that keeps them all shows a gap in the tests, or else is no mistake;
those are listed, with the reason, in ``equivalent.json`` beside the source. (DeMillo, Lipton and Sayward:
*Hints on test data selection*, Computer 11(4), 1978.)
"""

from __future__ import annotations

import ast
import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.authoring.answers import SOLUTION, grade_answers, solutions
from utils.authoring.mutation_operators import OPERATORS, number
from utils.authoring.release import Assignment, source_notebook
from utils.common.errors import UserError
from utils.grading.answer_key import is_by_hand
from utils.grading.result import Result

LEAST_SHARE = 0.95  # of all mutants, equivalent ones among them, must lose marks
UNTOUCHABLE = (ast.Raise, ast.JoinedStr)  # what an error message says is not tested


@dataclass(frozen=True)
class Mutant:
    """A task's solution with one change.

    Attributes:
        name: task, operator and line of the task cell: ``"neuron:sign:L3"``; further ones of that line have
            ``.2``, ``.3`` … behind it.
        code: the whole task cell.
        change: the lines that differ, before and after: ``"return a + b → return a - b"``.
    """

    name: str
    task: str
    operator: str
    code: str
    change: str


def mutate(task: str, code: str) -> list[Mutant]:
    """Every mutant of the task cell ``code``, by operator and then by place; no two have the same text."""
    tree = JoinSigns().visit(ast.parse(code))
    original = ast.unparse(tree)
    found, seen, count = [], {original}, Counter[str]()
    for operator, changes in OPERATORS.items():
        for node in nodes(tree):
            for old, new in changes(node):
                text = ast.unparse(replaced(tree, old, new))
                if text in seen or not is_python(text):
                    continue
                seen.add(text)
                name = f"{task}:{operator}:L{node.lineno}"  # type: ignore[attr-defined]
                count[name] += 1
                name += f".{count[name]}" if count[name] > 1 else ""
                found.append(Mutant(name, task, operator, text, difference(original, text)))
    return found


class JoinSigns(ast.NodeTransformer):
    """Make ``-1`` one constant; the parser gives a minus and a 1."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.USub) and (value := number(node.operand)) is not None:
            return ast.copy_location(ast.Constant(-value), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if isinstance(node.op, ast.Pow):  # (-1) ** n: as one constant it would lose its brackets
            node.right = self.visit(node.right)
            return node
        return self.generic_visit(node)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes below ``tree`` in the order of the text, without annotations and error messages."""
    for name, value in ast.iter_fields(tree):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, UNTOUCHABLE):
                    yield child
                    yield from nodes(child)


def replaced(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of ``tree`` in which ``new`` stands in the place of ``old``."""
    return copy.deepcopy(tree, {id(old): new})


def is_python(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def difference(before: str, after: str) -> str:
    """The lines that differ, on one line: ``"before → after"``."""
    one, other = before.splitlines(), after.splitlines()
    while one and other and one[0] == other[0]:
        del one[0], other[0]
    while one and other and one[-1] == other[-1]:
        del one[-1], other[-1]
    return " → ".join("; ".join(map(str.strip, lines)) or "nothing" for lines in (one, other))


def read_mutants(assignment: Assignment) -> list[Mutant]:
    """The mutants of all tasks of an assignment that tests grade, in the notebook's order."""
    by_hand = {c.metadata.nbgrader.grade_id for c in source_notebook(assignment).cells if is_by_hand(c)}
    tested = {task: code for task, code in solutions(assignment).items() if task not in by_hand}
    return [mutant for task, code in tested.items() for mutant in mutate(task, code)]


def read_equivalent(assignment: Assignment) -> dict[str, dict[str, str]]:
    """Mutants that may keep all marks, by name: the ``change``, and ``why`` it is no mistake. Of those that
    ``may`` lose some, a training is a little worse, and whether it reaches the target is luck.

    Raises:
        UserError: an entry lacks one of the first two.
    """
    path = assignment.folder / "equivalent.json"
    listed = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, entry in listed.items():
        if set(entry) - {"may"} != {"change", "why"} or not entry["why"].strip():
            raise UserError(f"{path}: {name} needs `change` and `why`, and nothing else but `may`")
    return listed


def grade_mutants(
    assignment: Assignment,
    mutants: Iterable[Mutant],
    root: Path,
    to: Path,
    echo: Callable[[str], None],
    timeout: float = 30,
    jobs: int = 1,
    solution: bool = True,
) -> dict[str, Result]:
    """What the solution and each mutant get, by name.

    Args:
        jobs: processes that grade.
        solution: grade it, too; not where that was done already.
        timeout: seconds that one cell may take; a mutant that never ends loses its marks by it.
    """
    right = solutions(assignment)
    answers = ({SOLUTION: right} if solution else {}) | {
        mutant.name: right | {mutant.task: mutant.code} for mutant in mutants
    }
    return grade_answers(assignment, answers, root, to, echo, timeout, jobs)


def survives(result: Result) -> bool:
    """Whether all points were given."""
    return result.status == "graded" and result.score == result.max_score


def complaints(
    mutants: list[Mutant], equivalent: dict[str, dict[str, str]], results: dict[str, Result]
) -> list[str]:
    """What the tests let through, and what the list of equivalent mutants gets wrong, one sentence each."""
    whole = SOLUTION not in results or survives(results[SOLUTION])
    found = [] if whole else ["the solution itself loses points"]
    changes = {mutant.name: mutant.change for mutant in mutants}
    for name, change in changes.items():
        if survives(results[name]) and name not in equivalent:
            found.append(f"{name} keeps all points: {change}")
    for name, entry in equivalent.items():
        if name not in changes:
            found.append(f"{name} is listed as equivalent, but there is no such mutant")
        elif entry["change"] != changes[name]:
            found.append(f"{name} is listed as equivalent for {entry['change']}, but it is {changes[name]}")
        elif not survives(results[name]) and "may" not in entry:
            found.append(f"{name} is listed as equivalent, but loses points")
    killed = sum(not survives(results[mutant.name]) for mutant in mutants)
    if killed < LEAST_SHARE * len(mutants):
        found.append(f"{killed} of {len(mutants)} mutants lose points; {LEAST_SHARE:.0%} should")
    return found


def table(mutants: list[Mutant], equivalent: dict[str, dict[str, str]], results: dict[str, Result]) -> str:
    """How many mutants of each operator lose points, and each survivor with the reason."""
    survivors = [mutant for mutant in mutants if survives(results[mutant.name])]
    rows = [f"{'operator':<16}{'lose points':>12}{'of':>6}"]
    for operator in OPERATORS:
        total = sum(mutant.operator == operator for mutant in mutants)
        alive = sum(mutant.operator == operator for mutant in survivors)
        rows.append(f"{operator:<16}{total - alive:>12}{total:>6}")
    killed = len(mutants) - len(survivors)
    rows.append(f"{'all':<16}{killed:>12}{len(mutants):>6}  {share(killed, len(mutants))}")
    mistakes = len(mutants) - sum(mutant.name in equivalent for mutant in survivors)
    rows.append(f"{'not equivalent':<16}{killed:>12}{mistakes:>6}  {share(killed, mistakes)}")
    for mutant in survivors:
        why = equivalent.get(mutant.name, {"why": "not listed as equivalent"})["why"]
        rows += ["", f"{mutant.name} keeps all points: {mutant.change}", f"    {why}"]
    return "\n".join(rows)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
