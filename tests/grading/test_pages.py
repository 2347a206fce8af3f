"""The pages of grading in a browser: opened from disk, on a phone and on a desk, light and dark."""

import base64
import shutil
import struct
import zlib
from pathlib import Path

import nbformat
import pytest

from utils.grading.reports.class_report import report_page
from utils.grading.reports.feedback import feedback_page
from utils.grading.reports.similar import Comparison, Pair, similar_page
from utils.grading.result import Result

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LONG = "unbroken_" * 40
EVIL = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"


def png() -> str:
    """A grey picture, wider than a phone."""
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * 1200 for _ in range(300)))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1200, 300, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def pages() -> dict[str, str]:
    tests = {f"task{i}-checks{j}": (j % 2, 1.0) for i in range(5) for j in range(3)}
    cells = [nbformat.v4.new_markdown_cell(f"## Task: {LONG}")]
    for i in range(5):
        marks = {"grade_id": f"task{i}", "solution": True, "grade": False}
        outputs = [
            nbformat.v4.new_output("display_data", data={"image/png": png(), "text/html": EVIL}),
            nbformat.v4.new_output("stream", name="stdout", text=EVIL + LONG),
        ]
        cells.append(
            nbformat.v4.new_code_cell(f"# {EVIL}\n{LONG} = 1", metadata={"nbgrader": marks}, outputs=outputs)
        )
        for j in range(3):
            marks = {"grade_id": f"task{i}-checks{j}", "grade": True, "solution": False}
            cells.append(nbformat.v4.new_code_cell(f"assert {LONG}", metadata={"nbgrader": marks}))
    failures = dict.fromkeys(tests, f"{LONG}: expected {LONG}, got {EVIL}")
    results = [
        Result(
            f"student{i}" + LONG * (i == 3),
            "graded",
            {test: (float((i + k) % 2), 1.0) for k, test in enumerate(tests)},
            failures=failures,
            notes=[EVIL, LONG],
            seconds=1.0 + i,
            parts={"tests": 0.5},
            walls="limits",
        )
        for i in range(30)
    ]
    results.append(Result("none", "broken", problem=f"{LONG} {EVIL}"))
    graded = Result("ada", "graded", tests, failures=failures)
    sides = [[(f"def f():\n    {LONG}", True), (EVIL, False)]] * 2
    pair = Pair("ada" + LONG, "bob", 0.9, 300, 4, *sides)
    return {
        "feedback": feedback_page("01-tiny", graded, nbformat.v4.new_notebook(cells=cells)),
        "feedback of none": feedback_page("01-tiny", results[-1], None),
        "report": report_page("01-tiny", results, [LONG]),
        "similar": similar_page("01-tiny", Comparison([pair] * 3, 200, [LONG])),
    }


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine; install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=options)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", pages())
def test_a_page_fits_its_window_opens_alone_and_runs_nothing(tmp_path: Path, browser, name, width, scheme):
    path = tmp_path / "page.html"
    path.write_text(pages()[name], encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text))
    tab.goto(path.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()] and errors == []
    assert "owned" not in tab.title()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("[...document.images].every(image => image.alt && image.naturalWidth > 0)")
    assert tab.evaluate("[...document.querySelectorAll('svg')].every(one => one.getAttribute('aria-label'))")
    ink, paper = (
        tab.evaluate(f"getComputedStyle(document.body).{what}") for what in ("color", "backgroundColor")
    )
    bright = [sum(map(int, colour.strip("rgb()").split(", "))) for colour in (ink, paper)]
    assert (bright[0] < bright[1]) == (scheme == "light") and abs(bright[0] - bright[1]) > 450
    context.close()
