"""What every page of the site gets and loses, without building one."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from utils.book.extensions import page as pages
from utils.book.publishing import publish
from utils.common.address import public_address, repository


@pytest.mark.parametrize(
    ("code", "drawn"),
    [
        ("diagrams.unrolled(steps=3);", True),
        ("diagrams_sentiment.pooling(sentence, 'last');", True),
        ("plots.curves(x, y);\nplots.curves(y, x);", True),
        ('print(f"This page ran in {time.perf_counter() - started:.0f} seconds.")', True),
        ("print(data)", False),
        ("x = 1\ndiagrams.unrolled(steps=x);", False),
        ("neuron(x)", False),
        ("%matplotlib inline", False),
        ("", False),
    ],
)
def test_code_that_only_draws_is_told_from_code_that_teaches(code, drawn):
    assert pages.only_draws(code) is drawn


def test_a_description_is_the_first_paragraph_of_the_text():
    section = nodes.section(
        "", nodes.title("", "A page"), nodes.paragraph("", "Core · 50 minutes. What for?")
    )
    section += nodes.paragraph(
        "", "A network that reads one word after another remembers what it has read. " * 4
    )
    document = nodes.document(None, None)
    document += section
    described = pages.describe(document)
    assert described.startswith("A network that reads") and described.endswith(" …")
    assert len(described) <= pages.LONGEST + 2
    assert pages.describe(None) == ""


def test_a_head_names_addresses_only_where_there_is_one():
    without = pages.head_of('A "page"', "What it says.", "The course", "", "a/page")
    assert "https:" not in without and 'content="A &#34;page&#34;"' in without
    address = public_address({"html": {"baseurl": "https://example.org/course"}})
    with_it = pages.head_of("A page", "What it says.", "The course", address, "a/page")
    assert 'content="https://example.org/course/a/page.html"' in with_it
    assert 'content="https://example.org/course/_static/card.png"' in with_it


def test_a_script_stays_where_something_needs_it():
    script = SimpleNamespace(filename="_static/togglebutton.js", attributes={})
    inline = SimpleNamespace(filename=None, attributes={"body": "const thebe_selector = 1"})
    other = SimpleNamespace(filename="_static/doctools.js", attributes={})
    assert pages.is_needed(script, '<div class="toggle">') and not pages.is_needed(script, "<p>")
    assert not pages.is_needed(inline, "<p>") and pages.is_needed(other, "<p>")


def test_unused_scripts_are_taken_away_once(tmp_path):
    page, kept = tmp_path / "index.html", '<script defer src="_static/doctools.js"></script>\n'
    unused = ("_static/scripts/fontawesome.js?digest=1", "searchindex.js")
    page.write_text(
        "".join(f'<script defer src="{path}"></script>\n' for path in unused) + kept.replace(" defer", "")
    )
    publish.lighten(page)
    assert page.read_text() == kept


def test_code_that_has_no_colour_of_its_own_needs_no_elements(tmp_path):
    page = tmp_path / "index.html"
    page.write_text(
        '<p><span class="n">1</span></p><pre><span></span><span class="n">x</span><span class="w"> </span>'
        '<span class="o">&lt;</span><span class="w"> </span>\n'
        '<span class="mi">1</span><span class="p">)</span></pre>'
    )
    publish.lighten(page)
    assert page.read_text() == (
        '<p><span class="n">1</span></p><pre><span></span>x <span class="o">&lt;</span> \n'
        '<span class="mi">1</span>)</pre>'
    )


def test_only_the_sites_own_search_page_keeps_the_index(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_config.yml").write_text("title: R\n")
    own, of_a_chapter = tmp_path / "site" / "search.html", tmp_path / "site" / "chapter" / "search.html"
    for page in (own, of_a_chapter):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text('<script src="searchindex.js"></script>')
    publish.publish(tmp_path, tmp_path / "site")
    assert "searchindex" in own.read_text() and "searchindex" not in of_a_chapter.read_text()


def test_a_site_with_an_address_has_a_sitemap_and_a_card(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_config.yml").write_text(
        "title: R & N\nhtml: {baseurl: 'https://example.org/n'}\nrepository: {url: 'https://example.org/me/it/'}\n"
    )
    site = tmp_path / "site"
    (site / "_static").mkdir(parents=True)
    for name in ("index.html", "search.html"):
        (site / name).write_text("<p>")
    publish.publish(tmp_path, site)
    listed = (site / "sitemap.xml").read_text()
    assert listed.count("<loc>") == 1 and "<loc>https://example.org/n/index.html</loc>" in listed
    assert "Sitemap: https://example.org/n/sitemap.xml" in (site / "robots.txt").read_text()
    not_found = (site / "404.html").read_text()
    assert 'href="https://example.org/n/"' in not_found and "R &amp; N" in not_found
    assert (site / "_static" / "card.png").read_bytes().startswith(b"\x89PNG")
    assert repository({"repository": {"url": "https://example.org/me/it/"}}) == "https://example.org/me/it"
