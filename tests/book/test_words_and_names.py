"""Words of the glossary lead there from where they are introduced; what the theme leaves unnamed is named."""

import re
import warnings

import pytest
from sphinx.application import Sphinx

from utils.book.extensions.accessible import accessible

GLOSSARY = """# Words
```{glossary}
gradient clipping
  Shortening a gradient that is too long. {doc}`index`

logit
  What goes into a sigmoid or softmax. {doc}`index`
```
"""
PAGE = """# A page
It gives a {index}`Logit` at every step, {index}`clipped <single: gradient clipping>` descent, a
{index}`sigmoid`, a logit, and {index}`nothing <single: clipping; none>`.

```{toctree}
words
```
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("book")
    (folder / "words.md").write_text(GLOSSARY)
    (folder / "index.md").write_text(PAGE)
    settings = {"extensions": ["myst_parser", "utils.book.extensions.terms"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = Sphinx(
            folder, None, folder / "out", folder / "trees", "html", settings, status=None, warning=None
        )
        app.build()
    return (folder / "out" / "index.html").read_text(encoding="utf-8")


def test_a_word_that_a_page_introduces_leads_to_its_meaning(page):
    links = re.findall(
        r'<a class="term reference internal" href="([^"]+)" title="([^"]+)"><span>(.*?)</span>', page
    )
    assert links == [
        ("words.html#term-logit", "What goes into a sigmoid or softmax.", "Logit"),
        ("words.html#term-gradient-clipping", "Shortening a gradient that is too long.", "clipped"),
    ]


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        (
            '<a class="reference internal" href="a.html">4. A</a><details><summary><span>',
            '<a class="reference internal" href="a.html">4. A</a><details>'
            '<summary aria-label="Pages of 4. A"><span>',
        ),
        (
            '<a class="current reference internal" href="#">1. B</a><details open="open"><summary>',
            '<a class="current reference internal" href="#">1. B</a><details open="open">'
            '<summary aria-label="Pages of 1. B">',
        ),
        (
            '<i class="theme-switch fa-sun" data-mode="light" title="Light"></i>',
            '<i class="theme-switch fa-sun" data-mode="light" aria-hidden="true"></i>',
        ),
        (
            '<button class="btn search-button-field x" title="Search" aria-label="Search" y>',
            '<button class="btn search-button-field x" title="Search" y>',
        ),
        ('<summary aria-label="Toggle hidden content">\n<p>', "<summary>\n<p>"),
        ("<details><summary>More</summary>", "<details><summary>More</summary>"),
        (
            '<div class="citation" id="id7" role="doc-biblioentry">',
            '<div class="citation" id="id7" role="listitem">',
        ),
        ('<th class="head text-center"><p></p></th>', '<td class="head text-center"></td>'),
        ('<th class="head"><p>a</p></th>', '<th class="head"><p>a</p></th>'),
    ],
)
def test_what_the_theme_leaves_unnamed_has_a_name(theme, expected):
    assert accessible(theme) == expected == accessible(expected)
