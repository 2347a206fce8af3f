"""The operators that make mutants: each turns a node of the solution's syntax tree into likely mistakes.

An operator is given a node and yields pairs: what stands there (the node, or one below it), and what a
mutant has in its place. The first line of each docstring shows what becomes of what.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

Changes = Iterator[tuple[ast.AST, ast.AST]]

MODULES = {"torch", "nn", "F", "functional", "math", "np"}  # torch.tanh(x) is x.tanh(), but nn is no tensor
INDICES = {"i", "j", "k", "n", "t"}  # names that count; another name between brackets may be a mask
MATRIX_PRODUCTS = {"matmul", "mm", "bmm"}
SYMMETRIC = {"add", "mul", "max", "min", "maximum", "minimum", "transpose", "swapaxes"}  # in their arguments
TRANSPOSES = {"t", "transpose", "swapaxes", "permute", "movedim"}
AXIS_SECOND = {  # torch's functions whose second argument, a method's first, is an axis
    *("all", "any", "argmax", "argmin", "cat", "cumprod", "cumsum", "flip", "gather", "index_select"),
    *("log_softmax", "logsumexp", "max", "mean", "min", "narrow", "prod", "select", "size", "softmax"),
    *("squeeze", "stack", "std", "sum", "unbind", "unsqueeze", "var"),
}
ACTIVATIONS = {
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu"),
    "relu": ("tanh", "sigmoid"),
    "Tanh": ("Sigmoid", "ReLU"),
    "Sigmoid": ("Tanh", "ReLU"),
    "ReLU": ("Tanh", "Sigmoid"),
    "softmax": ("log_softmax",),
    "log_softmax": ("softmax",),
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def drop_term(node: ast.AST) -> Changes:
    """a + b → a, b; a - b → a, -b; torch.add(a, b) → a, b; torch.addmm(c, a, b) → c, a @ b."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        right = node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
        yield from ((node, node.left), (node, right))
    operands = arguments(node)
    if called(node) in ("add", "sub") and len(operands) == 2:
        yield from ((node, operand) for operand in operands)
    if called(node) == "addmm" and len(operands) == 3:
        yield from ((node, operands[0]), (node, ast.BinOp(operands[1], ast.MatMult(), operands[2])))


def drop_factor(node: ast.AST) -> Changes:
    """a * b → a, b; a / b → a; torch.mul(a, b) → a, b."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        yield node, node.left
        if isinstance(node.op, ast.Mult):
            yield node, node.right
    if called(node) == "mul" and len(arguments(node)) == 2:
        yield from ((node, operand) for operand in arguments(node))


def drop_argument(node: ast.AST) -> Changes:
    """f(a, b=c) → f(a); not device, dtype and strict, which do nothing for the usual input."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg not in (None, "device", "dtype", "strict"):
                others = [other for other in node.keywords if other is not keyword]
                yield node, with_field(node, keywords=others)


def swap(node: ast.AST) -> Changes:
    """f(a, b) → f(b, a); a @ b → b @ a, and so for - / // % **; return a, b → return b, a."""
    order_matters = (ast.MatMult, ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
    if isinstance(node, ast.BinOp) and isinstance(node.op, order_matters):
        yield node, ast.BinOp(node.right, node.op, node.left)
    if isinstance(node, ast.Call) and called(node) not in SYMMETRIC:
        for args in neighbours_swapped(node.args):
            yield node, ast.Call(node.func, args, node.keywords)
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for items in neighbours_swapped(node.value.elts):
            yield node.value, ast.Tuple(items, node.value.ctx)


def sign(node: ast.AST) -> Changes:
    """a + b → a - b; a - b → a + b; -a → a; a += b → a -= b; a -= b → a += b."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield node, with_field(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node, node.operand
    if (value := number(node)) is not None and value < 0:
        yield node, ast.Constant(-value)


def wrong_axis(node: ast.AST) -> Changes:
    """dim=0 → dim=1, 1 → 0, -1 → -2, -2 → -1, others one less; so for axis=, x.sum(0), torch.cat(xs, 0)."""
    if not isinstance(node, ast.Call):
        return
    axes = [keyword.value for keyword in node.keywords if keyword.arg in ("dim", "axis")]
    if called(node) in AXIS_SECOND:
        axes += arguments(node)[1:2]
    for axis in axes:
        for item in axis.elts if isinstance(axis, ast.Tuple) else [axis]:
            if (value := whole(item)) is not None:
                yield item, ast.Constant({0: 1, 1: 0, -1: -2, -2: -1}.get(value, value - 1))


def off_by_one(node: ast.AST) -> Changes:
    """3 → 4, 2; x[t] → x[t + 1], x[t - 1]; range(n) → range(n + 1), range(n - 1), range(1, n).

    So for the bounds of a slice: x[a:] → x[a + 1:], x[a - 1:], x[a:-1]; x[:a] → x[1:a], …; but x[:] stays.
    """
    if (value := whole(node)) is not None:
        yield from ((node, ast.Constant(value + step)) for step in (1, -1))
    if isinstance(node, ast.Call) and called(node) == "range":
        for bound in node.args[:2]:
            yield from one_more_one_less(bound)
        if len(node.args) == 1:
            yield node, ast.Call(node.func, [ast.Constant(1), *node.args], [])
    if isinstance(node, ast.Slice) and (node.lower or node.upper):
        if node.lower:
            yield from one_more_one_less(node.lower)
        else:
            yield node, ast.Slice(ast.Constant(1), node.upper, node.step)
        if node.upper:
            yield from one_more_one_less(node.upper)
        else:
            yield node, ast.Slice(node.lower, ast.Constant(-1), node.step)
    if isinstance(node, ast.Subscript):
        for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            if isinstance(index, ast.Name) and index.id in INDICES:
                yield from one_more_one_less(index)


def transpose(node: ast.AST) -> Changes:
    """x.T → x; x.transpose(0, 1) → x; a @ b → a.T @ b, a @ b.T, and so for torch.matmul(a, b)."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node, node.value
    if called(node) in TRANSPOSES:
        yield node, arguments(node)[0]
    operands: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        operands = [node.left, node.right]
    elif called(node) in MATRIX_PRODUCTS or (called(node) == "linear" and not is_method(node)):
        operands = arguments(node)[:2]
    for operand in operands:
        if not (isinstance(operand, ast.Attribute) and operand.attr in ("T", "mT")):
            yield operand, ast.Attribute(operand, "T", ast.Load())


def missing(node: ast.AST) -> Changes:
    """x.detach(), x.clone() → x; with torch.no_grad(): → if True:; @torch.no_grad() and o.zero_grad() go."""
    off = ("no_grad", "inference_mode")
    if called(node) in ("detach", "clone"):
        yield node, arguments(node)[0]
    if isinstance(node, ast.With):
        for item in node.items:
            if called(item.context_expr) in off:
                items = [other for other in node.items if other is not item]
                yield node, with_field(node, items=items) if items else always(node.body)
    if isinstance(node, ast.FunctionDef):
        for decorator in node.decorator_list:
            if called(decorator) in off:
                others = [other for other in node.decorator_list if other is not decorator]
                yield node, with_field(node, decorator_list=others)
    if isinstance(node, ast.Expr) and called(node.value) == "zero_grad":
        yield node, ast.Pass()


def activation(node: ast.AST) -> Changes:
    """torch.tanh(x) → torch.sigmoid(x), torch.relu(x), x; nn.Tanh() → nn.Sigmoid(), …, nn.Identity()."""
    name = called(node)
    if not isinstance(node, ast.Call) or name not in ACTIVATIONS:
        return
    for other in ACTIVATIONS[name]:
        yield node.func, renamed(node.func, other)
    if name[0].isupper():
        yield node.func, renamed(node.func, "Identity")
    elif arguments(node):
        yield node, arguments(node)[0]


def comparison(node: ast.AST) -> Changes:
    """a < b → a <= b, a == b → a != b, a is b → a is not b, and back; a if c else b → a, b."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            yield node, with_field(node, ops=[*node.ops[:i], COMPARISONS[type(op)](), *node.ops[i + 1 :]])
    if isinstance(node, ast.IfExp):
        yield from ((node, node.body), (node, node.orelse))


def drop_statement(node: ast.AST) -> Changes:
    """x.zero_(), a += b, x[i] = a and self.x = a, each alone on its line → pass."""
    call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    inside = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Subscript, ast.Attribute))
    if call or inside or isinstance(node, ast.AugAssign):
        yield node, ast.Pass()


OPERATORS: dict[str, Callable[[ast.AST], Changes]] = {
    "drop-term": drop_term,
    "drop-factor": drop_factor,
    "drop-argument": drop_argument,
    "swap": swap,
    "sign": sign,
    "wrong-axis": wrong_axis,
    "off-by-one": off_by_one,
    "transpose": transpose,
    "missing": missing,
    "activation": activation,
    "comparison": comparison,
    "drop-statement": drop_statement,
}


def with_field(node: ast.AST, **fields: object) -> ast.AST:
    """A shallow copy of ``node`` with other fields. (Python shares one ``ast.Add`` among all sums.)"""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def always(body: list[ast.stmt]) -> ast.If:
    """``if True:``, which keeps the lines of a block where they are."""
    return ast.If(ast.Constant(True), body, [])


def called(node: ast.AST) -> str:
    """``"f"`` for a call of ``f``, ``torch.f`` or a method ``f``; empty for what is no call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr
    return ""


def arguments(node: ast.AST) -> list[ast.expr]:
    """The positional arguments of a call, the object of a method first: ``x, 1`` for ``x.sum(1)``."""
    if not isinstance(node, ast.Call):
        return []
    if isinstance(node.func, ast.Attribute) and is_method(node):
        return [node.func.value, *node.args]
    return list(node.args)


def is_method(node: ast.AST) -> bool:
    """Whether ``node`` calls something's method, rather than a function (of a module)."""
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Attribute) and last_name(function.value) not in MODULES


def last_name(node: ast.expr) -> str:
    """``"functional"`` for ``torch.nn.functional``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def renamed(function: ast.expr, name: str) -> ast.expr:
    """``torch.f`` or ``f`` with another name."""
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, ast.Load())
    return ast.Name(name, ast.Load())


def neighbours_swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """``a, b, c`` with two neighbours swapped: ``b, a, c`` and ``a, c, b``."""
    for i in range(len(items) - 1):
        if not any(isinstance(item, ast.Starred) for item in items[i : i + 2]):
            yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def one_more_one_less(bound: ast.expr) -> Changes:
    """n → n + 1, n - 1; a literal, and the one in n + 2, is left to where literals change."""
    parts = (bound.left, bound.right) if isinstance(bound, ast.BinOp) else (bound,)
    if all(whole(part) is None for part in parts):
        yield bound, ast.BinOp(bound, ast.Add(), ast.Constant(1))
        yield bound, ast.BinOp(bound, ast.Sub(), ast.Constant(1))


def number(node: ast.AST) -> int | float | None:
    """The value of a literal such as 3 or 0.5; None for what is no number."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def whole(node: ast.AST) -> int | None:
    """The value of a literal such as 3; None for what is no whole number."""
    value = number(node)
    return value if isinstance(value, int) else None
