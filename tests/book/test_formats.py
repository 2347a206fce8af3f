"""The book as EPUB, as PDF and as slides, from a small site: nothing is lost, cut or fetched."""

import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from utils.book.extensions.formulas.mathml import Reader
from utils.book.extensions.formulas.style import characters, write_style
from utils.book.formats import epub, pages, pdf, slides
from utils.common.errors import UserError

CHROMIUM = next(filter(None, map(shutil.which, pages.NAMES)), None)
XHTML = "{http://www.w3.org/1999/xhtml}"
CODE = [f"line_{number} = {number}  # the {number}th line of a long program" for number in range(60)]
ROWS = [f"row {number}" for number in range(40)]
FIGURE = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="900" viewBox="0 0 300 900"><metadata>x</metadata>
<rect width="300" height="900" fill="teal"/></svg>
"""
HOME = """<h1>The course</h1><p>Welcome. See <a href="chapters/one/index.html">chapter 1</a> and
<a href="downloads/x.zip" download>a zip</a>.</p>"""
CHAPTER = """<h1><span class="section-number">1. </span>Neurons<a class="headerlink" href="#n">#</a></h1>
<p>What is one? We shall see.</p><div class="live" hidden><p>live</p></div><script>alert(1)</script>"""
SECTION = r"""<section id="memory"><h1>Memory</h1><p><em>Core · 5 minutes.</em> Does it remember?</p>
<section id="why"><h2>Why <code>tanh</code>?</h2>
<p>It is <strong><span class="math notranslate">STATE</span></strong> for all <em>t</em>.
This one is
long.</p>
<div class="math notranslate" id="equation-one"><span class="eqno">(1.1)</span>TERMS</div>
<p>By <a href="#equation-one">(1.1)</a> and <a href="index.html">the opening</a>,
the token <pad> counts.<br></p>
<div class="cell"><details class="hide"><summary><p>Show</p></summary><pre>prepared</pre></details>
<div class="cell_input"><pre><span></span><span class="sd">&quot;&quot;&quot;CODE&quot;&quot;&quot;</span>
</pre></div><div class="cell_output"><figure><img alt="A bar" src="../../_images/bar.svg"/>
<figcaption><p>A bar.</p></figcaption></figure></div></div>
<table><thead><tr><th>HEAD</th></tr></thead><tbody>ROWS</tbody></table>
<div class="admonition"><p class="admonition-title">Exercise</p><p>Find it. Then prove it.</p>
<details><summary>Solution</summary><p>It is the secret.</p></details></div></section></section>"""
SUM = " + ".join(f"x_{{{number}}}" for number in range(60))
SECTION = (
    SECTION.replace("CODE", "\n".join(CODE))
    .replace("HEAD", "wide " * 30)
    .replace("ROWS", "".join(f"<tr><td>{row}</td></tr>" for row in ROWS))
)
FULLY_SHOWN = """() => [...document.querySelectorAll('.slides > section')].map(slide => {
    slide.hidden = false;
    slide.style.display = 'block';
    const box = slide.getBoundingClientRect();
    const seen = [...slide.querySelectorAll(':scope > :not(.notes), :scope > :not(.notes) *')];
    const over = seen.some(element => {
        const edges = element.getBoundingClientRect();
        return edges.width && (edges.right > box.right + 1 || edges.bottom > box.bottom + 1);
    });
    slide.style.display = '';
    return over || box.width !== 1280 || box.height !== 720 ? slide.textContent.slice(0, 80) : '';
}).filter(Boolean)"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course whose site is in ``site``."""
    root = tmp_path_factory.mktemp("course")
    with Reader() as reader:
        state = reader.mathml(r"h_t = \tanh(W h_{t-1})")
        terms = reader.mathml(rf"\begin{{aligned}}a &= b\\ c &= {SUM}\end{{aligned}}", True)
    section = SECTION.replace("STATE", state).replace("TERMS", terms)
    texts = {"index": HOME, "chapters/one/index": CHAPTER, "chapters/one/memory": section}
    for name, text in texts.items():
        path = root / "site" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<html><body><article>{text}</article></body></html>", encoding="utf-8")
    (root / "site" / "404.html").write_text("<!DOCTYPE html><title>none</title>")
    for folder in ("_images", "_static"):
        (root / "site" / folder).mkdir()
    (root / "site" / "_images" / "bar.svg").write_text(FIGURE)
    write_style(root / "site" / "_static", characters(root / "site"))
    (root / "book").mkdir()
    (root / "book" / "_config.yml").write_text("title: Neurons & more\nauthor: Ada\n")
    (root / "book" / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: First part\n  chapters:\n"
        "  - file: chapters/one/index\n    sections:\n    - file: chapters/one/memory\n"
    )
    return root


def test_the_epub_is_complete_and_its_links_lead_somewhere(course, tmp_path):
    path = epub.write_epub(course, course / "site", tmp_path / "book.epub")
    assert [file.name for file in tmp_path.iterdir()] == ["book.epub"]
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        files = {name: archive.read(name) for name in archive.namelist()}
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    trees = {
        name: ElementTree.fromstring(text)
        for name, text in files.items()
        if name.endswith((".xhtml", ".opf", ".xml", ".svg"))
    }
    ids = {
        f"{name.removeprefix('book/')}#{element.get('id')}"
        for name in trees
        for element in trees[name].iter()
    }
    for name, tree in trees.items():
        assert name.endswith(".opf") or not list(tree.iter(f"{XHTML}script"))
        for element in tree.iter():
            for target in (element.get("href"), element.get("src")):
                assert not target or target in ids or f"book/{target}" in files, f"{name}: {target}"
    (memory,) = [tree for name, tree in trees.items() if "memory" in name]
    formula = next(memory.iter("{http://www.w3.org/1998/Math/MathML}math"))
    assert formula.get("alttext") == r"h_t = \tanh(W h_{t-1})"
    assert all(fold.get("open") is not None for fold in memory.iter(f"{XHTML}details"))
    assert all(
        line in "".join(memory.itertext()) for line in [*CODE, *ROWS, "prepared", "<pad>", "the secret"]
    )
    package = files["book/content.opf"].decode()
    assert re.search(r'memory\.xhtml" media-type="application/xhtml\+xml" properties="mathml"', package)
    contents = "".join(trees["book/contents.xhtml"].itertext()).split("\n")
    found = [line for line in contents if line]
    assert found == ["Contents", "Contents", "The course", "First part", "1. Neurons", "Memory"]
    assert b"DOCTYPE" not in files["book/images/0.svg"] and b"metadata" not in files["book/images/0.svg"]


def test_the_pdf_says_on_which_page_each_chapter_begins(course, tmp_path):
    path, count = pdf.write_pdf(course, course / "site", tmp_path / "book.pdf")
    assert [file.name for file in tmp_path.iterdir()] == ["book.pdf"]
    content = path.read_bytes()
    numbers, pages_in_all = pdf.page_numbers(content)
    order = [numbers[name] for name in ("index", "chapters-one-index", "chapters-one-memory")]
    assert content.startswith(b"%PDF") and count == pages_in_all
    assert order[0] == 3 and order[1] == 4 and 4 <= order[2] <= count  # after cover and contents
    assert count >= order[1] + 2  # 60 lines and 40 rows do not fit on one page
    assert b"/Outlines" in content


def test_what_paper_would_cut_is_refused(course, tmp_path):
    wide = '<div class="sheet" data-page="one"><pre style="white-space: pre">' + "x" * 200 + "</pre></div>"
    (tmp_path / "page.html").write_text(f"<body>{wide}</body>")
    with pages.chromium() as browser, pytest.raises(UserError, match=r"too wide for the paper.*\none: xxx"):
        pdf.print_page(browser, tmp_path / "page.html")


def test_slides_show_everything_within_their_edges_and_fetch_nothing(course, tmp_path):
    pytest.importorskip("sphinx_revealjs")
    ((path, count),) = slides.write_slides(course, course / "site", tmp_path)
    assert path.name == "one.html"
    with pages.chromium() as browser:
        tab = browser.new_page(viewport=slides.SIZE)
        errors, requests = [], []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri())
        tab.wait_for_function("window.Reveal && Reveal.isReady()")
        assert tab.evaluate("Reveal.getTotalSlides()") == count > 6
        assert tab.evaluate(FULLY_SHOWN) == []
        shown = tab.eval_on_selector_all(
            ".slides > section > :not(.notes)", "elements => elements.map(element => element.textContent)"
        )
        notes = tab.eval_on_selector_all(".notes", "all => all.map(one => one.textContent)")
        sizes = tab.eval_on_selector_all(
            "section .math", "all => all.map(one => getComputedStyle(one).fontSize)"
        )
        figure = tab.eval_on_selector("figure img", "image => image.naturalHeight")
    assert errors == [] and all(url.startswith(("file:", "data:")) for url in requests)
    text = "\n".join(shown)
    assert [text.count(f"{line}\n") + text.count(f'{line}"""') for line in CODE] == [1] * len(CODE)
    assert [len(re.findall(rf"{row}(?!\d)", text)) for row in ROWS] == [1] * len(ROWS)
    assert figure == 900 and "0px" not in sizes
    assert "for all t." in text and "This one is" not in text  # the first sentence alone
    assert "Then prove it" in text and "the secret" not in text and "prepared" not in text
    assert "This one is" in "".join(notes) and "the secret" in "".join(notes)


def test_a_chapter_that_is_not_there_is_told(course, tmp_path):
    pytest.importorskip("sphinx_revealjs")
    with pytest.raises(UserError, match="there is no chapter 7; the chapters are: 1"):
        list(slides.write_slides(course, course / "site", tmp_path, "7"))


def test_without_chromium_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(pages.shutil, "which", lambda name: None)
    with pytest.raises(UserError, match="this needs Chromium"), pages.chromium():
        pass
