"""A Sphinx extension: formulas as MathML, which browsers lay out themselves and screen readers read.

MathJax reads their TeX while the book is built, so that no page has to load and run it, and a font that has
the sizes of parentheses and roots comes with the site.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from utils.book.extensions.formulas.mathml import Reader
from utils.book.extensions.formulas.style import STYLE, characters, write_style

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Renderer:
    """Writes the formulas of a build."""

    def __init__(self) -> None:
        self.reader = Reader()

    def inline(self, translator: Any, node: nodes.math) -> None:
        translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
        translator.body.append(self.formula(node, False) + "</span>")
        raise nodes.SkipNode

    def display(self, translator: Any, node: nodes.math_block) -> None:
        translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
        if node["number"]:
            translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
            translator.add_permalink_ref(node, _("Link to this equation"))
            translator.body.append("</span>")
        translator.body.append(self.formula(node, True) + "</div>\n")
        raise nodes.SkipNode

    def formula(self, node: nodes.Element, display: bool) -> str:
        """One that cannot be read is a warning, which ends a strict build."""
        try:
            return self.reader.mathml(node.astext(), display)
        except ValueError as problem:
            logging.getLogger(__name__).warning("a formula: %s", problem, location=node)
            return ""

    def finish(self, app: Sphinx, error: Exception | None) -> None:
        self.reader.close()
        if error is None and app.builder.format == "html":
            site = Path(app.outdir)
            write_style(site / "_static", characters(site))


def setup(app: Sphinx) -> dict[str, Any]:
    renderer = Renderer()
    app.add_html_math_renderer("mathml", (renderer.inline, None), (renderer.display, None))
    app.add_css_file(STYLE)
    app.connect("build-finished", renderer.finish)
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # one process reads for all pages
