"""What axe-core finds on every page of the site: python benchmarks/axe.py [node_modules/axe-core/axe.min.js]

Each page is opened 390 and 1440 px wide, light and dark, with its folds open, its questions answered
and its live figures running. Needs Chromium, and axe-core: npm install --no-save axe-core.
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

SITE = Path("build/book/_build/html")
AXE = Path("node_modules/axe-core/axe.min.js")
OPENED = """() => {
    document.querySelectorAll('details').forEach(fold => { fold.open = true; });
    document.querySelectorAll('.quiz .option').forEach(option => option.click());
}"""


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def examine(browser: Browser, address: str, width: int, scheme: str, axe: Path) -> list[str]:
    """A line for each rule that a page breaks: its name, how grave, how often, and the first place."""
    # without motion: a fold that is still coming into view is pale
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    tab = context.new_page()
    tab.goto(address, timeout=120_000)
    tab.wait_for_function(
        "scheme => [undefined, scheme].includes(document.documentElement.dataset.theme)", arg=scheme
    )
    tab.evaluate(OPENED)
    for live in tab.query_selector_all("[data-live]"):
        tab.evaluate("box => box.previousElementSibling.scrollIntoView()", live)
        live.wait_for_element_state("visible")
    tab.add_script_tag(path=axe)
    found = tab.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    context.close()
    return [
        f"{rule['id']} ({rule['impact']}), {len(rule['nodes'])} times: {rule['nodes'][0]['html'][:100]}"
        for rule in found
    ]


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    axe = Path(sys.argv[1]) if sys.argv[1:] else AXE
    if chromium is None or not axe.exists():
        sys.exit(f"this needs Chromium, and axe-core as {axe}: npm install --no-save axe-core")
    pages = sorted(page.relative_to(SITE).as_posix() for page in SITE.rglob("*.html"))
    pages = [page for page in pages if not page.startswith(("_static/", "slides/"))]
    broken = 0
    with (
        sync_playwright() as playwright,
        ThreadingHTTPServer(("localhost", 0), partial(Handler, directory=str(SITE))) as server,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for page, width, scheme in product(pages, (390, 1440), ("light", "dark")):
            address = f"http://localhost:{server.server_port}/{page}"
            for line in examine(browser, address, width, scheme, axe):
                broken += 1
                print(f"{page}, {width} px, {scheme}: {line}", flush=True)
        browser.close()
        server.shutdown()
    print(f"{len(pages)} pages, 390 and 1440 px, light and dark: {broken} rules broken")


if __name__ == "__main__":
    main()
