"""A Sphinx extension: a computed number of a sentence is printed as ``3 · 10⁻⁶``, not as ``3e-06``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FLOAT = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)e([+-])0*(\d+)\b")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NO_BREAK = "\N{NO-BREAK SPACE}"


class PrintPowers(SphinxPostTransform):
    """Writes powers of ten in what ``glue`` sets into a sentence, so that no line ends inside a number."""

    default_priority = 200  # after MyST-NB has resolved what other pages computed

    def run(self, **kwargs: Any) -> None:
        for pasted in self.document.findall(nodes.inline):
            if "pasted-text" in pasted["classes"]:
                for text in list(pasted.findall(nodes.Text)):
                    text.parent.replace(text, nodes.Text(with_powers(text.astext())))


def with_powers(text: str) -> str:
    """``text`` with its numbers in Python's exponent notation as mantissa and power of ten."""

    def power(number: re.Match[str]) -> str:
        mantissa, sign, exponent = number.groups()
        if exponent == "0":
            return mantissa
        return f"{mantissa}{NO_BREAK}·{NO_BREAK}10{(sign.strip('+') + exponent).translate(RAISED)}"

    return FLOAT.sub(power, text)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(PrintPowers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
