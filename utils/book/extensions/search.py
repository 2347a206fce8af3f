"""What the site's search finds first: the section in which a term of the index is explained.

Sphinx puts index entries below every page that holds the word, and forgets those of pages that an incremental
build does not write anew. Here each leads to its section, and stands first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.index_entries import split_index_msg

if TYPE_CHECKING:
    from sphinx.application import Sphinx

JOINED = ("of ", "by ", "and ")


def index_terms(app: Sphinx) -> list[Any]:
    """Give the search the terms of all pages; it is called when they are written, and adds no page."""
    indexer = getattr(app.builder, "indexer", None)
    if indexer is not None:
        for page in app.env.found_docs:
            indexer._index_entries[page] = sorted(set(terms_of(app.env.get_doctree(page))))
    return []


def terms_of(page: nodes.document) -> Iterator[tuple[str, str, str]]:
    """The terms of a page, each with the section that it stands in, as Sphinx keeps its index entries."""
    for index in page.findall(addnodes.index):
        place = index.parent
        while place is not None and not isinstance(place, nodes.section):
            place = place.parent
        for kind, value, target, main, _ in index["entries"]:
            explained = main == "main"  # a word of the glossary has a place of its own
            section = target if explained or place is None or not place["ids"] else place["ids"][0]
            for name in names_of(split_index_msg(kind, value)):
                yield name, section, "main"


def names_of(parts: list[str]) -> list[str]:
    """What one may type for an entry: ``gate; update`` is "update gate", ``pooling (layer)`` is "pooling"."""
    first, *more = [re.sub(r"\s*\(.*\)", "", part) for part in parts]
    if not more:
        return [first]
    return [first, *(f"{first} {part}" if part.startswith(JOINED) else f"{part} {first}" for part in more)]
