"""A Sphinx extension: a word of the glossary leads there from where a page introduces it, with its meaning.

A page introduces a word by ``{index}`word```. Elsewhere ``{term}`word``` does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.std import StandardDomain
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class LinkTerms(SphinxPostTransform):
    """Makes links of the words that stand in the glossary and in an index entry."""

    default_priority = 5  # before references are resolved

    def run(self, **kwargs: Any) -> None:
        objects = cast(StandardDomain, self.env.get_domain("std")).objects
        terms = {name.lower(): place for (kind, name), place in objects.items() if kind == "term"}
        for index in list(self.document.findall(addnodes.index)):
            self.link(index, terms)

    def link(self, index: addnodes.index, terms: dict[str, tuple[str, str]]) -> None:
        """Link the text after ``index``, if it or the entry is one of ``terms`` (term → page, anchor)."""
        after = index.parent[index.parent.index(index) + 1 :]
        if len(after) < 2 or not (isinstance(after[0], nodes.target) and isinstance(after[1], nodes.Text)):
            return
        text = after[1]
        named = [text.astext(), *(entry[1] for entry in index["entries"])]
        found = next((name for name in map(str.lower, named) if name in terms), None)
        if found is None:
            return
        page, anchor = terms[found]
        link = make_refnode(
            self.app.builder,
            self.env.docname,
            page,
            anchor,
            nodes.inline("", text.astext()),
            self.meaning(page, anchor),
        )
        link["classes"].append("term")
        index.parent.replace(text, link)

    def meaning(self, page: str, anchor: str) -> str:
        """What the glossary says of the term, up to the link that ends it."""
        for term in self.env.get_doctree(page).findall(nodes.term):
            if anchor in term["ids"]:
                paragraph = next(iter(term.parent.findall(nodes.paragraph)))
                said = [child.astext() for child in paragraph if not isinstance(child, addnodes.pending_xref)]
                return "".join(said).strip()
        return ""


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
