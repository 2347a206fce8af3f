"""The whole book, built strictly, and looked at in a browser without a network."""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread

import pytest

from utils.book.build import build_book
from utils.book.wheel import OFFLINE
from utils.common.address import wheel_name

ROOT = Path(__file__).parents[2]
PAGES = ["index", "assignments", "claims", "reached"] + [
    path.relative_to(ROOT / "book").with_suffix("").as_posix()
    for folder in ("chapters", "assignments", "guides")
    for path in sorted((ROOT / "book" / folder).rglob("*.md"))
]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> Path:
    """The site; when `make book` has built it, nothing is executed again."""
    return build_book(ROOT, ROOT / "build" / "book")


@pytest.fixture(scope="module")
def address(site) -> Iterator[str]:
    """Where the site is served, as `make serve` does it."""
    handler = partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine; install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=options)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_and_shows_no_error(site, page):
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    assert "<h1>" in text
    assert "Traceback (most recent call last)" not in text


def test_every_chapter_is_in_the_table_of_contents(site):
    contents = (site / "index.html").read_text(encoding="utf-8")
    for page in PAGES:
        assert f'href="{page}.html"' in contents or page == "index"


def test_links_within_the_site_lead_somewhere(site):
    for page in PAGES:
        path = site / f"{page}.html"
        for link in re.findall(r'href="([^"#?]+)[^"]*"', path.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:|//", link):
                assert (path.parent / link).exists(), f"{page} links to {link}"


SETTLED = """async () => {  // formulas are typeset, fonts and pictures there
    if (document.querySelector('.math')) {
        while (!window.MathJax?.startup?.promise) await new Promise(soon => setTimeout(soon, 20));
        await MathJax.startup.promise;
        await MathJax.startup.document.lazyTypesetAll();  // also those that are not near the window
    }
    await document.fonts.ready;
    await Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }));
}"""
WIDE = """width => [...document.querySelectorAll('article img, article table, article mjx-container')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.output, details, pre'))
    // on the narrowest phone a table may scroll by itself
    .filter(e => width >= 390 || e.tagName === 'TABLE' || !e.closest('table'))
    .map(e => e.outerHTML.slice(0, 120))"""
# formulas that run into their number or out of their box
CLIPPED = """() => [...document.querySelectorAll('article div.math')].filter(box => {
    const number = box.querySelector('.eqno'), edges = box.getBoundingClientRect();
    const below = getComputedStyle(box).flexDirection.startsWith('column');  // as on a narrow phone
    const limit = number && !below ? number.getBoundingClientRect().left : edges.right;
    const right = formula => formula.getBoundingClientRect().right;
    return [...box.querySelectorAll('mjx-math')].some(formula => right(formula) > limit + 1);
}).map(box => box.textContent.slice(0, 200))"""


WIDTHS = (1440, 390, 320)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_describes_itself_and_loads_no_script_that_it_does_not_use(site, page):
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    (described,) = re.findall(r'<meta name="description" content="([^"]+)"', text)
    assert len(described) >= 30 and f'<meta property="og:description" content="{described}"' in text
    assert "favicon.svg" in text
    assert not re.search(r"sphinx-thebe\.js|THEBE_JS|fontawesome\.js|searchindex\.js|live/\w+\.js", text)


def test_what_the_site_gives_to_download_is_there(site):
    assert {path.name for path in (site / "downloads").iterdir()} == {wheel_name(), OFFLINE}
    assert re.search(r'<a href="/">', (site / "404.html").read_text(encoding="utf-8"))
    assert not (site / "sitemap.xml").exists()  # where the site will be is not known


@pytest.mark.browser
def test_code_is_copied_and_what_it_printed_is_not(address, browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(f"{address}/chapters/01-recurrent-neurons/neuron.html")
    tab.wait_for_selector("button.copybtn", state="attached")
    assert tab.query_selector_all(".output button.copybtn") == []
    shown = [pre.inner_text() for pre in tab.query_selector_all("div.cell > div.cell_input pre")]
    tab.locator("div.cell > div.cell_input button.copybtn").first.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("navigator.clipboard.readText()").rstrip() == shown[0].rstrip()
    context.close()


@pytest.mark.browser
def test_a_formula_is_laid_out_when_one_comes_to_it(address, browser):
    tab = browser.new_page(viewport={"width": 1000, "height": 600})
    tab.goto(f"{address}/chapters/04-lstm-and-gru/backward.html")
    tab.wait_for_function("document.querySelector('mjx-math')")
    last = tab.locator(".math:visible").last  # some are folded away
    assert last.locator("mjx-math").count() == 0
    last.scroll_into_view_if_needed()
    last.locator("mjx-math").first.wait_for()
    tab.close()


@pytest.mark.browser
def test_the_page_for_students_knows_its_own_address(address, browser):
    tab = browser.new_page()
    tab.goto(f"{address}/guides/students.html")
    assert f"%pip install --no-deps {address}/downloads/{wheel_name()}" in tab.inner_text("article")
    with tab.expect_download() as download:
        tab.click(f'a[href$="{wheel_name()}"]')
    assert download.value.suggested_filename == wheel_name()
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_its_window_and_shows_its_formulas(address, browser, page):
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())  # no network
    tab = context.new_page()
    failures: list[str] = []
    tab.on("requestfailed", lambda request: failures.append(request.url))
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.goto(f"{address}/{page}.html")
    tab.evaluate(SETTLED)
    assert bool(tab.query_selector(".math")) == bool(tab.query_selector("mjx-container"))
    assert tab.query_selector_all("mjx-merror") == []
    for width, scheme in product(WIDTHS, ("light", "dark")):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(WIDE, width) == []
        assert tab.evaluate(CLIPPED) == []
    assert tab.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert failures == []
    context.close()
