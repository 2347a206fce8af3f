"""One style sheet for the site: what stays in it, and that pages link it and nothing else."""

import re

import pytest

from utils.book.publishing.stylesheet import SHEET, join_sheets

THEME = """@charset "utf-8"; @import "../basic.css";
/* a comment */
.used, .unused { color: red; /* why */ }
.used:not(.later)::before, #nowhere { color: green }
.by-script > p { color: blue }
aside { color: pink }
@media (min-width: 9em) { .unused { color: gray } }
@media print { p { background: url("../images/p.svg") } .unused { color: gray } }
@font-face { font-family: F; src: url(data:font/woff;base64,AA) }
.md\\:wide { width: 9em }
"""
PAGE = """<html><head>
<link href="{up}_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="stylesheet" type="text/css" href="{up}_static/own.css?v=2" />
<link rel="stylesheet" href="{up}_static/paper.css" media="print" />
</head><body><p class="used md:wide">unused nowhere aside</p>
<script src="{up}_static/some.js"></script></body></html>
"""


@pytest.fixture
def site(tmp_path):
    files = {
        "_static/styles/theme.css": THEME,
        "_static/basic.css": "p { margin: 0 }",
        "_static/own.css": "p { margin: 1em; background: url(dot.png) }",
        "_static/paper.css": "p { margin: 2em }",
        "_static/some.js": 'element.className = "by-script"',
        "_static/nobodys.js": 'element.className = "unused"',
        "index.html": PAGE.format(up=""),
        "chapter/page.html": PAGE.format(up="../"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    join_sheets(tmp_path, pages(tmp_path))
    return tmp_path


def pages(site):
    return sorted(site.rglob("*.html"))


def links(page):
    return re.findall(r'<link [^>]*href="([^"]*)"', page.read_text(encoding="utf-8"))


def test_rules_stay_where_a_page_or_its_script_can_use_them(site):
    style = " ".join((site / SHEET).read_text(encoding="utf-8").split())
    assert ".used{color: red;}" in style and ".used:not(.later)::before{color: green}" in style
    assert ".by-script > p{" in style and "@font-face" in style and ".md\\:wide{" in style
    assert not re.search("unused|nowhere|aside|charset|import|comment|why|min-width", style)


def test_later_sheets_come_later_and_what_they_name_is_found(site):
    style = (site / SHEET).read_text(encoding="utf-8")
    assert style.index("margin: 0") < style.index("margin: 1em")
    assert "url(../images/p.svg)" in style and "url(../dot.png)" in style and "url(data:font/woff" in style


def test_a_page_links_it_once_and_keeps_what_is_for_paper_alone(site):
    ours, paper = links(site / "chapter" / "page.html")
    assert re.fullmatch(r"\.\./_static/styles/site\.css\?v=[0-9a-f]{8}", ours) and paper.endswith("paper.css")


def test_a_page_that_is_built_again_changes_the_sheet_for_all(site):
    before = [links(page)[0] for page in pages(site)]
    join_sheets(site, pages(site))
    assert [links(page)[0] for page in pages(site)] == before
    again = PAGE.format(up="").replace('class="', 'class="unused ')
    (site / "index.html").write_text(again, encoding="utf-8")
    join_sheets(site, pages(site))
    index, page = (links(page)[0].partition("site.css") for page in sorted(pages(site), reverse=True))
    assert index[2] == page[2] != before[0].partition("site.css")[2]
    assert ".unused{" in (site / SHEET).read_text(encoding="utf-8")
    assert ".by-script" in (site / SHEET).read_text(encoding="utf-8")


def test_a_site_without_styles_stays_as_it_is(tmp_path):
    (tmp_path / "index.html").write_text("<p>", encoding="utf-8")
    join_sheets(tmp_path, pages(tmp_path))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["index.html"]
