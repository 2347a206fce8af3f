"""The whole book, built strictly, and looked at in a browser without a network."""

import re
import shutil
import unicodedata
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Event, Thread

import pytest
from fontTools.ttLib import TTFont

from utils.book.build import build_book
from utils.book.extensions.formulas.style import FONT, characters
from utils.book.extensions.quiz import read_quiz
from utils.book.publishing.stylesheet import SHEET
from utils.book.publishing.wheel import OFFLINE
from utils.common.address import wheel_name

ROOT = Path(__file__).parents[2]
PAGES = ["index", "assignments", "claims", "reached", "museum", "accessibility"] + [
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
    """Where the site is served, in a folder of its server."""
    handler = partial(QuietHandler, directory=str(site.parent))
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/{site.name}"
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


SETTLED = """async () => {  // fonts and pictures are there
    await document.fonts.ready;
    await Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }));
}"""
WIDE = """width => [...document.querySelectorAll('article img, article table, article math')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.output, details, pre'))
    // on the narrowest phone a table may scroll by itself
    .filter(e => width >= 390 || e.tagName === 'TABLE' || !e.closest('table'))
    .map(e => e.outerHTML.slice(0, 120))"""
# formulas that run into their number or out of their box
CLIPPED = """() => [...document.querySelectorAll('article div.math')].filter(box => {
    const number = box.querySelector('.eqno'), edges = box.getBoundingClientRect();
    const below = getComputedStyle(box).flexDirection.startsWith('column');  // as on a narrow phone
    const limit = number && !below ? number.getBoundingClientRect().left : edges.right;
    return box.querySelector('math > :last-child').getBoundingClientRect().right > limit + 1;
}).map(box => box.textContent.slice(0, 200))"""


WIDTHS = (1440, 768, 390, 320)
# terms of the course, and the section of a chapter that explains each
EXPLAINED = {
    "vanishing gradient": "03-gradient-problems/product#what-the-weights-feel",
    "exploding gradient": "03-gradient-problems/product#what-the-weights-feel",
    "gradient clipping": "03-gradient-problems/cliffs",
    "teacher forcing": "02-backpropagation-through-time/writing#teacher-forcing-or-its-own-words",
    "perplexity": "02-backpropagation-through-time/language#the-loss-of-a-sequence",
    "truncated backpropagation": "02-backpropagation-through-time/truncated#truncated-bptt",
    "forget gate": "04-lstm-and-gru/gates#a-gate-for-every-failure",
    "constant error flow": "04-lstm-and-gru/gates#constant-error-flow",
    "bidirectional network": "04-lstm-and-gru/tagging#deep-and-bidirectional-networks",
    "packed sequence": "04-lstm-and-gru/tagging#sentences-of-different-lengths",
    "vocabulary": "05-messages/batches#tokens-and-a-vocabulary-of-the-training-split",
    "binary cross-entropy": "05-messages/network#the-loss-wants-logits",
    "F1": "05-messages/measuring#accuracy-flatters",
    "softmax": "06-names/letters#from-scores-to-probabilities",
    "negative sampling": "07-sentiment/vectors#guessing-skip-gram-with-negative-sampling",
    "calibration": "07-sentiment/trust#calibration",
    "beam search": "08-translation/search#beam-search",
    "BLEU": "08-translation/bleu#from-its-definition",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_describes_itself_and_loads_no_script_that_it_does_not_use(site, page):
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    (described,) = re.findall(r'<meta name="description" content="([^"]+)"', text)
    assert len(described) >= 30 and f'<meta property="og:description" content="{described}"' in text
    assert "favicon.svg" in text
    assert not re.search(r"sphinx-thebe\.js|THEBE_JS|fontawesome\.js|searchindex\.js|live/\w+\.js", text)
    assert ("<math " in text) == ("math notranslate" in text) == ("stix-two-math.woff" in text)
    assert "MathJax" not in text


def test_what_the_site_gives_to_download_is_there(site):
    assert {path.name for path in (site / "downloads").iterdir()} == {wheel_name(), OFFLINE}
    assert re.search(r'<a href="/">', (site / "404.html").read_text(encoding="utf-8"))
    assert not (site / "sitemap.xml").exists()  # where the site will be is not known


@pytest.mark.browser
def test_the_search_names_the_right_section_among_its_first_three(address, browser):
    tab = browser.new_page()
    missed = []
    for term, wanted in EXPLAINED.items():
        tab.goto(f"{address}/search.html?q={term}")
        tab.wait_for_function(
            "document.querySelector('#search-results > h2')?.innerText === 'Search Results'"
        )
        links = tab.eval_on_selector_all("ul.search li a", "all => all.slice(0, 3).map(link => link.href)")
        found = [re.sub(r"\.html(\?[^#]*)?", "", link) for link in links]
        if not any(link.startswith(f"{address}/chapters/{wanted}") for link in found):
            missed.append((term, found))
    assert len(missed) <= 3, missed


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


def test_the_font_has_every_character_of_the_formulas(site):
    """Also the slanted ones, which a browser shows for a letter that stands alone."""
    codes = TTFont(site / "_static" / FONT).getBestCmap()
    shown = characters(site)
    assert {"∑", "ˆ", "𝟙"} <= shown
    missing = {c for c in shown if ord(c) not in codes and unicodedata.category(c) != "Cf"}
    assert missing == set()
    assert {ord(c) for c in "𝑊ℎ𝜎√"} <= set(codes)


@pytest.mark.browser
def test_the_page_for_students_knows_its_own_address(address, browser):
    tab = browser.new_page()
    tab.goto(f"{address}/guides/students.html")
    assert f"%pip install --no-deps {address}/downloads/{wheel_name()}" in tab.inner_text("article")
    with tab.expect_download() as download:
        tab.click(f'a[href$="{wheel_name()}"]')
    assert download.value.suggested_filename == wheel_name()
    tab.close()


LIVELY = {
    "chapters/01-recurrent-neurons/parity": "neuron",
    "chapters/03-gradient-problems/product": "training",
    "chapters/04-lstm-and-gru/gates": "gates",
    "chapters/06-names/index": "names",
    "chapters/07-sentiment/index": "review",
    "chapters/08-translation/index": "translation",
    "chapters/08-translation/search": "translation",
}


@pytest.mark.browser
@pytest.mark.parametrize("page", LIVELY)
def test_a_live_figure_opens_from_a_file_with_the_network_of_its_page(site, browser, page):
    box = re.search(r'data-live="[^"]*".*?</div>', (site / f"{page}.html").read_text(encoding="utf-8"), re.S)
    assert len(box.group(0)) <= 300_000
    context = browser.new_context(viewport={"width": 390, "height": 800})
    tab = context.new_page()
    failures: list[str] = []
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.goto((site / f"{page}.html").as_uri())
    box = tab.locator(f'[data-live$="{LIVELY[page]}"]')
    place = box.locator("xpath=preceding-sibling::*[1]")
    if place.evaluate("place => place.getBoundingClientRect().top") > 2000:  # far below the window
        assert tab.evaluate("window.courseLive") is None
    place.scroll_into_view_if_needed()
    box.wait_for(state="visible")
    assert box.locator("[aria-live=polite]").count() == 1 and "NaN" not in box.inner_text()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert failures == []
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("from_file", [False, True])
def test_a_quiz_tells_right_from_wrong_and_keeps_what_was_chosen(site, address, browser, from_file):
    page, chapter = "chapters/06-names/letters.html", ROOT / "book" / "chapters" / "06-names"
    answers = read_quiz(chapter / "quiz.yml")[0]["answers"]
    (right,) = [index for index, answer in enumerate(answers) if answer.get("right")]
    wrong = (right + 1) % len(answers)
    context = browser.new_context()
    tab = context.new_page()
    tab.goto((site / page).as_uri() if from_file else f"{address}/{page}")
    quiz = tab.locator(".quiz").first
    options, reasons = quiz.get_by_role("button", name=re.compile(r"^\([a-f]\) ")), quiz.locator(".reason")
    again = quiz.get_by_role("button", name="Start again")

    def chosen() -> list[bool]:
        return [option.get_attribute("aria-pressed") == "true" for option in options.all()]

    assert options.count() == len(answers) and not any(chosen()) and not again.is_visible()
    assert "".join(reasons.all_inner_texts()) == "" and "✓" not in quiz.inner_text()
    options.nth(wrong).press("Enter")
    assert reasons.nth(wrong).inner_text() == f"Not this one. {' '.join(answers[wrong]['why'].split())}"
    assert chosen() == [index == wrong for index in range(len(answers))]
    options.nth(right).press(" ")
    tab.reload()
    assert chosen() == [index in (right, wrong) for index in range(len(answers))]
    assert reasons.nth(right).inner_text() == f"Right. {' '.join(answers[right]['why'].split())}"
    assert not any(tab.locator(".quiz").nth(1).locator("[aria-pressed=true]").all())  # another question
    options.nth(wrong).press("Enter")  # what is pressed again is taken back
    assert chosen() == [index == right for index in range(len(answers))]
    again.press("Enter")
    assert not any(chosen()) and options.first.evaluate("option => option === document.activeElement")
    tab.reload()
    assert not any(chosen())
    context.close()


@pytest.mark.browser
def test_a_formula_in_an_answer_is_part_of_its_buttons_name(address, browser):
    tab = browser.new_page()
    for page, name in (
        ("chapters/07-sentiment/vectors", "(a) − ∞"),
        ("chapters/08-translation/attention", "(a) The state before it, s sub i − 1"),
    ):
        tab.goto(f"{address}/{page}.html")
        assert tab.get_by_role("button", name=name).count() == 1
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "storage",
    ["null", "'not JSON'", "'[1]'", """'{"An embedding": 7, "__proto__": ["x"]}'""", "old", "refused"],
)
def test_a_quiz_works_whatever_the_browser_has_kept(address, browser, storage):
    context = browser.new_context()
    refusing = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no') }})"
    if storage == "old":  # answers that the question has no more
        question = " ".join(read_quiz(ROOT / "book/chapters/06-names/quiz.yml")[0]["question"].split())
        storage = f"JSON.stringify({{{question!r}: ['Gone.', null, 3]}})"
    keeping = f"localStorage.setItem('course-quiz', {storage})"
    context.add_init_script(refusing if storage == "refused" else keeping)
    tab = context.new_page()
    tab.goto(f"{address}/chapters/06-names/letters.html")
    for quiz in tab.locator(".quiz").all():
        assert not quiz.locator(".again").is_visible()
        quiz.locator(".option").first.click()
        assert quiz.locator(".reason").first.inner_text() != ""
    context.close()


# what the Tab key comes to, and how it looks there
# what fades in has a moment to come to rest
FOCUSED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const e = document.activeElement;
    if (e === document.body) return null;
    e.dataset.reached = 1;
    const shown = e.querySelector(':scope > .toctree-toggle') ?? e;  // the arrow of a chapter has the ring
    for (let waited = 0; waited < 120; waited++) {
        await frame();
        const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const ringed = outlined || style.boxShadow !== 'none';
        const inside = box.bottom > 0 && box.top < innerHeight;
        if (ringed && box.width > 0 && box.height > 0 && style.opacity > 0.5 && inside) return '';
    }
    return e.outerHTML.slice(0, 150);
}"""
UNREACHED = """() => [...document.querySelectorAll('a[href], button, summary, input, [tabindex="0"]')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0)
    .filter(e => !e.dataset.reached)
    .filter(e => e.type !== 'radio')  // arrows lead from one to the next
    .map(e => e.outerHTML.slice(0, 150))"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "width"),
    [("index", 1440), ("chapters/06-names/index", 390), ("chapters/08-translation/search", 1440)],
)
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(address, browser, page, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(f"{address}/{page}.html")
    tab.evaluate(SETTLED)
    if live := tab.query_selector("[data-live]"):
        # not scrollIntoView: in Chromium 150 the Tab key goes on from where that led
        tab.evaluate("box => scrollTo(0, box.previousElementSibling.getBoundingClientRect().top)", live)
        live.wait_for_element_state("visible")
    tab.evaluate("scrollTo(0, 0)")
    unseen = []
    for _ in range(600):
        tab.keyboard.press("Tab")
        if (found := tab.evaluate(FOCUSED)) is None:
            break
        unseen += [found] if found else []
    assert unseen == [] and tab.evaluate(UNREACHED) == []
    context.close()


AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.browser
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run npm install --no-save axe-core")
@pytest.mark.parametrize(
    "page",
    [
        "index.html",
        "chapters/06-names/index.html",
        "chapters/08-translation/search.html",
        "assignments/04-lstm-and-gru.html",
        "guides/glossary.html",
        "search.html?q=attention",
    ],
)
def test_axe_finds_nothing(address, browser, page):
    from benchmarks.axe import examine

    for width, scheme in product((1440, 390), ("light", "dark")):
        assert examine(browser, f"{address}/{page}", width, scheme, AXE) == []


SHIFTS = """window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => shifts.push(entry.value)))
    .observe({type: 'layout-shift', buffered: true});"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [412, 1440])
def test_nothing_jumps_when_the_home_pages_figure_comes(address, browser, width):
    tab = browser.new_page(viewport={"width": width, "height": 823})
    tab.add_init_script(SHIFTS)
    late = Event()  # the figure's script comes when the page has long been painted
    tab.route("**/live/neuron.js*", lambda route: (tab.wait_for_timeout(500), late.set(), route.continue_()))
    tab.goto(f"{address}/index.html")
    tab.locator("[data-live]").wait_for()
    assert late.is_set()
    tab.evaluate("new Promise(soon => requestAnimationFrame(() => setTimeout(soon, 200)))")
    assert tab.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)") < 0.1  # what web.dev calls good
    tab.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_code_that_lost_its_elements_had_the_colour_of_its_block(site, theme):
    style = (site / "_static" / "pygments.css").read_text(encoding="utf-8")
    found = re.findall(rf'data-theme="{theme}"\] \.highlight(?: \.(\w+))? {{([^}}]*)}}', style)
    colours = {name: re.search(r"(?<![\w-])color: (#\w+)", rules) for name, rules in found}
    block = colours[""][1]
    assert [colours[name][1] for name in "npw"] == [block] * 3 and colours["k"][1] != block


@pytest.mark.browser
def test_a_page_has_its_colours_before_the_themes_script_is_there(address, browser):
    tab = browser.new_page()
    tab.route("**/pydata-sphinx-theme.js*", lambda route: route.abort())
    for scheme in ("light", "dark", "light"):  # as one who lets the system decide, by day and by night
        tab.emulate_media(color_scheme=scheme)
        tab.goto(f"{address}/index.html")
        assert tab.evaluate("document.documentElement.dataset.theme") == scheme
    tab.close()


LOOKS = """() => [...document.querySelectorAll('body *')].map(e => [null, '::before', '::after'].map(part => {
    const style = getComputedStyle(e, part);
    const names = [...style].filter(name => !name.startsWith('--')).sort();
    return names.map(name => name + ': ' + style.getPropertyValue(name)).join('; ');
}).join('\\n'))"""


@pytest.mark.browser
@pytest.mark.parametrize(
    "page, width, scheme", [("index", 390, "light"), ("assignments", 1440, "dark"), ("search", 390, "dark")]
)
def test_the_one_sheet_looks_as_the_many_that_it_was_made_of(site, address, browser, page, width, scheme):
    sheets = re.search(r"/\* of: (.*) \*/", (site / SHEET).read_text(encoding="utf-8"))[1].split()
    assert len(sheets) > 5 and len(set(sheets)) == len(sheets)
    links = "".join(f'<link rel="stylesheet" href="{sheet}" />' for sheet in sheets)
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    many, replaced = re.subn(r"<link [^>]*site\.css[^>]*>", links, text)
    assert replaced == 1
    window = {"width": width, "height": 900}
    tab = browser.new_page(viewport=window, color_scheme=scheme, reduced_motion="reduce")
    looks = []
    for _ in range(2):
        tab.goto(f"{address}/{page}.html", wait_until="networkidle")
        looks.append(tab.evaluate(LOOKS))
        tab.route("**/*.html", lambda route: route.fulfill(body=many, content_type="text/html"))
    tab.close()
    assert looks[0] == looks[1] and len(looks[0]) > 200


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_its_window_and_shows_its_formulas(address, browser, page):
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())  # no network
    tab = context.new_page()
    failures: list[str] = []
    tab.on("requestfailed", lambda request: failures.append(request.url))
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.on("console", lambda said: failures.extend([said.text] if said.type == "error" else []))
    tab.goto(f"{address}/{page}.html")
    tab.evaluate(SETTLED)
    loaded = "[...document.fonts].some(font => font.family === 'STIX Two Math' && font.status === 'loaded')"
    assert bool(tab.query_selector("math")) == tab.evaluate(loaded)
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
