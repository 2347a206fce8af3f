"""The site's search leads to the section that explains a term."""

import pytest
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes

from utils.book.extensions.search import index_terms, names_of, terms_of


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        (["perplexity"], ["perplexity"]),
        (["gate", "update"], ["gate", "update gate"]),
        (["gradient clipping", "by norm"], ["gradient clipping", "gradient clipping by norm"]),
        (["temperature (sampling)"], ["temperature"]),
    ],
)
def test_an_entry_is_found_by_what_one_types(entry, names):
    assert names_of(entry) == names


def page_with_two_sections() -> nodes.document:
    page = new_document("page")
    for name, value in (("first", "perplexity"), ("second", "gate; update")):
        section = nodes.section(ids=[name, f"sec-{name}"])
        paragraph = nodes.paragraph()
        paragraph += addnodes.index(entries=[("single", value, "index-7", "", None)])
        section += paragraph
        page += section
    return page


def test_a_term_leads_to_its_section_not_to_a_place_in_a_line():
    assert list(terms_of(page_with_two_sections())) == [
        ("perplexity", "first", "main"),
        ("gate", "second", "main"),
        ("update gate", "second", "main"),
    ]


def test_pages_that_are_not_written_anew_keep_their_terms():
    class Sphinx:  # as after an incremental build, in which Sphinx knows the terms of new pages alone
        class builder:
            class indexer:
                _index_entries = {"new": []}  # noqa: RUF012

        class env:
            found_docs = ("new", "old")

            @staticmethod
            def get_doctree(name: str) -> nodes.document:
                return page_with_two_sections()

    assert index_terms(Sphinx) == []
    assert Sphinx.builder.indexer._index_entries["old"] == Sphinx.builder.indexer._index_entries["new"] != []
