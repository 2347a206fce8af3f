"""A Sphinx extension: names for what the theme leaves without one, for those who listen to a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# what the theme writes, and what is wrong with it
CHANGES = (
    # the arrow that opens the pages of a chapter has no name
    (
        re.compile(r"(<a class=\"[^\"]*reference internal\"[^>]*>)([^<]*)(</a><details[^>]*><summary)>"),
        r'\1\2\3 aria-label="Pages of \2">',
    ),
    # the name of the button is "Color mode", and its pictures have names of their own
    (re.compile(r"(<i class=\"theme-switch [^>]*?) title=\"[^\"]*\"></i>"), r'\1 aria-hidden="true"></i>'),
    # this button has a text, and so needs no other name
    (re.compile(r"(<button class=\"btn search-button-field[^>]*?) aria-label=\"Search\""), r"\1"),
    # a fold has a text, too
    (re.compile(r"<summary aria-label=\"Toggle hidden content\">"), "<summary>"),
    # the book's title and the search field stand outside of every landmark
    (
        re.compile(r"(<div id=\"pst-primary-sidebar\" class=\"bd-sidebar-primary bd-sidebar\")>"),
        r'\1 role="navigation" aria-label="Book">',
    ),
    # the list of references has no items: this role is one that no list can hold, and is withdrawn
    (
        re.compile(r"(<div class=\"citation\" id=\"[^\"]*\") role=\"doc-biblioentry\">"),
        r'\1 role="listitem">',
    ),
    # the corner of a table is no heading
    (re.compile(r"<th class=\"head([^\"]*)\">(<p></p>)?</th>"), r'<td class="head\1"></td>'),
)


def accessible(text: str) -> str:
    """A page of the theme with these changes; a page that has them stays as it is."""
    for wrong, right in CHANGES:
        text = wrong.sub(right, text)
    return text


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    """Change the pages of the finished site."""
    if error is not None or app.builder.name != "html":
        return
    for page in sorted(Path(app.outdir).rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        if "_static" not in page.relative_to(app.outdir).parts and (better := accessible(text)) != text:
            page.write_text(better, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
