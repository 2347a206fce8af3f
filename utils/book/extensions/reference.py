"""The reference: what a module of the course offers, from its docstrings.

A Sphinx extension with one directive: ``{reference} utils.models`` has a section for each public name of the
module, with its call, what it computes, and, of a class, its methods.
"""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WIDTH = 88  # characters of a line on the page
ITEM = re.compile(r"[\w*, ]+: ")  # "hx, state: h_0, of shape …"
FULL = 80  # a line of a docstring that is longer was broken because it was full


def public(module: ModuleType) -> dict[str, Any]:
    """The functions and classes that a module offers: those of ``__all__``, or else those that it defines."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    offered = {name: getattr(module, name) for name in names}
    return {name: value for name, value in offered.items() if callable(value) and inspect.getdoc(value)}


def entry(name: str, value: Any, told: dict[Any, str] | None = None) -> str:
    """A function's or class's call and docstring as ``help`` shows them; of a class its methods, too.

    ``told`` maps each method that was explained already to its class; such a method is only named.
    """
    told = {} if told is None else told
    parts = [call(name, value), indented(own_docstring(value))]
    for of, method in methods(value) if inspect.isclass(value) else ():
        if method in told:
            parts.append(indented(f"{of}: as that of {told[method]}"))
        else:
            told[method] = name
            parts.append(indented(f"{call(of, method)}\n{indented(inspect.getdoc(method))}"))
    return "\n\n".join(part for part in parts if part.strip())


def call(name: str, value: Any) -> str:
    """``name(a, b=1)``, without types: the docstring speaks of them."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return name
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values() if p.name != "self"]
    line = f"{name}{signature.replace(parameters=parameters, return_annotation=signature.empty)}"
    line = re.sub(r"<(?:class '[\w.]*?|function )(\w+)(?:'| at \w+)>", r"\1", line)  # a default, by its name
    return filled(line, "", " " * 4)


def own_docstring(value: Any) -> str:
    """The docstring, unless it is the one that dataclasses and named tuples write themselves."""
    text = inspect.getdoc(value) or ""
    return "" if text.startswith((f"{value.__name__}(", "Alias for field")) else text


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods that the course wrote and explained, also those that the class inherits."""
    for name, member in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and member.__module__.startswith("utils.") and member.__doc__:
            yield name, member


def indented(text: str | None) -> str:
    return "\n".join(f"    {line}".rstrip() for line in (text or "").splitlines())


def reflowed(text: str) -> str:
    """The same with prose broken anew at ``WIDTH``; formulas and tables stay as they are.

    A line of prose that is nearly as wide as a line of code may be goes on in the next one.
    """
    found: list[str] = []
    prose = last = ""
    for line in [*text.splitlines(), ""]:
        deeper = depth(line) - depth(prose)
        goes_on = deeper > 0 or (deeper == 0 and not ITEM.match(line.strip()))
        if prose and line.strip() and len(last) > FULL and goes_on:
            prose += f" {line.strip()}"
        else:
            found += broken(prose) if prose else []
            prose = line
            if not line.strip() or "  " in line.strip():  # a formula or a table
                found.append(line)
                prose = ""
        last = line
    return "\n".join(found).rstrip()


def depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def broken(line: str) -> list[str]:
    """Lines of at most ``WIDTH`` characters; an argument's text goes on a little further to the right."""
    first = " " * depth(line)
    return [filled(line.strip(), first, first + " " * 4 * bool(ITEM.match(line.strip())))]


def filled(line: str, first: str, then: str) -> str:
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


class Reference(SphinxDirective):
    """``{reference} MODULE``: a section for each public name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = importlib.import_module(self.arguments[0])
        told: dict[Any, str] = {}
        return [self.section(module, name, value, told) for name, value in public(module).items()]

    def section(self, module: ModuleType, name: str, value: Any, told: dict[Any, str]) -> nodes.section:
        if source := inspect.getsourcefile(inspect.unwrap(value)):
            self.env.note_dependency(source)
        text = reflowed(entry(name, value, told)).replace("``", "`")
        block = nodes.literal_block(text, text, language="text", classes=["entry"])
        return nodes.section("", nodes.title(name, name), block, ids=[f"{module.__name__}.{name}"])


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("reference", Reference)
    return {"parallel_read_safe": True, "version": "1"}
