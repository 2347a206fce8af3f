"""How fast the built pages are on a phone: python benchmarks/site.py [SITE ...]

Each page is opened in Chromium as Lighthouse's phone profile does it: a window of 412 by 823, a processor
four times as slow, a network of 1.6 Mbit/s with 150 ms for a round trip, and nothing cached. The site is
served with gzip, as hosts do. For each page the median of three visits:

first paint   seconds until the first text or picture stands there (first contentful paint)
blocking      milliseconds that the page does not answer: what tasks take above 50 ms after the first paint
transfer      kilobytes that were fetched, compressed
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import sys
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

SITE = Path("build/book/_build/html")
PAGES = (
    "index",
    "assignments",
    "chapters/01-recurrent-neurons/neuron",
    "chapters/03-gradient-problems/product",
    "chapters/04-lstm-and-gru/gates",
    "chapters/08-translation/attention",
)
VISITS = 3
PACKED = (".html", ".css", ".js", ".svg", ".json")
WATCH = """
window.seen = {paint: 0, tasks: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (entry.name === 'first-contentful-paint') seen.paint = entry.startTime;
})).observe({type: 'paint', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry =>
    seen.tasks.push([entry.startTime, entry.duration]))).observe({type: 'longtask', buffered: true});
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves text compressed."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        content = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@cache
def packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


def visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """First paint in seconds, blocking in milliseconds, transfer in kilobytes."""
    context = browser.new_context(
        viewport={"width": 412, "height": 823}, device_scale_factor=1.75, is_mobile=True
    )
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
    session.send("Network.emulateNetworkConditions", slow)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    fetched: list[float] = []
    session.on("Network.loadingFinished", lambda event: fetched.append(event["encodedDataLength"]))
    tab.add_init_script(WATCH)
    tab.goto(address, wait_until="networkidle", timeout=120_000)
    tab.wait_for_timeout(2000)
    seen = tab.evaluate("seen")
    context.close()
    blocking = sum(max(0.0, length - 50) for start, length in seen["tasks"] if start + length > seen["paint"])
    return seen["paint"] / 1000, blocking, sum(fetched) / 1000


def measure(browser: Browser, site: Path) -> None:
    """Print a line for each page of the site."""
    with ThreadingHTTPServer(("localhost", 0), partial(Handler, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"{site}\n{'page':<40}{'first paint, s':>16}{'blocking, ms':>14}{'transfer, kB':>14}")
        for page in PAGES:
            if not (site / f"{page}.html").exists():
                continue
            address = f"http://localhost:{server.server_port}/{page}.html"
            visits = [visit(browser, address) for _ in range(VISITS)]
            paint, blocking, transfer = (statistics.median(values) for values in zip(*visits, strict=True))
            print(f"{page:<40}{paint:>16.2f}{blocking:>14.0f}{transfer:>14.0f}", flush=True)
        server.shutdown()


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("there is no Chromium on this machine; install the package chromium")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for site in map(Path, sys.argv[1:] or [str(SITE)]):
            measure(browser, site.resolve())
        browser.close()


if __name__ == "__main__":
    main()
