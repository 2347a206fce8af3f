"""What of a solution a sentence gives away."""

import ast
import re

PIECE = 4  # tokens of code that no hint may hold: `h @ W_hh . T`
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


def given_away(text: str, solution: str) -> list[str]:
    """Pieces of a solution's code, ``PIECE`` tokens long, that ``text`` holds.

    Comments and docstrings are none, nor are lists of names, nor is a number in brackets.
    """
    tree = ast.parse(solution)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body[:1] = [ast.Pass()]
    code, words = tokens(ast.unparse(tree)), tokens(text)
    pieces = {tuple(code[start : start + PIECE]) for start in range(len(code) - PIECE + 1)}
    pieces = {piece for piece in pieces if set(piece) & set("()[]{}=@*+-/<>") and not is_value(piece)}
    runs = (tuple(words[start : start + PIECE]) for start in range(len(words) - PIECE + 1))
    return [" ".join(run) for run in runs if run in pieces]


def is_value(piece: tuple[str, ...]) -> bool:
    """Whether all of it are numbers and what stands around them in a tensor that is shown."""
    return all(token.isdigit() or token in "()[],." for token in piece)


def tokens(text: str) -> list[str]:
    """Words, and each other mark by itself."""
    return re.findall(r"\w+|[^\w\s]", text)
